"""Calls back: tried, reached, confirmed, satisfied, why denied, and the ledger of closings that were none."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import followups
from dashboard.components.board import Spec, board
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/followups"


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "followups-kpis"
    STEPS = "followups-steps"
    WEEKLY = "followups-weekly"
    REASONS = "followups-reasons"
    FALSE_EXECUTOR = "followups-false-executor"
    FALSE_TOPIC = "followups-false-topic"
    CONFIRMED_EXECUTOR = "followups-confirmed-executor"
    CONFIRMED_TOPIC = "followups-confirmed-topic"
    LEDGER = "followups-ledger"


CARDS: dict[Ids, Spec] = {
    Ids.STEPS: Spec(followups.steps, "followups.card.steps", "followups.define.steps", "half", "m"),
    Ids.WEEKLY: Spec(followups.weekly, "followups.card.weekly", "followups.define.weekly", "half", "m"),
    Ids.LEDGER: Spec(
        followups.ledger, "followups.card.ledger", "followups.define.ledger", "full", "l", has_figure=False
    ),
    Ids.REASONS: Spec(followups.reasons, "followups.card.reasons", "followups.define.reasons", "half", "l"),
    Ids.FALSE_TOPIC: Spec(
        followups.false_by_topic, "followups.card.false_topic", "followups.define.false", "half", "l"
    ),
    Ids.FALSE_EXECUTOR: Spec(
        followups.false_by_executor, "followups.card.false_executor", "executors.define.rate", "half", "xl"
    ),
    Ids.CONFIRMED_EXECUTOR: Spec(
        followups.confirmed_by_executor, "followups.card.confirmed_executor", "executors.define.rate", "half", "xl"
    ),
    Ids.CONFIRMED_TOPIC: Spec(
        followups.confirmed_by_topic, "followups.card.confirmed_topic", "followups.define.confirmed", "full", "l"
    ),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, the charts, the ledger."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
    return html.Div(
        [
            page_head(t("followups.title"), t("followups.lead"), t),
            html.Div(kpi_skeleton(len(followups.KPIS)), id=Ids.KPIS),
            html.Div(cards, className="cards"),
        ]
    )


def strip(view: View) -> Component:
    """The figures of the period."""
    return kpi_strip(kpi_cards(view, followups.KPIS), view.t, label=view.t("followups.title"))


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "followups.title", partial(layout, deps), nav="followups.nav", order=55))
    bind_block(deps, Ids.KPIS, strip, is_first=True)
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)
