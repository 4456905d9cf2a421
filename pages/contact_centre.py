"""Who got through, how long it took, what was solved at once, and what still waits for the contact centre."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard import queries
from dashboard.cards import bind, bind_block
from dashboard.charts import contact_centre as centre
from dashboard.charts import milestones
from dashboard.components.board import Spec, board
from dashboard.components.kpi import kpi_skeleton, kpi_strip, strip_place
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/contact-centre"


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "centre-kpis"
    WAITING = "centre-waiting"
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


CARDS: dict[Ids, Spec] = {
    Ids.REACHED: Spec(centre.reached, "centre.card.reached", "centre.card_define.reached", "full", "l"),
    Ids.LEVEL: Spec(centre.level, "centre.card.level", "centre.card_define.level", "half", "m"),
    Ids.WAITS: Spec(centre.waits, "centre.card.waits", "centre.card_define.waits", "half", "m"),
    Ids.HOURS: Spec(centre.hours, "centre.card.hours", "centre.card_define.hours", "half", "m"),
    Ids.LOST: Spec(centre.lost_hours, "centre.card.lost", "centre.card_define.lost", "half", "m"),
    Ids.LINES: Spec(centre.lines, "centre.card.lines", "centre.card_define.lines", "full", "m", has_figure=False),
    Ids.MESSAGES: Spec(centre.messages, "centre.card.messages", "centre.card_define.messages", "half", "m"),
    Ids.SOLVED: Spec(centre.solved, "centre.card.solved", "centre.card_define.solved", "half", "m"),
    Ids.TICKETS: Spec(centre.tickets, "centre.card.tickets", "centre.card_define.tickets", "half", "s"),
    Ids.AFTER: Spec(milestones.after_milestones, "centre.card.after", "centre.card_define.after", "half", "s"),
    Ids.LIST: Spec(centre.message_list, "centre.card.list", "centre.card_define.list", "full", "m", has_figure=False),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, then the cards."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
    waiting = strip_place(Ids.WAITING, len(centre.WAITING_KPIS) + len(centre.TICKET_KPIS))
    cards.insert(list(CARDS).index(Ids.MESSAGES), waiting)
    return html.Div(
        [
            page_head(t("centre.title"), t("centre.lead"), t),
            html.Div(kpi_skeleton(len(centre.KPIS)), id=Ids.KPIS),
            html.Div(cards, className="cards"),
        ]
    )


def strip(view: View) -> Component:
    """The figures of the period."""
    return kpi_strip(kpi_cards(view, centre.KPIS), view.t, label=view.t("centre.title"))


def waiting(view: View) -> Component:
    """What waits, beside the messages and the queues: the figures of tickets only where there are any."""
    has_tickets = queries.total(view.read, view.filters, "tickets", now=view.now)
    ids = (*centre.WAITING_KPIS, *(centre.TICKET_KPIS if has_tickets else ()))
    return kpi_strip(kpi_cards(view, ids), view.t, label=view.t("centre.card.messages"))


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "centre.title", partial(layout, deps), nav="centre.nav", order=60))
    bind_block(deps, Ids.KPIS, strip, is_first=True)
    bind_block(deps, Ids.WAITING, waiting)
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)
