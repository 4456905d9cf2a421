"""Areas of a city: schematic ones from centre points, real ones from a GIS file or an OSM extract.

A profile ships points and populations only; `schematic_cells` makes Voronoi cells of them, so that maps and point in
polygon work at once, and every such area is marked `is_approximate`. A city replaces them with its own outlines.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely

from geodata.errors import TerritoryError
from geodata.profile import Names, Territory

Point = tuple[float, float]
_DEGREE_M = 111_320.0
_GRID = 1e-6  # a tenth of a metre: outlines need no more
_LONE_RADIUS_M = 3_000.0
_NAME_COLUMNS = ("name", "NAME", "Name", "nazov", "NAZOV")
_NAME_LANGUAGE = re.compile(r"name[:_]([a-z]{2})")
_GENERIC = re.compile(
    r"\b(district|raion|municipality|hromada|rajon|obvod|okres|obec|mestska cast"
    r"|район|раён|громада|територіальна|міська|р-н)\b"
)


def schematic_cells(points: Sequence[Point], boundary: Sequence[Point] | None = None) -> list[Any]:
    """Voronoi cells of `points` (lon, lat), in order, clipped to `boundary` or to a plausible one around them.

    Without a boundary it is the hull of the points widened by half the median distance between neighbours. Cells are
    made in a local metric plane and returned in EPSG:4326. Two points at one place raise `TerritoryError`.
    """
    lon, lat = np.asarray(points, dtype=float).reshape(-1, 2).T
    if len(set(zip(lon, lat, strict=True))) != len(lon):
        raise TerritoryError("two areas share one centre point: give each its own `at`")
    scale = np.array([_DEGREE_M * np.cos(np.radians(lat.mean())), _DEGREE_M])
    centres = shapely.points(np.column_stack([lon, lat]) * scale)
    limit = _widened_hull(centres) if boundary is None else shapely.Polygon(np.asarray(boundary) * scale)
    cells = [limit] if len(centres) == 1 else _voronoi(centres, limit)
    return [shapely.set_precision(shapely.transform(cell, lambda xy: xy / scale), _GRID) for cell in cells]


def _widened_hull(centres: Any) -> Any:
    tree = shapely.STRtree(centres)
    pairs, distances = tree.query_nearest(centres, exclusive=True, return_distance=True)
    width = float(np.median(distances)) / 2 if pairs.size else _LONE_RADIUS_M
    return shapely.MultiPoint(list(centres)).convex_hull.buffer(width, quad_segs=4)


def _voronoi(centres: Any, limit: Any) -> list[Any]:
    raw = shapely.voronoi_polygons(shapely.MultiPoint(list(centres)), extend_to=limit)
    parts = shapely.get_parts(raw)
    found, owners = shapely.STRtree(centres).query(parts, predicate="contains")
    cells = dict(zip(owners.tolist(), parts[found], strict=True))
    return [shapely.intersection(cells[position], limit) for position in range(len(centres))]


def with_schematic_outlines(
    areas: Sequence[Territory], *, boundary: Sequence[Point] | None = None, has_point: Iterable[str]
) -> tuple[Territory, ...]:
    """`areas` with outlines: a cell for each leaf in `has_point`, the union of its children for each area above."""
    leaves = [area for area in areas if area.code in set(has_point) and not any(a.parent == area.code for a in areas)]
    shapes: dict[str, Any] = {}
    if leaves:
        cells = schematic_cells([(area.lon, area.lat) for area in leaves], boundary)
        shapes = {area.code: cell for area, cell in zip(leaves, cells, strict=True)}
    return unite([_outlined(area, shapes.get(area.code), is_approximate=True) for area in areas])


def unite(areas: Sequence[Territory]) -> tuple[Territory, ...]:
    """`areas` where each one without an outline takes the union of its children's, and its middle."""
    done = {area.code: area for area in areas}
    for code in reversed(_top_down(areas)):
        children = [done[a.code] for a in areas if a.parent == code and done[a.code].wkb]
        if done[code].wkb is None and children:
            shape = shapely.union_all(shapely.from_wkb([child.wkb for child in children]))
            done[code] = _outlined(done[code], shape, is_approximate=any(c.is_approximate for c in children))
    return tuple(done[area.code] for area in areas)


def _top_down(areas: Sequence[Territory]) -> list[str]:
    ordered = [area.code for area in areas if area.parent is None]
    for code in ordered:
        ordered.extend(area.code for area in areas if area.parent == code)
    return ordered


def _outlined(area: Territory, shape: Any, *, is_approximate: bool) -> Territory:
    if shape is None:
        return area
    point = shape.representative_point()
    lon, lat = (area.lon, area.lat) if shape.covers(shapely.Point(area.lon, area.lat)) else (point.x, point.y)
    return replace(area, lon=lon, lat=lat, wkb=shapely.to_wkb(_multi(shape)), is_approximate=is_approximate)


def _multi(shape: Any) -> Any:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(polygons)


def load_territories(
    path: Path,
    *,
    level: str = "district",
    language: str = "en",
    name_column: str | None = None,
    code_column: str | None = None,
    population_column: str | None = None,
    layer: str | None = None,
) -> tuple[Territory, ...]:
    """The areas of a GeoJSON, GeoPackage or Shapefile, in EPSG:4326, broken outlines mended.

    Names come from `name_column` (else the first of name, NAME, ...) and from columns such as `name:uk`; codes from
    `code_column`, else made of the name. Raises `TerritoryError` for a file, column or geometry that cannot be used.
    """
    import geopandas as gpd  # half a second that every command would pay for the one that reads outlines
    from pyogrio.errors import DataSourceError

    try:
        frame = gpd.read_file(path) if layer is None else gpd.read_file(path, layer=layer)
    except (DataSourceError, OSError, ValueError) as error:
        raise TerritoryError(f"{path}: cannot be read as GeoJSON, GeoPackage or Shapefile: {error}") from error
    if "geometry" not in frame or frame.empty:
        raise TerritoryError(f"{path}: holds no outlines; give a layer of polygons")
    if frame.crs is None:
        raise TerritoryError(f"{path}: has no coordinate system; add the .prj file or save it again with one")
    frame = frame.to_crs(4326)
    frame = frame[frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)
    if frame.empty:
        raise TerritoryError(f"{path}: holds no polygons; give the layer of areas, not of points or lines")
    label = _column(frame, name_column, _NAME_COLUMNS, path)
    codes = [str(v) for v in frame[_column(frame, code_column, (), path)]] if code_column else _codes(frame[label])
    people = frame[_column(frame, population_column, (), path)] if population_column else [None] * len(frame)
    areas = [
        _area(code, _row_names(row, str(row[label]), language), level, row["geometry"], population)
        for (_, row), code, population in zip(frame.iterrows(), codes, people, strict=True)
    ]
    return _unique(areas, path)


def _column(frame: Any, asked: str | None, usual: tuple[str, ...], path: Path) -> str:
    for column in (asked,) if asked else usual:
        if column in frame.columns:
            return str(column)
    columns = ", ".join(str(c) for c in frame.columns if c != "geometry")
    raise TerritoryError(f"{path}: has no column {asked or 'name'}; name one of: {columns}")


def _row_names(row: Any, name: str, language: str) -> Names:
    found = {language: name}
    for column, value in row.items():
        match = _NAME_LANGUAGE.fullmatch(str(column))
        if match and isinstance(value, str) and value:
            found[match.group(1)] = value
    return found


def _codes(names: Iterable[object]) -> list[str]:
    """Short codes of names, numbered where two would be the same."""
    seen: dict[str, int] = {}
    codes = []
    for name in names:
        code = re.sub(r"\W+", "_", plain(str(name))).strip("_") or "area"
        seen[code] = seen.get(code, 0) + 1
        codes.append(code if seen[code] == 1 else f"{code}_{seen[code]}")
    return codes


def plain(name: str) -> str:
    """A name without case, accents and words such as "district": how areas of two sources are matched."""
    text = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c) or c == "\u0306")  # й stays й
    return " ".join(_GENERIC.sub(" ", unicodedata.normalize("NFC", text)).replace("’", "'").split())


def _area(code: str, names: Names, level: str, shape: Any, population: Any, parent: str | None = None) -> Territory:
    shape = _multi(shapely.make_valid(shapely.force_2d(shape)))
    middle = shape.representative_point()
    people = None if population is None or population != population else int(population)
    return Territory(
        code=code,
        names=names,
        level=level,
        parent=parent,
        lon=middle.x,
        lat=middle.y,
        population=people,
        population_65_plus=None,
        wkb=shapely.to_wkb(shape),
        is_approximate=False,
    )


def _unique(areas: list[Territory], path: Path) -> tuple[Territory, ...]:
    codes = [area.code for area in areas]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise TerritoryError(f"{path}: codes appear twice: {', '.join(twice[:5])}; name a column of unique codes")
    return tuple(areas)


def territories_from_osm(
    pbf: Path, *, admin_level: int, level: str = "district", language: str = "en"
) -> tuple[Territory, ...]:
    """The administrative boundaries of `admin_level` in an OSM extract, with their names in all languages.

    An area that the extract cuts off has no closed outline and is left out. Raises `TerritoryError` where none is left.
    """
    wkb = osmium.geom.WKBFactory()
    wanted = osmium.filter.TagFilter(("boundary", "administrative"))
    found: list[Territory] = []
    for item in osmium.FileProcessor(str(pbf)).with_areas(wanted).with_filter(wanted):
        is_wanted = item.tags.get("admin_level") == str(admin_level) and "name" in item.tags
        if not isinstance(item, osmium.osm.Area) or not is_wanted:
            continue
        names = {language: item.tags["name"]} | {
            match.group(1): tag.v for tag in item.tags if (match := _NAME_LANGUAGE.fullmatch(tag.k))
        }
        shape = shapely.from_wkb(wkb.create_multipolygon(item))
        population = item.tags.get("population") or ""
        code = f"osm_{'w' if item.from_way() else 'r'}{item.orig_id()}"
        found.append(_area(code, names, level, shape, int(population) if population.isdigit() else None))
    if not found:
        raise TerritoryError(
            f"{pbf}: holds no complete administrative boundary of admin_level {admin_level}; "
            "try another level or a larger extract"
        )
    return tuple(found)


def check_place(
    outlines: Sequence[Territory], bbox: tuple[float, float, float, float], *, name: str, source: Path
) -> None:
    """Raise `TerritoryError` where no outline touches the city's box: the file is another place's."""
    shapes = shapely.from_wkb([area.wkb for area in outlines if area.wkb])
    if not shapely.intersects(shapes, shapely.box(*bbox)).any():
        west, south, east, north = (round(float(edge), 2) for edge in shapely.total_bounds(shapes))
        raise TerritoryError(
            f"{source}: nothing in it lies in {name}: its areas span {west}, {south} to {east}, {north} (lon, lat), "
            f"the profile's bbox is {', '.join(map(str, bbox))}; choose the city's own file, or mend bbox in city.toml"
        )


def replace_outlines(areas: Sequence[Territory], outlines: Sequence[Territory]) -> tuple[Territory, ...]:
    """A profile's `areas` with surveyed `outlines`, matched by code or by name.

    A matched area keeps its code, names and population (the outline's own population wins); an outline nobody knows is
    added; an area of the same level that found no outline loses its schematic one, as two outlines must not claim one
    place. Areas above take the union of what lies in them.
    """
    by_code = {area.code: area for area in areas}
    by_name = {plain(name): area for area in reversed(areas) for name in area.names.values()}
    matched: dict[str, Territory] = {}
    added: list[Territory] = []
    for outline in outlines:
        known = by_code.get(outline.code) or next(
            (by_name[key] for key in map(plain, outline.names.values()) if key in by_name), None
        )
        if known is None or known.code in matched:
            added.append(outline)
            continue
        matched[known.code] = replace(
            outline,
            code=known.code,
            names={**outline.names, **known.names},
            level=known.level,
            parent=known.parent,
            population=outline.population if outline.population is not None else known.population,
            population_65_plus=known.population_65_plus,
        )
    kept = [matched.get(area.code) or replace(area, wkb=None) for area in areas]
    return unite([*kept, *added])


def write_territories(areas: Sequence[Territory], path: Path) -> None:
    """Write `areas` as GeoJSON that `read_territories` and any GIS program read; the file appears whole or not."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": area.code,
                "names": dict(area.names),
                "level": area.level,
                "parent": area.parent,
                "population": area.population,
                "population_65_plus": area.population_65_plus,
                "is_approximate": area.is_approximate,
            },
            "geometry": shapely.geometry.mapping(shapely.from_wkb(area.wkb)) if area.wkb else None,
        }
        for area in areas
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    part.replace(path)


def read_territories(path: Path) -> tuple[Territory, ...]:
    """The areas of a file of `write_territories`; raises `TerritoryError` for any other file."""
    try:
        features = json.loads(path.read_text("utf-8"))["features"]
        return tuple(_from_feature(feature) for feature in features)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TerritoryError(
            f"{path}: is not a territory file of Linka ({error}); remove it or write it again: `geodata territories`"
        ) from error


def _from_feature(feature: Any) -> Territory:
    facts = feature["properties"]
    shape = shapely.geometry.shape(feature["geometry"])
    area = _area(facts["code"], facts["names"], facts["level"], shape, facts["population"], facts["parent"])
    return replace(area, population_65_plus=facts["population_65_plus"], is_approximate=facts["is_approximate"])
