"""Why is this late: the whole life of one request, with everybody who had it."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, dcc, html
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import story
from dashboard.components.card import card
from dashboard.components.page_head import page_head
from dashboard.components.states import empty_state
from dashboard.i18n import Texts
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/request"


class Ids(StrEnum):
    """Parts of the page."""

    FACTS = "request-facts"
    STRIP = "request-strip"
    HELD = "request-held"


def layout(deps: Deps, /, **_query: Any) -> Component:
    """What it is, its strip, and how long each executor had it."""
    t = Texts(language(deps))
    back = dcc.Link(t("story.back"), href="/sla", className="button")
    strip = card(Ids.STRIP, t("story.card.strip"), t, definition=t("sla.define.strip"), width="full", size="m")
    held = card(Ids.HELD, t("story.card.held"), t, definition=t("story.define.held"), width="full", has_figure=False)
    return html.Div(
        [
            page_head(t("story.title"), t("story.lead"), t, back),
            html.Div([html.Div(id=Ids.FACTS, className="card card-full facts-card"), strip, held], className="cards"),
        ]
    )


def facts(view: View) -> Component:
    """The request in a few words."""
    told = story.facts(view)
    if not told:
        return empty_state(view.t, title=view.t("story.none"), text=view.t("story.none_cure"))
    pairs = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in told]
    return html.Dl(pairs, className="facts", **{"aria-label": view.t("story.facts")})


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts; it stands in no navigation, lists lead to it."""
    deps.pages.add(Page(PATH, "story.title", partial(layout, deps), has_filters=False))
    bind_block(deps, Ids.FACTS, facts)
    bind(deps, Ids.STRIP, story.timeline)
    bind(deps, Ids.HELD, story.held, has_figure=False)
