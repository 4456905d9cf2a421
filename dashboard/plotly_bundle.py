"""Our own plotly.js in place of the one plotly carries: only the traces that are drawn, at half the size.

A page loads it beside its other scripts and waits for none of them with its first figure (`assets/staff/answers.js`).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import brotli
import flask
import flask.typing

URL: Final = "/_dash-component-suites/plotly/package_data/plotly.min.js"
FILE: Final = Path(__file__).parents[1] / "assets" / "vendor" / "plotly.min.js.br"


@cache
def packed() -> tuple[bytes, str]:
    """The brotli-compressed script and its ETag."""
    data = FILE.read_bytes()
    return data, hashlib.blake2b(data, digest_size=12).hexdigest()


def register(server: flask.Flask) -> None:
    """Answer the address of plotly's own script with our bundle."""

    @server.before_request
    def bundle() -> flask.typing.ResponseReturnValue | None:
        if flask.request.path != URL:
            return None
        data, etag = packed()
        takes_brotli = "br" in flask.request.headers.get("Accept-Encoding", "")
        response = flask.Response(data if takes_brotli else brotli.decompress(data), mimetype="text/javascript")
        if takes_brotli:
            response.headers["Content-Encoding"] = "br"
        response.headers["Vary"] = "Accept-Encoding"
        # The address carries no version, so a browser keeps it and asks whether it is still the one.
        response.headers["Cache-Control"] = "public, max-age=86400, stale-while-revalidate=604800"
        response.set_etag(etag)
        return response.make_conditional(flask.request)
