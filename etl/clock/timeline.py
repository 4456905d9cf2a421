"""The life of one request as stretches of time, ready to be drawn as a strip: what counted, what did not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from etl.clock.calendars import EPOCH_ON, CompiledCalendar
from etl.clock.clocks import ROUND_THE_CLOCK
from etl.clock.policies import PolicyBook
from etl.clock.results import Results
from etl.clock.states import State
from etl.clock.zones import DAY_S

SegmentKind = Literal["working", "night", "day_off", "holiday", "pause", "closed"]
DaysOff = Mapping[date, str]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a request's life in the city's time.

    `working`: its clock ran (round the clock: all the time it was open); `night`: outside hours of a working day, lunch
    breaks too; `day_off`, `holiday` (`label`: its name): days without hours; `pause` (`label`: reason code); `closed`.
    """

    kind: SegmentKind
    start_at: datetime
    end_at: datetime
    executor_id: int
    label: str = ""


def timeline_of(
    results: Results, book: PolicyBook, row: int, *, now_s: int, reasons: Mapping[int, str] | None = None
) -> tuple[Segment, ...]:
    """The stretches of request `row` from receipt to its end, or to `now_s` while it is open, without gaps.

    `reasons` gives the reason code of a pause by the number of its event within the request, in replay order.
    """
    first, last = results.trace.events.first[row : row + 2].tolist()
    found: list[Segment] = []
    for event in range(first, last):
        state = int(results.trace.state[event])
        start = int(results.trace.events.at_s[event])
        open_until = start if state >= State.CLOSED else now_s
        end = int(results.trace.events.at_s[event + 1]) if event + 1 < last else open_until
        if end <= start:
            continue
        executor = int(results.trace.executor_ids[event])
        if state == State.RUNNING:
            found += _running(results, book, row, start, end, executor)
        elif state == State.PAUSED:
            label = (reasons or {}).get(_pause_began(results, first, event) - first, "")
            found.append(_segment("pause", start, end, executor, book.zone, label))
        else:
            found.append(_segment("closed", start, end, executor, book.zone))
    return tuple(_merged(found))


def days_off_between(results: Results, book: PolicyBook, row: int, start_s: int, end_s: int) -> dict[date, str]:
    """Holidays that shut the request's own calendar on a day that the week would open, by day with their names."""
    number = int(results.clocks.own[results.policy[row]])
    if number == ROUND_THE_CLOCK:
        return {}
    calendar = book.calendars[book.calendar_codes[number]]
    start_on, end_on = _local(start_s, book.zone).date(), _local(end_s, book.zone).date()
    closed = book.exceptions(calendar, range(start_on.year, end_on.year + 1))
    days = (start_on + timedelta(days=n) for n in range((end_on - start_on).days + 1))
    return {
        day: closed[day][1] for day in days if day in closed and not closed[day][0] and calendar.weekly[day.weekday()]
    }


def _pause_began(results: Results, first: int, event: int) -> int:
    while event > first and results.trace.state[event - 1] == State.PAUSED:
        event -= 1
    return event


def _running(results: Results, book: PolicyBook, row: int, start: int, end: int, executor: int) -> Iterator[Segment]:
    number = int(results.clocks.own[results.policy[row]])
    begun = max(start, min(end, int(results.started_s[row])))
    if number == ROUND_THE_CLOCK:
        if begun > start:
            yield _segment("night", start, begun, executor, book.zone)
        if end > begun:
            yield _segment("working", begun, end, executor, book.zone)
        return
    calendar = results.clocks.calendars[number]
    low, high = np.searchsorted(calendar.ends, start, side="right"), np.searchsorted(calendar.starts, end, side="left")
    days_off = days_off_between(results, book, row, start, end)
    reached = start
    for place in range(int(low), int(high)):
        opens, closes = max(int(calendar.starts[place]), start), min(int(calendar.ends[place]), end)
        yield from _shut(calendar, reached, opens, executor, book.zone, days_off)
        yield _segment("working", opens, closes, executor, book.zone)
        reached = closes
    yield from _shut(calendar, reached, end, executor, book.zone, days_off)


def _shut(
    calendar: CompiledCalendar, start: int, end: int, executor: int, zone: ZoneInfo, days_off: DaysOff
) -> Iterator[Segment]:
    """The time between two openings, cut where one day ends and another begins."""
    while start < end:
        local = _local(start, zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), tzinfo=zone)
        until = min(int(midnight.timestamp()), end)
        day_on = local.date()
        kind: SegmentKind = "day_off"
        if calendar.is_workday(np.array([(day_on - EPOCH_ON).days])).all():
            kind = "night"
        elif day_on in days_off:
            kind = "holiday"
        yield _segment(kind, start, until, executor, zone, days_off.get(day_on, "") if kind == "holiday" else "")
        start = until if until > start else start + DAY_S


def _merged(segments: list[Segment]) -> Iterator[Segment]:
    held: Segment | None = None
    for segment in segments:
        if held and (held.kind, held.executor_id, held.label) == (segment.kind, segment.executor_id, segment.label):
            held = replace(held, end_at=segment.end_at)
            continue
        if held:
            yield held
        held = segment
    if held:
        yield held


def _segment(kind: SegmentKind, start: int, end: int, executor: int, zone: ZoneInfo, label: str = "") -> Segment:
    return Segment(kind, _local(start, zone), _local(end, zone), executor, label)


def _local(at_s: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_s, zone)
