"""Operator mode: the three best open, reachable places a caller is entitled to, with numbers and words to read out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash
from dash import html as tags
from dash.development.base_component import Component

from dashboard.directory import operator_page
from dashboard.page import Page

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/operator"


def layout(_deps: Deps, /, **_query: Any) -> Component:
    """Nothing of Dash: the page is plain HTML."""
    return tags.Div()


def html(deps: Deps, /, **query: Any) -> str:
    """The form, the three options and the queue of reports."""
    return operator_page.body_of(deps, query, path=PATH)


def register(app: Dash, deps: Deps) -> None:
    """Add the page and its two forms."""
    deps.pages.add(
        Page(
            PATH, "operator.title", partial(layout, deps), nav="operator.nav", order=90, has_filters=False,
            html=partial(html, deps),
        )
    )  # fmt: skip
    operator_page.register(app.server, deps)
