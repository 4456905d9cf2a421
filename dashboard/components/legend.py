"""The key of a figure as HTML: unlike plotly's own legend it wraps on a phone, prints, and is read aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard import theme

TOKENS: Final = {
    theme.BLUE: "blue", theme.ORANGE: "orange", theme.GREEN: "green", theme.PURPLE: "purple", theme.OLIVE: "olive",
    theme.ROSE: "rose", theme.SLATE: "slate", theme.LATE: "late", theme.LATE_3X: "late-3x",
    **{colour: f"age-{code}" for code, colour in theme.AGES.items()},
}  # fmt: skip
"""Colour of the figures to the class that has it."""


@dataclass(frozen=True)
class Key:
    """One entry: what it stands for, its colour, and its shape as a sign."""

    name: str
    colour: str
    sign: str = "■"


def legend(keys: Sequence[Key]) -> Component:
    """The entries in a row that wraps."""
    items = [
        html.Li([html.Span(key.sign, className=f"key key-{TOKENS[key.colour]}", **{"aria-hidden": "true"}), key.name])
        for key in keys
    ]
    return html.Ul(items, className="legend-keys")
