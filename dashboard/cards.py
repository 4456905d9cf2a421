"""Cards bound to their data: one function per card gives what the screen shows and what the files hold.

Because both come from the same function and the same filters, the totals of a download equal the screen.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard.components.card import Chart, blank_figure, filled
from dashboard.components.ids import Shell
from dashboard.components.states import error_state
from dashboard.i18n import Texts
from dashboard.view import View, language, view

if TYPE_CHECKING:
    from dashboard.deps import Deps

log = logging.getLogger(__name__)

ChartOf = Callable[[View], Chart]
BlockOf = Callable[[View], Any]


@dataclass
class Cards:
    """The charts of one app by card id; the downloads look here."""

    _charts: dict[str, ChartOf] = field(default_factory=dict)

    def add(self, card_id: str, chart_of: ChartOf) -> None:
        """Add a chart; its id must be new (`ValueError`)."""
        if card_id in self._charts:
            raise ValueError(f"two cards are named {card_id}: rename one")
        self._charts[card_id] = chart_of

    def find(self, card_id: str) -> ChartOf | None:
        """The function behind a card."""
        return self._charts.get(card_id)


def bind(app: Dash, deps: Deps, card_id: str, chart_of: ChartOf, *, has_figure: bool = True) -> None:
    """Fill the card `card_id` (made by `components.card.card`) with `chart_of(view)` whenever the filters change."""
    deps.cards.add(card_id, chart_of)

    def update(search: str | None) -> tuple[Any, ...]:
        seen = view(deps, search or "")
        csv, xlsx = (f"/download/{card_id}.{kind}?{seen.query}" for kind in ("csv", "xlsx"))
        says, figure, more = filled(chart_of(seen), seen.t, csv=csv, xlsx=xlsx)
        return (says, figure, more) if has_figure else (says, more)

    def failed(error: Exception) -> tuple[Any, ...]:
        state = [_failure(deps, card_id, error)]
        return (state, blank_figure(), []) if has_figure else (state, [])

    outputs = [Output(f"{card_id}-says", "children"), Output(f"{card_id}-more", "children")]
    if has_figure:
        outputs.insert(1, Output(f"{card_id}-graph", "figure"))
    app.callback(*outputs, Input(Shell.URL, "search"), on_error=failed)(update)


def bind_block(app: Dash, deps: Deps, block_id: str, block_of: BlockOf) -> None:
    """Fill the component `block_id` with `block_of(view)` whenever the filters change."""

    def update(search: str | None) -> Any:
        return block_of(view(deps, search or ""))

    def failed(error: Exception) -> Any:
        return _failure(deps, block_id, error)

    app.callback(Output(block_id, "children"), Input(Shell.URL, "search"), on_error=failed)(update)


def _failure(deps: Deps, where: str, error: Exception) -> Any:
    """Tell the reader and the log, with a word that joins the two; the error's text stays in the log."""
    reference = secrets.token_hex(4)
    log.error("%s failed, reference %s", where, reference, exc_info=error)
    return error_state(Texts(language(deps)), reference=reference)
