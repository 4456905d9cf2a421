"""Sparklines: the shape of the last values, as an image that needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboard.theme import BLUE, SLATE

WIDTH: Final = 160
HEIGHT: Final = 30
_PAD: Final = 3


def sparkline(values: Sequence[float]) -> Component | None:
    """The line of `values` with its last point marked, None below two; decorative, the number stands beside it."""
    known = [float(value) for value in values if value == value]
    if len(known) < 2:
        return None
    return html.Img(
        src=f"data:image/svg+xml,{quote(svg(known))}", alt="", className="spark", width=WIDTH, height=HEIGHT
    )


def svg(values: Sequence[float]) -> str:
    """The drawing itself, from zero or the lowest value up to the highest."""
    low, high = min(0.0, *values), max(*values, 0.0)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * _PAD) / (len(values) - 1)
    points = [
        (round(_PAD + place * step, 1), round(HEIGHT - _PAD - (value - low) / span * (HEIGHT - 2 * _PAD), 1))
        for place, value in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    area = f"{points[0][0]},{HEIGHT - _PAD} {line} {points[-1][0]},{HEIGHT - _PAD}"
    x, y = points[-1]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f'<polygon points="{area}" fill="{SLATE}" fill-opacity=".12"/>'
        f'<polyline points="{line}" fill="none" stroke="{BLUE}" stroke-width="1.6" stroke-linejoin="round"/>'
        f'<circle cx="{x}" cy="{y}" r="2.6" fill="{BLUE}"/></svg>'
    )
