"""What a page of cards is made of: each card named once, with its chart, its words and its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dash.development.base_component import Component

from dashboard.components.card import Chart, Size, Width, card
from dashboard.i18n import Texts


class Spec(NamedTuple):
    """One card: what fills it from a view, the keys of its title and definition, its width and height."""

    chart_of: Callable[[Any], Chart]
    title: str
    definition: str
    width: Width = "half"
    size: Size = "m"
    has_figure: bool = True
    is_interactive: bool = False


def board(specs: Mapping[Any, Spec], t: Texts) -> list[Component]:
    """The frames of the cards, by id, in their order."""
    return [
        card(
            card_id, t(spec.title), t, definition=t(spec.definition), width=spec.width, size=spec.size,
            has_figure=spec.has_figure, is_interactive=spec.is_interactive,
        )
        for card_id, spec in specs.items()
    ]  # fmt: skip
