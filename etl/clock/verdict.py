"""The verdict on a request at a moment, from instants that do not depend on the moment.

Closed: on time, late (after `due_at`), three times late (after `late3_at`). Open: overdue (its term is used up), at
risk (the term ends within 24 hours if nothing pauses it) or on track; while it is paused its clock stands still, so
it is overdue only where the term was used up before the pause.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from etl.clock.events import NOTHING
from etl.clock.results import EVERY_ROW, Results
from etl.clock.zones import Seconds

AT_RISK_WITHIN_S = 24 * 3600


class Verdict(StrEnum):
    """What is said of a request; `NO_TERM` where no policy fits its class."""

    ON_TIME = "on_time"
    LATE = "late"
    LATE_3X = "late_3x"
    OPEN_ON_TRACK = "open_on_track"
    OPEN_AT_RISK = "open_at_risk"
    OPEN_OVERDUE = "open_overdue"
    CANCELLED = "cancelled"
    NO_TERM = "no_term"


VERDICTS: npt.NDArray[np.str_] = np.array([verdict.value for verdict in Verdict])


def verdicts(
    *, due_s: Seconds, late3_s: Seconds, resolved_s: Seconds, cancelled_s: Seconds, paused_since_s: Seconds, now_s: int
) -> npt.NDArray[np.str_]:
    """The verdict of each request at `now_s`, as the values of `Verdict`."""
    is_closed, is_paused = resolved_s != NOTHING, paused_since_s != NOTHING
    running_to = np.where(is_paused, np.minimum(paused_since_s, now_s), now_s)
    conditions = [
        cancelled_s != NOTHING,
        due_s == NOTHING,
        is_closed & (resolved_s > late3_s),
        is_closed & (resolved_s > due_s),
        is_closed,
        running_to > due_s,
        ~is_paused & (due_s - now_s <= AT_RISK_WITHIN_S),
    ]
    said = (
        Verdict.CANCELLED,
        Verdict.NO_TERM,
        Verdict.LATE_3X,
        Verdict.LATE,
        Verdict.ON_TIME,
        Verdict.OPEN_OVERDUE,
        Verdict.OPEN_AT_RISK,
    )
    return np.select(
        conditions, [np.str_(verdict.value) for verdict in said], default=np.str_(Verdict.OPEN_ON_TRACK.value)
    )


def verdicts_of(results: Results, now_s: int, rows: slice = EVERY_ROW) -> npt.NDArray[np.str_]:
    """The verdict at `now_s` of each replayed request, or of those in `rows`."""
    return verdicts(
        due_s=results.due_s[rows],
        late3_s=results.late3_s[rows],
        resolved_s=results.resolved_s[rows],
        cancelled_s=results.cancelled_s[rows],
        paused_since_s=results.paused_since_s[rows],
        now_s=now_s,
    )
