"""The sea, which OpenStreetMap draws only as a coastline with the water on its right: cut out of the extract's box."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
import shapely

END_REACH_DEG = 0.002
"""An extract cuts its coastline a little inside its box; an end this near to the edge is drawn out to it."""

STEP_ASIDE_DEG = 1e-5
MIN_AREA_DEG2 = 1e-8


def sea_polygons(pbf: Path) -> Iterator[shapely.Polygon]:
    """The parts of the extract's box that are sea; none where it has no coastline or says no box."""
    box = _box(pbf)
    coast = [line for line in _coastlines(pbf) if len(line.coords) > 1]
    if box is None or not coast:
        return
    drawn = [_to_edge(line, box) for line in coast]
    asides = [_right_of(line) for line in coast]
    parts = shapely.polygonize([shapely.unary_union([*drawn, box.exterior])])
    for part in parts.geoms:
        if part.area > MIN_AREA_DEG2 and any(part.contains(point) for point in asides):
            yield part


def _box(pbf: Path) -> shapely.Polygon | None:
    """The extract's box from its header, where it is one of a city and not of the whole Earth."""
    box = osmium.io.Reader(str(pbf)).header().box()
    if not box.valid() or box.size() > 25:
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)


def _coastlines(pbf: Path) -> Iterator[shapely.LineString]:
    """The runs of the coastline that lie inside the extract, in drawing direction."""
    way: Any
    for way in osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.KeyFilter("natural")):
        if not way.is_way() or way.tags.get("natural") != "coastline":
            continue
        run: list[tuple[float, float]] = []
        for node in way.nodes:
            if node.location.valid():
                run.append((node.lon, node.lat))
            elif run:
                yield shapely.LineString(run * (2 if len(run) == 1 else 1))
                run = []
        if len(run) > 1:
            yield shapely.LineString(run)


def _to_edge(line: shapely.LineString, box: shapely.Polygon) -> shapely.LineString:
    """The line with its loose ends drawn out to the box."""
    if line.is_ring:
        return line
    points = list(line.coords)
    for at, end in ((0, points[0]), (len(points), points[-1])):
        edge = box.exterior.interpolate(box.exterior.project(shapely.Point(end)))
        if edge.distance(shapely.Point(end)) < END_REACH_DEG:
            points.insert(at + (1 if at and len(points) > len(line.coords) else 0), (edge.x, edge.y))
    return shapely.LineString(points)


def _right_of(line: shapely.LineString) -> shapely.Point:
    """A point just right of the middle of the line's longest piece: in the water."""
    pieces = list(zip(line.coords[:-1], line.coords[1:], strict=True))
    (ax, ay), (bx, by) = max(pieces, key=lambda two: (two[1][0] - two[0][0]) ** 2 + (two[1][1] - two[0][1]) ** 2)
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 or 1.0
    return shapely.Point(
        (ax + bx) / 2 + (by - ay) / length * STEP_ASIDE_DEG, (ay + by) / 2 - (bx - ax) / length * STEP_ASIDE_DEG
    )
