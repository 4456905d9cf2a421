"""How long a term is on its own clock, once its start is known.

Minutes and hours are what they say. A term in days or months ends at the same local time of the last day (a month:
of the same day of the month, or of the month's last day where there is none); its length in minutes is what the
policy's clock counts until then, so that days of different length, holidays and changes of the clocks are all in
it. The first of the working days is the one after the start; on a working clock a term that starts outside the hours
starts at the next opening. A policy may name an extended term, counted from the same start.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from etl.clock.clocks import Clocks
from etl.clock.events import NOTHING, Ids
from etl.clock.policies import NO_POLICY, PolicyBook
from etl.clock.zones import DAY_S, Seconds

_UNIT_S = {"minutes": 60, "hours": 3600}
_BY_DAY = ("working_days", "calendar_days", "months")


def target_s(book: PolicyBook, clocks: Clocks, policy: Ids, started_s: Seconds) -> Seconds:
    """The term of each request in seconds of its own clock; `NOTHING` without a policy."""
    return _lengths([(one.target_unit, one.target_value) for one in book.policies], clocks, policy, started_s)


def extended_s(book: PolicyBook, clocks: Clocks, policy: Ids, started_s: Seconds) -> Seconds:
    """The extended term of each request in seconds of its own clock; `NOTHING` where its policy names none."""
    return _lengths([(one.extended_unit, one.extended_value) for one in book.policies], clocks, policy, started_s)


def _lengths(
    wanted: Sequence[tuple[str | None, int | None]], clocks: Clocks, policy: Ids, started_s: Seconds
) -> Seconds:
    """Terms by unit and value of each policy (None: it has none), from each request's start."""
    length = np.full(len(policy), NOTHING, dtype=np.int64)
    for place in np.unique(policy[policy != NO_POLICY]).tolist():
        unit, value = wanted[place]
        if unit is None or value is None:
            continue
        rows = np.flatnonzero(policy == place)
        if unit in _BY_DAY:
            length[rows] = _by_day(unit, value, clocks, policy[rows], started_s[rows])
        else:
            length[rows] = value * _UNIT_S[unit]
    return length


def _by_day(unit: str, value: int, clocks: Clocks, policy: Ids, started_s: Seconds) -> Seconds:
    start = clocks.next_open("own", policy, started_s)
    local = clocks.zone.to_local(start)
    day, time_of_day = local // DAY_S, local % DAY_S
    if unit == "working_days":
        last = clocks.nth_workday(policy, day, np.full(len(day), value, dtype=np.int64))
    elif unit == "calendar_days":
        last = day + value
    else:
        last = add_months(day, value)
    end = clocks.zone.to_utc(last * DAY_S + time_of_day)
    return clocks.passed("own", policy, end) - clocks.passed("own", policy, start)


def add_months(days: Seconds, months: int) -> Seconds:
    """The same day of the month, `months` later, or the last day of that month; days since 1970-01-01."""
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    day_of_month = (dates - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    last = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64) - 1
    result: Seconds = target.astype("datetime64[D]").astype(np.int64) + np.minimum(day_of_month, last)
    return result
