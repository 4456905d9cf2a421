"""Cards bound to their data: one function per card gives what the screen shows and what the files hold.

Because both come from the same function and the same filters, the totals of a download equal the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import flask

from dashboard.components.card import Chart, filled
from dashboard.components.states import error_state
from dashboard.faults import apart
from dashboard.parts import Part, PartOf, Parts
from dashboard.view import View

if TYPE_CHECKING:
    from dashboard.deps import Deps

ChartOf = Callable[[View], Chart]
BlockOf = Callable[[View], Any]


@dataclass
class Cards:
    """The charts of one app by card id, where the downloads look; and the parts of its pages."""

    parts: Parts = field(default_factory=Parts)
    _charts: dict[str, ChartOf] = field(default_factory=dict)

    def add(self, card_id: str, chart_of: ChartOf) -> None:
        """Add a chart; its id must be new (`ValueError`)."""
        if card_id in self._charts:
            raise ValueError(f"two cards are named {card_id}: rename one")
        self._charts[card_id] = chart_of

    def find(self, card_id: str) -> ChartOf | None:
        """The function behind a card."""
        return self._charts.get(card_id)


def bind(deps: Deps, card_id: str, chart_of: ChartOf, *, has_figure: bool = True) -> None:
    """Fill the card `card_id` (made by `components.card.card`) with `chart_of(view)` whenever the filters change."""
    deps.cards.add(card_id, chart_of)
    says_at, graph_at, more_at = f"{card_id}-says", f"{card_id}-graph", f"{card_id}-more"

    def made(seen: View) -> Part:
        csv, xlsx = (f"/download/{card_id}.{kind}?{seen.query}" for kind in ("csv", "xlsx"))
        with deps.answers.turn():
            says, figure, more = filled(chart_of(seen), seen.t, csv=csv, xlsx=xlsx)
        return Part.of(
            {says_at: says, more_at: more}, {graph_at: figure if figure["data"] else None} if has_figure else {}
        )

    def failed(reference: str, seen: View) -> Part:
        says = error_state(seen.t, reference=reference)
        return Part.of({says_at: says, more_at: []}, {graph_at: None} if has_figure else {})

    deps.cards.parts.add(card_id, _told(made, card_id, failed))


def bind_block(
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

    def made(seen: View) -> Part:
        return Part.of({block_id: block_of(seen)})

    def failed(reference: str, seen: View) -> Part:
        return Part.of({block_id: error_state(seen.t, reference=reference)})

    first = is_first if callable(is_first) else _always if is_first else None
    deps.cards.parts.add(block_id, _told(made, block_id, failed, is_kept=is_kept), is_first=first)


def _always(_seen: View) -> bool:
    return True


def _told(make: PartOf, name: str, failed: Callable[[str, View], Part], *, is_kept: bool = True) -> PartOf:
    """`make` kept by view and ground; where it fails, its place says so and the other parts of the page go on."""

    def told(seen: View) -> Part:
        return apart(
            name, lambda: _kept(seen, name, make) if is_kept else make(seen), lambda reference: failed(reference, seen)
        )

    return told


def _kept(seen: View, name: str, make: PartOf) -> Part:
    """The answer of `make`, kept; figures may follow the reader's theme, and maps name the host their tiles are of."""
    here = flask.request if flask.has_request_context() else None
    ground = (here.cookies.get("linka_theme", ""), here.host_url) if here else ()
    part: Part = seen.deps.answers.of((name, *seen.key, *ground), lambda: make(seen))
    return part
