"""Opening hours from HSDS schedule rows: weekly and monthly rules, exceptions, public holidays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from geodata.opening_hours.timelines import fill, merge
from geodata.opening_hours.types import Interval, State

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"([+-]?\d+)?(MO|TU|WE|TH|FR|SA|SU)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_APPOINTMENT = re.compile(
    "appointment|objednan|dohod|за записом|по записи|по предварительной|па запісе|за домовленістю", re.IGNORECASE
)


@dataclass(frozen=True)
class Schedule:
    """One HSDS schedule row; times are local HH:MM, days local, both ends included.

    A row without times says that the place works that day, at hours nobody wrote down: unknown.
    """

    opens_at: str | None = None
    closes_at: str | None = None
    freq: str | None = None
    byday: str | None = None
    bymonthday: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    is_closed: bool = False
    description: str = ""

    def applies_on(self, day_on: date) -> bool:
        """Whether the row speaks about the day."""
        if (self.valid_from and day_on < self.valid_from) or (self.valid_to and day_on > self.valid_to):
            return False
        if self.bymonthday and str(day_on.day) not in re.split(r"[,;\s]+", self.bymonthday):
            return False
        return not self.byday or any(_is_day(day_on, *m.groups()) for m in _BYDAY.finditer(self.byday.upper()))


def _is_day(day_on: date, ordinal: str | None, name: str) -> bool:
    if _DAYS[day_on.weekday()] != name:
        return False
    if ordinal is None:
        return True
    nth = int(ordinal)
    if nth > 0:
        return (day_on.day - 1) // 7 + 1 == nth
    return (_days_in_month(day_on) - day_on.day) // 7 + 1 == -nth


def _days_in_month(day_on: date) -> int:
    following = (day_on.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - timedelta(days=1)).day


@dataclass(frozen=True)
class Schedules:
    """A timeline of schedule rows: an exception replaces the regular rows of its day, a holiday closes it."""

    rows: tuple[Schedule, ...]
    exceptions: tuple[Schedule, ...]
    holidays: frozenset[date]
    zone: ZoneInfo

    def intervals(self, start: datetime, end: datetime) -> Sequence[Interval]:
        """Intervals from `start` to `end` (UTC); a place without any row is unknown all the time."""
        if not self.rows and not self.exceptions:
            return [Interval(start, end, "unknown")]
        first = start.astimezone(self.zone).date() - timedelta(days=1)
        last = end.astimezone(self.zone).date()
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return fill(merge(w for day_on in days for w in self._of(day_on)), start, end)

    def _of(self, day_on: date) -> Iterator[Interval]:
        special = [row for row in self.exceptions if row.applies_on(day_on)]
        if special:
            rows: Iterable[Schedule] = special
        elif day_on in self.holidays:
            return
        else:
            rows = (row for row in self.rows if row.applies_on(day_on))
        for row in rows:
            if not row.is_closed:
                yield _interval(row, day_on, self.zone)


def _interval(row: Schedule, day_on: date, zone: ZoneInfo) -> Interval:
    opens, closes = _clock(row.opens_at), _clock(row.closes_at)
    if opens is None or closes is None:
        return Interval(_utc(day_on, 0, zone), _utc(day_on, 24 * 60, zone), "unknown", row.description)
    state: State = "unknown" if _APPOINTMENT.search(row.description) else "open"
    # Closing at or before opening means the next day: 22:00 to 06:00, and 00:00 to 00:00 is the whole day.
    end = closes if closes > opens else closes + 24 * 60
    return Interval(_utc(day_on, opens, zone), _utc(day_on, end, zone), state, row.description)


def _clock(text: str | None) -> int | None:
    """Minutes after local midnight, 0 to 1440; None for no or unreadable time."""
    found = _CLOCK.match(text or "")
    if not found:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return minutes if minutes <= 24 * 60 else None


def _utc(day_on: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time; one that a clock change skips is taken as just after the change."""
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day_on + timedelta(days=days), time(rest // 60, rest % 60), zone)
    return wall.astimezone(UTC)


def schedules(
    rows: Iterable[Schedule], exceptions: Iterable[Schedule], holidays: Collection[date], zone: ZoneInfo
) -> Schedules:
    """A timeline of rows; closed rows among the regular ones count as exceptions (HSDS writes them so)."""
    regular = list(rows)
    special = [*exceptions, *(row for row in regular if row.is_closed)]
    return Schedules(tuple(row for row in regular if not row.is_closed), tuple(special), frozenset(holidays), zone)
