"""One reader's view: who asks what, in which language, at which moment; everything a page function is handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qs, urlencode

import flask

from dashboard import queries
from dashboard.answers import KEPT_S
from dashboard.filters import Filters, parse, to_query
from dashboard.i18n import Texts, choose

if TYPE_CHECKING:
    from dashboard.deps import Deps
    from dashboard.queries import Reader, Reference

LANG_COOKIE: Final = "linka_lang"
DEFAULT_DAYS: Final = 30
EXTRA: Final = ("request", "area", "vs_from", "vs_to", "vs_territory")
"""Keys of an address that are no filter but that a page reads, and that its files and links keep."""
MAX_EXTRA: Final = 3_000
"""Characters of such a value that are read; an outline drawn on a map is the longest."""
MAX_SEARCH: Final = 8_000
"""Characters of a query string that are read; the rest of a hostile one is dropped."""


@dataclass(frozen=True)
class View:
    """What a page function needs: `deps`, the `filters` of the address, the reader's `lang`, and `now`.

    `extra`: what else the address says, by the keys in `EXTRA`.
    """

    deps: Deps
    filters: Filters
    lang: str
    now: datetime
    extra: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def t(self) -> Texts:
        """The texts of the reader's language."""
        return Texts(self.lang)

    @property
    def read(self) -> Reader:
        """The way to the data."""
        return self.deps.read

    @cached_property
    def reference(self) -> Reference:
        """Codes, names and trees of the city."""
        return queries.reference(self.read)

    @property
    def query(self) -> str:
        """The canonical query of the filters and the rest, to be put behind a question mark."""
        return "&".join([to_query(self.filters), *([urlencode(self.extra)] if self.extra else [])])

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What an answer to this view may be kept by: what is asked, of which state of the data, in which minute."""
        minute = int(self.now.timestamp() // KEPT_S)
        return self.query, self.lang, queries.data_state(self.read), minute

    def once(self, name: str, ask: Callable[[View], Any]) -> Any:
        """What `ask(view)` gives, asked once for all parts of the page that need it."""
        return self.deps.answers.of((name, *self.key), lambda: ask(self))

    def href(self, path: str, **extra: str) -> str:
        """A link to another page that keeps the filters; `extra` is added (keys of `EXTRA`)."""
        return "&".join([f"{path}?{to_query(self.filters)}", *([urlencode(extra)] if extra else [])])


def language(deps: Deps) -> str:
    """The language of the request at hand; outside one, the city's own."""
    if not flask.has_request_context():
        return choose(None, "", deps.profile.languages)
    wanted = flask.request.cookies.get(LANG_COOKIE)
    return choose(wanted, flask.request.headers.get("Accept-Language", ""), deps.profile.languages)


def span(deps: Deps) -> tuple[date, date]:
    """First and last day with data; kept until the data change."""
    state = queries.reference(deps.read)
    held = deps.read.kept.get("span")
    if held is None or held[0] is not state:
        held = (state, queries.data_span(deps.read))
        deps.read.kept["span"] = held
    return cast("tuple[date, date]", held[1])


def default_period(deps: Deps) -> tuple[date, date]:
    """The last thirty days that have data, ending today at the latest."""
    first, last = span(deps)
    end = min(last, deps.today())
    return max(first, end - timedelta(days=DEFAULT_DAYS - 1)), end


def view(deps: Deps, query: str | Mapping[str, str | list[str]]) -> View:
    """The view of an address's query: a string as in `?from=...` or its parsed form."""
    values = parse_qs(query.lstrip("?")[:MAX_SEARCH]) if isinstance(query, str) else query
    default_from, default_to = default_period(deps)
    filters = parse(
        values,
        city=deps.profile.slug,
        default_from=default_from,
        default_to=default_to,
        known=queries.reference(deps.read),
    )
    return View(deps=deps, filters=filters, lang=language(deps), now=deps.now(), extra=_extra(values))


def _extra(values: Mapping[str, str | list[str]]) -> Mapping[str, str]:
    found = {key: value if isinstance(value, str) else value[0] for key in EXTRA if (value := values.get(key))}
    return {key: value[:MAX_EXTRA] for key, value in found.items()}
