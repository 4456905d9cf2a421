"""What a page shows, part by part, in one answer: figures first, then cards in the order of their places.

One callback of Dash per card was ten to twenty requests at every change of a filter, six at a time, each weighed by
Dash's renderer against every component of the page: seconds of work in the browser for a tenth of that on the server.
`assets/staff/answers.js` asks here instead, and writes what comes into its place without Dash.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import flask
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

from dashboard.answers import TURNS
from dashboard.components.ids import Shell
from dashboard.first_html import Written, to_html
from dashboard.queries.readiness import readiness
from dashboard.view import View, view

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH: Final = "/_answers"
FIRST_OVER: Final = b'{"html":{},"figures":{},"is_first_over":true}\n'
"""The line after those of the parts that are read first."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a page: HTML by the id of its place; and the line that says so and brings its figures."""

    html: Mapping[str, Written]
    line: bytes

    @classmethod
    def of(cls, places: Mapping[str, Any], figures: Mapping[str, dict[str, Any] | None] | None = None) -> Part:
        """The part whose `places` hold components and whose `figures` (None: nothing to draw) stand at their ids."""
        html = {name: Written(to_html(held, has_ids=True)) for name, held in places.items()}
        drawn = to_json_plotly(figures or {})  # it writes every < as six characters: HTML would grow by half
        return cls(html, f'{{"html":{json.dumps(html, ensure_ascii=False)},"figures":{drawn}}}\n'.encode())


PartOf = Callable[[View], Part]


@dataclass
class Parts:
    """The parts of one app by id, in no order: the layout of a page says what stands on it and where."""

    _made: dict[str, PartOf] = field(default_factory=dict)
    _first: dict[str, Callable[[View], bool]] = field(default_factory=dict)

    def add(self, part_id: str, part_of: PartOf, *, is_first: Callable[[View], bool] | None = None) -> None:
        """Add a part; `is_first` says for which views it is read first, so that the page brings it along."""
        self._made[part_id] = part_of
        if is_first is not None:
            self._first[part_id] = is_first

    def on(self, page: Component, seen: View) -> tuple[list[str], list[str]]:
        """The parts that stand on a page by their places: those read first in this view, and the others."""
        found = dict.fromkeys([Shell.STATUS.value, *(name for name in page if isinstance(name, str))])
        known = [name for name in found if name in self._made]
        first = [name for name in known if name in self._first and self._first[name](seen)]
        first.sort(key=lambda name: name == Shell.STATUS)  # figures are waited for, how fresh they are is not
        return first, [name for name in known if name not in first]

    def make(self, part_id: str, seen: View) -> bytes:
        """A part as one line of JSON."""
        return self._made[part_id](seen).line

    def fill_first(self, page: Component, seen: View) -> None:
        """Write into `page` what is read first."""
        for part_id in self.on(page, seen)[0]:
            for name, html in self._made[part_id](seen).html.items():
                page[name].children = html
                setattr(page[name], "data-part", "")


def register(server: flask.Flask, deps: Deps, layout_of: Callable[[str, str], Component | None]) -> None:
    """Add the address that answers for a whole page; `layout_of(path, query)` lays a page out."""

    @server.route(PATH)
    def answers() -> flask.Response:
        query = flask.request.query_string.decode("utf-8", "replace")
        made: Iterator[bytes] = iter(())
        if readiness(deps.read)[0] == "ready" and deps.pages.find(path := flask.request.args.get("path", "/")):
            page, seen = layout_of(path, query), view(deps, query)
            made = lines(deps, deps.cards.parts.on(page, seen), seen) if page is not None else made
        is_packed = "gzip" in flask.request.headers.get("Accept-Encoding", "")
        answer = flask.Response(
            flask.stream_with_context(packed(made) if is_packed else made), mimetype="application/x-ndjson"
        )
        answer.headers.update({"Cache-Control": "no-store", "Vary": "Accept-Encoding", "X-Accel-Buffering": "no"})
        if is_packed:
            answer.headers["Content-Encoding"] = "gzip"
        return answer


def lines(deps: Deps, groups: tuple[Sequence[str], Sequence[str]], seen: View) -> Iterator[bytes]:
    """The parts read first, one after the other; then the rest as they are made.

    Those first ones are the work of the interpreter: two at once would take a quarter longer to the end of either. Who
    goes away before the end waits for none of the rest.
    """
    first, rest = groups
    for name in first:
        yield deps.cards.parts.make(name, seen)
    yield FIRST_OVER
    pool = ThreadPoolExecutor(TURNS, thread_name_prefix="part")
    try:
        made: list[Future[bytes]] = [pool.submit(_here(deps.cards.parts.make), name, seen) for name in rest]
        for one in as_completed(made):
            yield one.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _here(make: Callable[[str, View], bytes]) -> Callable[[str, View], bytes]:
    """`make` as it is called for the request at hand, wherever it runs."""
    return flask.copy_current_request_context(make) if flask.has_request_context() else make


def packed(lines: Iterator[bytes]) -> Iterator[bytes]:
    """`lines` compressed together, each sent as soon as it is there."""
    pack = zlib.compressobj(5, wbits=31)
    for line in lines:
        yield pack.compress(line) + pack.flush(zlib.Z_SYNC_FLUSH)
    yield pack.flush()
