"""How much came in, when, how, from whom and from where, against the period before and the same weekdays' norm."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import volumes
from dashboard.components.board import Spec, board
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/volumes"


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "volumes-kpis"
    DAYS = "volumes-days"
    OUTCOMES = "volumes-outcomes"
    HOURS = "volumes-hours"
    CHANNELS = "volumes-channels"
    LINES = "volumes-lines"
    CLASSES = "volumes-classes"
    GROUPS = "volumes-groups"
    TERRITORIES = "volumes-territories"


CARDS: dict[Ids, Spec] = {
    Ids.DAYS: Spec(volumes.over_days, "volumes.card.days", "volumes.card_define.days", "full", "l"),
    Ids.OUTCOMES: Spec(volumes.outcomes, "volumes.card.outcomes", "volumes.card_define.outcomes", "half", "m"),
    Ids.HOURS: Spec(volumes.hours, "volumes.card.hours", "volumes.card_define.hours", "half", "m"),
    Ids.CHANNELS: Spec(volumes.channels, "volumes.card.channels", "volumes.card_define.channels", "half", "m"),
    Ids.LINES: Spec(volumes.lines_and_counters, "volumes.card.lines", "volumes.card_define.lines", "half", "m"),
    Ids.CLASSES: Spec(volumes.classes, "volumes.card.classes", "volumes.card_define.classes", "half", "m"),
    Ids.GROUPS: Spec(volumes.groups, "volumes.card.groups", "volumes.card_define.groups", "half", "m"),
    Ids.TERRITORIES: Spec(
        volumes.territories, "volumes.card.territories", "volumes.card_define.territories", "full", "l"
    ),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, then the charts."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
    return html.Div(
        [
            page_head(t("volumes.title"), t("volumes.lead"), t),
            html.Div(kpi_skeleton(len(volumes.KPIS)), id=Ids.KPIS),
            html.Div(cards, className="cards"),
        ]
    )


def strip(view: View) -> Component:
    """The figures of the period."""
    return kpi_strip(kpi_cards(view, volumes.KPIS), view.t, label=view.t("volumes.title"))


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "volumes.title", partial(layout, deps), nav="volumes.title", order=20))
    bind_block(deps, Ids.KPIS, strip, is_first=True)
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)
