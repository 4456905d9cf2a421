"""`/health`: whether the process can answer, for load balancers, the demo and people; without any citizen's data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import flask

from dashboard.queries.readiness import readiness

if TYPE_CHECKING:
    from dashboard.deps import Deps

VERSION: Final = "0.1.0"


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/health`: 200 with `status: ok`, or 503 where the database is away or of another version."""

    @server.route("/health")
    def health() -> flask.typing.ResponseReturnValue:
        said = {"status": "ok", "process": deps.process, "city": deps.profile.slug, "version": VERSION}
        state, last = readiness(deps.read)
        if state in ("unreachable", "outdated"):
            return {**said, "status": "failing", "database": state}, 503
        return {**said, "database": state, "last_load_at": last.isoformat() if last else None}
