"""`POST /unmet`: a reader's page says that nothing met a need; how it ended and the service, and nothing else.

A page sends it once by itself, or its button does where scripts are off. Never by GET: a link that is followed, a robot
or a reload writes nothing. What one process takes in a minute is bounded, whoever sends it, so that no address needs to
be remembered.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, cast, get_args
from urllib.parse import urlsplit

import flask

from dashboard import plain
from dashboard.directory.guide import guide_of
from dashboard.directory.writing import writer_of
from dashboard.i18n import Texts
from dashboard.queries.public_writes import Outcome
from dashboard.view import language

if TYPE_CHECKING:
    from dashboard.deps import Deps

MOST_PER_MIN = 60
MINUTE_S = 60.0
ONCE = re.compile(r"[0-9a-f]{16}")


class Limit:
    """At most `most` per minute."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds that only grow."""
        self._most, self._clock = most, clock
        self._taken: deque[float] = deque()

    def takes(self) -> bool:
        """Whether one more is taken now."""
        now = self._clock()
        while self._taken and now - self._taken[0] > MINUTE_S:
            self._taken.popleft()
        if len(self._taken) >= self._most:
            return False
        self._taken.append(now)
        return True


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/unmet`."""
    limit = Limit(MOST_PER_MIN)

    @server.route("/unmet", methods=["POST"])
    def unmet() -> flask.typing.ResponseReturnValue:
        form, origin = flask.request.form, flask.request.headers.get("Origin")
        outcome, service, once = form.get("outcome", ""), form.get("service", ""), form.get("once", "")
        is_known = outcome in get_args(Outcome) and service in {"", *guide_of(deps).taxonomy.services}
        if not is_known or not ONCE.fullmatch(once):
            return "Not a need of ours", 400
        if origin is not None and urlsplit(origin).netloc != flask.request.host:
            return "The form must come from this site", 403
        if not limit.takes():
            return "Too many at once, try again in a minute", 429
        writer_of(deps).need(cast("Outcome", outcome), now=deps.now(), service_code=service, once=once)
        t = Texts(language(deps))
        return plain.document(deps, "noted.html", title=t("social.title"), path="/find")
