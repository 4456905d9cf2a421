"""One executor: its figures, its peers beside, week by week, by topic, how late, and what lies open the longest."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, dcc, html
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import executors
from dashboard.components.board import Spec, board
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.page_head import page_head
from dashboard.components.states import notice
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/executor"


class Ids(StrEnum):
    """Parts of the page."""

    NAME = "executor-name"
    KPIS = "executor-kpis"
    PEERS = "executor-peers"
    TREND = "executor-trend"
    TOPICS = "executor-topics"
    LATENESS = "executor-lateness"
    REASONS = "executor-reasons"
    OLDEST = "executor-oldest"


CARDS: dict[Ids, Spec] = {
    Ids.PEERS: Spec(
        executors.one_against_peers, "executors.card.peers", "executors.define.rate", "full", "m", has_figure=False
    ),
    Ids.TREND: Spec(executors.one_over_time, "executors.card.trend", "executors.define.trend", "half", "m"),
    Ids.TOPICS: Spec(executors.one_topics, "executors.card.topics", "sla.define.topics", "half", "m"),
    Ids.LATENESS: Spec(executors.one_lateness, "executors.card.lateness", "sla.define.lateness", "half", "m"),
    Ids.REASONS: Spec(executors.one_reasons, "executors.card.reasons", "followups.define.reasons", "half", "m"),
    Ids.OLDEST: Spec(
        executors.one_oldest, "executors.card.oldest", "executors.define.oldest", "full", "m", has_figure=False
    ),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """Name, figures, charts of the executor that the filters name."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
    back = dcc.Link(t("executors.back"), href="/executors", className="button")
    return html.Div(
        [
            page_head(t("executors.one_title"), t("executors.choose"), t, back),
            html.Div(id=Ids.NAME, className="one-name"),
            html.Div(kpi_skeleton(len(executors.ONE_KPIS)), id=Ids.KPIS),
            html.Div(cards, className="cards"),
        ]
    )


def name(view: View) -> Component:
    """Who it is, and of what kind."""
    code = executors.chosen(view)
    if not code:
        return notice(view.t("executors.one_few"))
    kind = view.t(f"executor_kind.{view.reference.cell('executor', code, 'kind')}")
    return html.H2([view.reference.label("executor", code, view.lang), " ", html.Span(kind, className="meta")])


def strip(view: View) -> Component:
    """Its figures."""
    alone = executors.narrowed(view)
    return kpi_strip(kpi_cards(alone, executors.ONE_KPIS), view.t, label=view.t("executors.one_title"))


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts; the executors' table leads to it."""
    deps.pages.add(Page(PATH, "executors.one_title", partial(layout, deps)))
    bind_block(deps, Ids.NAME, name)
    bind_block(deps, Ids.KPIS, strip)
    for card_id, spec in CARDS.items():
        bind(deps, card_id, spec.chart_of, has_figure=spec.has_figure)
