"""What each executor had, did and still has: volumes, terms, calls back, bounces, the age of what lies open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import select

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.open_requests import open_requests
from dashboard.queries.reader import Reader
from dashboard.queries.reference import reference
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.stocks import is_overdue, stock
from etl.rollup.branch import flag
from etl.rollup.families import FAMILIES
from etl.rollup.requests import IS_OPEN, age_min
from etl.schema import request, sla_result
from etl.sketch import Whole

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
    for name in STOCKS:
        held = stock(read, where, name, by=["executor_id"], now=now)
        parts.append((_whole(held["executor_id"]), {name: _whole(held["n"])}))
    ids = np.unique(np.concatenate([of for of, _ in parts]))
    counts = {name: _placed(ids, of, column) for of, columns in parts for name, column in columns.items()}
    names = reference(read)
    codes = [names.code_of("executor", one) for one in ids.tolist()]
    kinds = [str(names.cell("executor", code, "kind")) if code else "" for code in codes]
    median_h = open_ages(read, where, now=now)["open_median_h"].reindex(ids).to_numpy()
    made = pd.DataFrame({**counts, "open_median_h": median_h, "code": codes, "kind": kinds})
    is_named = np.array([code != "" for code in codes], dtype=np.bool_)
    is_listed = is_named & np.any([column != 0 for column in counts.values()], axis=0)
    order = np.argsort(-counts["requests"], kind="stable")
    return made.take(order[is_listed[order]]).reset_index(drop=True)


def _counts(read: Reader, where: Selection, family: str, now: datetime) -> tuple[Whole, dict[str, Whole]]:
    found = ask(read, where, family, list(MEASURES[family]), by=["executor_id"], now=now)
    counts = {_RENAMED.get(name, name): _whole(found[name]) for name in MEASURES[family]}
    return _whole(found["executor_id"]), counts


def _whole(column: pd.Series) -> Whole:
    return column.to_numpy(dtype=np.int64)


def _placed(ids: Whole, of: Whole, column: Whole) -> Whole:
    """The column, which is of some of the ids, for all of them: 0 where it says nothing."""
    made = np.zeros(len(ids), dtype=np.int64)
    made[np.searchsorted(ids, of)] = column
    return made


def kinds(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """The same by kind of executor: `kind`, how many `executors`, their counts summed, `open_median_h` of all."""
    held = executors(read, filters, now=now)
    counts = [name for name in held.columns if name not in ("code", "kind", "open_median_h")]
    made = held.groupby("kind")[counts].sum()
    made["executors"] = held.groupby("kind").size()
    names = reference(read)
    who, ages_h = _open_ages(read, select_of(read, filters), now=now)
    ids, places = np.unique(who, return_inverse=True)
    codes = [names.code_of("executor", int(one)) for one in ids]
    kind = np.array([str(names.cell("executor", code, "kind")) if code else "" for code in codes], dtype=object)
    return made.assign(open_median_h=_medians(kind[places], ages_h)).reset_index()


def open_ages(read: Reader, where: Selection, *, now: datetime) -> pd.DataFrame:
    """`open_median_h` by `executor_id`: half of what lies open is no older (whole hours)."""
    return pd.DataFrame({"open_median_h": _medians(*_open_ages(read, where, now=now))})


def _open_ages(read: Reader, where: Selection, *, now: datetime) -> tuple[Whole, Whole]:
    """The executor and the age in whole hours of each open request, the oldest first."""
    held = open_requests(read, where)
    counted = held.inside(where) & held.received(now)
    return held["executor_id"][counted].astype(np.int64), held.age_min(counted, now) // _MIN_PER_H


def _medians(groups: npt.NDArray[Any], ages: Whole) -> pd.Series:
    """The smallest age by group that at least half of the group's ages, which come largest first, do not exceed."""
    codes, names = pd.factorize(groups)
    ordered = ages[np.argsort(codes.astype(np.int16), kind="stable")]
    sizes = np.bincount(codes, minlength=len(names))
    middles = np.cumsum(sizes) - sizes + sizes // 2
    return pd.Series(ordered[middles].astype(np.float64), index=names, dtype="float64")


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
