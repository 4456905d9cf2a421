"""Replays the lives of requests, all at once, against the terms of their time.

The rules, each in one sentence:
- The clock runs from receipt (from the next opening, where the policy says so) while a request is open and not paused.
- A pause lasts until it is resumed, closed, cancelled or returned for rework; assigning or extending does not end it.
- Closing stops the clock; reopening and return for rework let it go on, and the time in between does not count.
- An extension adds to the term (or moves its end), unless the term had been exceeded before: lateness is not undone.
  One that says no length gives the policy's extended term, where it has one ("45 days in all, with notice").
- The term is used up at the first instant by which the clock has counted it; a request closed later than that is late,
  closed when more than three times the term was used, it is three times late. Nothing here depends on the present.

One pass over the events in order decides the states; all counting is sums over segments between events, so a million
requests take seconds. `tests/etl/clock/reference.py` says the same slowly, minute by minute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from etl.clock import terms
from etl.clock.calendars import SpanError
from etl.clock.clocks import Clocks, clocks_of
from etl.clock.events import NOTHING, Events, Ids, Kind, Requests
from etl.clock.policies import NO_POLICY, PolicyBook
from etl.clock.results import ExecutorTimes, Results, Trace
from etl.clock.states import State, current_executors, states_of
from etl.clock.zones import Seconds

_HORIZONS_YEARS = (2, 10, 60)
_DAYS_IN_YEAR = {"minutes": 365 * 1440, "hours": 365 * 24, "working_days": 200, "calendar_days": 365, "months": 12}
Flags = npt.NDArray[np.bool_]


def replay(requests: Requests, events: Events, book: PolicyBook, *, through_s: int = 0) -> Results:
    """What the clock says of each request, in the order of `requests`.

    Calendars are laid out at least through `through_s`, for those who will ask about that moment; the answer is the
    same for any. Raises `ClockError` where a calendar never opens or a term does not end within sixty years.
    """
    if not len(requests):
        return Results.empty()
    for horizon in _HORIZONS_YEARS[:-1]:
        try:
            return _replay(requests, events, book, _clocks(requests, events, book, horizon, through_s))
        except SpanError:
            continue
    return _replay(requests, events, book, _clocks(requests, events, book, _HORIZONS_YEARS[-1], through_s))


def _clocks(requests: Requests, events: Events, book: PolicyBook, horizon_years: int, through_s: int) -> Clocks:
    last = max(through_s, int(events.at_s.max()), int(events.extended_to_s.max()))
    longest = max((policy.target_value // _DAYS_IN_YEAR[policy.target_unit] for policy in book.policies), default=0)
    years = (
        np.array([int(requests.created_s.min()), last]).astype("datetime64[s]").astype("datetime64[Y]").astype(int)
        + 1970
    )
    return clocks_of(book, first_year=int(years[0]) - 1, last_year=int(years[1]) + horizon_years + longest)


def _replay(requests: Requests, events: Events, book: PolicyBook, clocks: Clocks) -> Results:
    policy = _policies(requests, events, book, clocks)
    started = np.where(
        _flag(book, policy, "starts_at_opening"),
        clocks.next_open("work", policy, requests.created_s),
        requests.created_s,
    )
    segments = _segments(events, clocks, policy, started)
    target = terms.target_s(book, clocks, policy, started)
    target, is_counted = _extend(
        events, clocks, policy, segments, target, _extended(events, book, clocks, policy, started)
    )
    used_up = _used_up(events, clocks, policy, segments, target)
    due = used_up.copy()
    late3 = _used_up(events, clocks, policy, segments, np.where(policy == NO_POLICY, NOTHING, target * 3))
    has_term = np.flatnonzero(policy != NO_POLICY)
    late3[has_term] = clocks.next_open("own", policy[has_term], late3[has_term])
    rolls = np.flatnonzero(_flag(book, policy, "rolls_to_working_day"))
    due[rolls] = clocks.same_time_on_workday(policy[rolls], due[rolls])
    ends = _Ends(used_up, due, np.maximum(late3, due))
    return _results(requests, events, clocks, book, policy, started, segments, target, ends, is_counted)


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """When each term is used up, when it is due (moved off days off), and when three terms are used up."""

    used_up: Seconds
    due: Seconds
    late3: Seconds


@dataclass(frozen=True, slots=True, eq=False)
class _Segments:
    """One row per event: the stretch from it to the request's next event (nothing after the last).

    `own`, `work`: the policy's clocks at the event. `own_s`, `work_s`, `calendar_s`: what they counted while running.
    `own_before`: own time used before the event. `start_s`: the event's instant, not before the start of the clock.
    """

    state: npt.NDArray[np.int8]
    is_running: Flags
    start_s: Seconds
    own: Seconds
    own_s: Seconds
    own_before: Seconds
    work_s: Seconds
    calendar_s: Seconds
    paused_s: Seconds


def _segments(events: Events, clocks: Clocks, policy: Ids, started: Seconds) -> _Segments:
    state = states_of(events)
    followed = np.append(events.request[1:] == events.request[:-1], [False])
    is_running = followed & (state == State.RUNNING)
    is_paused = followed & (state == State.PAUSED)
    start = np.maximum(events.at_s, started[events.request])
    chosen = policy[events.request]
    own = clocks.passed("own", chosen, start)
    work = clocks.passed("work", chosen, start)
    own_s = _gains(own, is_running)
    total = np.cumsum(own_s) - own_s
    return _Segments(
        state=state,
        is_running=is_running,
        start_s=start,
        own=own,
        own_s=own_s,
        own_before=total - total[events.first[:-1]][events.request],
        work_s=_gains(work, is_running),
        calendar_s=_gains(events.at_s, is_running),
        paused_s=_gains(events.at_s, is_paused),
    )


def _gains(clock: Seconds, wanted: Flags) -> Seconds:
    gained: Seconds = np.where(wanted, np.append(clock[1:], clock[-1]) - clock, 0)
    return gained


def _flag(book: PolicyBook, policy: Ids, name: str) -> Flags:
    flags = np.array([bool(getattr(chosen, name)) for chosen in book.policies] + [False])
    return flags[policy]


def _policies(requests: Requests, events: Events, book: PolicyBook, clocks: Clocks) -> Ids:
    """The policy of the class a request came to in the end, valid on the day it came to that class."""
    rows = np.flatnonzero(events.class_ids)
    owner, given = events.request[rows], events.class_ids[rows]
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = (owner[1:] != owner[:-1]) | (given[1:] != given[:-1])
    classes, since = requests.class_ids.copy(), requests.created_s.copy()
    classes[owner[is_new]] = given[is_new]  # of several changes the last assignment stays
    since[owner[is_new]] = events.at_s[rows[is_new]]
    return book.choose(requests.topic_ids, classes, clocks.zone.days(since))


def _extended(events: Events, book: PolicyBook, clocks: Clocks, policy: Ids, started: Seconds) -> Seconds:
    """The extended term of requests with an extension that says no length; `NOTHING` of others and without one."""
    is_unsaid = (events.extended_s == NOTHING) & (events.extended_to_s == NOTHING)
    rows = np.unique(events.request[(events.kind == Kind.EXTENDED) & is_unsaid])
    at_most = np.full(len(policy), NOTHING, dtype=np.int64)
    at_most[rows] = terms.extended_s(book, clocks, policy[rows], started[rows])
    return at_most


def _extend(
    events: Events, clocks: Clocks, policy: Ids, segments: _Segments, target: Seconds, at_most: Seconds
) -> tuple[Seconds, Flags]:
    """Terms with their extensions, and which events counted as one; the n-th extension of every request in one step.

    `at_most`: the extended term of each request's policy, for extensions that say no length; `NOTHING` without.
    """
    target, is_counted = target.copy(), np.zeros(len(events), dtype=bool)
    alive = (segments.state == State.RUNNING) | (segments.state == State.PAUSED)
    has_length = (events.extended_s != NOTHING) | (events.extended_to_s != NOTHING)
    is_able = has_length | (at_most[events.request] > target[events.request])
    left = np.flatnonzero((events.kind == Kind.EXTENDED) & alive & is_able & (policy[events.request] != NO_POLICY))
    while len(left):
        owner = events.request[left]
        is_first = np.append([True], owner[1:] != owner[:-1])
        rows, left = left[is_first], left[~is_first]
        rows = rows[segments.own_before[rows] <= target[events.request[rows]]]
        is_counted[rows] = True
        owner = events.request[rows]
        end = clocks.passed("own", policy[owner], np.maximum(events.extended_to_s[rows], events.at_s[rows]))
        moved = np.maximum(target[owner], segments.own_before[rows] + end - segments.own[rows])
        added = np.where(has_length[rows], target[owner] + events.extended_s[rows], np.maximum(target, at_most)[owner])
        target[owner] = np.where(events.extended_to_s[rows] != NOTHING, moved, added)
    return target, is_counted


def _used_up(events: Events, clocks: Clocks, policy: Ids, segments: _Segments, target: Seconds) -> Seconds:
    """The first instant by which the clock has counted `target`; `NOTHING` without one.

    It goes on without pause after the last event, or after the closing or cancelling that ended the request for good.
    """
    goal = target[events.request]
    reached = np.flatnonzero(segments.is_running & (goal != NOTHING) & (segments.own_before + segments.own_s >= goal))
    place = events.first[1:] - 1
    ended = segments.state[place] >= State.CLOSED
    place = np.where(ended, _entered(events, segments.state), place)  # what follows an end that stays changes nothing
    spent = segments.own_before[place] + segments.own_s[place]
    backwards = reached[::-1]  # of several segments the first stays
    place[events.request[backwards]] = backwards
    spent[events.request[backwards]] = segments.own_before[backwards]
    has_term = target != NOTHING
    due = np.full(len(target), NOTHING, dtype=np.int64)
    due[has_term] = clocks.advance(policy[has_term], segments.start_s[place[has_term]], (target - spent)[has_term])
    return due


def _results(
    requests: Requests,
    events: Events,
    clocks: Clocks,
    book: PolicyBook,
    policy: Ids,
    started: Seconds,
    segments: _Segments,
    target: Seconds,
    ends: _Ends,
    is_counted: Flags,
) -> Results:
    due = ends.due
    firsts, lasts = events.first[:-1], events.first[1:] - 1

    def total(values: Seconds) -> Seconds:
        summed: Seconds = np.add.reduceat(values, firsts)
        return summed

    final = segments.state[lasts]
    since = _since(events, segments.state)
    resolved = np.where(final == State.CLOSED, since, NOTHING)
    own_at_due = np.where(due == NOTHING, 0, clocks.passed("own", policy, np.maximum(due, 0)))[events.request]
    late = np.where(
        segments.is_running, np.maximum(segments.own + segments.own_s - np.maximum(segments.own, own_at_due), 0), 0
    )
    is_late = (due != NOTHING) & (resolved > due)
    executors = current_executors(events)
    return Results(
        ids=requests.ids,
        policy=policy,
        created_s=requests.created_s,
        started_s=started,
        used_up_s=ends.used_up,
        due_s=due,
        late3_s=ends.late3,
        resolved_s=resolved,
        cancelled_s=np.where(final == State.CANCELLED, since, NOTHING),
        paused_since_s=np.where(final == State.PAUSED, since, NOTHING),
        last_s=events.at_s[lasts],
        target_s=target,
        own_s=total(segments.own_s),
        working_s=total(segments.work_s),
        calendar_s=total(segments.calendar_s),
        paused_s=total(segments.paused_s),
        late_s=np.where(is_late, total(late), 0),
        events=np.diff(events.first),
        executor_changes=total(executors.is_change.astype(np.int64)),
        returns=total((events.kind == Kind.RETURNED).astype(np.int64)),
        reopens=total((events.kind == Kind.REOPENED).astype(np.int64)),
        executor_times=_executor_times(events, segments, executors.current),
        trace=Trace(events, segments.state, executors.current, is_counted),
        clocks=clocks,
        policies=book.policies,
    )


def _since(events: Events, state: npt.NDArray[np.int8]) -> Seconds:
    """When each request came to the state that it has in the end."""
    return events.at_s[_entered(events, state)]


def _entered(events: Events, state: npt.NDArray[np.int8]) -> Ids:
    """The event by which each request came to the state that it has in the end."""
    is_entry = np.append([True], (state[1:] != state[:-1]) | (events.request[1:] != events.request[:-1]))
    rows = np.flatnonzero(is_entry)
    entered = np.zeros(len(events.first) - 1, dtype=np.int64)
    entered[events.request[rows]] = rows  # of several the last stays
    return entered


def _executor_times(events: Events, segments: _Segments, executors: Ids) -> ExecutorTimes:
    rows = np.flatnonzero(segments.is_running)
    if not len(rows):
        return ExecutorTimes.empty()
    codes, dense = np.unique(executors[rows], return_inverse=True)
    key = events.request[rows] * len(codes) + dense
    order = np.argsort(key, kind="stable")
    rows, key = rows[order], key[order]
    firsts = np.flatnonzero(np.append([True], key[1:] != key[:-1]))
    return ExecutorTimes(
        request=key[firsts] // len(codes),
        executor_ids=codes[key[firsts] % len(codes)],
        working_s=np.add.reduceat(segments.work_s[rows], firsts),
        calendar_s=np.add.reduceat(segments.calendar_s[rows], firsts),
    )
