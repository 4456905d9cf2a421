"""Small addresses that are not Dash pages: the language switch, and a true 404 for pages that do not exist.

A page may say so itself: `flask.g.page_status`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import flask

from dashboard.i18n import LANGUAGES, Texts
from dashboard.security.gate import local_path
from dashboard.view import LANG_COOKIE

if TYPE_CHECKING:
    from dashboard.deps import Deps

YEAR_S = 365 * 24 * 3600


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/lang/CODE`, and the status 404 where no page is."""

    @server.route("/lang/<code>")
    def switch(code: str) -> flask.typing.ResponseReturnValue:
        parts = urlsplit(flask.request.referrer or "")
        back = (
            local_path(parts.path + (f"?{parts.query}" if parts.query else ""))
            if parts.netloc == flask.request.host
            else "/"
        )
        response = flask.redirect(back)
        if code in LANGUAGES:
            response.set_cookie(LANG_COOKIE, code, max_age=YEAR_S, samesite="Lax", httponly=True)
        return response

    @server.before_request
    def start() -> flask.typing.ResponseReturnValue | None:
        if flask.request.path != "/" or deps.pages.find("/") is not None or not deps.pages.in_nav():
            return None
        return flask.redirect(deps.pages.in_nav()[0].path)

    @server.after_request
    def missing(response: flask.Response) -> flask.Response:
        is_page = (
            response.status_code == 200
            and flask.request.endpoint == "/<path:path>"
            and response.mimetype == "text/html"
        )
        if is_page:
            is_known = deps.pages.find(flask.request.path) is not None
            response.status_code = flask.g.get("page_status", 200 if is_known else 404)
        return response


def other_process(deps: Deps, t: Texts) -> tuple[str, str] | None:
    """Name and address of the other process, where it is known."""
    if deps.process == "staff" and deps.settings.public_url:
        return t("shell.public"), deps.settings.public_url
    return None
