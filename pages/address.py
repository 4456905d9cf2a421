"""The address page: what serves people who live here, and where their applications go."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.directory import address_page
from dashboard.page import Page

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/address"


def layout(_deps: Deps, /, **_query: Any) -> Component:
    """Nothing: the page needs no Dash."""
    return html.Div()


def register(app: Dash, deps: Deps) -> None:
    """Add the page, which needs no Dash."""
    deps.pages.add(Page(PATH, "address.title", partial(layout, deps), nav="address.nav", order=2, has_filters=False))
    address_page.register(app.server, deps)
