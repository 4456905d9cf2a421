"""All executors side by side, fairly: with intervals, peers on the same topics and classes, and a funnel plot."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.cards import ChartOf, bind, bind_block
from dashboard.charts import executors
from dashboard.components.card import Size, Width, card
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


CARDS: dict[Ids, tuple[ChartOf, str, str, Width, Size, bool]] = {
    Ids.SPLIT: (executors.kinds_table, "split", "split", "full", "m", False),
    Ids.FUNNEL: (executors.funnel_plot, "funnel", "funnel", "two-thirds", "l", True),
    Ids.KINDS: (executors.kinds_on_time, "kinds", "kinds", "third", "l", True),
    Ids.TABLE: (executors.table, "table", "table", "full", "l", False),
    Ids.ON_TIME: (executors.on_time, "on_time", "rate", "half", "xl", True),
    Ids.CONFIRMED: (executors.confirmed, "confirmed", "rate", "half", "xl", True),
    Ids.FALSE: (executors.false_closures, "false", "rate", "half", "xl", True),
    Ids.BOUNCES: (executors.bounces, "bounces", "rate", "half", "xl", True),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, the funnel, the table, and each rate beside the peers'."""
    t = Texts(language(deps))
    cards = [
        card(name, t(f"executors.card.{part}"), t, definition=t(f"executors.define.{defined}"), width=width, size=size,
             has_figure=has_figure)
        for name, (_, part, defined, width, size, has_figure) in CARDS.items()
    ]  # fmt: skip
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
    for name, (chart_of, _, _, _, _, has_figure) in CARDS.items():
        bind(deps, name, chart_of, has_figure=has_figure)
