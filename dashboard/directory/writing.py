"""What the public's forms share: the one narrow way to write, a bound on how much, and the page that answers.

What one process takes in a minute is bounded, whoever sends it, so that no address needs to be remembered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import flask

from dashboard import plain
from dashboard.i18n import Texts
from dashboard.queries.public_writes import Writer
from dashboard.view import language

if TYPE_CHECKING:
    from dashboard.deps import Deps

MINUTE_S: Final = 60.0
TOO_MANY: Final = 429


def writer_of(deps: Deps) -> Writer:
    """The app's writer on its own database, opened with its first row."""
    held = deps.read.kept.get("writer")
    if held is None:
        held = deps.read.kept["writer"] = (None, Writer.beside(deps.read, is_staff=deps.process == "staff"))
    found: Writer = held[1]
    return found


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


def is_own_form() -> bool:
    """Whether the form sent comes from a page of this site, as far as the browser says."""
    origin = flask.request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == flask.request.host


def told(deps: Deps, said: str, *, path: str, back: str, status: int = 200, has_number: bool = False) -> flask.Response:
    """A page of one sentence, the hot line where `has_number`, and the way back."""
    page = plain.document(
        deps, "told.html", title=said, path=path, status=status, said=said, back=back, has_number=has_number
    )
    if status == TOO_MANY:
        page.headers["Retry-After"] = str(round(MINUTE_S))
    return page


def too_many(deps: Deps, *, path: str, back: str) -> flask.Response:
    """The page for one form more than is taken in a minute."""
    return told(deps, Texts(language(deps))("social.busy"), path=path, back=back, status=TOO_MANY, has_number=True)
