"""Asks an Open311 GeoReport v2 server, politely: windows of 90 days, pages, at most 1,000 rows, retries that back off.

The specification lets a server cut any answer at 90 days or 1,000 requests and knows no pages; many servers add
`page` and `page_size`. Where a full answer comes and pages do not help, the window is halved until none is full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from etl.errors import SourceError
from etl.sources.open311_rows import parse

WINDOW = timedelta(days=90)
MOST_ROWS = 1_000
_SMALLEST = timedelta(seconds=1)
_TIMEOUT_S = (10, 60)
_LARGEST_BYTES = 256 << 20
_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_LONGEST_WAIT_S = 120.0
_MOST_PAGES = 10_000

Row = dict[str, str | None]


class _Retryable(Exception):  # noqa: N818 - a reason to try again, never seen outside
    """The server may answer next time; `after_s` is how long it asked to wait."""

    def __init__(self, what: str, after_s: float | None = None) -> None:
        super().__init__(what)
        self.after_s = after_s


@dataclass(slots=True)
class Client:
    """One endpoint; `wait_s` is the first pause before a retry, doubled each time."""

    base: str
    jurisdiction: str | None = None
    api_key: str | None = None
    form: str = "json"
    page_size: int = MOST_ROWS
    attempts: int = 5
    wait_s: float = 1.0
    _session: requests.Session = field(default_factory=requests.Session)
    _has_pages: bool | None = None

    def requests_between(self, start: datetime, end: datetime, *, by: str = "created") -> Iterator[list[Row]]:
        """Pages of requests created (or, `by="updated"`, changed) from `start` until `end`, each request once."""
        seen: set[str] = set()
        while start < end:
            until = min(start + WINDOW, end)
            for rows in self._window(start, until, by):
                fresh = [row for row in rows if (row.get("service_request_id") or "") not in seen]
                seen.update(id_ for id_ in _ids(fresh) if id_)
                if fresh:
                    yield fresh
            start = until

    def _window(self, start: datetime, end: datetime, by: str) -> Iterator[list[Row]]:
        first = self._page(start, end, by, 1)
        yield first
        if len(first) < self.page_size:
            return
        if self._has_pages is not False:
            yield from self._further_pages(first, start, end, by)
            if self._has_pages:
                return
        if end - start <= _SMALLEST * 2:
            raise SourceError(
                f"{self.name}: gives {len(first)} requests of one second and no second page: ask its operator"
            )
        middle = start + (end - start) / 2
        yield from self._window(start, middle.replace(microsecond=0), by)
        yield from self._window(middle.replace(microsecond=0), end, by)

    def _further_pages(self, first: list[Row], start: datetime, end: datetime, by: str) -> Iterator[list[Row]]:
        before = _ids(first)
        for number in range(2, _MOST_PAGES):
            rows = self._page(start, end, by, number)
            if self._has_pages is None:
                self._has_pages = not rows or _ids(rows) != before
                if not self._has_pages:
                    return
            yield rows
            if len(rows) < self.page_size:
                return
            if _ids(rows) == before:
                raise SourceError(f"{self.name}: repeats page {number - 1} as page {number}")
            before = _ids(rows)

    def _page(self, start: datetime, end: datetime, by: str, number: int) -> list[Row]:
        names = ("start_date", "end_date") if by == "created" else ("updated_after", "updated_before")
        params = {
            names[0]: _iso(start), names[1]: _iso(end), "page": str(number), "page_size": str(self.page_size),
        }  # fmt: skip
        return parse(*self._get("requests", params), where=self.name)

    @property
    def name(self) -> str:
        """The endpoint without login, password or query."""
        parts = urlsplit(self.base)
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
        return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))

    def _get(self, resource: str, params: Mapping[str, str]) -> tuple[bytes, str]:
        own = {"jurisdiction_id": self.jurisdiction, "api_key": self.api_key}
        sent = {**params, **{name: value for name, value in own.items() if value}}
        retrying = Retrying(
            stop=stop_after_attempt(self.attempts), wait=self._pause, retry=retry_if_exception_type(_Retryable),
            reraise=True,
        )  # fmt: skip
        try:
            return retrying(self._once, f"{self.base.rstrip('/')}/{resource}.{self.form}", sent)
        except _Retryable as error:
            raise SourceError(
                f"{self.name}: no answer after {self.attempts} tries ({error}); load again later"
            ) from error

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.after_s if isinstance(error, _Retryable) else None
        backed_off = wait_exponential_jitter(multiplier=self.wait_s, max=_LONGEST_WAIT_S, jitter=self.wait_s)(state)
        return min(max(asked or 0.0, backed_off), _LONGEST_WAIT_S)

    def _once(self, url: str, params: Mapping[str, str]) -> tuple[bytes, str]:
        try:
            with self._session.get(url, params=params, timeout=_TIMEOUT_S, stream=True) as answer:
                if answer.status_code in _AGAIN:
                    raise _Retryable(f"status {answer.status_code}", _seconds(answer.headers.get("Retry-After")))
                if answer.status_code >= 400:
                    raise SourceError(f"{self.name}: {_refusal(answer.status_code)}")
                return self._body(answer), answer.headers.get("Content-Type", "")
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise _Retryable(type(error).__name__) from error
        except requests.RequestException as error:
            raise SourceError(f"{self.name}: cannot be asked ({type(error).__name__}); check the address") from error

    def _body(self, answer: Any) -> bytes:
        found = bytearray()
        for block in answer.iter_content(1 << 16):
            found += block
            if len(found) > _LARGEST_BYTES:
                raise SourceError(f"{self.name}: sends more than {_LARGEST_BYTES >> 20} MB in one answer: refused")
        return bytes(found)


def _ids(rows: list[Row]) -> list[str | None]:
    return [row.get("service_request_id") for row in rows]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.strip().isdigit() else None


def _refusal(status: int) -> str:
    cures = {
        400: "the server does not like the question: check jurisdiction and dates",
        401: "give `--option api_key=...`",
        403: "give `--option api_key=...`, or ask the operator for access",
        404: "check the address and `--option jurisdiction=...`; it ends before /requests.json",
    }
    return f"answers with status {status}; {cures.get(status, 'ask its operator')}"
