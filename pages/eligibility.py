"""The eligibility check: a few questions about one service, an answer with reasons and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash

from dashboard.directory import check_page

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/check/<code>"


def register(app: Dash, deps: Deps) -> None:
    """Add the page, which needs no Dash: a form and its answer."""
    check_page.register(app.server, deps)
