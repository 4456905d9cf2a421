"""What stands open at a moment: requests by what is left of their term, messages nobody has handled, and their ages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Integer, and_, func, literal_column, or_, select

from dashboard.queries.ask import ask
from dashboard.queries.errors import NotLoadedError, UnknownMeasureError
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection
from etl.clock.elapsed import working_s
from etl.clock.policies import book_of
from etl.rollup.branch import summed
from etl.rollup.families import FAMILIES
from etl.rollup.requests import IS_OPEN, age_min
from etl.rollup.sql import epoch_s, weekday_of
from etl.schema import contact, sla_result
from etl.sketch import bucket_sql

_FIRST_DAY = date(1990, 1, 1)
RISK_HOURS = 24
_IS_UNDECIDED: Final = sla_result.c.verdict.is_(None)
"""True of every open request; said so that the index of the open ones is taken."""
UNPROCESSED: Final[ColumnElement[str]] = literal_column("'unprocessed'")
"""Not bound: SQLite takes an index of some rows only for a condition that it can read."""


def stock(read: Reader, where: Selection, name: str, *, by: Sequence[str] = (), now: datetime) -> pd.DataFrame:
    """Columns `by` and `n`: the stock at `now`, whatever the period of `where`; filters hold.

    `open`: requests open. `overdue`: of those past their term. `due_today`: their term ends later today. `due_24h`:
    at most 24 hours of it are left; of requests that wait, what was left when their clock stopped. `at_risk`: so, and
    their clock runs. `unprocessed_now`: messages that nobody has handled.
    """
    if name == "open":
        return ask(read, where, "due", ["open"], by=by, now=now, is_stock=True).rename(columns={"open": "n"})
    if name == "overdue":
        until_today = replace(where, from_on=_FIRST_DAY, to_on=read.today(now))
        return ask(read, until_today, "due", ["open"], by=by, now=now).rename(columns={"open": "n"})
    if name == "unprocessed_now":
        ever = replace(where, from_on=_FIRST_DAY, to_on=read.today(now))
        return ask(read, ever, "contacts", ["unprocessed"], by=by, now=now).rename(columns={"unprocessed": "n"})
    return _ending_soon(read, where, name, by, now)


def stock_conditions(read: Reader, name: str, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions on `sla_result` of open requests that a stock's name means.

    A request that waits since before its term ended (`due_on` is null) has no end of term in sight.
    """
    due_at = sla_result.c.due_at
    if name == "open":
        return []
    if name == "overdue":
        return [_IS_UNDECIDED, is_overdue(now)]
    if name == "due_today":
        return [_IS_UNDECIDED, due_at > now, sla_result.c.due_on == read.today(now)]
    runs_out = and_(due_at > now, due_at <= now + timedelta(hours=RISK_HOURS), sla_result.c.is_paused.is_(False))
    if name == "due_24h":
        left_s = epoch_s(due_at) - epoch_s(sla_result.c.paused_at)
        return [_IS_UNDECIDED, or_(runs_out, and_(sla_result.c.is_paused, left_s.between(0, RISK_HOURS * 3600)))]
    if name == "at_risk":
        return [_IS_UNDECIDED, runs_out]
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


def _ending_soon(read: Reader, where: Selection, name: str, by: Sequence[str], now: datetime) -> pd.DataFrame:
    branch, waiting = FAMILIES["due"].branches
    day_on = func.coalesce(branch.day_on, waiting.day_on)  # of those that wait the day of none, as in the stock of all
    keys = [(weekday_of(day_on) if one == "weekday" else branch.dimension(one)).label(one) for one in by]
    rows = (
        select(*keys, branch.measure("open").label("n"))
        .select_from(branch.source_of(["open"]))
        .where(*open_where(read, where), *stock_conditions(read, name, now))
        .subquery("open_requests")
    )
    groups = [rows.c[one] for one in by]
    statement = (
        select(*groups, summed(rows.c.n).label("n")).group_by(*groups) if by else select(summed(rows.c.n).label("n"))
    )
    return read.frame(statement)


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
    branch = FAMILIES["created"].branches[0]
    columns: dict[str, Any] = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    received = branch.listed["at"]
    age = age_min(received, int(now.timestamp()))
    name = "bucket" if in_buckets else "age_min"
    rows = (
        select((bucket_sql(age) if in_buckets else age).label(name))
        .where(
            branch.city_id == read.city_id,
            IS_OPEN,
            branch.day_on.between(where.from_on, where.to_on),
            received <= now,
            *where.conditions(columns),
        )
        .subquery("open_requests")
    )
    counted = select(rows.c[name], func.count().label("n")).group_by(rows.c[name])
    return read.frame(counted.order_by(rows.c[name]))


def open_work_min(read: Reader, where: Selection, *, now: datetime, is_exact: bool) -> pd.DataFrame:
    """Columns `time_min`, `n` of open requests received in the period: working minutes used up to now, without pauses.

    Exact to the minute, or else (many requests) to the hour in which the clock's count ended. Raises `NotLoadedError`
    for a reader without a profile, whose calendars it needs.
    """
    if read.profile is None:
        raise NotLoadedError("working time follows the profile's calendars: use Reader.of(engine, profile)")
    branch = FAMILIES["created"].branches[0]
    columns: dict[str, Any] = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    grain_s = literal_column("60" if is_exact else "3600", Integer)
    rows = (
        select(
            func.coalesce(sla_result.c.sla_policy_id, literal_column("0", Integer)).label("policy_id"),
            sla_result.c.is_paused.label("is_paused"),
            (epoch_s(sla_result.c.counted_at) // grain_s * grain_s).label("since_s"),
            sla_result.c.working_min.label("working_min"),
        )
        .select_from(branch.source)
        .where(
            branch.city_id == read.city_id,
            IS_OPEN,
            branch.day_on.between(where.from_on, where.to_on),
            branch.listed["at"] <= now,
            sla_result.c.counted_at.is_not(None),
            *where.conditions(columns),
        )
        .subquery("open_requests")
    )
    found = read.frame(select(*rows.c, func.count().label("n")).group_by(*rows.c))
    policy, since = (found[name].to_numpy(dtype="int64") for name in ("policy_id", "since_s"))
    runs = ~found["is_paused"].astype(bool).to_numpy()
    passed = working_s(book_of(read.profile), policy, since, int(now.timestamp()))
    return found.assign(time_min=found["working_min"] + runs * (passed // 60))[["time_min", "n"]]
