"""What the daily brief asks besides the figures: counts cell by cell, stocks at past moments, lists by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import case, func, literal_column, or_, select

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.measures import columns_by_family
from dashboard.queries.reader import Reader
from dashboard.queries.reference import Reference, reference
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.series import BY, coded
from dashboard.queries.stocks import is_overdue
from etl.clock.risk import at_risk
from etl.rollup.requests import DIMS
from etl.schema import contact, request, request_class, sla_result

LEARNT_WHOLE: Final = 100_000
"""Requests of a year up to which chances are learnt from all of them; above, from a fair sample."""
SAMPLE: Final = 50_000
"""Requests of that sample."""


def cells_on(
    read: Reader, filters: Filters, measure: str, dims: Sequence[str], days: Sequence[date], *, now: datetime
) -> pd.DataFrame:
    """Columns `dims` (codes), `day_on`, `value`: the measure on each of the days, by several dimensions at once."""
    span = select_of(read, replace(filters, from_on=min(days), to_on=max(days)))
    found = _asked(read, replace(span, on=tuple(days)), measure, ["day_on", *(BY[dim] for dim in dims)], now)
    names = reference(read)
    held = {dim: _codes(names, dim, found[BY[dim]].to_numpy(dtype=np.int64)) for dim in dims}
    return pd.DataFrame({**held, "day_on": found["day_on"], "value": found["value"]})


def daily_by(
    read: Reader, filters: Filters, measure: str, dim: str, *, now: datetime
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """The codes of a dimension that occur, in order, and the measure of each on every day of the period (codes x days).

    The rows add up to the measure: what has no code of this dimension has its row too.
    """
    found = _asked(read, select_of(read, filters), measure, ["day_on", BY[dim]], now)
    codes, rows = np.unique(
        _codes(reference(read), dim, found[BY[dim]].to_numpy(dtype=np.int64)).astype(str), return_inverse=True
    )
    days = (found["day_on"].to_numpy().astype("datetime64[D]") - np.datetime64(filters.from_on)).astype(np.int64)
    table = np.zeros((len(codes), (filters.to_on - filters.from_on).days + 1))
    np.add.at(table, (rows, days), found["value"].to_numpy(dtype=np.float64))
    return [str(code) for code in codes], table


def _asked(read: Reader, where: Selection, measure: str, by: Sequence[str], now: datetime) -> pd.DataFrame:
    """Columns `by`, `value`: all columns of a family in one question."""
    parts = []
    for family, columns in columns_by_family(measure).items():
        found = ask(read, where, family, columns, by=by, now=now)
        parts.append(found[list(by)].assign(value=found[columns].to_numpy(dtype=np.int64).sum(axis=1)))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _codes(names: Reference, dim: str, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    unique, places = np.unique(numbers, return_inverse=True)
    return np.array([names.code_of(dim, int(number)) for number in unique], dtype=object)[places]


def daily(read: Reader, filters: Filters, family: str, measures: Sequence[str], *, now: datetime) -> pd.DataFrame:
    """Columns `measures`, indexed by `day_on` (every day of the period): several sums of one family at once."""
    found = ask(read, select_of(read, filters), family, list(measures), by=["day_on"], now=now).set_index("day_on")
    days = pd.date_range(filters.from_on, filters.to_on, freq="D", unit="us", name="day_on")
    return found.reindex(index=days, columns=list(measures), fill_value=0)


def daily_by_class_kind(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Columns `urgent`, `classed` (requests received of an urgent class, of any class), indexed by `day_on`."""
    found = ask(read, select_of(read, filters), "created", ["requests"], by=["day_on", "request_class_id"], now=now)
    kinds = reference(read).tables["request_class"].set_index("id")["kind"]
    kind = found["request_class_id"].map(kinds)
    days = pd.date_range(filters.from_on, filters.to_on, freq="D", unit="us", name="day_on")
    sums = {
        name: found[hit].groupby("day_on")["requests"].sum()
        for name, hit in (("urgent", kind == "urgent"), ("classed", kind.notna()))
    }
    return pd.DataFrame({name: held.reindex(days, fill_value=0) for name, held in sums.items()})


def stocks_at(read: Reader, filters: Filters, moments: Sequence[datetime]) -> pd.DataFrame:
    """Columns `open`, `overdue`, `due_today`, `unprocessed`, one row per moment (index), from what the tables hold now.

    `due_today`: open at the moment, the term ends later that day. `unprocessed`: messages arrived and not yet handled.
    """
    where = select_of(read, filters)
    dims = {name: DIMS[name] for name in where.dimensions}
    counted = []
    for place, at in enumerate(moments):
        stood = (request.c.created_at <= at) & or_(sla_result.c.resolved_at.is_(None), sla_result.c.resolved_at > at)
        today = (sla_result.c.due_at > at) & (sla_result.c.due_on == read.today(at))
        counted += [
            _count_if(stood).label(f"open_{place}"),
            _count_if(stood & is_overdue(at)).label(f"overdue_{place}"),
            _count_if(stood & today).label(f"due_today_{place}"),
        ]
    first = min(moments)
    row = read.frame(
        select(*counted)
        .select_from(request.join(sla_result, sla_result.c.request_id == request.c.request_id))
        .where(request.c.city_id == read.city_id, request.c.status != "cancelled", *where.conditions(dims))
        .where(or_(sla_result.c.resolved_at.is_(None), sla_result.c.resolved_on >= read.today(first)))
    ).iloc[0]
    waiting = _unprocessed_at(read, filters, moments)
    names = ("open", "overdue", "due_today")
    table = {name: [int(row[f"{name}_{place}"] or 0) for place in range(len(moments))] for name in names}
    return pd.DataFrame({**table, "unprocessed": waiting}, index=pd.Index(moments, name="at"))


def _unprocessed_at(read: Reader, filters: Filters, moments: Sequence[datetime]) -> list[int]:
    where = select_of(read, filters)
    own = {name: contact.c[name] for name in ("topic_id", "territory_id", "channel_id", "line_id", "caller_group_mask")}
    if not where.dimensions <= set(own):
        return [0] * len(moments)
    stood = [
        (contact.c.arrived_at <= at) & or_(contact.c.handled_at.is_(None), contact.c.handled_at > at) for at in moments
    ]
    row = read.frame(
        select(*(_count_if(one).label(f"n_{place}") for place, one in enumerate(stood)))
        .where(contact.c.city_id == read.city_id, *where.conditions(own))
        .where(or_(contact.c.outcome == "unprocessed", contact.c.handled_at > min(moments)))
    ).iloc[0]
    return [int(row[f"n_{place}"] or 0) for place in range(len(moments))]


def _count_if(condition: Any) -> Any:
    return func.sum(case((condition, literal_column("1")), else_=literal_column("0")))


_LISTED: Final = (
    request.c.request_id, request.c.source_key, request.c.created_at, request.c.topic_id, request.c.territory_id,
    request.c.executor_id, request.c.request_class_id, request.c.status, request.c.closed_at, sla_result.c.due_at,
    sla_result.c.verdict, sla_result.c.is_paused, sla_result.c.due_on,
)  # fmt: skip


def urgent_on(read: Reader, filters: Filters, day: date) -> pd.DataFrame:
    """Requests of an urgent class received on `day`, in the order in which they came.

    Columns: `request_id, source_key, created_at, topic, territory, executor, status, closed_at, due_at, verdict`.
    """
    urgent = select(request_class.c.request_class_id).where(
        request_class.c.city_id == read.city_id, request_class.c.kind == "urgent"
    )
    return _list(
        read, filters, [request.c.created_on == day, request.c.request_class_id.in_(urgent)], request.c.created_at
    )


def ending_between(read: Reader, filters: Filters, start: datetime, end: datetime) -> pd.DataFrame:
    """Open requests whose term ends after `start` and up to `end`, the soonest first; columns as `urgent_on`."""
    ends = [
        request.c.status == "open",
        sla_result.c.verdict.is_(None),
        sla_result.c.due_at > start,
        sla_result.c.due_at <= end,
    ]
    return _list(read, filters, ends, sla_result.c.due_at)


def _list(read: Reader, filters: Filters, conditions: Sequence[Any], order: Any) -> pd.DataFrame:
    where = select_of(read, filters)
    found = read.frame(
        select(*_LISTED)
        .select_from(request.outerjoin(sla_result, sla_result.c.request_id == request.c.request_id))
        .where(request.c.city_id == read.city_id, *conditions)
        .where(*where.conditions({name: DIMS[name] for name in where.dimensions}))
        .order_by(order, request.c.request_id)
    )
    for dim in ("topic", "territory", "executor", "request_class"):
        numbers = found.assign(**{BY[dim]: found[BY[dim]].fillna(0).astype("int64")})
        found = coded(read, numbers, dim).rename(columns={"code": dim})
    return found


def late_chances(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Columns `request_id`, `late_pct`, `similar_n`: how likely open requests whose term ends within 24 h will be late.

    Of a large city learnt from a sample of its requests: `similar_n` are those of the sample.
    """
    if read.profile is None:
        return pd.DataFrame({"request_id": [], "late_pct": [], "similar_n": []})
    today = read.today(now)
    year = select_of(read, replace(filters, from_on=today - timedelta(days=365), to_on=today))
    received = int(ask(read, replace(year, ids={}, bits=0), "created", ["requests"], now=now)["requests"].iloc[0])
    share = 1.0 if received <= LEARNT_WHOLE else SAMPLE / received
    with read.connect() as connection:
        found = at_risk(connection, read.profile, now=now, share=share)
    return found[["request_id", "late_pct", "similar_n"]]
