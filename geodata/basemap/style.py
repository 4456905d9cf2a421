"""The base map's look, light and dark: a MapLibre style dict for plotly, paint values for protomaps-leaflet.

Quiet colours, so that Linka's own marks carry the eye. plotly's map has no fonts offline, so its style draws no labels
(a `glyphs` address would be a request to a foreign server); the public map draws them in the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

ATTRIBUTION = "© OpenStreetMap contributors"
Theme = Literal["light", "dark"]

COLOURS: Mapping[Theme, Mapping[str, str]] = {
    "light": {
        "earth": "#f5f4f0", "water": "#b8d5e5", "forest": "#cfe3c5", "park": "#d6e9cb", "grass": "#e2edd6",
        "sport": "#d3e8d2", "cemetery": "#dbe5d3", "residential": "#efede8", "industrial": "#eae7ea",
        "commercial": "#f1eae6", "school": "#f4eed9", "hospital": "#f6e4e2", "pedestrian": "#f3f1f5",
        "parking": "#ececee", "beach": "#f6efd2", "building": "#e2ddd5", "building_line": "#cfc8bd",
        "motorway": "#f2c288", "major": "#f8dda6", "medium": "#ffffff", "minor": "#ffffff", "service": "#ffffff",
        "path": "#b9a898", "steps": "#c4785c", "casing": "#d5d0c6", "rail": "#a9a4a8", "tram": "#bdb5be",
        "label": "#3b3a38", "label_halo": "#ffffff", "label_water": "#3a6a86", "label_poi": "#5a4a3a",
    },
    "dark": {
        "earth": "#1d2126", "water": "#16313f", "forest": "#1f2f26", "park": "#22342a", "grass": "#232f29",
        "sport": "#22352e", "cemetery": "#252f2b", "residential": "#21262b", "industrial": "#26262d",
        "commercial": "#292729", "school": "#2b2a24", "hospital": "#332527", "pedestrian": "#272a31",
        "parking": "#25292e", "beach": "#302e25", "building": "#2b3036", "building_line": "#363c43",
        "motorway": "#7a5c34", "major": "#5f5236", "medium": "#545b65", "minor": "#474e57", "service": "#3d444b",
        "path": "#5b534c", "steps": "#84543f", "casing": "#15181c", "rail": "#56545a", "tram": "#4c4a52",
        "label": "#e4e2de", "label_halo": "#14171a", "label_water": "#8fbcd6", "label_poi": "#cdbfae",
    },
}  # fmt: skip
ROAD_WIDTHS = {
    "path": (14, 0.8, 18, 3), "steps": (14, 1.2, 18, 4), "service": (14, 1, 18, 7), "minor": (12, 0.8, 18, 12),
    "medium": (10, 0.8, 18, 16), "major": (9, 1, 18, 20), "motorway": (9, 1.4, 18, 24),
}  # fmt: skip
"""Per kind: zoom, width, zoom, width (pixels), grown exponentially between; drawn from the smallest to the largest."""

CASED = ("service", "minor", "medium", "major", "motorway")
GREEN = ("forest", "park", "grass", "sport", "cemetery")
AREA = ("residential", "industrial", "commercial", "school", "hospital", "beach", "parking", "pedestrian")


def plotly_style(tile_url: str, theme: Theme = "light", *, min_zoom: int = 9, max_zoom: int = 15) -> dict[str, Any]:
    """A MapLibre style for `layout.map.style`; `tile_url` is absolute and holds {z}, {x}, {y}."""
    colours = COLOURS[theme]
    source = {
        "type": "vector", "tiles": [tile_url], "minzoom": min_zoom, "maxzoom": max_zoom, "attribution": ATTRIBUTION,
    }  # fmt: skip
    layers = [
        {"id": "earth", "type": "background", "paint": {"background-color": colours["earth"]}},
        *(_fill("area", kind, colours[kind]) for kind in AREA),
        *(_fill("green", kind, colours[kind]) for kind in GREEN),
        _layer("water", "fill", "lake", {"fill-color": colours["water"]}),
        _layer("water", "line", "river", {"line-color": colours["water"], "line-width": _width(9, 1, 18, 14)}),
        _layer("water", "line", "stream", {"line-color": colours["water"], "line-width": _width(13, 0.8, 18, 4)}),
        _fill("building", "building", colours["building"], outline=colours["building_line"]),
        *(_road(kind, colours["casing"], extra_px=1.6) for kind in ROAD_WIDTHS if kind in CASED),
        *(_road(kind, colours[kind]) for kind in ROAD_WIDTHS),
        *(
            _layer("rail", "line", kind, {"line-color": colours[colour], "line-width": _width(11, 0.8, 18, 3)})
            for kind, colour in (("rail", "rail"), ("tram", "tram"))
        ),
    ]
    return {"version": 8, "name": f"Linka {theme}", "sources": {"city": source}, "layers": layers}


def _width(low_zoom: float, low_px: float, high_zoom: float, high_px: float, extra_px: float = 0) -> list[Any]:
    growth = ["exponential", 1.6]
    return ["interpolate", growth, ["zoom"], low_zoom, low_px + extra_px, high_zoom, high_px + extra_px]


def _layer(source_layer: str, draw: str, kind: str, paint: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{source_layer}-{kind}-{draw}-{len(paint)}",
        "type": draw,
        "source": "city",
        "source-layer": source_layer,
        "filter": ["==", ["get", "kind"], kind],
        "paint": paint,
    }


def _fill(source_layer: str, kind: str, colour: str, *, outline: str | None = None) -> dict[str, Any]:
    paint = {"fill-color": colour} | ({"fill-outline-color": outline} if outline else {})
    return _layer(source_layer, "fill", kind, paint)


def _road(kind: str, colour: str, *, extra_px: float = 0) -> dict[str, Any]:
    paint: dict[str, Any] = {"line-color": colour, "line-width": _width(*ROAD_WIDTHS[kind], extra_px)}
    if kind in ("path", "steps"):
        paint["line-dasharray"] = [2, 1] if kind == "path" else [0.6, 0.6]
    layer = _layer("road", "line", kind, paint)
    layer["id"] = f"road-{kind}-{'casing' if extra_px else 'line'}"
    layer["layout"] = {"line-cap": "butt" if "line-dasharray" in paint else "round", "line-join": "round"}
    return layer


def protomaps_paint(theme: Theme = "light") -> dict[str, Any]:
    """What the public map's script needs to draw and label the same tiles: colours, widths, layer order."""
    return {
        "colours": dict(COLOURS[theme]),
        "roads": [{"kind": kind, "width": list(width), "cased": kind in CASED} for kind, width in ROAD_WIDTHS.items()],
        "areas": list(AREA),
        "greens": list(GREEN),
        "attribution": ATTRIBUTION,
    }
