"""The social map: type a need, an institution or an address; see who helps, open now, reachable, on list and map."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash
from dash.development.base_component import Component

from dashboard.directory import result_map, result_page, unmet
from dashboard.page import Page

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/find"


def layout(deps: Deps, /, **query: Any) -> Component:
    """The map alone; everything else is in the page's HTML."""
    return result_map.map_of(deps, query)


def html(deps: Deps, /, **query: Any) -> str:
    """Search box, filters, list and the place of the map."""
    return result_page.body_of(deps, query, path=PATH)


def register(app: Dash, deps: Deps) -> None:
    """Add the page and the answers to typing."""
    deps.pages.add(
        Page(
            PATH, "social.title", partial(layout, deps), nav="social.nav", order=1, has_filters=False,
            html=partial(html, deps),
        )
    )  # fmt: skip
    result_page.register(app.server, deps)
    result_map.register(app.server, deps)
    unmet.register(app.server, deps)
