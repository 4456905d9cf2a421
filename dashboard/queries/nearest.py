"""How far a list must look: the newest days, the lateness or the ends of terms that hold as many rows as it shows.

A list reads facts, and of ten million of them only those few that it can show. The roll-ups and the open requests that
the process holds tell beforehand where they lie; the rows themselves decide, and who finds too few looks further.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement

from dashboard.queries.ask import ask, plan_of
from dashboard.queries.open_requests import EPOCH_S, Whole
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection
from etl.schema import sla_result
from etl.sketch import GROWTH

_S_PER_MIN: Final = 60
_MARGIN: Final = 1.5
"""So many times what would be enough if the filters let the same share of every lateness through."""
_WIDER: Final = 8
_MOST_LOOKED_AT: Final = 50_000
"""More rows than that are not looked up one by one: the database is left to find its own way."""
_MOST_ENDS: Final = 8_000
"""So many instants are written into a statement; of more, the first and the last."""
_UNKNOWN_SHARE: Final = 1 / 16
"""Taken for the share that filters let through which no roll-up knows together."""


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """The open requests that a list shows, in an order: `ends` of their terms (seconds from `EPOCH_S`), the `low` and
    `high` of what they are ordered by, and how many come `before` the first of them, which may share its place.
    """

    ends: Whole
    low: int
    high: int
    before: int


def ends_then(ends: Whole) -> ColumnElement[bool]:
    """The condition on `sla_result` that a term ends at one of those seconds: an index finds them one by one."""
    if len(ends) > _MOST_ENDS:
        return sla_result.c.due_at.between(_instant(ends.min()), _instant(ends.max()))
    return sla_result.c.due_at.in_([_instant(one) for one in ends.tolist()])


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(int(second) + EPOCH_S, UTC)


def nearest(order: Whole, ends: Whole, *, limit: int, offset: int = 0) -> Near:
    """Where those open requests lie that are at `offset` and the next `limit` in an order, the least first."""
    ranks = np.argsort(order, kind="stable")
    inside = order[ranks][offset : offset + limit]
    if not len(inside):
        return Near(ends[:0], 0, 0, offset)
    low, high = int(inside[0]), int(inside[-1])
    first, last = np.searchsorted(order[ranks], low), np.searchsorted(order[ranks], high, side="right")
    return Near(np.unique(ends[ranks[first:last]]), low, high, int(first))


def newest(read: Reader, where: Selection, family: str, measure: str, n: int, *, now: datetime) -> Selection:
    """The selection on the newest days that hold `n` rows of a measure; as it is where no roll-up tells."""
    if plan_of(read, where, family).table is None:
        return where
    held = _by_day(read, where, family, measure, now).sort_values("day_on", ascending=False)
    before = held[measure].cumsum() - held[measure]
    return replace(where, on=_days(held[before < n]) or (where.from_on,))  # no day at all would mean every day


def latest(read: Reader, where: Selection, n: int, *, now: datetime) -> Iterator[tuple[Selection, int]]:
    """Where the `n` requests that were closed latest after their term are looked for: the days, and at least how late.

    Seconds of lateness, each less than the one before, the last one 0. Who has found `n` rows stops asking.
    """
    today = read.today(now)
    past = replace(where, to_on=min(where.to_on, today - timedelta(days=1)))  # of today, roll-ups know nothing yet
    days, share = _late_days(read, past, now)
    if where.from_on <= today <= where.to_on:
        days = (*days, today)
    asked, wanted = past, float(n)
    if plan_of(read, past, "lateness", ["bucket"]).table is None:
        asked, wanted = _everybody(past), n * _MARGIN / share
    for least_s in _least_late_s(read, asked, wanted, now):
        yield replace(where, on=days or (where.from_on,)), least_s


def _late_days(read: Reader, past: Selection, now: datetime) -> tuple[tuple[date, ...], float]:
    """The days on which any fell due, and the share of all late ones that the filters let through."""
    if plan_of(read, past, "due").table is None:
        return past.on or tuple(day.date() for day in pd.date_range(past.from_on, past.to_on)), _UNKNOWN_SHARE
    held = _by_day(read, past, "due", "late_closed", now)
    all_late = ask(read, _everybody(past), "due", ["late_closed"], now=now)["late_closed"]
    return _days(held), max(int(held["late_closed"].sum()), 1) / max(int(all_late.iloc[0]), 1)


def _least_late_s(read: Reader, where: Selection, wanted: float, now: datetime) -> Iterator[int]:
    """The lateness that `wanted` requests reach, that `_WIDER` times as many do, and so on, down to 0."""
    if plan_of(read, where, "lateness", ["bucket"]).table is not None:
        held = ask(read, where, "lateness", ["n"], by=["bucket"], now=now).sort_values("bucket", ascending=False)
        reached, buckets = held["n"].cumsum().to_numpy(), held["bucket"].to_numpy()
        while len(held) and wanted < min(reached[-1], _MOST_LOOKED_AT):
            if (bucket := int(buckets[np.searchsorted(reached, wanted)])) > 0:
                yield int(GROWTH ** (bucket - 1)) * _S_PER_MIN
            wanted *= _WIDER
    yield 0


def _everybody(where: Selection) -> Selection:
    return replace(where, ids={}, bits=0)


def _by_day(read: Reader, where: Selection, family: str, measure: str, now: datetime) -> pd.DataFrame:
    found = ask(read, where, family, [measure], by=["day_on"], now=now)
    return found[found[measure] > 0]


def _days(held: pd.DataFrame) -> tuple[date, ...]:
    return tuple(day.date() for day in held["day_on"])
