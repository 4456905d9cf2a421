"""Serve a WSGI app from inside the tests, on a free port of loopback, several requests at once."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """Say nothing about requests: the tests look at pages, not at logs."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Drop the line."""


class Served:
    """A context manager around a running app; `url` has no slash at the end."""

    def __init__(self, app: Any) -> None:
        """Take a WSGI callable, or a Dash app (its Flask server is taken)."""
        wsgi = app.server if hasattr(app, "server") and hasattr(app, "callback_map") else app
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, wsgi, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()
