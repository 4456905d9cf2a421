"""Loading a file of requests as the command does, beside raw COPY, pandas and geopandas.

From text to committed, indexed rows: parsed by a map, codes and territories found, history, terms, roll-ups. Raw COPY
writes the very rows that our load left, into tables with the same keys and indexes, from bytes made beforehand: what
it takes is what the server needs, its log of changes included (the tables are emptied in a transaction before; in the
same one PostgreSQL would write no log). `to_sql` writes slices of the very same rows, from frames made beforehand, and
besides requests and events alone: no terms, no roll-ups. Rates are of rows of the file.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Table, delete, func, select

from etl import bulk, schema
from etl.ids import fact_ids
from etl.pipeline import run_load
from etl.settings import Settings
from etl.sources import open_source
from geodata.cities import load_profile
from tests.benchmarks.databases import open_engine
from tests.benchmarks.exports import MAP, write_export
from tests.benchmarks.timing import measured, peak_memory_mb

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from etl.report import LoadReport
    from tests.benchmarks.report import Report

SLICE_ROWS = 50_000
NOW = datetime(2026, 9, 2, tzinfo=UTC)
FACTS = (schema.request, schema.request_event)
CLOCK = (schema.sla_result, schema.sla_executor_time)
_SLICES = "10,000 rows of each table, the rest at the same pace"
ROLLUPS = tuple(table for grains in schema.ROLLUPS.values() for table in grains.values())


class Stages:
    """A progress that only remembers when each stage began."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}

    def stage(self, name: str) -> None:
        self.began[name] = time.perf_counter()

    def advance(self, rows: int) -> None:
        """Nothing."""


def run(report: Report, *, rows: int) -> None:
    """Measure both engines; `rows` in the file."""
    with tempfile.TemporaryDirectory(prefix="linka-bench-") as folder:
        path = Path(folder) / "requests.csv"
        write_export(path, rows)
        _postgis(report, path, rows)
        _sqlite(report, path, rows)


def load(engine: Engine, path: Path) -> tuple[Stages, LoadReport]:
    """Load the file as the command would."""
    stages, profile = Stages(), load_profile("demo")
    settings = Settings.from_env({"LINKA_DATA_DIR": str(path.parent / "var")})
    (file,) = open_source(str(MAP), [str(path)], profile=profile, settings=settings)
    done = run_load(
        engine, profile, file.batches, source=file.source, file=file.file, file_hash=file.file_hash,
        is_simulated=False, now=NOW, progress=stages,
    )  # fmt: skip
    return stages, done


def _postgis(report: Report, path: Path, rows: int) -> None:
    with open_engine("postgis") as engine:
        ours = _timed_load(report, engine, path, rows, "PostGIS")
        report.add("peak memory of the load into PostGIS", peak_memory_mb(), "MB", at_most=1000)
        with measured() as again:
            load(engine, path)
        report.add("PostGIS: the same file again, nothing changed", rows / again.seconds, "rows/s")
        facts_s, facts = _raw_copy(engine, FACTS)
        clock_s, clock = _raw_copy(engine, CLOCK)
        rollups_s, rollups = _raw_copy(engine, ROLLUPS)
        same_s = _to_sql_of_all(engine)
        sql_rate = _to_sql(engine)
        geo_rate = _to_postgis(engine)
    whole_s = facts_s + clock_s + rollups_s
    told = f"{facts:,} of requests and events, {clock:,} of their terms, {rollups:,} of roll-ups"
    report.add("raw COPY of the same final rows, same indexes", rows / whole_s, "rows/s", note=told)
    report.add("raw COPY of requests and events alone", rows / facts_s, "rows/s")
    report.add("pandas.to_sql of the same final rows, same indexes", rows / same_s, "rows/s", note=_SLICES)
    report.add("pandas.to_sql of requests and events, same indexes", sql_rate, "rows/s", note=f"{SLICE_ROWS:,} rows")
    report.add("geopandas.to_postgis of the requests, no index", geo_rate, "rows/s", note=f"{SLICE_ROWS:,} rows")
    report.ratio("whole load to raw COPY of the same final rows", rows / ours, rows / whole_s, at_least=0.5)
    report.ratio("whole load to raw COPY of requests and events alone", rows / ours, rows / facts_s)
    report.ratio("whole load to pandas.to_sql of the same final rows", rows / ours, rows / same_s, at_least=5)
    report.ratio("whole load to pandas.to_sql of requests and events alone", rows / ours, sql_rate)
    report.ratio("whole load to geopandas.to_postgis", rows / ours, geo_rate, note="it writes the requests alone")


def _sqlite(report: Report, path: Path, rows: int) -> None:
    with open_engine("sqlite") as engine:
        ours = _timed_load(report, engine, path, rows, "SQLite")
        same_s = _to_sql_of_all(engine)
        rate = _to_sql(engine)
    report.add("SQLite: pandas.to_sql of the same final rows", rows / same_s, "rows/s", note=_SLICES)
    report.ratio("SQLite: whole load to pandas.to_sql of the same final rows", rows / ours, rows / same_s)
    report.add("SQLite: pandas.to_sql of requests and events", rate, "rows/s", note=f"{SLICE_ROWS:,} rows")
    report.ratio("SQLite: whole load to pandas.to_sql of requests and events alone", rows / ours, rate)


def _timed_load(report: Report, engine: Engine, path: Path, rows: int, kind: str) -> float:
    """Seconds of the whole load."""
    with measured() as watch:
        stages, done = load(engine, path)
    if done.inserted != rows:
        raise RuntimeError(f"{done.inserted} of {rows} rows were loaded: the benchmark's file or map is wrong")
    rollups = stages.began["commit"] - stages.began["clock and roll-ups"]
    report.add(f"{kind}: whole load, text to committed, indexed rows", rows / watch.seconds, "rows/s")
    report.add(f"{kind}: roll-ups' part of the load", 100 * rollups / watch.seconds, "%", at_most=15)
    return watch.seconds


def _raw_copy(engine: Engine, tables: tuple[Table, ...]) -> tuple[float, int]:
    """Seconds to COPY the rows as they are into emptied tables with the same indexes, and the rows."""
    seconds, copied = 0.0, 0
    with engine.connect() as connection:
        for table in tables:
            listed = ", ".join(f'"{column.name}"' for column in table.c)
            with bulk.psycopg_cursor(connection) as cursor:
                with cursor.copy(f'COPY (SELECT {listed} FROM "{table.name}") TO STDOUT (FORMAT BINARY)') as out:
                    parts = [bytes(part) for part in out]
                copied += len(parts)
                data = b"".join(parts)
                cursor.execute(f'TRUNCATE "{table.name}"')
                connection.commit()
                connection.begin()
                started = time.perf_counter()
                with cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN (FORMAT BINARY)') as into:
                    for start in range(0, len(data), 1 << 20):
                        into.write(data[start : start + (1 << 20)])
                seconds += time.perf_counter() - started
        started = time.perf_counter()
        connection.commit()
    return seconds + time.perf_counter() - started, copied


def _slice(engine: Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return bulk.read_frame(connection, select(schema.request).limit(SLICE_ROWS))


def _to_sql_of_all(engine: Engine) -> float:
    """Seconds pandas needs for every row that our load left, into emptied tables: slices, scaled to all rows."""
    seconds = 0.0
    for table in (*FACTS, *CLOCK, *ROLLUPS):
        with engine.connect() as connection:
            held = connection.scalar(select(func.count()).select_from(table)) or 0
            frame = bulk.read_frame(connection, select(table).limit(10_000))
            connection.execute(delete(table))
            kinds: Any = {column.name: column.type for column in table.c}
            with measured() as watch:
                frame.to_sql(table.name, connection, if_exists="append", index=False, dtype=kinds)
            connection.rollback()
        seconds += watch.seconds * held / max(len(frame), 1)
    return seconds


def _to_sql(engine: Engine) -> float:
    """Requests per second of pandas into the tables themselves, events included, under other keys."""
    requests = _slice(engine)
    ids = dict(zip(requests["request_id"], fact_ids("other", requests["source_key"]), strict=True))
    with engine.connect() as connection:
        wanted = select(schema.request_event).where(
            schema.request_event.c.request_id.in_(select(schema.request.c.request_id).limit(SLICE_ROWS))
        )
        events = bulk.read_frame(connection, wanted)
    events = events[events["request_id"].isin(ids)]
    with engine.begin() as connection, measured() as watch:
        for table, frame in zip(FACTS, (requests.assign(source="other"), events), strict=True):
            kinds: Any = {column.name: column.type for column in table.c}
            renamed = frame.assign(request_id=frame["request_id"].map(ids))
            renamed.to_sql(table.name, connection, if_exists="append", index=False, dtype=kinds)
    return len(requests) / watch.seconds


def _to_postgis(engine: Engine) -> float:
    """Requests per second of geopandas into a table of its own, without events."""
    frame = _slice(engine)
    layer = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326)
    with engine.begin() as connection, measured() as watch:
        layer.to_postgis("bench_requests", connection, if_exists="replace", index=False)
    return len(frame) / watch.seconds
