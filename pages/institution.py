"""The card of an institution: services, contact per service, hours, access and the way there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash
from dash.development.base_component import Component

from dashboard.directory import place_page
from dashboard.page import Page

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/place/<place_id>"


def layout(deps: Deps, /, place_id: str = "", **query: Any) -> Component:
    """The map alone."""
    return place_page.map_of(deps, place_id, query)


def html(deps: Deps, /, place_id: str = "", **query: Any) -> str:
    """The card."""
    return place_page.body_of(deps, place_id, query)


def register(app: Dash, deps: Deps) -> None:
    """Add the page and the queue of reports."""
    deps.pages.add(Page(PATH, "card.services", partial(layout, deps), has_filters=False, html=partial(html, deps)))
    place_page.register(app.server, deps)
