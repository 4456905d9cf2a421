"""The door of the staff process until accounts come: loopback only, or one password for all.

Without a password the process answers its own machine alone, and nothing that came through a proxy. With one, a form
asks for it and a signed cookie remembers; the password is compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from html import escape
from typing import Final
from urllib.parse import urlsplit

import flask

from dashboard.i18n import Texts, choose
from dashboard.settings import Settings, is_loopback

OPEN_PATHS: Final = ("/health", "/login", "/assets/", "/_favicon.ico")
SESSION_KEY: Final = "staff"
SESSION_HOURS: Final = 12
WRONG_DELAY_S: Final = 0.5
"""A wrong password waits this long: guessing stays slow."""

_FORM: Final = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · Linka</title>
<link rel="stylesheet" href="/assets/tokens.css">
<link rel="stylesheet" href="/assets/shell.css"></head>
<body><main class="login"><p class="brand-name">Linka</p><h1>{title}</h1>{problem}
<form method="post" action="/login"><label for="password">{label}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="next" value="{next}">
<button class="button" type="submit">{enter}</button></form>
</main></body></html>"""


def guard(server: flask.Flask, settings: Settings) -> None:
    """Let nobody in who may not be; adds `/login` and `/logout` where there is a password."""
    if not settings.staff_password:
        server.before_request(_loopback_only)
        return
    server.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="linka_session",
        PERMANENT_SESSION_LIFETIME=SESSION_HOURS * 3600,
    )
    proof = _proof(settings.staff_password.value)

    @server.before_request
    def ask() -> flask.typing.ResponseReturnValue | None:
        if flask.request.path.startswith(OPEN_PATHS) or _is_known(proof):
            return None
        if flask.request.method == "GET" and not flask.request.path.startswith("/_"):
            return flask.redirect(f"/login?next={flask.request.path}")
        return "Sign in first", 401

    @server.route("/login", methods=["GET", "POST"])
    def login() -> flask.typing.ResponseReturnValue:
        if flask.request.method == "GET":
            return _form(local_path(flask.request.args.get("next", "/")))
        if not _same_origin():
            return "The form must come from this site", 403
        target = local_path(flask.request.form.get("next", "/"))
        if not hmac.compare_digest(_proof(flask.request.form.get("password", "")), proof):
            time.sleep(WRONG_DELAY_S)
            return _form(target, is_wrong=True), 401
        flask.session.permanent = True
        flask.session[SESSION_KEY] = proof
        return flask.redirect(target)

    @server.route("/logout")
    def logout() -> flask.typing.ResponseReturnValue:
        flask.session.clear()
        return flask.redirect("/login")


def local_path(target: str) -> str:
    """`target` where it is a path of ours, else the start page: no redirect leaves the site."""
    parts = urlsplit(target)
    is_ours = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_ours else "/"


def _loopback_only() -> flask.typing.ResponseReturnValue | None:
    request = flask.request
    is_own = is_loopback(request.remote_addr or "") and not any(
        name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
    )
    # The Host header too, so that a page of another site cannot reach us by a name that resolves to loopback.
    host = urlsplit(f"//{request.host}").hostname or ""
    if is_own and is_loopback(host):
        return None
    return "The staff pages are open to this machine only until LINKA_STAFF_PASSWORD is set", 403


def _proof(password: str) -> str:
    """What the session holds instead of the password: changing the password ends every session."""
    return hashlib.blake2b(password.encode(), person=b"linka-staff", digest_size=32).hexdigest()


def _is_known(proof: str) -> bool:
    return hmac.compare_digest(str(flask.session.get(SESSION_KEY, "")), proof)


def _same_origin() -> bool:
    origin = flask.request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == flask.request.host


def _form(target: str, *, is_wrong: bool = False) -> str:
    t = Texts(choose(flask.request.cookies.get("linka_lang"), flask.request.headers.get("Accept-Language", ""), ()))
    problem = f'<p class="notice notice-warning" role="alert">{escape(t("login.wrong"))}</p>' if is_wrong else ""
    return _FORM.format(
        lang=t.lang, title=escape(t("login.title")), label=escape(t("login.password")), enter=escape(t("login.enter")),
        next=escape(target, quote=True), problem=problem,
    )  # fmt: skip
