"""Figures of real files are what plain pandas and the reference library make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sksurv.nonparametric import kaplan_meier_estimator
from sqlalchemy import Engine

from dashboard import queries
from dashboard.filters import Filters
from dashboard.metrics import figures
from dashboard.queries import Reader
from etl.pipeline import run_load
from etl.settings import Secret, Settings
from etl.sources import open_source
from geodata.cities import load_profile

NOW = datetime(2025, 1, 1, tzinfo=UTC)
PROFILE = load_profile("demo")


@pytest.fixture(params=["sqlite", "postgis"])
def target(
    request: pytest.FixtureRequest, open_engine: Callable[[str], AbstractContextManager[Engine]]
) -> Iterator[Engine]:
    with open_engine(request.param) as engine:
        yield engine


def load(engine: Engine, source: str, file: Path, folder: Path) -> Reader:
    url = engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=Secret(url), city="demo", data_dir=folder)
    for found in open_source(source, [str(file)], profile=PROFILE, settings=settings, options={}):
        run_load(
            engine, PROFILE, found.batches, source=found.source, file=found.file, file_hash=found.file_hash,
            is_simulated=False, now=NOW,
        )  # fmt: skip
    return Reader.of(engine, PROFILE, clock=lambda: NOW)


def test_baltimores_own_due_dates_give_the_rate_of_plain_pandas(
    target: Engine, shared_data: Path, tmp_path: Path
) -> None:
    file = shared_data / "requests/baltimore-311.csv"
    read = load(target, "baltimore-311", file, tmp_path)
    found = figures(read, Filters("demo", date(2000, 1, 1), date(2024, 12, 31)), ["source_on_time_pct"], now=NOW)
    rows = pd.read_csv(file, usecols=["SRStatus", "CreatedDate", "DueDate", "CloseDate"])
    times = {
        name: pd.to_datetime(rows[name], format="%m/%d/%Y %I:%M:%S %p").dt.tz_localize(
            "America/New_York", ambiguous="NaT", nonexistent="shift_forward"
        )
        for name in ("CreatedDate", "DueDate", "CloseDate")
    }
    gone = ["Closed (Duplicate)", "Open (Duplicate)", "New (Duplicate)", "Closed (Transferred)"]
    due = (times["DueDate"] >= times["CreatedDate"]) & (times["DueDate"] < NOW) & ~rows["SRStatus"].isin(gone)
    met = due & (times["CloseDate"] <= times["DueDate"])
    figure = found["source_on_time_pct"]
    assert figure.n == pytest.approx(due.sum(), abs=3)
    assert figure.value == pytest.approx(100 * met.sum() / due.sum(), abs=0.1)


def test_san_franciscos_times_to_close_are_those_of_the_reference_library(
    target: Engine, shared_data: Path, tmp_path: Path
) -> None:
    read = load(target, "san-francisco-311", shared_data / "requests/san-francisco-311.csv", tmp_path)
    whole = Filters("demo", *queries.data_span(read))
    found = figures(read, whole, ["time_to_close_median_h", "time_to_close_p90_h"], now=NOW)
    with target.connect() as connection:
        held = pd.read_sql("SELECT status, created_at, closed_at FROM request", connection)
    created, closed = (pd.to_datetime(held[name], utc=True, format="mixed") for name in ("created_at", "closed_at"))
    is_closed = (held["status"] == "closed") & closed.notna()
    hours = (closed.where(held["status"] != "open").fillna(pd.Timestamp(NOW)) - created).dt.total_seconds() / 3600
    at, survival = kaplan_meier_estimator(is_closed.to_numpy(), np.maximum(hours.to_numpy(), 0) + 1e-9)
    for share, name in ((0.5, "time_to_close_median_h"), (0.9, "time_to_close_p90_h")):
        reached = at[survival <= 1 - share]
        expected = reached[0] if len(reached) else None
        assert found[name].value == (None if expected is None else pytest.approx(expected, rel=0.02, abs=1 / 60))
    assert found["time_to_close_median_h"].n == len(held)
