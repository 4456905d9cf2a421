"""Terms kept and missed, the promise, what ends soon, each late request with the reason why, and other terms tried."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import backlog, sla, story, what_if
from dashboard.components.board import Spec, board
from dashboard.components.ids import Shell
from dashboard.components.kpi import kpi_skeleton, kpi_strip, strip_place
from dashboard.components.page_head import page_head
from dashboard.components.try_term import try_term
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language, view

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/sla"


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "sla-kpis"
    TIMES = "sla-times"
    CLASSES = "sla-classes"
    TOPICS = "sla-topics"
    SURVIVAL = "sla-survival"
    PROMISES = "sla-promises"
    LATENESS = "sla-lateness"
    DUE_HOURS = "sla-due-hours"
    DUE_LIST = "sla-due-list"
    BACKLOG = "sla-backlog"
    STRIP = "sla-strip"
    LATE_LIST = "sla-late-list"
    TERMS = "sla-terms"
    TRY = "sla-try"
    TRY_CLASS = "sla-try-class"
    TRY_VALUE = "sla-try-value"
    TRY_UNIT = "sla-try-unit"
    TRY_GO = "sla-try-go"
    TRY_ANSWER = "sla-try-answer"


CARDS: dict[Ids, Spec] = {
    Ids.CLASSES: Spec(sla.by_class, "sla.card.classes", "sla.define.classes", "half", "m"),
    Ids.TOPICS: Spec(sla.by_topic, "sla.card.topics", "sla.define.topics", "half", "m"),
    Ids.SURVIVAL: Spec(sla.survival, "sla.card.survival", "sla.define.survival", "two-thirds", "l"),
    Ids.PROMISES: Spec(sla.promises, "sla.card.promises", "sla.define.promises", "third", "l", has_figure=False),
    Ids.BACKLOG: Spec(backlog.by_age, "sla.card.backlog", "sla.define.backlog", "full", "m"),
    Ids.STRIP: Spec(story.timeline, "sla.card.strip", "sla.define.strip", "full", "m"),
    Ids.LATE_LIST: Spec(sla.late_list, "sla.card.late_list", "sla.define.late_list", "full", "l", has_figure=False),
    Ids.LATENESS: Spec(sla.lateness, "sla.card.lateness", "sla.define.lateness", "half", "m"),
    Ids.DUE_HOURS: Spec(sla.due_hours, "sla.card.due_hours", "sla.define.due_hours", "half", "m"),
    Ids.DUE_LIST: Spec(sla.due_list, "sla.card.due_list", "sla.define.due_list", "full", "l", has_figure=False),
    Ids.TERMS: Spec(what_if.terms, "sla.card.terms", "sla.define.terms", "full", "l"),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, the charts, and the form for a term of one's own."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
    cards.insert(list(CARDS).index(Ids.SURVIVAL), strip_place(Ids.TIMES, len(sla.TIME_KPIS)))
    own = try_term(
        t,
        block=Ids.TRY,
        ids=(Ids.TRY_CLASS, Ids.TRY_VALUE, Ids.TRY_UNIT, Ids.TRY_GO, Ids.TRY_ANSWER),
        classes=what_if.class_options(deps, t),
    )
    return html.Div(
        [
            page_head(t("sla.title"), t("sla.lead"), t),
            html.Div(kpi_skeleton(len(sla.KPIS)), id=Ids.KPIS),
            html.Div([*cards, own], className="cards"),
        ]
    )


def strip(seen: View) -> Component:
    """The figures of the period and of the moment."""
    return kpi_strip(kpi_cards(seen, sla.KPIS), seen.t, label=seen.t("sla.title"))


def times(seen: View) -> Component:
    """How long it took, beside the curve that says the same."""
    return kpi_strip(kpi_cards(seen, sla.TIME_KPIS), seen.t, label=seen.t("sla.card.survival"))


def tried(
    deps: Deps, clicks: int | None, request_class: str | None, value: object, unit: str | None, search: str | None
) -> Any:
    """What a term of one's own would have meant; nothing before it is asked."""
    if not clicks:
        return no_update
    number = int(value) if isinstance(value, int | float) else 0
    return what_if.answer(view(deps, search or ""), request_class or "", number, unit or "")


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "sla.title", partial(layout, deps), nav="sla.title", order=40))
    bind_block(deps, Ids.KPIS, strip, is_first=True)
    bind_block(deps, Ids.TIMES, times)
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)
    app.callback(
        Output(Ids.TRY_ANSWER, "children"), Input(Ids.TRY_GO, "n_clicks"), State(Ids.TRY_CLASS, "value"),
        State(Ids.TRY_VALUE, "value"), State(Ids.TRY_UNIT, "value"), State(Shell.URL, "search"),
        prevent_initial_call=True,
    )(partial(tried, deps))  # fmt: skip
