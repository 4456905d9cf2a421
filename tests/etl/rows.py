"""Chunks of a small made-up source: defaults for everything, a test states only what matters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from etl.ids import fact_ids
from etl.prepared import REJECT_COLUMNS, Prepared

SOURCE = "made-up"
START = pd.Timestamp("2024-03-01 08:00", tz="UTC")
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def requests(count: int = 10, *, first: int = 0, source: str = SOURCE, **columns: Any) -> pd.DataFrame:
    """Rows of `request`, one a minute, open unless `closed_at` is given; `columns` replace or add."""
    keys = [f"k{number}" for number in range(first, first + count)]
    created_at = pd.Series(START + pd.to_timedelta(np.arange(first, first + count) % 100_000, unit="min"))
    frame = pd.DataFrame(
        {
            "request_id": fact_ids(source, keys),
            "source": source,
            "source_key": keys,
            "status": "open",
            "created_at": created_at,
            "closed_at": pd.Series(pd.NaT, index=range(count)).dt.tz_localize("UTC"),
            "lon": 24.94,
            "lat": 60.17,
        }
    ).assign(**columns)
    frame["closed_at"] = pd.to_datetime(frame["closed_at"], utc=True)
    frame["closed_on"] = frame["closed_at"].dt.tz_localize(None).dt.normalize()
    if "closed_at" in columns and "status" not in columns:
        frame["status"] = np.where(frame["closed_at"].isna(), "open", "closed")
    return frame.assign(
        created_on=frame["created_at"].dt.tz_localize(None).dt.normalize(),
        created_hour=frame["created_at"].dt.hour,
        created_weekday=frame["created_at"].dt.day_of_week,
    )


def chunk(frame: pd.DataFrame, *, rejects: pd.DataFrame | None = None, **parts: Any) -> Prepared:
    """A chunk whose main table is `request`."""
    refused = pd.DataFrame(columns=list(REJECT_COLUMNS), dtype=object) if rejects is None else rejects
    return Prepared("request", len(frame) + len(refused), {"request": frame}, rejects=refused, **parts)


def reject(row_no: int = 1, **columns: Any) -> pd.DataFrame:
    """One refused row."""
    row = {"row_no": row_no, "field": "created", "value": "soon", "reason": "bad_time", "cure": "write a time"}
    return pd.DataFrame([{**row, "raw": {"key": f"k{row_no}", "created": "soon"}, **columns}])
