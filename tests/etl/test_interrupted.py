"""Loads in processes of their own: killed in the middle, and two at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from etl import bulk, runs, schema
from etl.pipeline import run_load
from geodata.cities import load_profile
from tests.etl.loading import CHUNK_ROWS, chunks
from tests.etl.rows import NOW, SOURCE

if TYPE_CHECKING:
    from sqlalchemy import Engine

ROOT = Path(__file__).parents[2]
DAY_S = 60


def start(
    engine: Engine, marker: Path, *, count: int, pause_s: float, first: int = 0, source: str = SOURCE
) -> subprocess.Popen[bytes]:
    url = engine.url.render_as_string(hide_password=False)
    command = [
        sys.executable,
        "-m",
        "tests.etl.loading",
        url,
        str(marker),
        str(count),
        str(pause_s),
        str(first),
        source,
    ]
    return subprocess.Popen(command, cwd=ROOT)


def wait_for(marker: Path, text: str) -> None:
    end = time.monotonic() + DAY_S
    while not marker.exists() or marker.read_text(encoding="utf-8") < text:
        assert time.monotonic() < end, "the load never came so far"
        time.sleep(0.02)


def count(engine: Engine, table: object) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def test_a_killed_load_loses_nothing_and_a_rerun_finishes_it(engine: Engine, tmp_path: Path) -> None:
    options = {"source": SOURCE, "file": "a.csv", "file_hash": None, "is_simulated": False, "now": NOW}
    profile = load_profile("demo")
    run_load(engine, profile, chunks(1), **options)
    events = count(engine, schema.request_event)
    process = start(engine, tmp_path / "marker", count=4, pause_s=60)
    wait_for(tmp_path / "marker", "1")
    assert process.poll() is None  # it sleeps between two chunks now, its transaction open
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert count(engine, schema.request) == CHUNK_ROWS
    assert count(engine, schema.request_event) == events

    report = run_load(engine, profile, chunks(4), **options)

    assert (report.read, report.inserted, report.unchanged) == (4 * CHUNK_ROWS, 3 * CHUNK_ROWS, CHUNK_ROWS)
    assert count(engine, schema.request) == 4 * CHUNK_ROWS
    with engine.connect() as connection:
        held = bulk.read_frame(connection, select(schema.load_run).order_by(schema.load_run.c.load_id))
    assert list(held["status"]) == ["done", "failed", "done"]
    assert held["error"][1] == runs.INTERRUPTED


def test_two_loads_of_one_source_at_once_wait_for_each_other(engine: Engine, tmp_path: Path) -> None:
    first = start(engine, tmp_path / "a", count=3, pause_s=0.2)
    second = start(engine, tmp_path / "b", count=3, pause_s=0.2, first=CHUNK_ROWS)
    assert (first.wait(timeout=DAY_S), second.wait(timeout=DAY_S)) == (0, 0)
    assert count(engine, schema.request) == 4 * CHUNK_ROWS
    assert count(engine, schema.request_event) == 4 * CHUNK_ROWS
    with engine.connect() as connection:
        held = bulk.read_frame(connection, select(schema.load_run))
    assert list(held["status"]) == ["done", "done"]
    assert held["rows_inserted"].sum() == 4 * CHUNK_ROWS


def test_two_loads_of_two_sources_at_once_keep_every_row_in_the_results(engine: Engine, tmp_path: Path) -> None:
    first = start(engine, tmp_path / "a", count=2, pause_s=0.3)
    second = start(engine, tmp_path / "b", count=2, pause_s=0.3, source="another")
    assert (first.wait(timeout=DAY_S), second.wait(timeout=DAY_S)) == (0, 0)
    assert count(engine, schema.request) == 4 * CHUNK_ROWS
    assert count(engine, schema.sla_result) == 4 * CHUNK_ROWS
