"""What stands open at a moment: requests by what is left of their term, messages nobody has handled, and their ages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, func, literal_column, select

from dashboard.queries.ask import ask
from dashboard.queries.errors import UnknownMeasureError
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection
from etl.rollup.branch import summed
from etl.rollup.families import FAMILIES
from etl.rollup.requests import age_min
from etl.schema import contact, sla_result
from etl.sketch import bucket_sql

_FIRST_DAY = date(1990, 1, 1)
RISK_HOURS = 24


def stock(read: Reader, where: Selection, name: str, *, by: Sequence[str] = (), now: datetime) -> pd.DataFrame:
    """Columns `by` and `n`: the stock at `now`, whatever the period of `where`; filters hold.

    `open`: requests open. `overdue`: of those past their term. `due_today`: their term ends later today. `due_24h`:
    it ends within 24 hours. `at_risk`: so, and their clock runs. `unprocessed_now`: messages that nobody has handled.
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
    """The conditions on `sla_result` of open requests that a stock's name means."""
    due_at = sla_result.c.due_at
    if name == "open":
        return []
    if name == "overdue":
        return [due_at <= now]
    if name == "due_today":
        return [due_at > now, sla_result.c.due_on == read.today(now)]
    soon = [due_at > now, due_at <= now + timedelta(hours=RISK_HOURS)]
    if name == "due_24h":
        return soon
    if name == "at_risk":
        return [*soon, sla_result.c.is_paused.is_(False)]
    raise UnknownMeasureError(f"there is no stock {name!r}")


def _ending_soon(read: Reader, where: Selection, name: str, by: Sequence[str], now: datetime) -> pd.DataFrame:
    branch = FAMILIES["due"].branches[0]
    columns = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    keys = [branch.dimension(one).label(one) for one in by]
    open_only = [branch.city_id == read.city_id, sla_result.c.verdict.is_(None), branch.measure("open") == 1]
    rows = (
        select(*keys, branch.measure("open").label("n"))
        .select_from(branch.source)
        .where(*open_only, *stock_conditions(read, name, now), *where.conditions(columns))
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
            contact.c.outcome == "unprocessed",
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
            branch.listed["status"] == literal_column("'open'"),  # not bound: SQLite takes the index of open ones then
            branch.day_on.between(where.from_on, where.to_on),
            received <= now,
            *where.conditions(columns),
        )
        .subquery("open_requests")
    )
    counted = select(rows.c[name], func.count().label("n")).group_by(rows.c[name])
    return read.frame(counted.order_by(rows.c[name]))
