"""The layout of plotly maps: a style dictionary of our own over our own tiles, or the territories alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.theme import template

EMPTY_STYLE: Mapping[str, Any] = {
    "version": 8,
    "sources": {"nothing": {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}}},
    "layers": [],
}
"""A style with nothing in it: points and outlines are drawn on the card's own background, with no request at all.

It names a source, because plotly drops empty objects on the way, and MapLibre refuses a style without `sources`: the
map was given up with "Map error." and its marks were missing.
"""


def map_layout(
    *,
    lon: float,
    lat: float,
    zoom: float,
    styles: Mapping[str, Mapping[str, Any]] | None = None,
    is_selectable: bool = False,
) -> dict[str, Any]:
    """The layout of a map centred on a place; `styles`: MapLibre styles without `glyphs`, their tile URLs absolute.

    It holds the `light` style, and the `dark` one as `meta.dark_style` for `assets/staff/answers.js`: only the browser
    knows which of them its reader sees, and an answer is kept for all readers.
    """
    styles = styles or {"light": EMPTY_STYLE}
    return {
        "template": template(),
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "hovermode": "closest",
        "showlegend": False,
        "modebar": {"bgcolor": "rgba(255,255,255,0.9)", "color": "#4a5866", "activecolor": "#12304a"},
        "dragmode": "select" if is_selectable else "pan",
        "map": {"style": dict(styles["light"]), "center": {"lon": lon, "lat": lat}, "zoom": zoom},
        "uirevision": "map",
        **({"meta": {"dark_style": dict(styles["dark"])}} if "dark" in styles else {}),
    }
