"""The events of many requests as flat arrays, in the order in which the clock replays them.

Order is time, then the order in which the events were given. What is dated before its request was received counts as
happening at its receipt, so that a life never begins with its end and the same file always gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from etl.clock.zones import Seconds

Ids = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.int8]
NOTHING = np.iinfo(np.int64).min
"""No instant, no length: the missing value of the arrays of seconds."""
NOBODY = 0


class Kind(IntEnum):
    """Kinds of event, in the order of `etl.tables.facts.EVENT_KINDS`."""

    CREATED = 0
    ASSIGNED = 1
    PAUSED = 2
    RESUMED = 3
    EXTENDED = 4
    CLOSED = 5
    REOPENED = 6
    RETURNED = 7
    CANCELLED = 8


@dataclass(frozen=True, slots=True, eq=False)
class Requests:
    """One row per request: its key, its topic and class (31-bit ids, 0 = none) and its receipt (UTC seconds)."""

    ids: Ids
    topic_ids: Ids
    class_ids: Ids
    created_s: Seconds

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """One row per event, sorted by (`request`, time, order given); `request` is a row number of `Requests`.

    `executor_ids`, `class_ids`: 0 = unchanged. `extended_s`: seconds of the policy's clock added, `extended_to_s`: the
    new due instant; both `NOTHING` where not given. `first` holds the row of each request's first event and, at its
    end, the number of events: the events of request `i` are `first[i]:first[i + 1]`. `given`: place among the events
    given, -1 for a `created` that was added.
    """

    request: Ids
    at_s: Seconds
    kind: npt.NDArray[np.int8]
    executor_ids: Ids
    class_ids: Ids
    extended_s: Seconds
    extended_to_s: Seconds
    first: Ids
    given: Ids

    def __len__(self) -> int:
        return len(self.request)


def order_events(
    requests: Requests,
    *,
    request: Ids,
    at_s: Seconds,
    kind: Kinds,
    executor_ids: Ids | None = None,
    class_ids: Ids | None = None,
    extended_s: Seconds | None = None,
    extended_to_s: Seconds | None = None,
) -> Events:
    """Events in replay order from events in the order given; every request gets a `created` if it has none."""
    lacking = np.setdiff1d(np.arange(len(requests)), request[kind == Kind.CREATED])
    size, extra = len(request), len(lacking)

    def column(values: Ids | Kinds | None, missing: int, added: Ids | None = None) -> Ids:
        given = np.full(size, missing, dtype=np.int64) if values is None else values.astype(np.int64, copy=False)
        return np.concatenate((np.full(extra, missing, dtype=np.int64) if added is None else added, given))

    owner = column(request, 0, lacking)
    happened = np.maximum(column(at_s, 0, requests.created_s[lacking]), requests.created_s[owner])
    kinds = column(kind, 0, np.zeros(extra, dtype=np.int64)).astype(np.int8)
    place = _order(owner, happened, kinds)
    owner = owner[place]
    return Events(
        request=owner,
        at_s=happened[place],
        kind=kinds[place],
        executor_ids=column(executor_ids, NOBODY)[place],
        class_ids=column(class_ids, 0)[place],
        extended_s=column(extended_s, NOTHING)[place],
        extended_to_s=column(extended_to_s, NOTHING)[place],
        first=np.searchsorted(owner, np.arange(len(requests) + 1)),
        given=np.where(place < extra, -1, place - extra),
    )


def _order(owner: Ids, happened: Seconds, kinds: Kinds) -> npt.NDArray[np.intp]:
    """The replay order; most files come in it already, which is much cheaper to see than to sort."""
    same = owner[1:] == owner[:-1]
    in_time = (happened[1:] > happened[:-1]) | ((happened[1:] == happened[:-1]) & (kinds[1:] != Kind.CREATED))
    if bool(np.all((owner[1:] > owner[:-1]) | (same & in_time))):
        return np.arange(len(owner))
    return np.lexsort((kinds != Kind.CREATED, happened, owner))


def received_s(count: int, request: Ids, at_s: Seconds, kind: Kinds, fallback_s: Seconds | None = None) -> Seconds:
    """When each request was received: its earliest `created`, else `fallback_s`, else its earliest event."""
    big = np.iinfo(np.int64).max
    created, any_event = np.full(count, big, dtype=np.int64), np.full(count, big, dtype=np.int64)
    is_created = kind == Kind.CREATED
    np.minimum.at(created, request[is_created], at_s[is_created])
    np.minimum.at(any_event, request, at_s)
    otherwise = any_event if fallback_s is None else fallback_s
    result: Seconds = np.where(created < big, created, otherwise)
    return result
