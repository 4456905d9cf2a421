"""The clocks of a replay: each policy's own clock and its working calendar, counted for many instants at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from etl.clock.calendars import CompiledCalendar
from etl.clock.events import Ids
from etl.clock.policies import PolicyBook
from etl.clock.zones import Seconds, ZoneTable

ROUND_THE_CLOCK = -1
Which = Literal["own", "work"]


@dataclass(frozen=True, slots=True, eq=False)
class Clocks:
    """The calendars a replay needs, by number; `own` and `work` give each policy's (the last: of no policy)."""

    zone: ZoneTable
    calendars: dict[int, CompiledCalendar]
    own: Ids
    work: Ids

    def passed(self, which: Which, policy: Ids, at_s: Seconds) -> Seconds:
        """Seconds that the clock of each row's policy has counted by `at_s`, from an origin of its own."""
        return self._each(self._numbers(which, policy), lambda cal, rows: cal.worked(at_s[rows]), otherwise=at_s)

    def advance(self, policy: Ids, at_s: Seconds, seconds: Seconds) -> Seconds:
        """The instant by which each policy's own clock has counted `seconds` more."""
        return self._each(
            self._numbers("own", policy),
            lambda cal, rows: cal.advance(at_s[rows], seconds[rows]),
            otherwise=at_s + seconds,
        )

    def next_open(self, which: Which, policy: Ids, at_s: Seconds) -> Seconds:
        """The instant itself where the calendar is open, else its next opening."""
        return self._each(self._numbers(which, policy), lambda cal, rows: cal.next_open(at_s[rows]), otherwise=at_s)

    def nth_workday(self, policy: Ids, days: Seconds, n: Seconds) -> Seconds:
        """The `n`-th working day after each day, by the policy's calendar."""
        return self._each(
            self._numbers("work", policy), lambda cal, rows: cal.nth_workday(days[rows], n[rows]), otherwise=days + n
        )

    def same_time_on_workday(self, policy: Ids, at_s: Seconds) -> Seconds:
        """The instants that fall on a working day, the others moved to the same local time of the next one."""
        days = self.zone.days(at_s)

        def rolled(cal: CompiledCalendar, rows: npt.NDArray[np.intp]) -> Seconds:
            return np.where(cal.is_workday(days[rows]), days[rows], cal.nth_workday(days[rows], 1))

        moved = self._each(self._numbers("work", policy), rolled, otherwise=days)
        local = self.zone.to_local(at_s) + (moved - days) * 86_400
        result: Seconds = np.where(moved == days, at_s, self.zone.to_utc(local))
        return result

    def _numbers(self, which: Which, policy: Ids) -> Ids:
        return (self.own if which == "own" else self.work)[policy]

    def _each(
        self, numbers: Ids, count: Callable[[CompiledCalendar, npt.NDArray[np.intp]], Seconds], *, otherwise: Seconds
    ) -> Seconds:
        result = otherwise.astype(np.int64, copy=True)
        for number, calendar in self.calendars.items():
            rows = np.flatnonzero(numbers == number)
            if len(rows):
                result[rows] = count(calendar, rows)
        return result


def clocks_of(book: PolicyBook, *, first_year: int, last_year: int) -> Clocks:
    """The clocks of a city laid out over whole years; calendars that are always open need no laying out."""
    work = np.array(
        [
            ROUND_THE_CLOCK if book.calendars[book.calendar_codes[number]].is_always_open else number
            for number in book.calendar_of.tolist()
        ],
        dtype=np.int64,
    )
    on_calendar_time = np.array([policy.clock == "calendar" for policy in book.policies] + [False])
    used = sorted(set(work.tolist()) - {ROUND_THE_CLOCK})
    return Clocks(
        zone=book.zone_between(first_year - 1, last_year + 1),
        calendars={number: book.compiled(number, first_year, last_year) for number in used},
        own=np.where(on_calendar_time, ROUND_THE_CLOCK, work),
        work=work,
    )
