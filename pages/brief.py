"""The daily brief: what changed and why, what is late, what will be late by the next meeting, what was decided."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import brief as charts
from dashboard.charts import brief_blocks as blocks
from dashboard.components.card import card, what_is_this
from dashboard.components.page_head import page_head
from dashboard.digest import routes
from dashboard.digest.content import Shelf
from dashboard.i18n import Texts
from dashboard.page import Page
from dashboard.view import language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/"


class Ids(StrEnum):
    """Parts of the page."""

    WHEN = "brief-when"
    TOLD = "brief-told"
    FIGURES = "brief-figures"
    LATE = "brief-late"
    BACKLOG = "brief-backlog"
    DECISIONS = "brief-decisions"
    URGENT = "brief-urgent"


def layout(deps: Deps, /, **_query: Any) -> Component:
    """What differs beside the figures, what will be late, the backlog beside the decisions; on a day with little to
    tell the backlog fills the place under what differs (`assets/staff/brief.css`).
    """
    t = Texts(language(deps))
    return html.Div(
        [
            page_head(t("brief.title"), t("brief.lead"), t),
            html.Div(id=Ids.WHEN, className="brief-when-place"),
            html.Div(
                [
                    _block(Ids.TOLD, t("brief.told"), t("brief.told_define"), t),
                    _block(Ids.FIGURES, t("brief.numbers"), t("brief.numbers_define"), t),
                    card(Ids.BACKLOG, t("brief.backlog"), t, definition=t("brief.backlog_define")),
                    card(
                        Ids.LATE, t("brief.late"), t, definition=t("brief.late_define"), width="full", has_figure=False
                    ),
                    _block(Ids.DECISIONS, t("brief.decisions.title"), t("brief.decisions.define"), t),
                ],
                className="brief-first",
            ),
            html.Div(
                card(
                    Ids.URGENT,
                    t("brief.urgent"),
                    t,
                    definition=t("brief.urgent_define"),
                    width="full",
                    has_figure=False,
                ),
                className="cards",
            ),
        ],
        className="brief",
    )


def _block(name: Ids, title: str, definition: str, t: Texts) -> Component:
    heading = f"{name}-title"
    head = html.Div(
        [html.H2(title, id=heading, className="card-title"), what_is_this(definition, title, t)], className="card-head"
    )
    place = html.Div(id=f"{name}-body", className=f"{name}-body", **{"aria-live": "polite"})
    return html.Section([head, place], className="card brief-block", id=name, **{"aria-labelledby": heading})


def register(app: Dash, deps: Deps) -> None:
    """Add the page, bind its parts, and add the addresses that write decisions and print."""
    shelf = Shelf()
    deps.pages.add(Page(PATH, "brief.title", partial(layout, deps), nav="brief.nav", order=10))
    bind_block(deps, Ids.WHEN, partial(blocks.heading, shelf), is_first=True)
    bind_block(deps, f"{Ids.TOLD}-body", partial(blocks.told_block, shelf), is_first=partial(shelf.is_quick, "watch"))
    bind_block(
        deps,
        f"{Ids.FIGURES}-body",
        partial(blocks.figures_block, shelf),
        is_first=partial(shelf.is_quick, "strip"),
    )
    bind_block(deps, f"{Ids.DECISIONS}-body", partial(blocks.decisions_block, shelf), is_kept=False)
    bind(deps, Ids.LATE, partial(charts.late, shelf), has_figure=False)
    bind(deps, Ids.BACKLOG, partial(charts.backlog, shelf))
    bind(deps, Ids.URGENT, partial(charts.urgent, shelf), has_figure=False)
    deps.cards.add(Ids.TOLD, partial(charts.told, shelf))
    deps.cards.add(Ids.FIGURES, partial(charts.numbers, shelf))
    routes.register(app.server, deps, shelf)
