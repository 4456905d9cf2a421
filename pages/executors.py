"""All executors side by side, fairly: with intervals, peers on the same topics and classes, and a funnel plot."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import executors
from dashboard.components.board import Spec, board
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/executors"


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "executors-kpis"
    FUNNEL = "executors-funnel"
    SPLIT = "executors-split"
    KINDS = "executors-kinds"
    TABLE = "executors-table"
    ON_TIME = "executors-on-time"
    CONFIRMED = "executors-confirmed"
    FALSE = "executors-false"
    BOUNCES = "executors-bounces"


CARDS: dict[Ids, Spec] = {
    Ids.SPLIT: Spec(
        executors.kinds_table, "executors.card.split", "executors.define.split", "full", "m", has_figure=False
    ),
    Ids.FUNNEL: Spec(executors.funnel_plot, "executors.card.funnel", "executors.define.funnel", "two-thirds", "l"),
    Ids.KINDS: Spec(executors.kinds_on_time, "executors.card.kinds", "executors.define.kinds", "third", "l"),
    Ids.TABLE: Spec(executors.table, "executors.card.table", "executors.define.table", "full", "l", has_figure=False),
    Ids.ON_TIME: Spec(executors.on_time, "executors.card.on_time", "executors.define.rate", "half", "xl"),
    Ids.CONFIRMED: Spec(executors.confirmed, "executors.card.confirmed", "executors.define.rate", "half", "xl"),
    Ids.FALSE: Spec(executors.false_closures, "executors.card.false", "executors.define.rate", "half", "xl"),
    Ids.BOUNCES: Spec(executors.bounces, "executors.card.bounces", "executors.define.rate", "half", "xl"),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, the funnel, the table, and each rate beside the peers'."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
    return html.Div(
        [
            page_head(t("executors.title"), t("executors.lead"), t),
            html.Div(kpi_skeleton(len(executors.KPIS)), id=Ids.KPIS),
            html.Div(cards, className="cards"),
        ]
    )


def strip(view: View) -> Component:
    """The figures of the executors that the filters let through."""
    return kpi_strip(kpi_cards(view, executors.KPIS), view.t, label=view.t("executors.title"))


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "executors.title", partial(layout, deps), nav="executors.title", order=50))
    bind_block(deps, Ids.KPIS, strip, is_first=True)
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)
