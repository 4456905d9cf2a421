"""The head of a page: its one h1, a sentence on what it answers, and its actions."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import Texts


def page_head(title: str, lead: str, t: Texts, *actions: Component) -> Component:
    """Title, lead and a print button; `actions` stand before it."""
    return html.Div(
        [
            html.Div([html.H1(title, tabIndex=-1, id="page-title"), html.P(lead, className="lead")]),
            html.Div(
                [*actions, html.Button(t("shell.print"), type="button", className="button", **{"data-print": ""})],
                className="actions",
            ),
        ],
        className="page-head",
    )
