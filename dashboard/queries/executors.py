"""What each executor had, did and still has: volumes, terms, calls back, bounces, the age of what lies open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy import func, select

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.reader import Reader
from dashboard.queries.reference import reference
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.stocks import is_overdue, stock
from etl.rollup.branch import flag
from etl.rollup.families import FAMILIES
from etl.rollup.requests import IS_OPEN, age_min
from etl.schema import request, sla_result

MEASURES: Final = {
    "created": ("requests", "transfers", "bounced"),
    "due": ("due", "met", "open", "checked", "confirmed_on_time"),
    "followups": ("followups", "reached", "confirmed", "reviewed", "false_closures"),
}
_RENAMED: Final = {"open": "due_open"}
STOCKS: Final = ("open", "overdue", "at_risk")
_MIN_PER_H: Final = 60


def everybody(filters: Filters) -> Filters:
    """The same question of every executor: what peers are compared by."""
    return replace(filters, executor=(), executor_kind=())


def executors(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """One row per executor that had anything: `code`, `kind`, counts of `MEASURES` and `STOCKS`, `open_median_h`.

    `due_open` are those due in the period that are still open. The filters on executors hold as the others do.
    """
    where = select_of(read, filters)
    parts = [_counts(read, where, family, now) for family in MEASURES]
    parts += [
        stock(read, where, name, by=["executor_id"], now=now).rename(columns={"n": name}).set_index("executor_id")
        for name in STOCKS
    ]
    both = pd.concat(parts, axis=1).fillna(0).astype("int64")
    both = both[both.ne(0).any(axis=1)]
    both = both.join(open_ages(read, where, now=now)).reset_index(names="executor_id")
    names = reference(read)
    codes = [names.code_of("executor", int(one)) for one in both["executor_id"]]
    kinds = [str(names.cell("executor", code, "kind")) if code else "" for code in codes]
    held = both.assign(code=codes, kind=kinds)
    return (
        held[held["code"] != ""]
        .drop(columns="executor_id")
        .sort_values("requests", ascending=False)
        .reset_index(drop=True)
    )


def _counts(read: Reader, where: Selection, family: str, now: datetime) -> pd.DataFrame:
    found = ask(read, where, family, list(MEASURES[family]), by=["executor_id"], now=now)
    return found.rename(columns=_RENAMED).set_index("executor_id")


def kinds(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """The same by kind of executor: `kind`, how many `executors`, their counts summed, `open_median_h` of all."""
    held = executors(read, filters, now=now)
    counts = [name for name in held.columns if name not in ("code", "kind", "open_median_h")]
    made = held.groupby("kind")[counts].sum()
    made["executors"] = held.groupby("kind").size()
    ages, names = _open_ages(read, select_of(read, filters), now=now), reference(read)
    codes = {one: names.code_of("executor", int(str(one))) for one in ages["executor_id"].unique()}
    ages["kind"] = [str(names.cell("executor", code, "kind")) if (code := codes[one]) else ""
                    for one in ages["executor_id"]]  # fmt: skip
    medians = {str(kind): _median(part) for kind, part in ages.groupby("kind")}
    return made.assign(open_median_h=pd.Series(medians, dtype="float64")).reset_index()


def open_ages(read: Reader, where: Selection, *, now: datetime) -> pd.DataFrame:
    """`open_median_h` by `executor_id`: half of what lies open is no older (whole hours)."""
    found = _open_ages(read, where, now=now)
    medians = {int(str(one)): _median(part) for one, part in found.groupby("executor_id")}
    return pd.DataFrame({"open_median_h": pd.Series(medians, dtype="float64")})


def _open_ages(read: Reader, where: Selection, *, now: datetime) -> pd.DataFrame:
    """Columns `executor_id`, `age_h` (whole hours), `n`: what lies open, by how long it has."""
    branch = FAMILIES["created"].branches[0]
    columns = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    rows = (
        select(
            branch.dimension("executor_id").label("executor_id"),
            (age_min(request.c.created_at, int(now.timestamp())) // _MIN_PER_H).label("age_h"),
        )
        .select_from(branch.source)
        .where(branch.city_id == read.city_id, IS_OPEN, request.c.created_at <= now)
        .where(*where.conditions(columns))
        .subquery("open_requests")
    )
    found = read.frame(select(rows.c.executor_id, rows.c.age_h, func.count().label("n")).group_by(*rows.c))
    return found.assign(age_h=found["age_h"].astype("float64").floordiv(1))


def _median(part: pd.DataFrame) -> float:
    held = part.sort_values("age_h")
    reached = held["n"].cumsum() * 2 >= held["n"].sum()
    return float(held.loc[reached, "age_h"].iloc[0])


def oldest_open(read: Reader, filters: Filters, *, now: datetime, limit: int = 30) -> pd.DataFrame:
    """The longest open requests: `id` (text), `source_key`, `created_at`, `due_at`, `age_min`, `is_overdue`, codes."""
    where = select_of(read, filters)
    branch = FAMILIES["created"].branches[0]
    columns = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    statement = (
        select(
            request.c.request_id.label("id"), request.c.source_key, request.c.created_at, sla_result.c.due_at,
            age_min(request.c.created_at, int(now.timestamp())).label("age_min"),
            flag(is_overdue(now)).label("is_overdue"), request.c.topic_id, request.c.request_class_id,
        )
        .select_from(branch.source)
        .where(branch.city_id == read.city_id, IS_OPEN, request.c.created_at <= now)
        .where(*where.conditions(columns))
        .order_by(request.c.created_at, request.c.request_id)
        .limit(limit)
    )  # fmt: skip
    return named(read, read.frame(statement))


def named(read: Reader, found: pd.DataFrame) -> pd.DataFrame:
    """The frame with codes in place of ids of the reference tables, and request ids as text (64 bits in a browser)."""
    names = reference(read)
    for kind in ("topic", "request_class", "executor", "territory"):
        column = f"{kind}_id"
        if column in found.columns:
            codes = {one: "" if pd.isna(one) else names.code_of(kind, int(one)) for one in found[column].unique()}
            found[kind] = [codes.get(one, "") for one in found[column]]
            found = found.drop(columns=column)
    return found.assign(id=[str(one) for one in found["id"]])
