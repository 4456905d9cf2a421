"""The book of loads: a row per load, visible while it runs, and truthful after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from etl.report import LoadReport
from etl.schema import load_run

INTERRUPTED = "the process ended before the load did; nothing of it remains, run it again"


def open_run(
    connection: Connection,
    city_id: int,
    *,
    source: str,
    file: str,
    file_hash: str | None,
    is_simulated: bool,
    now: datetime,
) -> int:
    """Enter a load as running; returns its `load_id`. The caller holds the load lock."""
    row = {
        "city_id": city_id, "source": source, "file": file, "file_hash": file_hash, "status": "running",
        "started_at": now, "is_simulated": is_simulated,
    }  # fmt: skip
    return int(connection.execute(insert(load_run).values(row)).inserted_primary_key[0])  # type: ignore[index]


def fail_dead_runs(connection: Connection, city_id: int, source: str, *, now: datetime) -> int:
    """Mark loads that a dead process left running; whoever holds the load lock knows that none is alive."""
    dead = (load_run.c.city_id == city_id) & (load_run.c.source == source) & (load_run.c.status == "running")
    return connection.execute(
        update(load_run).where(dead).values(status="failed", ended_at=now, error=INTERRUPTED)
    ).rowcount


def is_first(connection: Connection, source: str) -> bool:
    """Whether nothing of `source` has ever been loaded, into any city."""
    done = select(load_run.c.load_id).where(load_run.c.source == source, load_run.c.status == "done").limit(1)
    return connection.execute(done).first() is None


def close_run(connection: Connection, report: LoadReport, *, ended_at: datetime) -> None:
    """Enter the outcome, in the transaction of the rows themselves."""
    connection.execute(
        update(load_run)
        .where(load_run.c.load_id == report.load_id)
        .values(
            status="done",
            ended_at=ended_at,
            newest_at=report.newest_at,
            rows_read=report.read,
            rows_inserted=report.inserted,
            rows_updated=report.updated,
            rows_unchanged=report.unchanged,
            rows_rejected=report.rejected,
            rows_withdrawn=report.withdrawn,
            repairs=_plain(report.repairs),
            seconds=report.seconds,
        )
    )


def fail_run(connection: Connection, load_id: int, *, error: str, ended_at: datetime) -> None:
    """Enter why a load was stopped."""
    connection.execute(
        update(load_run).where(load_run.c.load_id == load_id).values(status="failed", ended_at=ended_at, error=error)
    )


def _plain(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: int(count) for name, count in counts.items()}
