"""The backlog day by day, from the snapshots kept at the city's closing hour, by age and by share of the term used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
from sqlalchemy import select

from dashboard.filters import Filters
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection, select_of
from etl.rollup.branch import summed
from etl.schema import backlog_snapshot, request

KEPT = frozenset({"executor_id", "topic_id", "request_class_id", "territory_id"})
"""What a snapshot knows of a request; a question about anything else is answered from the requests themselves."""
BANDS = ("age_band", "term_band")
OVERDUE_BANDS = (2, 3)
"""Term bands of those past their term (`etl.snapshot.term_bands`)."""


def open_by_day(
    read: Reader, filters: Filters, where: Selection, *, by: str | None = None, now: datetime
) -> pd.DataFrame:
    """Columns `day_on`, `by` where given, `value`: requests open at the end of each day that has a snapshot."""
    if where.dimensions | ({by} if by and by not in BANDS else set()) <= KEPT:
        return _from_snapshots(read, where, by)
    return _from_requests(read, where, by, now)


def stocks_kept(read: Reader, filters: Filters, days: Sequence[date]) -> pd.DataFrame:
    """Columns `open`, `overdue`, indexed by `days`: what stood open each evening, as kept; NaN where none was, and for
    filters that snapshots do not know.
    """
    where = select_of(read, replace(filters, from_on=min(days), to_on=max(days)))
    index = pd.DatetimeIndex(pd.to_datetime(list(days)), name="day_on")
    if not where.dimensions <= KEPT:
        return pd.DataFrame(float("nan"), index=index, columns=["open", "overdue"])
    found = _from_snapshots(read, where, "term_band")
    late = found[found["term_band"].isin(OVERDUE_BANDS)]
    summed_by_day = {"open": found.groupby("day_on")["value"].sum(), "overdue": late.groupby("day_on")["value"].sum()}
    made = pd.DataFrame(summed_by_day).reindex(index).astype("float64")
    return made.assign(overdue=made["overdue"].fillna(made["open"].where(made["open"].isna(), 0.0)))


def _from_snapshots(read: Reader, where: Selection, by: str | None) -> pd.DataFrame:
    keys = [backlog_snapshot.c.day_on, *([backlog_snapshot.c[by]] if by else [])]
    found = read.frame(
        select(*keys, summed(backlog_snapshot.c.n_open).label("value"))
        .where(backlog_snapshot.c.city_id == read.city_id)
        .where(backlog_snapshot.c.day_on.between(where.from_on, where.to_on))
        .where(*where.conditions({name: backlog_snapshot.c[name] for name in where.dimensions}))
        .group_by(*keys)
        .order_by(*keys)
    )
    return found.assign(day_on=pd.to_datetime(found["day_on"]).astype("datetime64[us]"))


def _from_requests(read: Reader, where: Selection, by: str | None, now: datetime) -> pd.DataFrame:
    """Received less closed, for filters that snapshots do not keep (channel, line, caller group): today's knowledge."""
    from etl.rollup.families import FAMILIES

    branch = FAMILIES["created"].branches[0]
    columns = {name: branch.dims.get(name, branch.dimension(name)) for name in where.dimensions}
    keys = [branch.dimension(by).label(by)] if by else []
    rows = read.frame(
        select(request.c.created_on, request.c.closed_on, *keys)
        .select_from(branch.source)
        .where(request.c.city_id == read.city_id, request.c.created_on <= where.to_on, request.c.status != "cancelled")
        .where((request.c.closed_on.is_(None)) | (request.c.closed_on > where.from_on), *where.conditions(columns))
    )
    return _stand(rows, where, by, now, read)


def _stand(rows: pd.DataFrame, where: Selection, by: str | None, now: datetime, read: Reader) -> pd.DataFrame:
    last = min(where.to_on, read.today(now))
    days = pd.date_range(where.from_on, last, freq="D", unit="us") if last >= where.from_on else pd.DatetimeIndex([])
    groups = rows.groupby(by) if by else [(None, rows)]
    parts = []
    for key, held in groups:
        opened = pd.to_datetime(held["created_on"]).sort_values().to_numpy()
        closed = pd.to_datetime(held["closed_on"].dropna()).sort_values().to_numpy()
        stand = opened.searchsorted(days.to_numpy(), side="right") - closed.searchsorted(days.to_numpy(), side="right")
        parts.append(pd.DataFrame({"day_on": days, "value": stand, **({by: key} if by else {})}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"day_on": days, "value": 0}).head(0)
