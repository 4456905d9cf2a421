"""What stands where figures cannot: nothing found, something failed, not allowed; each says what to do next."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import Texts


def empty_state(t: Texts, *, text: str = "", title: str = "") -> Component:
    """Nothing to show for these filters, or for the reason that `title` says, whose cure, if it has one, is `text`."""
    cure = text or ("" if title else t("state.empty_cure"))
    return html.Div(
        [html.P(title or t("state.empty"), className="state-title"), html.P(cure) if cure else None],
        className="state state-empty",
    )


def error_state(t: Texts, *, reference: str = "") -> Component:
    """Something failed; `reference` finds it in the log."""
    return html.Div(
        [
            html.P(t("state.error"), className="state-title"),
            html.P([t("state.error_cure"), " ", html.Code(reference) if reference else ""]),
        ],
        className="state state-error",
        role="alert",
    )


def not_ready(t: Texts, *, is_outdated: bool = False) -> Component:
    """A whole page for a database without data, or with the tables of another version: what to run."""
    says, cure = (
        (t("state.outdated"), t("state.outdated_cure"))
        if is_outdated
        else (t("state.not_ready"), t("state.not_ready_cure"))
    )
    return html.Div(
        [html.H1(says, tabIndex=-1), html.P(cure, className="lead")],
        className="not-found",
    )


def notice(text: str, *, kind: str = "info") -> Component:
    """A line that stands above the figures; `kind` is info or warning."""
    return html.P(text, className=f"notice notice-{kind}")
