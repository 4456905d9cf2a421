"""What a replay gives back: arrays with one row per request, none of which depends on the present moment."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.clock.clocks import Clocks
from etl.clock.events import NOTHING, Events, Ids
from etl.clock.policies import NO_POLICY
from etl.clock.zones import Seconds, ZoneTable
from geodata.profile import SlaPolicy

EVERY_ROW = slice(None)


@dataclass(frozen=True, slots=True, eq=False)
class ExecutorTimes:
    """Time used by each executor of each request (`request`: row number): own working calendar and calendar seconds."""

    request: Ids
    executor_ids: Ids
    working_s: Seconds
    calendar_s: Seconds

    @classmethod
    def empty(cls) -> ExecutorTimes:
        """No executor had any request."""
        nothing = np.empty(0, dtype=np.int64)
        return cls(nothing, nothing, nothing, nothing)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """How the replay read each event: the state and the executor after it, and whether it counted as an extension."""

    events: Events
    state: npt.NDArray[np.int8]
    executor_ids: Ids
    is_extension: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """One row per request; instants are UTC seconds, `NOTHING` where there is none.

    `policy`: place in `policies`, -1 where no term fits (then `due_s`, `late3_s`, `target_s` are `NOTHING`). `own_s` is
    the time used on the policy's own clock, `working_s` on its working calendar, `calendar_s` round the clock since
    receipt; each until closed, or until the last event of an open request, pauses and times closed left out.
    `paused_s`: round the clock. `used_up_s`: when the term is used up; `due_s`: the same, moved off a day off where the
    policy says so. `due_s` of an open request: if nothing pauses it from its last event on; while it is paused
    (`paused_since_s`) its due instant moves on with the present. `late_s`: closed late, seconds of its own clock beyond
    `due_s`.
    """

    ids: Ids
    policy: Ids
    created_s: Seconds
    started_s: Seconds
    used_up_s: Seconds
    due_s: Seconds
    late3_s: Seconds
    resolved_s: Seconds
    cancelled_s: Seconds
    paused_since_s: Seconds
    last_s: Seconds
    target_s: Seconds
    own_s: Seconds
    working_s: Seconds
    calendar_s: Seconds
    paused_s: Seconds
    late_s: Seconds
    events: Ids
    executor_changes: Ids
    returns: Ids
    reopens: Ids
    executor_times: ExecutorTimes
    trace: Trace
    clocks: Clocks
    policies: tuple[SlaPolicy, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def empty(cls) -> Results:
        """The answer for no requests."""
        none, flags = np.empty(0, dtype=np.int64), np.empty(0, dtype=bool)
        events = Events(none, none, none.astype(np.int8), none, none, none, none, np.zeros(1, dtype=np.int64), none)
        trace = Trace(events, none.astype(np.int8), none, flags)
        clocks = Clocks(ZoneTable(none, np.zeros(1, dtype=np.int64)), {}, none, none)
        columns: dict[str, Any] = {column.name: none for column in fields(cls)}
        columns |= {"executor_times": ExecutorTimes.empty(), "trace": trace, "clocks": clocks, "policies": ()}
        return cls(**columns)

    @property
    def waits(self) -> npt.NDArray[np.bool_]:
        """Which open requests stand still before their term has ended: none of these is due on any day."""
        waits: npt.NDArray[np.bool_] = (self.paused_since_s != NOTHING) & (self.paused_since_s <= self.due_s)
        return waits

    def remaining_s(self, now_s: int, rows: slice = EVERY_ROW) -> Seconds:
        """Own seconds left at `now_s` to each open request of `rows` (negative: overdue); others: `NOTHING`."""
        policy, started, last = self.policy[rows], self.started_s[rows], self.last_s[rows]
        is_open = (self.resolved_s[rows] == NOTHING) & (self.cancelled_s[rows] == NOTHING) & (policy != NO_POLICY)
        until = np.where(self.paused_since_s[rows] != NOTHING, last, np.maximum(last, now_s))
        own = self.clocks.passed("own", policy, np.maximum(until, started))
        gained = own - self.clocks.passed("own", policy, np.maximum(last, started))
        result: Seconds = np.where(is_open, self.target_s[rows] - self.own_s[rows] - gained, NOTHING)
        return result
