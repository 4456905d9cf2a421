"""Indexes that a first load makes after its rows are the ones that were there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, select

from etl import schema
from etl.db import make_engine
from etl.errors import LoadError
from etl.ids import city_id_of
from etl.late_indexes import LateIndexes
from etl.locks import writing
from etl.pipeline import run_load
from geodata.cities import load_profile
from tests.etl.rows import NOW, SOURCE, chunk, requests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Engine

    from etl.prepared import Prepared

CITY_ID = city_id_of("demo")


def load(engine: Engine, chunks: Iterable[Prepared]) -> None:
    options = {"source": SOURCE, "file": "a.csv", "file_hash": None, "is_simulated": False}
    run_load(engine, load_profile("demo"), chunks, now=NOW, **options)


def names(on: Engine | Connection, table: str = "request") -> set[str | None]:
    return {held["name"] for held in inspect(on).get_indexes(table)}


def test_a_first_load_leaves_every_index_it_found(engine: Engine) -> None:
    before = [names(engine, table) for table in ("request", "request_event", "sla_result")]
    load(engine, [chunk(requests(10))])
    assert [names(engine, table) for table in ("request", "request_event", "sla_result")] == before
    assert len(before[0]) >= 4


def test_roll_ups_have_their_keys_again_after_a_first_load(engine: Engine) -> None:
    def keys() -> dict[str, tuple[str | None, list[str]]]:
        tables = [table.name for grains in schema.ROLLUPS.values() for table in grains.values()]
        found = {name: inspect(engine).get_pk_constraint(name) for name in tables}
        return {name: (one["name"], one["constrained_columns"]) for name, one in found.items()}

    before, indexed = keys(), names(engine, "rollup_created_fine")
    load(engine, [chunk(requests(10))])
    assert keys() == before
    assert names(engine, "rollup_created_fine") == indexed
    assert all(columns for _, columns in before.values())


def test_a_roll_up_that_was_written_to_keeps_its_key(postgis_engine: Engine) -> None:
    table = schema.ROLLUPS["created"]["topic"]
    load(postgis_engine, [chunk(requests(10))])
    with writing(postgis_engine) as connection:
        connection.execute(table.delete())
        late = LateIndexes(CITY_ID, with_keys=True)
        late.set_aside(connection, table)
        assert inspect(connection).get_pk_constraint(table.name)["constrained_columns"], "others still read its rows"
        connection.rollback()


def test_a_load_that_fails_leaves_every_index_it_found(engine: Engine) -> None:
    before = names(engine)
    lossy = chunk(requests(10, first=10))
    object.__setattr__(lossy, "rows_read", 11)
    with pytest.raises(LoadError):
        load(engine, [chunk(requests(10)), lossy])
    assert names(engine) == before


def test_only_an_empty_table_goes_without_its_indexes(engine: Engine) -> None:
    with writing(engine) as connection:
        late = LateIndexes(CITY_ID)
        late.set_aside(connection, schema.request)
        assert names(connection) == set()
        late.restore(connection)
        assert names(connection) != set()
    load(engine, [chunk(requests(10))])
    with writing(engine) as connection:
        LateIndexes(CITY_ID).set_aside(connection, schema.request)
        assert names(connection) != set()


def test_a_table_that_somebody_reads_keeps_its_indexes(postgis_engine: Engine) -> None:
    other = make_engine(postgis_engine.url.render_as_string(hide_password=False))
    with other.begin() as reader, writing(postgis_engine) as connection:
        reader.execute(select(schema.request.c.request_id)).all()
        LateIndexes(CITY_ID).set_aside(connection, schema.request)
        assert names(connection) != set()
        connection.execute(select(schema.request.c.request_id)).all()  # the transaction goes on
    other.dispose()
