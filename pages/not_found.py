"""What stands where no page is: why, the way back, and the pages there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.i18n import Texts
from dashboard.view import language

if TYPE_CHECKING:
    from dashboard.deps import Deps


def layout(deps: Deps, /) -> Component:
    """One calm column: title, reason, the start page, the others."""
    t = Texts(language(deps))
    ways = [html.Li(dcc.Link(t(page.title), href=page.path)) for page in deps.pages.in_nav() if page.path != "/"]
    return html.Div(
        [
            html.H1(t("not_found.title"), tabIndex=-1),
            html.P(t("not_found.lead"), className="lead"),
            html.P(dcc.Link(t("not_found.home"), href="/", className="button")),
            html.H2(t("not_found.ways"), id="not-found-ways"),
            html.Ul(ways, **{"aria-labelledby": "not-found-ways"}),
        ],
        className="not-found",
    )
