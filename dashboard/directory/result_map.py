"""The map of a search: its points with the page where they are few, else those of the view and more as it moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import flask
import numpy as np
from dash.development.base_component import Component

from dashboard.directory.asked import one
from dashboard.directory.find import find
from dashboard.directory.found import Result
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.result_page import question
from dashboard.directory.words import kind_shape, place_name
from dashboard.maps.clusters import MOST_POINTS, SINGLE_ZOOM, Box, grown, inside, joined
from dashboard.maps.leaflet_map import MORE_KEYS, bounds_of, collection, feature, social_map, view_of
from dashboard.view import language
from geodata.basemap.style import ATTRIBUTION

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/find/points"
NEAREST_SHOWN = 12
"""Where a start is known, the first view holds it and so many of the nearest."""
MOST_ZOOM = 19


def map_of(deps: Deps, values: Mapping[str, Any]) -> Component:
    """The map of all results: name, state, shape and link of each, or how many there are together."""
    guide, lang, profile = guide_of(deps), language(deps), deps.profile
    asked, _ = question(guide, values, lang)
    found, finder = find(guide, asked, lang=lang, now=deps.now())
    start = finder.start
    query = asked.but(start=start).query()
    placed = _placed(found.results)
    points = [(result.place.lon or 0.0, result.place.lat or 0.0) for result in placed]
    if start:
        points.sort(key=lambda p: (p[0] - start.lon) ** 2 + (p[1] - start.lat) ** 2)
        points = [*points[:NEAREST_SHOWN], (start.lon, start.lat)]
    bounds = bounds_of(points)
    is_many = len(placed) > MOST_POINTS and bounds is not None
    if is_many and bounds is not None:
        single, many = in_view(placed, guide, lang, box=grown(bounds), zoom=view_of(bounds)[1])
    else:
        single, many = _features(placed, guide, lang), []
    return social_map(
        single, many=many, more_href=f"{PATH}{query}" if is_many else "", query=query,
        centre=(profile.lat, profile.lon), zoom=profile.zoom, bounds=bounds, attribution=ATTRIBUTION,
        tile_url=profile.sources.tile_url, start=start.pair if start else None,
    )  # fmt: skip


def _placed(results: Iterable[Result]) -> list[Result]:
    return [result for result in results if result.place.lon is not None and result.place.lat is not None]


def _features(results: Iterable[Result], guide: Guide, lang: str) -> list[dict[str, Any]]:
    return [
        feature(
            result.place.id, result.place.lon or 0.0, result.place.lat or 0.0, n=place_name(result.place, guide, lang),
            s=result.state, k=kind_shape(result.place, guide),
        )
        for result in results
    ]  # fmt: skip


def in_view(
    placed: Sequence[Result], guide: Guide, lang: str, *, box: Box, zoom: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The points of a view for the browser to join; or, where they are too many, joined here."""
    lon = np.array([result.place.lon for result in placed], dtype=float)
    lat = np.array([result.place.lat for result in placed], dtype=float)
    rows = inside(lon, lat, box)
    if len(rows) <= MOST_POINTS or zoom >= SINGLE_ZOOM:
        return _features([placed[row] for row in rows[: 2 * MOST_POINTS]], guide, lang), []
    cells = joined(lon[rows], lat[rows], zoom=zoom)
    alone = _features([placed[rows[cell.row]] for cell in cells if cell.count == 1], guide, lang)
    groups = [feature("", cell.lon, cell.lat, point_count=cell.count) for cell in cells if cell.count > 1]
    return [], [*alone, *groups]


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/find/points`: the query of `/find`, and the `box` (west,south,east,north) and `zoom` of a view."""

    @server.route(PATH)
    def points() -> flask.typing.ResponseReturnValue:
        values = flask.request.args.to_dict()
        seen = view(*(one(values, key) for key in MORE_KEYS))
        if seen is None:
            return "The view is not known: box=WEST,SOUTH,EAST,NORTH and zoom=NUMBER", 400
        guide, lang = guide_of(deps), language(deps)
        asked, _ = question(guide, values, lang)
        found, _finder = find(guide, asked, lang=lang, now=deps.now())
        single, many = in_view(_placed(found.results), guide, lang, box=seen[0], zoom=seen[1])
        return flask.jsonify({"points": collection(single), "many": collection(many)})


def view(box: str, zoom: str) -> tuple[Box, int] | None:
    """A view as an address tells it; None where it is none."""
    try:
        west, south, east, north = (float(part) for part in box.split(","))
    except ValueError:
        return None
    if not zoom.isascii() or not zoom.isdigit():
        return None
    return (west, south, east, north), min(int(zoom), MOST_ZOOM)
