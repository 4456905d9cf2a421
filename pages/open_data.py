"""Open data of the directory: what is published, in which forms, where; and the map to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash

from dashboard import opendata

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/open-data"


def register(app: Dash, deps: Deps) -> None:
    """Add the page and its files."""
    opendata.register(app.server, deps)
