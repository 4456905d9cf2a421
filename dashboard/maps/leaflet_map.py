"""The public map as a Dash component: markers that cluster, a route, our own tiles; drawn by `assets/public/social.js`.

Markers take no part in the Tab order: the list beside the map says the same and is the keyboard's way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

MAP_ID = "social-map"
MARKERS_ID = "social-markers"
SINGLE_ZOOM = 16


def feature(place_id: str, lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    """A GeoJSON point; what matters to the map is in `properties`."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
        "properties": {"id": place_id, **properties},
    }


def social_map(
    features: Sequence[Mapping[str, Any]], *, centre: tuple[float, float], zoom: float, bounds: Sequence[float] | None,
    attribution: str, tile_url: str | None = None, route: Iterable[Mapping[str, Any]] = (),
    start: tuple[float, float] | None = None,
) -> Component:  # fmt: skip
    """The map of points (and a route); without `tile_url` the script puts the city's own vector tiles under it."""
    shown: list[Any] = []
    if tile_url:
        shown.append(dl.TileLayer(url=tile_url, attribution=attribution))
    lines = list(route)
    if lines:
        shown.append(
            dl.GeoJSON(
                id="social-route", data={"type": "FeatureCollection", "features": lines},
                style={"variable": "linka.map.routeStyle"}, interactive=False,
            )
        )  # fmt: skip
    shown.append(
        dl.GeoJSON(
            id=MARKERS_ID,
            data={"type": "FeatureCollection", "features": list(features)},
            cluster=True,
            zoomToBoundsOnClick=True,
            spiderfyOnMaxZoom=True,
            superClusterOptions={"radius": 46, "maxZoom": 16},
            pointToLayer={"variable": "linka.map.point"},
            clusterToLayer={"variable": "linka.map.cluster"},
            onEachFeature={"variable": "linka.map.each"},
        )
    )
    if start is not None:
        point = feature("start", start[1], start[0], kind="start")
        shown.append(
            dl.GeoJSON(
                id="social-start", data={"type": "FeatureCollection", "features": [point]},
                pointToLayer={"variable": "linka.map.start"},
            )
        )  # fmt: skip
    view: dict[str, Any] = {"center": list(centre), "zoom": zoom}
    if bounds is not None:
        west, south, east, north = bounds
        view = {"bounds": [[south, west], [north, east]], "boundsOptions": {"padding": [36, 36], "maxZoom": SINGLE_ZOOM}}
    return html.Div(
        dl.MapContainer(
            shown, id=MAP_ID, className="social-map", keyboard=False, minZoom=9, maxZoom=19, attributionControl=True, **view
        ),
        className="map-in",
    )


def bounds_of(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of lon, lat points; None where there are none."""
    if not points:
        return None
    lon, lat = [x for x, _ in points], [y for _, y in points]
    return min(lon), min(lat), max(lon), max(lat)
