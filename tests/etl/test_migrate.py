from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import MetaData, inspect, select, text

from etl import migrate, profile_tables, schema
from etl.db import create_all, make_engine
from etl.errors import DatabaseError
from etl.ids import city_id_of
from etl.profile_tables import write_profile
from geodata.cities import load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_from_empty_migrations_make_what_the_schema_says(empty: Engine) -> None:
    assert migrate.upgrade(empty) == (None, migrate.newest())
    with empty.connect() as connection:
        assert migrate.differences(connection) == []


def test_migrations_and_create_all_give_the_same_indexes_and_generated_columns(
    postgis_url: str, postgis_engine: Engine
) -> None:
    migrated = make_engine(postgis_url)
    migrate.upgrade(migrated)
    assert _catalogue(migrated) == _catalogue(postgis_engine)
    migrated.dispose()


def _catalogue(engine: Engine) -> list[Any]:
    columns = """
        SELECT table_name, column_name, data_type, udt_name, is_nullable, is_generated FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT IN
        ('alembic_version', 'geometry_columns', 'geography_columns', 'spatial_ref_sys') ORDER BY 1, 2
    """
    indexes = """
        SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        ORDER BY 1, 2
    """
    with engine.connect() as connection:
        return [*connection.execute(text(columns)).fetchall(), *connection.execute(text(indexes)).fetchall()]


def test_up_from_every_earlier_version_keeps_the_data(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_the_first_version_had_them(profile: Any, ids: Any) -> list[dict[str, Any]]:
        return [{name: row[name] for name in row if not name.startswith("extended")} for row in policies(profile, ids)]

    policies = profile_tables._policies
    monkeypatch.setattr(profile_tables, "_policies", as_the_first_version_had_them)
    first, *later = migrate.revisions()
    migrate.upgrade(empty, first)
    profile = load_profile("demo")
    with empty.begin() as connection:
        write_profile(connection, profile)
        before = _territories(connection)
    assert before
    for revision in later:
        migrate.upgrade(empty, revision)
        with empty.connect() as connection:
            assert migrate.version(connection) == revision
            assert _territories(connection) == before
    with empty.connect() as connection:
        assert migrate.differences(connection) == []
        assert connection.scalar(select(schema.city_table.c.city_id)) == city_id_of("demo")


def _territories(connection: Any) -> list[Any]:
    table = schema.territory
    return list(connection.execute(select(table.c.code, table.c.geometry).order_by(table.c.code)))


def test_down_to_nothing_leaves_no_table(empty: Engine) -> None:
    migrate.upgrade(empty)
    migrate.downgrade(empty, "base")
    left = {*inspect(empty).get_table_names()} & {*schema.metadata.tables}
    assert left == set()


def test_a_second_upgrade_is_no_change(empty: Engine) -> None:
    migrate.upgrade(empty)
    assert migrate.upgrade(empty) == (migrate.newest(), migrate.newest())


def test_tables_made_directly_are_taken_for_the_newest_version(engine: Engine) -> None:
    create_all(engine)
    assert migrate.upgrade(engine) == (None, migrate.newest())
    migrate.require_newest(engine)


def test_an_empty_or_older_database_is_named_with_its_cure(empty: Engine) -> None:
    with pytest.raises(DatabaseError, match=r"no tables yet: run `python -m etl init`"):
        migrate.require_newest(empty)
    migrate.upgrade(empty, migrate.revisions()[0])
    with pytest.raises(DatabaseError, match=r"is at version 0001, the program needs .*`python -m etl init`"):
        migrate.require_newest(empty)


def test_gis_programs_find_the_layers(postgis_url: str) -> None:
    engine = make_engine(postgis_url)
    migrate.upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT f_table_name, f_geometry_column, srid, type FROM geometry_columns"))
        layers = {(row[0], row[1]): (row[2], row[3]) for row in found}
    engine.dispose()
    assert layers[("territory", "geometry")] == (4326, "MULTIPOLYGON")
    assert {("request", "geom"), ("location", "geom"), ("territory", "geom")} <= layers.keys()
    assert layers[("request", "geom")] == (4326, "POINT")


def test_every_table_of_the_schema_is_in_a_migration(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    migrate.upgrade(engine)
    made = MetaData()
    made.reflect(engine)
    engine.dispose()
    assert {*schema.metadata.tables} <= {*made.tables}
