"""What the data page tells: loads and their freshness, rejected rows, unmapped values, the days there is data of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Table, desc, func, select

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.plan import choose
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection
from etl.schema import contact, contact_daily, load_reject, load_run, queue_ticket, request, unmapped_value

_SPANS: tuple[tuple[str, Table, str], ...] = (
    ("contacts", contact, "arrived_on"), ("created", request, "created_on"), ("tickets", queue_ticket, "issued_on"),
)  # fmt: skip


def data_span(read: Reader, city: str | None = None) -> tuple[date, date]:
    """The first and last day with contacts, requests or tickets; today twice where there are none.

    Asked of the roll-ups where they are built: they are smaller, and all that the public process may read.
    """
    found: list[date] = []
    plans = [(choose(read, family, ()).table, table, name) for family, table, name in _SPANS]
    columns = [raw.c[name] if rolled is None else rolled.c.day_on for rolled, raw, name in plans]
    with read.connect() as connection:
        for column in (*columns, contact_daily.c.day_on):
            table = column.table
            for end in (func.min(column, type_=column.type), func.max(column, type_=column.type)):
                day = connection.execute(select(end).where(table.c.city_id == read.city_id)).scalar()
                if day is not None:
                    found.append(day)
    today = read.today(read.clock())
    return (min(found), max(found)) if found else (today, today)


def has_rollups(read: Reader) -> bool:
    """Whether the roll-ups of contacts and requests are built, without which the public process has no figures."""
    return all(choose(read, family, ()).table is not None for family in ("contacts", "created", "due"))


def newest_day(read: Reader, *, before: date) -> date:
    """The city's last whole day before `before` that a load told of; the day before it where nobody knows."""
    newest = func.max(load_run.c.newest_at, type_=load_run.c.newest_at.type)
    with read.connect() as connection:
        newest_at = connection.execute(select(newest).where(load_run.c.city_id == read.city_id)).scalar()
    latest = before - timedelta(days=1)
    return min(latest, read.today(newest_at)) if newest_at else latest


def status(read: Reader, city: str | None = None, *, now: datetime | None = None) -> pd.DataFrame:
    """One row per source: `source, last_status, last_started_at, last_ended_at, newest_at, freshness_h, loads,
    rows_read, rows_inserted, rows_updated, rows_unchanged, rows_rejected, open_rejects, is_simulated, error, file`.

    Row counts are of the last finished load; `freshness_h` are the hours from the newest instant in the rows to now.
    """
    moment = now or read.clock()
    runs = read.frame(select(load_run).where(load_run.c.city_id == read.city_id).order_by(desc(load_run.c.load_id)))
    rejected = read.frame(
        select(load_reject.c.source, func.count().label("open_rejects"))
        .where(load_reject.c.city_id == read.city_id, load_reject.c.status == "open")
        .group_by(load_reject.c.source)
    ).set_index("source")["open_rejects"]
    rows = [_source_row(str(source), held, rejected, moment) for source, held in runs.groupby("source", sort=True)]
    return pd.DataFrame(rows, columns=STATUS_COLUMNS)


STATUS_COLUMNS = [
    "source", "last_status", "last_started_at", "last_ended_at", "newest_at", "freshness_h", "loads", "rows_read",
    "rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected", "open_rejects", "is_simulated", "error", "file",
]  # fmt: skip


def _source_row(source: str, held: pd.DataFrame, rejected: pd.Series, now: datetime) -> dict[str, Any]:
    last = held.iloc[0]
    done = held[held["status"] == "done"]
    counted = done.iloc[0] if len(done) else last
    newest = done["newest_at"].dropna().max() if len(done) and done["newest_at"].notna().any() else None
    counts = {name: int(counted[name]) for name in STATUS_COLUMNS if name.startswith("rows_")}
    return {
        "source": source,
        "last_status": last["status"],
        "last_started_at": last["started_at"],
        "last_ended_at": last["ended_at"],
        "newest_at": newest,
        "freshness_h": None if newest is None else max((now - newest).total_seconds(), 0.0) / 3600,
        "loads": len(held),
        **counts,
        "open_rejects": int(rejected.get(source, 0)),
        "is_simulated": bool(last["is_simulated"]),
        "error": last["error"],
        "file": last["file"],
    }


def loads(read: Reader, *, limit: int = 100) -> pd.DataFrame:
    """The last loads, newest first, with every column of `load_run` but the city."""
    columns = [column for column in load_run.c if column.name != "city_id"]
    return read.frame(
        select(*columns).where(load_run.c.city_id == read.city_id).order_by(desc(load_run.c.load_id)).limit(limit)
    )


def rejects(read: Reader, *, limit: int = 1_000, offset: int = 0, status: str | None = "open") -> pd.DataFrame:
    """Rejected rows, newest first, with every column of `load_reject` but the city."""
    columns = [column for column in load_reject.c if column.name != "city_id"]
    statement = select(*columns).where(load_reject.c.city_id == read.city_id)
    if status is not None:
        statement = statement.where(load_reject.c.status == status)
    return read.frame(statement.order_by(desc(load_reject.c.load_reject_id)).limit(limit).offset(offset))


def reject_reasons(read: Reader) -> pd.DataFrame:
    """Open rejects by `source, field, reason, cure` with `n`, most first."""
    keys = [load_reject.c[name] for name in ("source", "field", "reason", "cure")]
    counted = func.count().label("n")
    return read.frame(
        select(*keys, counted)
        .where(load_reject.c.city_id == read.city_id, load_reject.c.status == "open")
        .group_by(*keys)
        .order_by(desc(counted))
    )


def unmapped(read: Reader, *, limit: int = 1_000) -> pd.DataFrame:
    """Values no alias names yet: `source, field, value, rows, load_id`, most rows first."""
    columns = [unmapped_value.c[name] for name in ("source", "field", "value", "rows", "load_id")]
    return read.frame(
        select(*columns)
        .where(unmapped_value.c.city_id == read.city_id)
        .order_by(desc(unmapped_value.c.rows), unmapped_value.c.value)
        .limit(limit)
    )


def has_simulated(read: Reader, filters: Filters, *, now: datetime | None = None) -> bool:
    """Whether any contact, request or ticket of the period is simulated."""
    where = Selection(filters.from_on, filters.to_on)
    moment = now or read.clock()
    families = ("contacts", "created", "tickets")
    return any(int(ask(read, where, family, ["simulated"], now=moment)["simulated"].iloc[0]) for family in families)
