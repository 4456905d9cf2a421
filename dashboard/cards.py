"""Cards bound to their data: one function per card gives what the screen shows and what the files hold.

Because both come from the same function and the same filters, the totals of a download equal the screen.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import flask
from dash import Dash, Input, Output
from dash.development.base_component import Component

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
    """The charts of one app by card id, where the downloads look; and the blocks that a page brings along."""

    _charts: dict[str, ChartOf] = field(default_factory=dict)
    _first: dict[str, tuple[BlockOf, Callable[[View], bool]]] = field(default_factory=dict)

    def add(self, card_id: str, chart_of: ChartOf) -> None:
        """Add a chart; its id must be new (`ValueError`)."""
        if card_id in self._charts:
            raise ValueError(f"two cards are named {card_id}: rename one")
        self._charts[card_id] = chart_of

    def find(self, card_id: str) -> ChartOf | None:
        """The function behind a card."""
        return self._charts.get(card_id)

    def add_first(self, block_id: str, block_of: BlockOf, is_quick: Callable[[View], bool]) -> None:
        """Have the block `block_id` filled before its page leaves the server, where it `is_quick`."""
        self._first[block_id] = block_of, is_quick

    def fill_first(self, page: Component, seen: View) -> None:
        """Fill the blocks of `page` that are read first; one that fails is left to its callback, which says so."""
        ids = {one for one in page if isinstance(one, str)}
        for block_id, (block_of, is_quick) in self._first.items():
            try:
                if block_id in ids and is_quick(seen):
                    page[block_id].children = block_of(seen)
            except Exception:  # noqa: BLE001 the page is there without it, and its callback tells and logs the fault
                log.info("%s is not filled before its page leaves", block_id)


def bind(app: Dash, deps: Deps, card_id: str, chart_of: ChartOf, *, has_figure: bool = True) -> None:
    """Fill the card `card_id` (made by `components.card.card`) with `chart_of(view)` whenever the filters change."""
    deps.cards.add(card_id, chart_of)

    def made(seen: View) -> tuple[Any, ...]:
        csv, xlsx = (f"/download/{card_id}.{kind}?{seen.query}" for kind in ("csv", "xlsx"))
        with deps.answers.turn():
            says, figure, more = filled(chart_of(seen), seen.t, csv=csv, xlsx=xlsx)
        return (says, figure, more) if has_figure else (says, more)

    def update(search: str | None) -> tuple[Any, ...]:
        answer: tuple[Any, ...] = _kept(view(deps, search or ""), card_id, made)
        return answer

    def failed(error: Exception) -> tuple[Any, ...]:
        state = [_failure(deps, card_id, error)]
        return (state, blank_figure(), []) if has_figure else (state, [])

    outputs = [Output(f"{card_id}-says", "children"), Output(f"{card_id}-more", "children")]
    if has_figure:
        outputs.insert(1, Output(f"{card_id}-graph", "figure"))
    app.callback(*outputs, Input(Shell.URL, "search"), on_error=failed)(update)


def bind_block(
    app: Dash,
    deps: Deps,
    block_id: str,
    block_of: BlockOf,
    *,
    is_first: bool | Callable[[View], bool] = False,
    is_kept: bool = True,
) -> None:
    """Fill the component `block_id` with `block_of(view)` whenever the filters change.

    `is_first`: it is read first, so the page brings it along (a function says for which views). `is_kept=False`: what
    it says follows from more than the view (a cookie, what was just written), so it is made anew each time.
    """

    def made(seen: View) -> Any:
        return _kept(seen, block_id, block_of) if is_kept else block_of(seen)

    def update(search: str | None) -> Any:
        return made(view(deps, search or ""))

    def failed(error: Exception) -> Any:
        return _failure(deps, block_id, error)

    if is_first:
        deps.cards.add_first(block_id, made, is_first if callable(is_first) else _always)
    app.callback(Output(block_id, "children"), Input(Shell.URL, "search"), on_error=failed)(update)


def _always(_seen: View) -> bool:
    return True


def _kept(seen: View, name: str, make: Callable[[View], Any]) -> Any:
    """The answer of `make`, kept; figures may follow the reader's theme, and maps name the host their tiles are of."""
    here = flask.request if flask.has_request_context() else None
    ground = (here.cookies.get("linka_theme", ""), here.host_url) if here else ()
    return seen.deps.answers.of((name, *seen.key, *ground), lambda: make(seen))


def _failure(deps: Deps, where: str, error: Exception) -> Any:
    """Tell the reader and the log, with a word that joins the two; the error's text stays in the log."""
    reference = secrets.token_hex(4)
    log.error("%s failed, reference %s", where, reference, exc_info=error)
    return error_state(Texts(language(deps)), reference=reference)
