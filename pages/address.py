"""The address page: what serves people who live here, and where their applications go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash

from dashboard.directory import address_page

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/address"


def register(app: Dash, deps: Deps) -> None:
    """Add the page, which needs no Dash."""
    address_page.register(app.server, deps)
