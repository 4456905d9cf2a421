"""Terms kept and missed, the promise, what ends soon, each late request with the reason why, and other terms tried."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from dashboard.cards import ChartOf, bind, bind_block
from dashboard.charts import sla, story, what_if
from dashboard.components.card import Size, Width, card
from dashboard.components.ids import Shell
from dashboard.components.kpi import kpi_skeleton, kpi_strip
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
    CLASSES = "sla-classes"
    TOPICS = "sla-topics"
    SURVIVAL = "sla-survival"
    PROMISES = "sla-promises"
    LATENESS = "sla-lateness"
    DUE_HOURS = "sla-due-hours"
    DUE_LIST = "sla-due-list"
    STRIP = "sla-strip"
    LATE_LIST = "sla-late-list"
    TERMS = "sla-terms"
    TRY = "sla-try"
    TRY_CLASS = "sla-try-class"
    TRY_VALUE = "sla-try-value"
    TRY_UNIT = "sla-try-unit"
    TRY_GO = "sla-try-go"
    TRY_ANSWER = "sla-try-answer"


CARDS: dict[Ids, tuple[ChartOf, str, Width, Size, bool]] = {
    Ids.CLASSES: (sla.by_class, "classes", "half", "m", True),
    Ids.TOPICS: (sla.by_topic, "topics", "half", "m", True),
    Ids.SURVIVAL: (sla.survival, "survival", "two-thirds", "l", True),
    Ids.PROMISES: (sla.promises, "promises", "third", "l", False),
    Ids.STRIP: (story.timeline, "strip", "full", "m", True),
    Ids.LATE_LIST: (sla.late_list, "late_list", "full", "l", False),
    Ids.LATENESS: (sla.lateness, "lateness", "half", "m", True),
    Ids.DUE_HOURS: (sla.due_hours, "due_hours", "half", "m", True),
    Ids.DUE_LIST: (sla.due_list, "due_list", "full", "l", False),
    Ids.TERMS: (what_if.terms, "terms", "full", "l", True),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, the charts, and the form for a term of one's own."""
    t = Texts(language(deps))
    cards: list[Component] = [
        card(name, t(f"sla.card.{part}"), t, definition=t(f"sla.define.{part}"), width=width, size=size,
             has_figure=has_figure)
        for name, (_, part, width, size, has_figure) in CARDS.items()
    ]  # fmt: skip
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
    for name, (chart_of, _, _, _, has_figure) in CARDS.items():
        bind(deps, name, chart_of, has_figure=has_figure)
    app.callback(
        Output(Ids.TRY_ANSWER, "children"), Input(Ids.TRY_GO, "n_clicks"), State(Ids.TRY_CLASS, "value"),
        State(Ids.TRY_VALUE, "value"), State(Ids.TRY_UNIT, "value"), State(Shell.URL, "search"),
        prevent_initial_call=True,
    )(partial(tried, deps))  # fmt: skip
