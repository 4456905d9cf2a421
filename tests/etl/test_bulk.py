from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import func, insert, select

from etl import bulk, schema
from etl.errors import LoadError
from etl.seen import SeenIds
from etl.tables.rollups import ROLLUPS
from tests.etl.rows import START, requests

if TYPE_CHECKING:
    from sqlalchemy import Engine

COMMON = {"city_id": 1, "load_id": 1}


def test_what_is_written_is_read_back_on_both_engines(engine: Engine) -> None:
    frame = requests(4, topic_id=pd.array([5, None, 6, None], "Int32"), **COMMON)
    with engine.begin() as connection:
        assert bulk.append_frame(connection, schema.request, frame) == 4
        read = bulk.read_frame(connection, select(schema.request).order_by(schema.request.c.created_at))
    assert str(read["created_at"].dtype) == "datetime64[us, UTC]"
    assert str(read["created_on"].dtype) == "datetime64[us]"
    assert (read["topic_id"].dtype, read["request_id"].dtype) == (pd.Int32Dtype(), np.dtype("int64"))
    assert list(read["created_at"]) == list(frame["created_at"])
    assert list(read["created_on"].dt.date) == [date(2024, 3, 1)] * 4
    assert list(read["topic_id"].fillna(-1)) == [5, -1, 6, -1]
    assert read["closed_at"].isna().all()
    assert list(read["is_on_behalf"]) == [False] * 4


def test_rows_written_in_bulk_look_like_rows_written_one_by_one(engine: Engine) -> None:
    one = requests(1, **COMMON)
    other = {**one.iloc[0].to_dict(), "request_id": 7, "source_key": "other"}
    plain = {name: None if value is pd.NaT else value for name, value in other.items()}
    plain |= {name: plain[name].to_pydatetime() for name in ("created_at",)}
    plain |= {"created_on": plain["created_on"].date()}
    with engine.begin() as connection:
        bulk.append_frame(connection, schema.request, one)
        connection.execute(insert(schema.request).values(**plain))
        moments = connection.execute(select(schema.request.c.created_at, schema.request.c.created_on).distinct()).all()
    assert moments == [(datetime(2024, 3, 1, 8, tzinfo=UTC), date(2024, 3, 1))]


def test_numbers_are_read_by_column_on_both_engines(engine: Engine) -> None:
    held = schema.request.c
    frame = requests(3, topic_id=pd.array([5, None, -6], "Int32"), **COMMON)
    numbers = select(func.coalesce(held.topic_id, 0).label("topic"), held.created_hour).order_by(held.created_at)
    with engine.begin() as connection:
        bulk.append_frame(connection, schema.request, frame)
        read = bulk.read_numbers(connection, numbers)
        none = bulk.read_numbers(connection, numbers.where(held.city_id == 2))
        with pytest.raises(TypeError):
            bulk.read_numbers(connection, select(held.topic_id))
    assert {name: list(column) for name, column in read.items()} == {
        "topic": [5, 0, -6],
        "created_hour": list(frame["created_hour"]),
    }
    assert {name: (len(column), column.dtype) for name, column in none.items()} == {
        "topic": (0, np.dtype("int64")),
        "created_hour": (0, np.dtype("int64")),
    }


@pytest.mark.parametrize("missing", [None, pd.NaT, float("nan")])
def test_a_missing_instant_is_null_and_not_the_year_48113(engine: Engine, missing: Any) -> None:
    frame = requests(2, **COMMON).assign(source_due_at=pd.Series([missing, START.to_pydatetime()], dtype=object))
    with engine.begin() as connection:
        bulk.append_frame(connection, schema.request, frame)
        latest = connection.execute(select(func.max(schema.request.c.source_due_at))).scalar_one()
        nulls = select(func.count()).where(schema.request.c.source_due_at.is_(None))
        assert connection.execute(nulls).scalar_one() == 1
    assert latest == START


def test_whole_numbers_that_pandas_made_floats_stay_whole(sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection:
        bulk.append_frame(connection, schema.request, requests(2, topic_id=[5.0, float("nan")], **COMMON))
        read = bulk.read_frame(connection, select(schema.request.c.topic_id))["topic_id"]
        assert sorted(read.fillna(0)) == [0, 5]
        with pytest.raises(LoadError, match=r"request\.topic_id.*2\.5"):
            bulk.append_frame(connection, schema.request, requests(1, first=9, topic_id=2.5, **COMMON))


def test_an_instant_without_a_zone_is_refused(sqlite_engine: Engine) -> None:
    frame = requests(1, **COMMON).assign(source_due_at=pd.Timestamp("2024-01-01"))
    with sqlite_engine.begin() as connection, pytest.raises(LoadError, match="time zone"):
        bulk.append_frame(connection, schema.request, frame)


def test_an_instant_far_in_the_future_is_refused(sqlite_engine: Engine) -> None:
    frame = requests(1, **COMMON).assign(source_due_at=pd.Timestamp("9113-01-01", tz="UTC"))
    with sqlite_engine.begin() as connection, pytest.raises(LoadError, match="2500"):
        bulk.append_frame(connection, schema.request, frame)


def test_an_unknown_column_is_named(sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection, pytest.raises(LoadError, match="no column colour"):
        bulk.append_frame(connection, schema.request, requests(1, colour="red", **COMMON))


def test_texts_keep_empty_null_quotes_lines_and_every_script(engine: Engine) -> None:
    texts = ["", None, 'say "hi", you', "two\nlines", "Žiadosť Запит Ўвага", "nul\x00gone"]
    frame = pd.DataFrame(
        {"load_id": 1, "city_id": 1, "source": "s", "reason": "r", "cure": "c", "value": texts, "status": "open"}
    )
    with engine.begin() as connection:
        bulk.append_frame(connection, schema.load_reject, frame.assign(raw=[{"a": text} for text in [*texts[:5], "b"]]))
        read = bulk.read_frame(connection, select(schema.load_reject).order_by(schema.load_reject.c.load_reject_id))
    assert [None if value != value else value for value in read["value"]] == [*texts[:5], "nulgone"]
    assert list(read["raw"][:5]) == [{"a": text} for text in texts[:5]]


def test_outlines_become_multipolygons_and_come_back(engine: Engine) -> None:
    square = shapely.box(17, 48, 18, 49)
    row = {"territory_id": 1, "city_id": 1, "code": "a", "level": "district", "name": "A", "names": {"sk": "A"}}
    frame = pd.DataFrame([{**row, "geometry": shapely.to_wkb(square), "is_approximate": False, "source": "test"}])
    with engine.begin() as connection:
        bulk.upsert_frame(connection, schema.territory, frame)
        assert bulk.upsert_frame(connection, schema.territory, frame) == bulk.Counts(0, 0, 1)
        read = bulk.read_frame(connection, select(schema.territory.c.geometry))["geometry"][0]
    assert shapely.from_wkb(read).equals(square)


def test_bytes_come_back_as_they_were(engine: Engine) -> None:
    table = ROLLUPS["lateness"]["request_class"]
    row = {"city_id": 1, "day_on": pd.Timestamp("2026-05-04"), "request_class_id": 1, "n": 1, "n_sketch": b"\x00x\xff"}
    with engine.begin() as connection:
        bulk.append_frame(connection, table, pd.DataFrame([row]))
        assert bulk.read_frame(connection, select(table))["n_sketch"].tolist() == [b"\x00x\xff"]


def test_an_upsert_tells_new_changed_and_unchanged_rows(engine: Engine) -> None:
    with engine.begin() as connection:
        assert bulk.upsert_frame(connection, schema.request, requests(5, **COMMON)) == bulk.Counts(5, 0, 0)
        later = requests(6, city_id=1, load_id=2, source_topic=["new"] * 2 + [None] * 4)
        assert bulk.upsert_frame(connection, schema.request, later) == bulk.Counts(1, 2, 3)
        loads = bulk.read_frame(connection, select(schema.request.c.load_id).order_by(schema.request.c.created_at))
    assert list(loads["load_id"]) == [2, 2, 1, 1, 1, 2]


def test_columns_to_keep_are_not_overwritten(engine: Engine) -> None:
    with engine.begin() as connection:
        bulk.upsert_frame(connection, schema.request, requests(1, source_topic="old", **COMMON))
        again = requests(1, source_topic="new", **COMMON)
        assert bulk.upsert_frame(connection, schema.request, again, keep=["source_topic"]) == bulk.Counts(0, 0, 1)


def test_a_key_that_comes_twice_in_an_upsert_is_refused(sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection, pytest.raises(LoadError, match="twice"):
        bulk.upsert_frame(connection, schema.request, pd.concat([requests(1, **COMMON)] * 2))


def test_bound_values_and_expressions_are_read_in_bulk(engine: Engine) -> None:
    table = schema.request
    with engine.begin() as connection:
        bulk.append_frame(connection, table, requests(5, **COMMON))
        statement = select(
            func.count().label("n"), func.max(table.c.created_at).label("newest"), func.avg(table.c.lon).label("lon")
        ).where(
            table.c.source_key.in_(["k1", "k2"]), table.c.created_on >= date(2024, 1, 1), table.c.created_at >= START
        )
        row = bulk.read_frame(connection, statement).iloc[0]
    assert (row["n"], row["newest"], row["lon"]) == (2, START + pd.Timedelta(minutes=2), 24.94)


def test_the_lowest_and_the_highest_id_can_be_asked_for(engine: Engine) -> None:
    lowest, highest = -(2**63), 2**63 - 1
    frame = requests(2, **COMMON).assign(request_id=[lowest, highest])
    column = schema.request.c.request_id
    with engine.begin() as connection:
        bulk.append_frame(connection, schema.request, frame)
        for asked in (column.between(lowest, highest), column.in_([lowest, highest])):
            read = bulk.read_frame(connection, select(column).where(asked).order_by(column))
            assert read["request_id"].tolist() == [lowest, highest]


def test_an_empty_answer_has_the_promised_columns_and_types(engine: Engine) -> None:
    with engine.connect() as connection:
        read = bulk.read_frame(connection, select(schema.request))
    assert list(read.columns) == [column.name for column in schema.request.c]
    assert str(read["created_at"].dtype) == "datetime64[us, UTC]"


def test_a_rollback_takes_bulk_rows_with_it(engine: Engine) -> None:
    with engine.connect() as connection:
        bulk.append_frame(connection, schema.request, requests(5, **COMMON))
        connection.rollback()
        assert connection.scalar(select(func.count()).select_from(schema.request)) == 0


def test_seen_ids_are_known_however_many_come_after() -> None:
    seen, generator = SeenIds(), np.random.default_rng(1)
    ids = generator.permutation(np.arange(-50_000, 50_000, dtype=np.int64))
    for start in range(0, 100_000, 7_000):
        part = ids[start : start + 7_000]
        assert not seen.known(part).any()
        seen.add(part)
    assert seen.known(ids).all()
    assert not seen.known(np.array([50_000, -50_001])).any()
