"""How much came in, when, how, from whom and from where, against the period before and the same weekdays' norm."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.cards import ChartOf, bind, bind_block
from dashboard.charts import volumes
from dashboard.components.card import Size, Width, card
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


CARDS: dict[Ids, tuple[ChartOf, str, Width, Size]] = {
    Ids.DAYS: (volumes.over_days, "days", "full", "l"),
    Ids.OUTCOMES: (volumes.outcomes, "outcomes", "half", "m"),
    Ids.HOURS: (volumes.hours, "hours", "half", "m"),
    Ids.CHANNELS: (volumes.channels, "channels", "half", "m"),
    Ids.LINES: (volumes.lines_and_counters, "lines", "half", "m"),
    Ids.CLASSES: (volumes.classes, "classes", "half", "m"),
    Ids.GROUPS: (volumes.groups, "groups", "half", "m"),
    Ids.TERRITORIES: (volumes.territories, "territories", "full", "l"),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, then the charts."""
    t = Texts(language(deps))
    cards = [
        card(name, t(f"volumes.card.{part}"), t, definition=t(f"volumes.card_define.{part}"), width=width, size=size)
        for name, (_, part, width, size) in CARDS.items()
    ]
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
    for name, (chart_of, *_) in CARDS.items():
        bind(deps, name, chart_of)
