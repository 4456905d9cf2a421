"""What stands where no page is, with the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.i18n import Texts
from dashboard.view import language

if TYPE_CHECKING:
    from dashboard.deps import Deps


def layout(deps: Deps, /) -> Component:
    """Title, reason and a link to the start page."""
    t = Texts(language(deps))
    return html.Div(
        [html.H1(t("not_found.title"), tabIndex=-1), html.P(t("not_found.lead"), className="lead"),
         html.P(dcc.Link(t("not_found.home"), href="/"))],
        className="page-head not-found",
    )  # fmt: skip
