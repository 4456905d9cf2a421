"""The take-away map: one HTML file with folium that opens with no network at all, to send, print or carry.

folium names its scripts and styles by CDN address. Here those that are used are written into the file, and there are no
tiles: a map of streets does not fit a message, so places are drawn with names, and the list below says everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import folium

VENDORED = Path(__file__).parents[2] / "assets" / "vendor"
STYLE = """body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#15202b}
.folium-map{position:relative!important;width:100%!important;height:26rem!important;
left:0!important;top:0!important;background:#eef0f2}
li{margin:.6rem 0;break-inside:avoid}.dim{color:#4b5866}h1{font-size:1.4rem}
.leaflet-tooltip{font:inherit;font-size:13px}"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the take-away map; `state` is what holds when the file is made."""

    lon: float | None
    lat: float | None
    name: str
    address: str
    numbers: Sequence[str]
    state: str
    services: Sequence[str]


@cache
def _leaflet() -> tuple[str, str]:
    script = (VENDORED / "leaflet.js.txt").read_text(encoding="utf-8")
    return script, (VENDORED / "leaflet.css.txt").read_text(encoding="utf-8")


def takeaway(
    spots: Sequence[Spot],
    *,
    title: str,
    lang: str,
    steps: Sequence[str],
    route: Sequence[Mapping[str, Any]],
    steps_title: str,
    hot_line: str,
) -> str:
    """The file: map, steps in words and a list with contacts."""
    placed = [spot for spot in spots if spot.lon is not None and spot.lat is not None]
    lines = [line["geometry"]["coordinates"] for line in route]
    points = [(spot.lat, spot.lon) for spot in placed] + [(y, x) for line in lines for x, y in line]
    drawn = folium.Map(
        location=points[0] if points else (0, 0), zoom_start=15, tiles=None, attr="© OpenStreetMap contributors"
    )
    for line in lines:
        folium.PolyLine([(y, x) for x, y in line], color="#b23c1e", weight=5).add_to(drawn)
    for number, spot in enumerate(placed, 1):
        words = escape(f"{number}. {spot.name}")
        folium.CircleMarker(
            (spot.lat or 0.0, spot.lon or 0.0),
            radius=12,
            color="#ffffff",
            weight=2,
            fill=True,
            fill_color="#17588f",
            fill_opacity=1,
            tooltip=folium.Tooltip(words, permanent=len(placed) <= 12),
            popup=folium.Popup(words),
        ).add_to(drawn)
    if len(points) > 1:
        drawn.fit_bounds(
            [
                [min(y for y, _ in points), min(x for _, x in points)],
                [max(y for y, _ in points), max(x for _, x in points)],
            ]
        )
    return _whole(drawn, _words(placed or spots, title, steps, steps_title, hot_line), title, lang)


def _words(spots: Sequence[Spot], title: str, steps: Sequence[str], steps_title: str, hot_line: str) -> str:
    parts = [f"<h1>{escape(title)}</h1><p>{escape(hot_line)}</p>"]
    if steps:
        listed = "".join(f"<li>{escape(step)}</li>" for step in steps)
        parts.append(f"<h2>{escape(steps_title)}</h2><ol>{listed}</ol>")
    rows = "".join(
        f"<li><strong>{escape(spot.name)}</strong><br>{escape(spot.address)}<br>{escape(', '.join(spot.numbers))}"
        f"<br>{escape(spot.state)}<br><span class='dim'>{escape(' · '.join(spot.services))}</span></li>"
        for spot in spots
    )
    return "".join([*parts, f"<ol>{rows}</ol>"])


def _whole(drawn: folium.Map, words: str, title: str, lang: str) -> str:
    """folium's page with nothing left that would be fetched."""
    page = str(drawn.get_root().render())
    page = re.sub(r"<script src=\"[^\"]*\"></script>|<link rel=\"stylesheet\"[^>]*/?>", "", page)
    script, style = _leaflet()
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style><script>{script}</script>'
    page = page.replace("<html>", f'<html lang="{lang}">', 1).replace("<head>", f"<head>{head}", 1)
    page = page.replace("</head>", f"<style>{STYLE}</style></head>", 1)
    return page.replace("</body>", f"{words}</body>", 1)
