"""Who got through, how long it took, what was solved at once, and what still waits for the contact centre."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard import queries
from dashboard.cards import ChartOf, bind, bind_block
from dashboard.charts import contact_centre as centre
from dashboard.charts import milestones
from dashboard.components.card import Size, Width, card
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/contact-centre"
TICKET_KPIS = ("tickets", "ticket_wait_median_s", "ticket_wait_p90_s", "service_median_min")


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "centre-kpis"
    REACHED = "centre-reached"
    LEVEL = "centre-level"
    WAITS = "centre-waits"
    HOURS = "centre-hours"
    LOST = "centre-lost"
    LINES = "centre-lines"
    SOLVED = "centre-solved"
    MESSAGES = "centre-messages"
    LIST = "centre-list"
    TICKETS = "centre-tickets"
    AFTER = "centre-after"


CARDS: dict[Ids, tuple[ChartOf, str, Width, Size]] = {
    Ids.REACHED: (centre.reached, "reached", "full", "l"),
    Ids.LEVEL: (centre.level, "level", "half", "m"),
    Ids.WAITS: (centre.waits, "waits", "half", "m"),
    Ids.HOURS: (centre.hours, "hours", "half", "m"),
    Ids.LOST: (centre.lost_hours, "lost", "half", "m"),
    Ids.LINES: (centre.lines, "lines", "full", "m"),
    Ids.MESSAGES: (centre.messages, "messages", "half", "m"),
    Ids.SOLVED: (centre.solved, "solved", "half", "m"),
    Ids.TICKETS: (centre.tickets, "tickets", "half", "m"),
    Ids.AFTER: (milestones.after_milestones, "after", "half", "m"),
    Ids.LIST: (centre.message_list, "list", "full", "m"),
}
TABLES = (Ids.LINES, Ids.LIST)


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, then the cards."""
    t = Texts(language(deps))
    cards = [
        card(
            name,
            t(f"centre.card.{part}"),
            t,
            definition=t(f"centre.card_define.{part}"),
            width=width,
            size=size,
            has_figure=name not in TABLES,
        )
        for name, (_, part, width, size) in CARDS.items()
    ]
    return html.Div(
        [
            page_head(t("centre.title"), t("centre.lead"), t),
            html.Div(kpi_skeleton(len(centre.KPIS)), id=Ids.KPIS),
            html.Div(cards, className="cards"),
        ]
    )


def strip(view: View) -> Component:
    """The figures of the period; those of the queue of tickets where there is one."""
    has_tickets = queries.total(view.read, view.filters, "tickets", now=view.now)
    ids = (*centre.KPIS, *TICKET_KPIS) if has_tickets else centre.KPIS
    return kpi_strip(kpi_cards(view, ids), view.t, label=view.t("centre.title"))


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "centre.title", partial(layout, deps), nav="centre.nav", order=60))
    bind_block(deps, Ids.KPIS, strip, is_first=True)
    for name, (chart_of, *_) in CARDS.items():
        bind(deps, name, chart_of, has_figure=name not in TABLES)
