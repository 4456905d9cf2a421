"""OSM `opening_hours` texts, evaluated by the library opening-hours-py (Rust), read three-valued.

Two things are ours. A comment without the word `open` ("by appointment") makes the state unknown, as the OSM
specification has it; the library reports it as open. And a text that the library cannot read is tried once more with
its everyday spellings mended (`9-18`, `Пн-Пт`, `выходной`), which the result says.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import opening_hours as library

from geodata.opening_hours.timelines import fill, merge
from geodata.opening_hours.types import Interval, State

_STATES: dict[object, State] = {
    library.State.OPEN: "open",
    library.State.CLOSED: "closed",
    library.State.UNKNOWN: "unknown",
}
_EXPLICITLY_OPEN = re.compile(r'\bopen\s*"', re.IGNORECASE)
_DASH = re.compile(r"\s*[–—−‑-]\s*")
_DOT_TIME = re.compile(r"\b(\d{1,2})[.](\d{2})\b")
_SHORT_TIME = re.compile(r"\b(\d):(\d{2})\b")
_BARE_RANGE = re.compile(r"(?<![\d:])(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?(?![\d:])")
_WORD = re.compile(r"[^\W\d_]+")
_MARGIN = timedelta(days=1)
_UNFINISHED = re.compile(r"\d{1,2}:\d{2}\+")


@dataclass(frozen=True)
class Parsed:
    """A readable text, and what a reader must know about it."""

    expression: library.OpeningHours
    zone: ZoneInfo
    text: str
    warnings: tuple[str, ...]

    def intervals(self, start: datetime, end: datetime) -> Sequence[Interval]:
        """Intervals from `start` to `end` (UTC); comments without `open` are unknown."""
        # The library wants a named zone; a day on both sides keeps clock changes away from the edges.
        first, last = (start - _MARGIN).astimezone(self.zone), (end + _MARGIN).astimezone(self.zone)
        found = [
            Interval(a.astimezone(UTC), b.astimezone(UTC), self._state(state, comment), comment)
            for a, b, state, comment in self.expression.intervals(first, last)
        ]
        return fill(merge(i for i in found if i.state != "closed" or i.comment), start, end)

    def _state(self, state: object, comment: str) -> State:
        known = _STATES[state]
        if known == "open" and comment and not _EXPLICITLY_OPEN.search(self.text):
            return "unknown"
        return known


def parse_osm(
    text: str, zone: ZoneInfo, country: str | None, coords: tuple[float, float] | None = None
) -> Parsed | None:
    """The text as a timeline, mended where it must be; None when it cannot be read.

    `country` (ISO 3166) brings the public holidays; `coords` are (lat, lon), for sunrise and sunset.
    """
    for attempt, is_mended in ((text.strip(), False), (mend(text), True)):
        expression, has_holidays = _expression(attempt, zone, country, coords)
        if expression is not None:
            return Parsed(expression, zone, attempt, _warnings(attempt, is_mended=is_mended, has_holidays=has_holidays))
    return None


def _expression(
    text: str, zone: ZoneInfo, country: str | None, coords: tuple[float, float] | None
) -> tuple[library.OpeningHours | None, bool]:
    try:
        expression = library.OpeningHours(
            text, timezone=zone, country=country, coords=coords, auto_country=False, auto_timezone=False
        )
    except library.UnknownCountryError:  # type: ignore[attr-defined]
        return _expression(text, zone, None, coords)
    except library.InvalidCoordinatesError:  # type: ignore[attr-defined]
        return _expression(text, zone, country, None)
    except library.ParserError:  # type: ignore[attr-defined]
        return None, False
    return expression, country is not None


def _warnings(text: str, *, is_mended: bool, has_holidays: bool) -> tuple[str, ...]:
    upper = text.upper()
    notes = {
        "mended": is_mended,
        "holidays_unknown": "PH" in upper and not has_holidays,
        "school_holidays_unknown": "SH" in upper,
        "open_end": bool(_UNFINISHED.search(text)),
    }
    return tuple(note for note, holds in notes.items() if holds)


@cache
def _spellings() -> dict[str, str]:
    file = resources.files("geodata.opening_hours").joinpath("spellings.toml")
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return {spelling: code for code, spellings in data.items() for spelling in spellings}


def mend(text: str) -> str:
    """The text with everyday spellings of days, times and dashes put into OSM's."""
    known = _spellings()
    plain = _WORD.sub(lambda m: known.get(m[0].casefold(), m[0]), text.strip())
    plain = _DASH.sub("-", plain)
    plain = _DOT_TIME.sub(r"\1:\2", plain)
    plain = _BARE_RANGE.sub(lambda m: f"{int(m[1]):02d}:{m[2] or '00'}-{int(m[3]):02d}:{m[4] or '00'}", plain)
    plain = _SHORT_TIME.sub(r"0\1:\2", plain)
    return re.sub(r"(?<=[A-Za-z]):\s*", " ", plain)
