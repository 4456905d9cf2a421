"""What stands open at a moment: requests by what is left of their term, messages nobody has handled, and their ages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select

from dashboard.queries.ask import ask, plan_of
from dashboard.queries.errors import NotLoadedError, UnknownMeasureError
from dashboard.queries.open_requests import EPOCH_S, HOUR_S, MINUTE_S, NEVER, is_read, open_requests
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection
from etl.clock.elapsed import working_s
from etl.clock.policies import book_of
from etl.rollup.families import FAMILIES
from etl.rollup.requests import IS_OPEN, age_min
from etl.rollup.sql import epoch_s
from etl.schema import contact, sla_result
from etl.sketch import buckets_of
from etl.tables.rollups import NO_DAY

_FIRST_DAY = date(1990, 1, 1)
RISK_HOURS = 24
IS_UNDECIDED: Final = sla_result.c.verdict.is_(None)
"""True of every open request; said so that the index of the open ones is taken."""
_SUMMED: Final = ("open", "overdue")
UNPROCESSED: Final[ColumnElement[str]] = literal_column("'unprocessed'")
"""Not bound: SQLite takes an index of some rows only for a condition that it can read."""


def stock(read: Reader, where: Selection, name: str, *, by: Sequence[str] = (), now: datetime) -> pd.DataFrame:
    """Columns `by` and `n`: the stock at `now`, whatever the period of `where`; filters hold.

    `open`: requests open. `overdue`: of those past their term. `due_today`: their term ends later today. `due_24h`:
    at most 24 hours of it are left; of requests that wait, what was left when their clock stopped. `at_risk`: so, and
    their clock runs. `unprocessed_now`: messages that nobody has handled.
    """
    if name == "unprocessed_now":
        ever = replace(where, from_on=_FIRST_DAY, to_on=read.today(now))
        return ask(read, ever, "contacts", ["unprocessed"], by=by, now=now).rename(columns={"unprocessed": "n"})
    if name in _SUMMED and not is_read(read, where, by) and plan_of(read, where, "due", by).table is not None:
        return _from_rollups(read, where, name, by, now)
    held = open_requests(read, where, by)
    return held.counted(held.inside(where) & held.stock(name, now, read.today(now)), by)


def _from_rollups(read: Reader, where: Selection, name: str, by: Sequence[str], now: datetime) -> pd.DataFrame:
    """The stocks that roll-ups know: no reason to wait until the open requests are read."""
    end = NO_DAY if name == "open" else read.today(now)
    ever = replace(where, from_on=_FIRST_DAY, to_on=end)
    return ask(read, ever, "due", ["open"], by=by, now=now, is_stock=name == "open").rename(columns={"open": "n"})


def stock_conditions(read: Reader, name: str, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions on `sla_result` of open requests that a stock's name means.

    A request that waits since before its term ended (`due_on` is null) has no end of term in sight.
    """
    due_at = sla_result.c.due_at
    if name == "open":
        return []
    if name == "overdue":
        return [IS_UNDECIDED, is_overdue(now)]
    if name == "due_today":
        return [IS_UNDECIDED, due_at > now, sla_result.c.due_on == read.today(now)]
    runs_out = and_(due_at > now, due_at <= now + timedelta(hours=RISK_HOURS), sla_result.c.is_paused.is_(False))
    if name == "due_24h":
        left_s = epoch_s(due_at) - epoch_s(sla_result.c.paused_at)
        return [IS_UNDECIDED, or_(runs_out, and_(sla_result.c.is_paused, left_s.between(0, RISK_HOURS * 3600)))]
    if name == "at_risk":
        return [IS_UNDECIDED, runs_out]
    raise UnknownMeasureError(f"there is no stock {name!r}")


def open_where(read: Reader, where: Selection) -> list[ColumnElement[bool]]:
    """The conditions on the rows of `due` that are open requests, with a term or without, due or waiting."""
    branch = FAMILIES["due"].branches[0]
    columns = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    return [branch.city_id == read.city_id, IS_OPEN, *where.conditions(columns)]


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """The condition on `sla_result` of an open request whose term has ended; one that waits keeps what it had left."""
    return and_(sla_result.c.due_at <= now, sla_result.c.due_on.is_not(None))


def is_overdue_3x(now: datetime) -> ColumnElement[bool]:
    """The same for three times the term."""
    ran_on = or_(sla_result.c.paused_at.is_(None), sla_result.c.paused_at > sla_result.c.late3_at)
    return and_(sla_result.c.late3_at <= now, ran_on)


def unprocessed_ages_min(read: Reader, where: Selection, *, now: datetime) -> pd.DataFrame:
    """Columns `age_min`, `n`: how long messages have waited for somebody to handle them."""
    branch = FAMILIES["contacts"].branches[0]
    columns = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    age = age_min(contact.c.arrived_at, int(now.timestamp())).label("age_min")
    rows = (
        select(age)
        .select_from(branch.source)
        .where(
            contact.c.city_id == read.city_id,
            contact.c.outcome == UNPROCESSED,
            contact.c.handled_at.is_(None),
            contact.c.arrived_at <= now,
            *where.conditions(columns),
        )
        .subquery("messages")
    )
    return read.frame(select(rows.c.age_min, func.count().label("n")).group_by(rows.c.age_min).order_by(rows.c.age_min))


def open_ages_min(read: Reader, where: Selection, *, now: datetime, in_buckets: bool = False) -> pd.DataFrame:
    """Columns `age_min` (`bucket` where `in_buckets`), `n` of open requests received in the period: minutes from
    `created_at` to now.
    """
    held = open_requests(read, where)
    ages = held.age_min(held.inside(where) & held.within(where, "created_on") & held.received(now), now)
    return _tally("bucket", buckets_of(ages.astype(np.float64))) if in_buckets else _tally("age_min", ages)


def overdue_buckets(read: Reader, where: Selection, *, now: datetime) -> pd.DataFrame:
    """Columns `bucket`, `n`: how long open requests that fell due in the period are overdue by now, minutes."""
    held = open_requests(read, where)
    late = held.inside(where) & held.within(where, "due_on") & held.stock("overdue", now, read.today(now))
    return _tally("bucket", buckets_of(held.age_min(late, now, "due_s").astype(np.float64)))


def open_work_min(read: Reader, where: Selection, *, now: datetime, is_exact: bool) -> pd.DataFrame:
    """Columns `time_min`, `n` of open requests received in the period: working minutes used up to now, without pauses.

    Exact to the minute, or else (many requests) to the hour in which the clock's count ended. Raises `NotLoadedError`
    for a reader without a profile, whose calendars it needs.
    """
    if read.profile is None:
        raise NotLoadedError("working time follows the profile's calendars: use Reader.of(engine, profile)")
    held = open_requests(read, where)
    counted = held.inside(where) & held.within(where, "created_on") & held.received(now) & (held["counted_s"] != NEVER)
    grain_s = MINUTE_S if is_exact else HOUR_S
    since = held["counted_s"][counted].astype(np.int64) // grain_s * grain_s + EPOCH_S
    policy, used = (held[name][counted].astype(np.int64) for name in ("policy_id", "working_min"))
    passed = working_s(book_of(read.profile), policy, since, int(now.timestamp()))
    is_known = used != NEVER
    return _tally("time_min", (used + (held["is_paused"][counted] == 0) * (passed // MINUTE_S))[is_known])


def _tally(name: str, values: npt.NDArray[np.integer[Any]]) -> pd.DataFrame:
    """Columns `name` (each value once, in order) and `n`, how often it occurs."""
    found, counts = np.unique(values, return_counts=True)
    return pd.DataFrame({name: found.astype(np.int64), "n": counts})
