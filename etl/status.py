"""How each source stands: its last load, how fresh it is, what it left open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from etl import bulk
from etl.schema import load_reject, load_run, unmapped_value


def sources(connection: Connection, city_id: int, *, now: datetime) -> pd.DataFrame:
    """A row per source: the last load's `status`, `file`, `ended_at`, `error` and counts, and of all loads `loads`,
    `rows_loaded`, `newest_at`, `freshness_h` (hours since), `open_rejects`, `unmapped_values`.
    """
    runs = bulk.read_frame(
        connection, select(load_run).where(load_run.c.city_id == city_id).order_by(load_run.c.load_id)
    )
    last = runs.groupby("source", sort=True).tail(1).set_index("source").sort_index()
    done = runs[runs["status"] == "done"]
    newest = done.groupby("source")["newest_at"].max()
    names = ["load_id", "status", "file", "ended_at", "error", "is_simulated", "rows_read", "rows_inserted"]
    found = last[[*names, "rows_updated", "rows_unchanged", "rows_rejected"]].assign(
        loads=runs.groupby("source").size(),
        rows_loaded=done.groupby("source")["rows_inserted"].sum(),
        newest_at=newest,
        open_rejects=_counted(
            connection, load_reject, (load_reject.c.city_id == city_id) & (load_reject.c.status == "open")
        ),
        unmapped_values=_counted(connection, unmapped_value, unmapped_value.c.city_id == city_id),
    )
    found = found.fillna({"open_rejects": 0, "unmapped_values": 0, "rows_loaded": 0})
    age = pd.Timestamp(now) - pd.to_datetime(found["newest_at"], utc=True)
    return found.assign(freshness_h=(age.dt.total_seconds() / 3600).round(1)).reset_index()


def _counted(connection: Connection, table: Any, where: Any) -> pd.Series:
    statement = select(table.c.source, func.count().label("n")).where(where).group_by(table.c.source)
    return bulk.read_frame(connection, statement).set_index("source")["n"].astype("int64")


def unmapped(connection: Connection, city_id: int) -> pd.DataFrame:
    """Values that no alias names yet: `source`, `field`, `value`, `rows`, the most frequent first."""
    columns = (unmapped_value.c.source, unmapped_value.c.field, unmapped_value.c.value, unmapped_value.c.rows)
    statement = select(*columns).where(unmapped_value.c.city_id == city_id).order_by(unmapped_value.c.rows.desc())
    return bulk.read_frame(connection, statement)
