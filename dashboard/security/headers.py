"""What a browser may do with our pages: run our scripts, ask us, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable

import flask

LONG_CACHE_S = 365 * 24 * 3600


def content_policy(script_hashes: Iterable[str], *, frame_ancestors: str = "'none'") -> str:
    """The Content-Security-Policy; `script_hashes` are those of Dash's own inline scripts."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": frame_ancestors,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def protect(server: flask.Flask, *, policy: str) -> None:
    """Put the security headers on every answer of `server` that does not bring its own policy."""

    @server.after_request
    def add(response: flask.Response) -> flask.Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), payment=(), usb=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if response.direct_passthrough and "Content-Range" not in headers:
            # A file sent as it is cannot be compressed and closed in turn: take it whole, assets are small.
            response.direct_passthrough = False
            response.get_data()
        if response.mimetype in ("application/json", "text/html") and "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response
