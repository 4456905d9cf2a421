"""The one way to ask: sums of a family's measures by some dimensions, from the chooser's roll-up or from the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, Table, UnaryExpression, select, union_all
from sqlalchemy.sql import operators

from dashboard.queries.open_requests import open_requests
from dashboard.queries.plan import Plan, choose
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection
from etl.rollup.branch import Branch, summed
from etl.rollup.families import FAMILIES
from etl.rollup.sql import month_of, week_of, weekday_of
from etl.sketch import Whole, merge
from etl.tables.rollups import SKETCH

PERIODS: Final = frozenset({"day_on", "week_on", "month_on"})
"""What time can be asked by."""


def ask(
    read: Reader,
    where: Selection,
    family: str,
    measures: Sequence[str],
    *,
    by: Sequence[str] = (),
    now: datetime,
    is_stock: bool = False,
) -> pd.DataFrame:
    """Columns `by` and `measures`, one row per combination that occurs; without `by` always exactly one row.

    `by` names dimensions of `etl.tables.rollups.DIMENSIONS`, or `day_on`, `week_on` (its Monday), `month_on` (its
    first), all datetime64. What lies in the future is left out: of families with an instant of their own (terms), rows
    count once it is past. `is_stock`: all days of a roll-up, the future too (the stock of open requests).
    """
    if family == "late3" and read.uses_rollups and not PERIODS & {*by}:  # open ones all: counted without the database
        held = open_requests(read, where, by)
        return held.counted(
            held.inside(where) & held.within(where, "due_on") & held.stock("late3", now, read.today(now)), by
        )
    plan = choose(read, family, {*by, *where.dimensions})
    if plan.table is None:
        return _together([read.frame(from_facts(read, family, where, measures, by, now))], measures, by)
    if is_stock or all(branch.at is None for branch in FAMILIES[family].branches):
        return _together([_summed(read, plan, plan.table, where, measures, by)], measures, by)
    # A roll-up knows days, a term ends at an instant: today is asked from the facts, the days before from the roll-up.
    today = read.today(now)
    parts = [_summed(read, plan, plan.table, where, measures, by, until=today - timedelta(days=1))]
    if where.from_on <= today <= where.to_on and (not where.on or today in where.on):
        of_today = replace(where, from_on=today, to_on=today)
        parts.append(read.frame(from_facts(read, family, of_today, measures, by, now)))
    return _together(parts, measures, by)


def plan_of(read: Reader, where: Selection, family: str, by: Sequence[str] = ()) -> Plan:
    """The plan `ask` would follow."""
    return choose(read, family, {*by, *where.dimensions})


def _summed(
    read: Reader,
    plan: Plan,
    table: Table,
    where: Selection,
    measures: Sequence[str],
    by: Sequence[str],
    *,
    until: date | None = None,
) -> pd.DataFrame:
    """The sums from the plan's roll-up: in the process where it is held, else in the database."""
    held = None if read.held is None else read.held.columns(read, table, plan.built)
    if held is not None:
        return held.summed(where, measures, by, until=until)
    statement = from_rollup(read, table, where, measures, by, until=until)
    is_packed = measures[0] + SKETCH in statement.selected_columns
    return unpacked(read.packed(statement), measures, by) if is_packed else read.frame(statement)


def from_rollup(
    read: Reader,
    table: Table,
    where: Selection,
    measures: Sequence[str],
    by: Sequence[str],
    *,
    until: date | None = None,
) -> Select[Any]:
    """The sums from a roll-up; `until`: of no day after that one."""
    day_on = _day_of(read, table, where)
    columns: dict[str, ColumnElement[Any]] = {**table.c, **_periods(day_on)}
    if "weekday" not in columns:
        columns["weekday"] = weekday_of(day_on)
    conditions = [table.c.city_id == read.city_id, *where.conditions(columns), where.is_asked(day_on, until)]
    if "bucket" in by:  # sketches are merged by `unpacked`
        packed = (table.c[name + SKETCH] for name in measures)
        return select(*(columns[name].label(name) for name in by if name != "bucket"), *packed).where(*conditions)
    keys = [columns[name].label(name) for name in by]
    statement = select(*keys, *(summed(table.c[name]).label(name) for name in measures)).where(*conditions)
    return statement.group_by(*(columns[name] for name in by)) if by else statement


def _day_of(read: Reader, table: Table, where: Selection) -> ColumnElement[Any]:
    """The day's column; written so that SQLite looks rows up by the key's first dimension where that is filtered.

    Left to itself it takes the index of days, which of a long period is all rows (2 s instead of 40 ms, measured).
    """
    first = list(table.primary_key)[1]
    is_led = read.engine.dialect.name == "sqlite" and first.name in where.ids
    day_on = table.c.day_on
    return UnaryExpression(day_on, operator=operators.custom_op("+"), type_=day_on.type) if is_led else day_on


def _periods(day_on: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    return {"day_on": day_on, "week_on": week_of(day_on), "month_on": month_of(day_on)}


def unpacked(frame: pd.DataFrame, measures: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """Rows of packed sketches as columns `by` and `measures`, one row per combination."""
    keys = [name for name in by if name != "bucket"]
    made = frame[keys].drop_duplicates(ignore_index=True) if keys else pd.DataFrame(index=range(1))
    groups: Whole = np.zeros(len(frame), dtype=np.int64)
    if keys:
        groups = frame.groupby(keys, sort=False).ngroup().to_numpy().astype(np.int64)
    merged = [merge(frame[name + SKETCH].tolist(), groups, len(made)) for name in measures]
    width = max(counts.shape[1] for counts in merged)
    stacked = np.stack([np.pad(counts, ((0, 0), (0, width - counts.shape[1]))) for counts in merged], axis=-1)
    at, buckets = np.nonzero(stacked.any(axis=-1))
    found = made.iloc[at].reset_index(drop=True).assign(bucket=buckets)
    return found.assign(**{name: stacked[at, buckets, place] for place, name in enumerate(measures)})


def from_facts(
    read: Reader,
    family: str,
    where: Selection,
    measures: Sequence[str],
    by: Sequence[str],
    now: datetime,
) -> Select[Any]:
    """The sums from the fact tables."""
    parts = []
    for branch in FAMILIES[family].branches:
        days = _periods(branch.day_on)
        keys = [(days[name] if name in days else branch.dimension(name)).label(name) for name in by]
        counted = [branch.measure(name).label(name) for name in measures]
        conditions = facts_where(read, branch, where, now)
        parts.append(select(*keys, *counted).select_from(branch.source_of(measures)).where(*conditions))
    rows = parts[0].subquery("facts") if len(parts) == 1 else union_all(*parts).subquery("facts")
    groups = [rows.c[name] for name in by]
    statement = select(*groups, *(summed(rows.c[name]).label(name) for name in measures))
    return statement.group_by(*groups) if by else statement


def facts_where(
    read: Reader, branch: Branch, where: Selection, now: datetime | None, *, is_stock: bool = False
) -> list[ColumnElement[bool]]:
    """The conditions on a branch's rows."""
    columns = {name: branch.dims.get(name, branch.dimension(name)) for name in where.dimensions}
    conditions = [branch.city_id == read.city_id, *branch.where, *where.conditions(columns)]
    if not is_stock:
        conditions.append(where.is_asked(branch.day_on))
    if now is not None and branch.at is not None:
        conditions.append(branch.at <= now)
    return conditions


def _together(parts: Sequence[pd.DataFrame], measures: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    if not by:  # one row each: a dozen columns are summed in Python in the time pandas takes for one
        sums = {name: sum(int(value) for part in parts for value in part[name] if pd.notna(value)) for name in measures}
        return pd.DataFrame(sums, index=[0], dtype="int64")
    frame = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    for name in measures:
        if frame[name].dtype != np.int64:
            frame[name] = pd.to_numeric(frame[name]).fillna(0).astype("int64")
    for name in PERIODS & set(by):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    if len(parts) == 1:
        return frame
    return frame.groupby(list(by), as_index=False, sort=False)[list(measures)].sum()
