"""Working calendars laid out once as open intervals on the line of seconds, so that counting is two array look-ups.

The open time of a calendar is one growing function: `worked(t)` is how much of it has passed by `t`. The working time
between two instants is a difference of it, the instant at which a term is used up is its inverse (`advance`). Changes
of the clocks need no care after that, because intervals are kept in UTC: a night shift is an hour shorter in spring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

import numpy as np
import numpy.typing as npt

from etl.clock.zones import DAY_S, Seconds, ZoneTable
from etl.errors import ClockError
from geodata.profile import Interval, WorkCalendar


class SpanError(ClockError):
    """The span of years a calendar was laid out over is too short for what was asked."""


EPOCH_ON = date(1970, 1, 1)
Exceptions = Mapping[date, tuple[tuple[Interval, ...], str]]
"""Days that differ from the week, see `geodata.calendars.exceptions_of`."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledCalendar:
    """The open intervals of a calendar over a span of days.

    `starts`, `ends`: UTC seconds, sorted, at most touching each other. `before`: seconds open before each start; one
    longer than `starts`, the last is the sum. `workdays`: days (since 1970-01-01) with any opening.
    """

    code: str
    starts: Seconds
    ends: Seconds
    before: Seconds
    workdays: Seconds
    first_s: int
    last_s: int

    def worked(self, at_s: Seconds) -> Seconds:
        """Open seconds from the start of the span to each instant; raises `SpanError` for one after its end."""
        if len(at_s) and int(at_s.max()) > self.last_s:
            raise SpanError(f"calendar {self.code} was laid out too short for an instant it was asked about")
        place = np.searchsorted(self.starts, at_s, side="right") - 1
        held = np.maximum(place, 0)
        inside = np.clip(at_s - self.starts[held], 0, self.ends[held] - self.starts[held])
        result: Seconds = np.where(place < 0, 0, self.before[held] + inside)
        return result

    def advance(self, at_s: Seconds, seconds: Seconds) -> Seconds:
        """The first instant by which `seconds` of open time have passed since `at_s`; `at_s` itself for none.

        Raises `SpanError` where the span ends first.
        """
        goal = self.worked(at_s) + seconds
        if len(goal) and int(goal.max()) > self.total_s:
            raise SpanError(
                f"calendar {self.code} was laid out too short for a term of {int(seconds.max()) // 60} minutes"
            )
        place = np.searchsorted(self.before, goal, side="left") - 1
        held = np.clip(place, 0, len(self.starts) - 1)
        reached = self.starts[held] + goal - self.before[held]
        result: Seconds = np.where(seconds <= 0, at_s, reached)
        return result

    def next_open(self, at_s: Seconds) -> Seconds:
        """The instant itself where the calendar is open, else the next opening; raises `SpanError` without one."""
        place = np.searchsorted(self.ends, at_s, side="right")
        if len(place) and int(place.max()) >= len(self.starts):
            raise SpanError(f"calendar {self.code} does not open again before its span ends")
        result: Seconds = np.maximum(self.starts[place], at_s)
        return result

    def nth_workday(self, days: Seconds, n: int | Seconds) -> Seconds:
        """The `n`-th day with an opening after each day; the day itself for `n` = 0."""
        place = np.searchsorted(self.workdays, days, side="right") + n - 1
        if len(place) and int(place.max()) >= len(self.workdays):
            raise SpanError(f"calendar {self.code} has too few working days in its span")
        result: Seconds = np.where(np.asarray(n) == 0, days, self.workdays[np.maximum(place, 0)])
        return result

    def is_workday(self, days: Seconds) -> npt.NDArray[np.bool_]:
        """Whether the calendar opens at all on each day."""
        place = np.minimum(np.searchsorted(self.workdays, days), len(self.workdays) - 1)
        result: npt.NDArray[np.bool_] = self.workdays[place] == days
        return result

    @property
    def total_s(self) -> int:
        """Open seconds in the whole span."""
        return int(self.before[-1])


def compile_calendar(
    calendar: WorkCalendar, zone: ZoneTable, exceptions: Exceptions, *, first_on: date, last_on: date
) -> CompiledCalendar:
    """The calendar from `first_on` to `last_on`, both included; raises `ClockError` where it never opens."""
    days, opens, closes = _local_intervals(calendar, exceptions, first_on, last_on)
    if not len(days):
        raise ClockError(f"calendar {calendar.code} never opens between {first_on} and {last_on}: give it hours")
    starts, ends = zone.to_utc(days * DAY_S + opens), zone.to_utc(days * DAY_S + closes)
    starts[1:] = np.maximum(
        starts[1:], np.maximum.accumulate(ends)[:-1]
    )  # an interval that a change of clocks moved onto the next
    is_real = ends > starts
    starts, ends, days = starts[is_real], ends[is_real], days[is_real]
    return CompiledCalendar(
        code=calendar.code,
        starts=starts,
        ends=ends,
        before=np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(ends - starts))),
        workdays=np.unique(days),
        first_s=int(zone.to_utc(np.array([(first_on - EPOCH_ON).days * DAY_S]))[0]),
        last_s=int(zone.to_utc(np.array([((last_on - EPOCH_ON).days + 1) * DAY_S]))[0]),
    )


def _local_intervals(
    calendar: WorkCalendar, exceptions: Exceptions, first_on: date, last_on: date
) -> tuple[Seconds, Seconds, Seconds]:
    """Day, opening and closing of every interval in wall-clock seconds of its day."""
    rows = [
        ((day_on - EPOCH_ON).days, _second(opens), _second(closes) or DAY_S)
        for day_on in (first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1))
        for opens, closes in exceptions.get(day_on, (calendar.weekly[day_on.weekday()], ""))[0]
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _second(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
