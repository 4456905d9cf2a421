"""The take-away map: one HTML file with folium that opens with no network at all, to send, print or carry.

folium names its scripts and styles by CDN address. Here those that are used are written into the file. Tiles do not fit
a message, so the streets around are drawn as lines with the names of the longest, and the words below say everything.
folium's pop-ups need a library more (jQuery): names stand beside the markers instead.
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

from geodata.basemap.style import ATTRIBUTION
from geodata.network.excerpt import Excerpt

VENDORED = Path(__file__).parents[2] / "assets" / "vendor"
NAMED_MARKERS = 3
"""More names than these would cover each other; the numbers remain."""
NO_PICTURES = ';L.Icon.Default.imagePath="data:,";'
"""Leaflet's own marker, which folium makes first and then replaces, would ask for two pictures."""
STREET_LOOK = (("minor", "#ffffff", 3), ("main", "#f3dfae", 6))
RIDE, OWN_WAY = "#17588f", "#b23c1e"
STYLE = """body{font:16px/1.5 system-ui,sans-serif;box-sizing:border-box;margin:0 auto;max-width:60rem;padding:1rem;
color:#15202b;background:#fff}
.folium-map{position:relative!important;width:100%!important;height:26rem!important;
left:0!important;top:0!important;background:#e3e5e8!important}
.qr{overflow-wrap:anywhere}.qr svg{width:9rem;height:9rem;background:#fff}
li{margin:.4rem 0;break-inside:avoid}.dim{color:#4b5866}h1{font-size:1.4rem;margin:.3rem 0}h2{font-size:1.1rem}
.leaflet-tooltip{font:inherit;font-size:13px}
.street{font-size:11px;color:#3f4a55;white-space:nowrap;text-shadow:0 0 2px #fff,0 0 2px #fff,0 0 2px #fff}
.number{display:grid;place-items:center;width:26px;height:26px;border-radius:50%;background:#17588f;color:#fff;
border:2px solid #fff;font-weight:700;font-size:13px;box-shadow:0 1px 4px #0008}
.from{background:#f2b200;color:#15202b;border-radius:5px}
@media print{body{font-size:12px;padding:0}.folium-map{height:18rem!important}.leaflet-control{display:none}}"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the take-away map; `hours` are the week's, as the file may be read on any day."""

    lon: float | None
    lat: float | None
    name: str
    address: str
    numbers: Sequence[str]
    hours: str
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
    link: str,
    qr: str,
    streets: Excerpt | None = None,
) -> str:
    """The file: map, steps in words, a list with contacts, and the way back to the live page: `link` and its QR code.

    `qr` is an SVG.
    """
    placed = [spot for spot in spots if spot.lon is not None and spot.lat is not None]
    points = drawn_points(spots, route)
    drawn = folium.Map(
        location=points[0] if points else (0, 0), zoom_start=15, tiles=None, attribution_control=False, max_zoom=19
    )
    if streets is not None:
        _draw_streets(drawn, streets)
    _draw_route(drawn, route)
    for number, spot in enumerate(placed, 1):
        icon = folium.DivIcon(html=f'<span class="number">{number}</span>', icon_size=(26, 26), icon_anchor=(13, 13))
        tip = folium.Tooltip(escape(spot.name), permanent=len(placed) <= NAMED_MARKERS, sticky=False, offset=(14, 0))
        folium.Marker((spot.lat or 0.0, spot.lon or 0.0), icon=icon, tooltip=tip).add_to(drawn)
    if len(points) > 1:
        lats, lons = zip(*points, strict=True)
        drawn.fit_bounds([[min(lats), min(lons)], [max(lats), max(lons)]], padding=(30, 30), max_zoom=17)
    return _whole(
        drawn, _words(placed or spots, steps, steps_title), _head(title, hot_line), _foot(link, qr), title, lang
    )


def drawn_points(spots: Sequence[Spot], route: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Everything that the map must show, as lat, lon."""
    ends = [(spot.lat, spot.lon) for spot in spots if spot.lat is not None and spot.lon is not None]
    return ends + [(y, x) for line in route for x, y in line["geometry"]["coordinates"]]


def _draw_streets(drawn: folium.Map, streets: Excerpt) -> None:
    for kind, color, weight in STREET_LOOK:
        if lines := getattr(streets, kind):
            folium.PolyLine(lines, color=color, weight=weight, opacity=1, interactive=False).add_to(drawn)
    for name, lat, lon in streets.labels:
        icon = folium.DivIcon(html=f'<span class="street">{escape(name)}</span>', icon_size=(0, 0))
        folium.Marker((lat, lon), icon=icon, interactive=False, keyboard=False).add_to(drawn)


def _draw_route(drawn: folium.Map, route: Sequence[Mapping[str, Any]]) -> None:
    for line in route:
        is_ride = line["properties"].get("ride")
        look = {"color": RIDE, "weight": 6} if is_ride else {"color": OWN_WAY, "weight": 5, "dash_array": "1 9"}
        folium.PolyLine([(y, x) for x, y in line["geometry"]["coordinates"]], interactive=False, **look).add_to(drawn)
    if route:
        lon, lat = route[0]["geometry"]["coordinates"][0]
        icon = folium.DivIcon(html='<span class="number from">⚑</span>', icon_size=(26, 26), icon_anchor=(13, 13))
        folium.Marker((lat, lon), icon=icon, interactive=False, keyboard=False).add_to(drawn)


def _head(title: str, hot_line: str) -> str:
    number = re.sub(r"[^+\d]", "", hot_line)
    return f'<h1>{escape(title)}</h1><p><a href="tel:{number}">{escape(hot_line)}</a></p>'


def _foot(link: str, qr: str) -> str:
    return f'<p class="qr">{qr}<br><a href="{escape(link)}">{escape(link)}</a></p>'


def _words(spots: Sequence[Spot], steps: Sequence[str], steps_title: str) -> str:
    parts = [f"<p class='dim'>{escape(ATTRIBUTION)}</p>"]
    if steps:
        listed = "".join(f"<li>{escape(step)}</li>" for step in steps[1:])
        parts.append(f"<h2>{escape(steps_title)}: {escape(steps[0])}</h2><ol>{listed}</ol>")
    rows = "".join(
        f"<li><strong>{escape(spot.name)}</strong><br>{escape(spot.address)}<br>{_calls(spot.numbers)}"
        f"<br>{escape(spot.hours)}<br><span class='dim'>{escape(' · '.join(spot.services))}</span></li>"
        for spot in spots
    )
    return "".join([*parts, f"<ol>{rows}</ol>"])


def _calls(numbers: Sequence[str]) -> str:
    return ", ".join(f'<a href="tel:{re.sub(r"[^+0-9]", "", number)}">{escape(number)}</a>' for number in numbers)


def _whole(drawn: folium.Map, words: str, top: str, foot: str, title: str, lang: str) -> str:
    """folium's page with nothing left that would be fetched."""
    page = str(drawn.get_root().render())
    page = re.sub(r"<script src=\"[^\"]*\"></script>|<link rel=\"stylesheet\"[^>]*/?>", "", page)
    script, style = _leaflet()
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
    head += f"<script>{script}{NO_PICTURES}</script>"
    page = page.replace("<html>", f'<html lang="{lang}">', 1).replace("<head>", f"<head>{head}", 1)
    page = page.replace("</head>", f"<style>{STYLE}</style></head>", 1).replace("<body>", f"<body>{top}", 1)
    return page.replace("</body>", f"{words}{foot}</body>", 1)
