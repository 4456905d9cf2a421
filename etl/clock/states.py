"""What state a request is in after each event, and who has it: the only part of the replay that goes in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from etl.clock.events import NOBODY, Events, Ids, Kind


class State(IntEnum):
    """What a request's clock does: run, stand still for a reason, or stand still because the request is done."""

    RUNNING = 0
    PAUSED = 1
    CLOSED = 2
    CANCELLED = 3


_R, _P, _C, _X = State
NEXT: npt.NDArray[np.int8] = np.array(
    [
        [_R, _P, _C, _X],  # created: only the first one counts
        [_R, _P, _C, _X],  # assigned: a pause goes on under another executor
        [_P, _P, _C, _X],  # paused
        [_R, _R, _C, _X],  # resumed
        [_R, _P, _C, _X],  # extended
        [_C, _C, _C, _X],  # closed
        [_R, _P, _R, _R],  # reopened: also brings a cancelled request back
        [_R, _R, _R, _X],  # returned for rework: there is work to do, whatever it waited for
        [_X, _X, _X, _X],  # cancelled
    ],
    dtype=np.int8,
)
"""The state after an event: by kind of the event and state before it."""


def states_of(events: Events) -> npt.NDArray[np.int8]:
    """The state after each event; the n-th event of every request is decided in one step."""
    state = np.zeros(len(events), dtype=np.int8)
    counts = np.diff(events.first)
    active, step = np.flatnonzero(counts > 0), 0
    before = np.zeros(len(active), dtype=np.int8)
    while len(active):
        rows = events.first[active] + step
        before = NEXT[events.kind[rows], before]
        state[rows] = before
        step += 1
        goes_on = counts[active] > step
        active, before = active[goes_on], before[goes_on]
    return state


@dataclass(frozen=True, slots=True, eq=False)
class Holders:
    """Who has the request after each event (0: nobody), and whether the event took it from one to another."""

    current: Ids
    is_change: npt.NDArray[np.bool_]


def current_executors(events: Events) -> Holders:
    """Executors carried forward over the events that do not name one."""
    places = np.arange(len(events))
    is_first = np.zeros(len(events), dtype=bool)
    is_first[events.first[:-1]] = True
    named = np.maximum.accumulate(np.where(is_first | (events.executor_ids != NOBODY), places, 0))
    current = events.executor_ids[named]
    before = np.where(is_first, NOBODY, np.append([NOBODY], current[:-1]))
    return Holders(current, (before != NOBODY) & (current != before) & (events.kind != Kind.CREATED))
