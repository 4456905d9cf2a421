"""The public map as a Dash component: markers that cluster, a route, our own tiles; drawn by `assets/public/social.js`.

Markers take no part in the Tab order: the list beside the map says the same and is the keyboard's way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

MAP_ID = "social-map"
MARKERS_ID = "social-markers"
MANY_ID = "social-many"
SINGLE_ZOOM = 16
FIT = {"padding": [32, 32], "maxZoom": SINGLE_ZOOM, "animate": False}
MORE_KEYS = ("box", "zoom")
VIEW_PX, ASPECT = 340, 0.8
"""Pixels across that a view must fit into, and how much taller than wide the frame is."""


def feature(place_id: str, lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    """A GeoJSON point; what matters to the map is in `properties`."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
        "properties": {"id": place_id, **properties},
    }


def collection(features: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Features as GeoJSON."""
    return {"type": "FeatureCollection", "features": list(features)}


def social_map(
    features: Sequence[Mapping[str, Any]], *, centre: tuple[float, float], zoom: float, bounds: Sequence[float] | None,
    attribution: str, tile_url: str | None = None, route: Iterable[Mapping[str, Any]] = (),
    start: tuple[float, float] | None = None, query: str = "", many: Sequence[Mapping[str, Any]] = (),
    more_href: str = "",
) -> Component:  # fmt: skip
    """The map of points (and a route); without `tile_url` the script puts the city's own vector tiles under it.

    `query` goes with the links of points. `many`: points joined already, and `more_href` the address that has those of
    any other view (`MORE_KEYS` are added).
    """
    layers = [dl.TileLayer(url=tile_url, attribution=attribution)] if tile_url else []
    layers += _lines(list(route)) + _points(features, many, has_more=bool(more_href)) + _start(start)
    view: dict[str, Any] = {"center": list(centre), "zoom": zoom}
    if bounds is not None:
        west, south, east, north = bounds
        view = {"bounds": [[south, west], [north, east]], "boundsOptions": FIT}
    return html.Div(
        dl.MapContainer(
            layers,
            id=MAP_ID,
            className="social-map",
            keyboard=False,
            minZoom=9,
            maxZoom=19,
            attributionControl=True,
            trackViewport=False,
            **view,
        ),
        className="map-in",
        **{"data-query": query, "data-more": more_href, "data-zoom": "" if bounds is None else str(view_of(bounds)[1])},
    )


def _lines(route: list[Mapping[str, Any]]) -> list[Component]:
    if not route:
        return []
    look = {"variable": "linka.map.routeStyle"}
    return [dl.GeoJSON(id="social-route", data=collection(route), style=look, interactive=False)]


def _points(
    features: Sequence[Mapping[str, Any]], many: Sequence[Mapping[str, Any]], *, has_more: bool
) -> list[Component]:
    """Points that the browser joins where they are close, and those that came joined."""
    drawn = {"pointToLayer": {"variable": "linka.map.point"}, "onEachFeature": {"variable": "linka.map.each"}}
    single = dl.GeoJSON(
        id=MARKERS_ID, data=collection(features), cluster=True, zoomToBoundsOnClick=True, spiderfyOnMaxZoom=True,
        superClusterOptions={"radius": 46, "maxZoom": 16}, clusterToLayer={"variable": "linka.map.cluster"}, **drawn,
    )  # fmt: skip
    return [single, dl.GeoJSON(id=MANY_ID, data=collection(many), **drawn)] if has_more else [single]


def _start(start: tuple[float, float] | None) -> list[Component]:
    if start is None:
        return []
    point = collection([feature("start", start[1], start[0], kind="start")])
    return [dl.GeoJSON(id="social-start", data=point, pointToLayer={"variable": "linka.map.start"})]


def bounds_of(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of lon, lat points; None where there are none."""
    if not points:
        return None
    lon, lat = [x for x, _ in points], [y for _, y in points]
    return min(lon), min(lat), max(lon), max(lat)


def view_of(bounds: Sequence[float]) -> tuple[tuple[float, float], int]:
    """Centre (lat, lon) and zoom at which the bounds fit a phone's map (Web Mercator, tiles of 256 px).

    What the first points are joined for; the browser fits the bounds to its own screen.
    """
    west, south, east, north = bounds
    middle = (south + north) / 2
    degrees = max(east - west, (north - south) / math.cos(math.radians(middle)) * ASPECT, 1e-4)
    zoom = math.log2(360 * VIEW_PX / (256 * degrees))
    return (middle, (west + east) / 2), max(9, min(SINGLE_ZOOM, math.floor(zoom)))
