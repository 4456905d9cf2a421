"""What a WSGI server starts: `gunicorn "dashboard.wsgi:staff()"` and `gunicorn "dashboard.wsgi:public()"`."""

from __future__ import annotations

import flask

from dashboard.app import create_app
from dashboard.deps import Process, make_deps
from dashboard.settings import Settings


def staff() -> flask.Flask:
    """The staff process."""
    return _server("staff")


def public() -> flask.Flask:
    """The public process."""
    return _server("public")


def _server(process: Process) -> flask.Flask:
    settings = Settings.from_env()
    server: flask.Flask = create_app(make_deps(settings, process=process)).server
    return server
