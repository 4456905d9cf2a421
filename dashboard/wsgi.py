"""What a WSGI server starts: `gunicorn "dashboard.wsgi:staff()"` and `gunicorn "dashboard.wsgi:public()"`."""

from __future__ import annotations

import threading

import flask

from dashboard.app import create_app
from dashboard.deps import Deps, Process, make_deps
from dashboard.digest import content
from dashboard.directory.guide import guide_of
from dashboard.queries.held import Held
from dashboard.queries.open_requests import read_ahead
from dashboard.queries.readiness import readiness
from dashboard.settings import Settings


def staff() -> flask.Flask:
    """The staff process."""
    return _server("staff")


def public() -> flask.Flask:
    """The public process."""
    return _server("public")


def _server(process: Process) -> flask.Flask:
    settings = Settings.from_env()
    held = Held(budget=settings.held_mb * 1_000_000) if process == "staff" else None
    deps = make_deps(settings, process=process, held=held)
    server: flask.Flask = create_app(deps).server
    threading.Thread(target=warm_up, args=(deps,), name="warm-up", daemon=True).start()
    return server


def warm_up(deps: Deps) -> None:
    """Do beside the first requests what the first reader would wait for: roll-ups, what stands open, today's brief;
    streets, timetable, search.

    A fault ends its thread, which tells it; the server goes on, and so does what comes after the brief.
    """
    if readiness(deps.read)[0] != "ready":
        return
    try:
        if deps.process == "staff":
            if deps.read.held is not None:
                deps.read.held.fill(deps.read)
            read_ahead(deps.read)
            content.warm_up(deps)
    finally:
        guide_of(deps).warm_up()
