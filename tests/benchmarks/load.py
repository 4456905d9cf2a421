"""Loading a file of requests, parse to committed and indexed rows, beside raw COPY, pandas and geopandas.

Raw COPY writes the very rows that our load left in `request` and `request_event`, into tables with the same keys and
indexes, from bytes made beforehand: what it takes is what the server needs. Rates are of rows of the file.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import select

from etl import bulk, schema
from etl.ids import fact_ids
from etl.pipeline import run_load
from etl.prepared import Prepared
from geodata.cities import load_profile
from tests.benchmarks.databases import open_engine
from tests.benchmarks.timing import measured, peak_memory_mb
from tests.etl.rows import NOW, SOURCE, START

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from tests.benchmarks.report import Report

CHUNK_ROWS = 100_000
SLICE_ROWS = 50_000
FACTS = (schema.request, schema.request_event)


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
        write_file(path, rows)
        _postgis(report, path, rows)
        _sqlite(report, path, rows)
    report.add("peak memory of the whole benchmark", peak_memory_mb(), "MB")


def write_file(path: Path, rows: int) -> None:
    """A city's export: sixteen columns, half of the requests closed."""
    rng = np.random.default_rng(1)
    created = START.tz_localize(None) - pd.to_timedelta(rng.integers(0, 365 * 86_400, rows), unit="s")
    closed = created + pd.to_timedelta(rng.integers(60, 20 * 86_400, rows), unit="s")
    frame = pd.DataFrame(
        {
            "key": np.char.add("SR-", np.arange(rows).astype(str)),
            "created": created,
            "closed": pd.Series(closed).where(rng.random(rows) < 0.5),
            "topic": rng.integers(1, 60, rows),
            "territory": rng.integers(1, 20, rows),
            "executor": rng.integers(1, 30, rows),
            "channel": rng.integers(1, 6, rows),
            "lon": 24.9 + rng.random(rows) / 10,
            "lat": 60.1 + rng.random(rows) / 10,
        }
    )
    pa_csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), path)


def read_chunks(path: Path) -> Iterator[Prepared]:
    """Parse the file into chunks with ids, UTC instants and local days."""
    with pa_csv.open_csv(path, read_options=pa_csv.ReadOptions(block_size=8 << 20)) as reader:
        for batch in reader:
            yield _prepared(batch.to_pandas())


def _prepared(raw: pd.DataFrame) -> Prepared:
    created = pd.to_datetime(raw["created"]).dt.as_unit("us")
    closed = pd.to_datetime(raw["closed"]).dt.as_unit("us")
    frame = pd.DataFrame(
        {
            "request_id": fact_ids(SOURCE, raw["key"]),
            "source": SOURCE,
            "source_key": raw["key"],
            "topic_id": raw["topic"],
            "territory_id": raw["territory"],
            "executor_id": raw["executor"],
            "channel_id": raw["channel"],
            "status": np.where(closed.isna(), "open", "closed"),
            "created_at": created.dt.tz_localize("UTC"),
            "created_on": created.dt.normalize(),
            "created_hour": created.dt.hour,
            "created_weekday": created.dt.weekday,
            "closed_at": closed.dt.tz_localize("UTC"),
            "closed_on": closed.dt.normalize(),
            "lon": raw["lon"],
            "lat": raw["lat"],
        }
    )
    return Prepared("request", len(frame), {"request": frame})


def load(engine: Engine, path: Path) -> Stages:
    """Load the file as the command would."""
    stages = Stages()
    run_load(
        engine, load_profile("demo"), read_chunks(path), source=SOURCE, file=path.name, file_hash=None,
        is_simulated=False, now=NOW, progress=stages,
    )  # fmt: skip
    return stages


def _postgis(report: Report, path: Path, rows: int) -> None:
    with open_engine("postgis") as engine:
        ours, derived = _timed_load(report, engine, path, rows, "PostGIS")
        with measured() as again:
            load(engine, path)
        report.add("PostGIS: the same file again, nothing changed", rows / again.seconds, "rows/s")
        copy_s, copied = _raw_copy(engine)
        sql_rate = _to_sql(engine)
        geo_rate = _to_postgis(engine)
    report.add("raw COPY of the same final rows, same indexes", rows / copy_s, "rows/s", note=f"{copied:,} rows in all")
    report.add("pandas.to_sql of such rows, same indexes", sql_rate, "rows/s", note=f"{SLICE_ROWS:,} rows")
    report.add("geopandas.to_postgis of the requests, no index", geo_rate, "rows/s", note=f"{SLICE_ROWS:,} rows")
    report.ratio("our load to raw COPY", rows / ours, rows / copy_s, at_least=0.5)
    report.ratio("our load to pandas.to_sql", rows / ours, sql_rate, at_least=5)
    report.ratio("our load to geopandas.to_postgis", rows / ours, geo_rate, note="to_postgis writes no history")
    report.ratio("our load with clock and roll-ups to raw COPY", rows / (ours + derived), rows / copy_s)


def _sqlite(report: Report, path: Path, rows: int) -> None:
    with open_engine("sqlite") as engine:
        ours, _ = _timed_load(report, engine, path, rows, "SQLite")
        rate = _to_sql(engine)
    report.add("SQLite: pandas.to_sql of such rows, same indexes", rate, "rows/s", note=f"{SLICE_ROWS:,} rows")
    report.ratio("SQLite: our load to pandas.to_sql", rows / ours, rate)


def _timed_load(report: Report, engine: Engine, path: Path, rows: int, kind: str) -> tuple[float, float]:
    """Seconds of rows and history, committed; and of what follows from them."""
    with measured() as watch:
        stages = load(engine, path)
    derived = stages.began["commit"] - stages.began["clock and roll-ups"]
    ours = watch.seconds - derived
    report.add(f"{kind}: rows and history, parse to commit", rows / ours, "rows/s")
    report.add(f"{kind}: all of it, with clock and roll-ups", rows / watch.seconds, "rows/s")
    return ours, derived


def _raw_copy(engine: Engine) -> tuple[float, int]:
    """Seconds to COPY the rows as they are into emptied tables with the same indexes, and the rows."""
    seconds, copied = 0.0, 0
    with engine.connect() as connection:
        for table in FACTS:
            listed = ", ".join(f'"{column.name}"' for column in table.c)
            with bulk.psycopg_cursor(connection) as cursor:
                with cursor.copy(f'COPY (SELECT {listed} FROM "{table.name}") TO STDOUT (FORMAT BINARY)') as out:
                    parts = [bytes(part) for part in out]
                copied += len(parts)
                data = b"".join(parts)
                cursor.execute(f'TRUNCATE "{table.name}"')
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
