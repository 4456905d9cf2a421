"""The page that a website shows in a frame of its own: the places of one search, as a list and on the map."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import flask
from dash import Dash
from dash.development.base_component import Component

from dashboard import plain
from dashboard.directory import result_map, result_page
from dashboard.page import Page

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/embed"


def layout(deps: Deps, /, **query: Any) -> Component:
    """The map alone."""
    return result_map.map_of(deps, query)


def html(deps: Deps, /, **query: Any) -> str:
    """Name, list and the place of the map; every link opens beside the website."""
    return plain.body(deps, "embed.html", path=PATH, **result_page.embedded(deps, query))


def register(app: Dash, deps: Deps) -> None:
    """Add the page, which others may frame; no other page of ours may be."""
    deps.pages.add(Page(PATH, "social.nav", partial(layout, deps), has_filters=False, html=partial(html, deps)))
    server: flask.Flask = app.server

    @server.after_request
    def framed(response: flask.Response) -> flask.Response:
        if flask.request.path == PATH:
            policy = response.headers.get("Content-Security-Policy", "")
            allowed = f"frame-ancestors {deps.settings.embed_origins}"
            response.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", allowed)
        return response
