"""Addresses of the brief that are not Dash pages: writing decisions, the e-mail form, the PDF."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import flask

from dashboard import decisions as service
from dashboard.charts.brief_blocks import AUTHOR_COOKIE
from dashboard.decisions import DecisionError
from dashboard.digest import mail, paper
from dashboard.queries import NotLoadedError
from dashboard.queries import decisions as log
from dashboard.security.gate import local_path
from dashboard.view import view

if TYPE_CHECKING:
    from dashboard.deps import Deps
    from dashboard.digest.content import Shelf

YEAR_S: Final = 365 * 24 * 3600
ROLE: Final = "staff"
"""Everybody who may be on the staff pages, while there are no accounts."""
MAX_FORM: Final = 16_384
logger = logging.getLogger(__name__)


def register(server: flask.Flask, deps: Deps, shelf: Shelf) -> None:
    """Add `/decisions`, `/decisions/ID` (POST), `/digest` and `/digest.pdf`."""

    @cache
    def engine() -> Any:
        return log.writer(deps.settings.base.database_url.value)

    @server.post("/decisions")
    def add() -> flask.typing.ResponseReturnValue:
        def write(form: dict[str, str]) -> None:
            author = service.author_of(form, ROLE)
            seen = view(deps, urlsplit(form.get("back", "")).query)
            new = service.new_decision(deps.read, form, decided_on=deps.today(), query=seen.query, now=seen.now)
            log.add(engine(), deps.read.city_id, author, new, at=seen.now)

        return _written(deps, shelf, write)

    @server.post("/decisions/<int:decision_id>")
    def change(decision_id: int) -> flask.typing.ResponseReturnValue:
        def write(form: dict[str, str]) -> None:
            author = service.author_of(form, ROLE)
            changes = service.changes_of(form, decided_on=_decided_on(deps, decision_id), today=deps.today())
            log.edit(engine(), deps.read.city_id, author, decision_id, changes, at=deps.now())

        return _written(deps, shelf, write)

    @server.get("/digest")
    def digest() -> flask.typing.ResponseReturnValue:
        seen = view(deps, flask.request.args.to_dict(flat=False))
        return flask.Response(mail.page(shelf.draft(seen).whole(), seen), content_type="text/html; charset=utf-8")

    @server.get("/digest.pdf")
    def pdf() -> flask.typing.ResponseReturnValue:
        seen = view(deps, flask.request.args.to_dict(flat=False))
        made = shelf.draft(seen)
        try:
            sheet = paper.pdf(mail.page(made.whole(), seen, is_paper=True))
        except paper.NoBrowserError as error:
            logger.warning("%s", error)
            return flask.redirect(f"/?{seen.query}")
        response = flask.Response(sheet, content_type="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="linka-{deps.profile.slug}-{made.day}.pdf"'
        return response


def _decided_on(deps: Deps, decision_id: int) -> Any:
    found = log.decisions(deps.read, as_of=deps.now())
    own = found.loc[found["decision_id"] == decision_id, "decided_on"]
    if own.empty:
        raise NotLoadedError(f"there is no decision {decision_id} of this city: reload the page")
    return own.iloc[0]


def _written(deps: Deps, shelf: Shelf, write: Any) -> flask.typing.ResponseReturnValue:
    """Write from the form at hand and go back to the page; what was wrong is told there."""
    if not _is_from_us():
        return "The form must come from this site", 403
    flask.request.max_form_memory_size = MAX_FORM
    form = dict(flask.request.form.items())
    back = local_path(form.get("back", "/"))
    try:
        write(form)
    except DecisionError as error:
        return flask.redirect(_with_problem(back, error.field), 303)
    except NotLoadedError:
        return flask.redirect(_with_problem(back, "gone"), 303)
    shelf.forget_decisions()
    response = flask.redirect(back, 303)
    response.set_cookie(AUTHOR_COOKIE, " ".join(form["author"].split()), max_age=YEAR_S, samesite="Lax", httponly=True)
    return response


def _with_problem(back: str, problem: str) -> str:
    parts = urlsplit(back)
    query = "&".join(part for part in (parts.query, f"problem={problem}") if part)
    return parts._replace(query=query).geturl()


def _is_from_us() -> bool:
    """True where the browser says the form is of this site; a browser that says nothing is none."""
    origin = flask.request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == flask.request.host
