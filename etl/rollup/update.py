"""Keeping roll-ups current: the touched days of each family are counted anew, inside the load's transaction.

Facts are read once per family into a temporary stage with every dimension; each grain is summed from the stage. A
rebuild is the same for all days, hence the same tables.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    delete,
    insert,
    select,
    text,
)

from etl.ids import city_id_of
from etl.locks import hold_derived
from etl.rollup.branch import select_days, summed
from etl.rollup.days import Days, all_days, touched_days
from etl.rollup.families import FAMILIES
from etl.rollup.sql import weekday_of
from etl.rollup.state import expected_version
from etl.tables.rollups import ROLLUPS, SHAPES, rollup_state, table_name
from etl.touched import Touched
from geodata.profile import CityProfile

_FIRST_BATCH_DAYS = 31
_SMALL_STAGE = 100_000
_MAX_BATCH_DAYS = 500
_ANALYZE_ROWS = 50_000


def update(connection: Connection, profile: CityProfile, *, touched: Touched, now: datetime) -> int:
    """Recount the touched days of every roll-up; all of them where they are not built yet. Returns the rows written."""
    city_id = city_id_of(profile.slug)
    if not is_current(connection, city_id):
        return rebuild(connection, profile, now=now)
    return _recount(connection, city_id, touched_days(connection, city_id, touched), now=now)


def rebuild(connection: Connection, profile: CityProfile, *, now: datetime | None = None) -> int:
    """Make every roll-up of the city anew; returns the rows written."""
    city_id = city_id_of(profile.slug)
    hold_derived(connection, city_id)
    for grains in ROLLUPS.values():
        for table in grains.values():
            connection.execute(delete(table).where(table.c.city_id == city_id))
    connection.execute(delete(rollup_state).where(rollup_state.c.city_id == city_id))
    return _recount(connection, city_id, all_days(connection, city_id), now=now or datetime.now(UTC), is_empty=True)


def is_current(connection: Connection, city_id: int) -> bool:
    """Whether every roll-up of the city is built with today's definitions."""
    statement = select(rollup_state.c.name, rollup_state.c.version).where(rollup_state.c.city_id == city_id)
    held = {row.name: row.version for row in connection.execute(statement)}
    version = expected_version(connection, city_id)
    return all(held.get(table.name) == version for grains in ROLLUPS.values() for table in grains.values())


def _recount(connection: Connection, city_id: int, days: Days, *, now: datetime, is_empty: bool = False) -> int:
    changes: dict[str, tuple[int, int]] = {}
    for family in SHAPES:
        wanted = sorted(days.get(family, set()))
        if wanted:
            changes |= _family(connection, city_id, family, wanted, is_empty=is_empty)
    _note(connection, city_id, changes, now)
    return sum(written for written, _ in changes.values())


def _family(
    connection: Connection, city_id: int, family: str, days: Sequence[date], *, is_empty: bool
) -> dict[str, tuple[int, int]]:
    """Rows written and deleted by table."""
    stage = _stage(family)
    stage.drop(connection, checkfirst=True)
    stage.create(connection)
    changes = {table.name: (0, 0) for table in ROLLUPS[family].values()}
    batches = _batches(days)
    batch = next(batches)
    while batch:
        staged = _fill(connection, stage, city_id, family, batch)
        for table in ROLLUPS[family].values():
            gone = 0 if is_empty else _clear(connection, table, city_id, batch)
            written, deleted = changes[table.name]
            changes[table.name] = (written + _sum_up(connection, table, stage, family), deleted + gone)
        connection.execute(delete(stage))
        batch = batches.send(staged)
    stage.drop(connection)
    for name, (written, _) in changes.items():
        if written > _ANALYZE_ROWS and connection.dialect.name == "postgresql":
            connection.execute(text(f"ANALYZE {name}"))
    return changes


def _batches(days: Sequence[date]) -> Generator[Sequence[date], int, None]:
    """Slices of days, wider while the stage stays small; `send` tells the rows of the last one."""
    size, start = _FIRST_BATCH_DAYS, 0
    while start < len(days):
        rows = yield days[start : start + size]
        start += size
        if rows < _SMALL_STAGE:
            size = min(size * 4, _MAX_BATCH_DAYS)
    while True:
        yield ()


def _dimensions(family: str) -> list[str]:
    held = {dimension for grain in SHAPES[family].grains.values() for dimension in grain}
    return sorted(held - {"weekday"})


def _stage(family: str) -> Table:
    numbers = [*_dimensions(family), *SHAPES[family].measures]
    return Table(
        f"stage_rollup_{family}",
        MetaData(),
        Column("city_id", SmallInteger),
        Column("day_on", Date),
        *(Column(name, Integer) for name in numbers),
        prefixes=["TEMPORARY"],
    )


def _fill(connection: Connection, stage: Table, city_id: int, family: str, days: Sequence[date]) -> int:
    dimensions, measures = _dimensions(family), list(SHAPES[family].measures)
    counted = select_days(FAMILIES[family], city_id, days, dimensions, measures)
    statement = insert(stage).from_select(["city_id", "day_on", *dimensions, *measures], counted)
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _clear(connection: Connection, table: Table, city_id: int, days: Sequence[date]) -> int:
    return connection.execute(delete(table).where(table.c.city_id == city_id, table.c.day_on.in_(days))).rowcount


def _sum_up(connection: Connection, table: Table, stage: Table, family: str) -> int:
    keys = [name for name in table.primary_key.columns.keys() if name != "city_id"]  # noqa: SIM118 - not a dict
    sources = {name: weekday_of(stage.c.day_on) if name == "weekday" else stage.c[name] for name in keys}
    measures = list(SHAPES[family].measures)
    columns = [stage.c.city_id, *(sources[name].label(name) for name in keys)]
    statement = select(*columns, *(summed(stage.c[name]).label(name) for name in measures))
    statement = statement.group_by(
        stage.c.city_id, stage.c.day_on, *(sources[name] for name in keys if name != "day_on")
    )
    done = connection.execute(
        insert(table).from_select(["city_id", *keys, *measures], statement),
        execution_options={"preserve_rowcount": True},
    )
    return done.rowcount


def _note(connection: Connection, city_id: int, changes: dict[str, tuple[int, int]], now: datetime) -> None:
    version = expected_version(connection, city_id)
    statement = select(rollup_state.c.name, rollup_state.c.n_rows).where(rollup_state.c.city_id == city_id)
    held = {row.name: row.n_rows for row in connection.execute(statement)}
    names = [table_name(family, grain) for family, shape in SHAPES.items() for grain in shape.grains]
    connection.execute(delete(rollup_state).where(rollup_state.c.city_id == city_id))
    rows = []
    for name in names:
        written, deleted = changes.get(name, (0, 0))
        counted = held.get(name, 0) + written - deleted
        rows.append({"city_id": city_id, "name": name, "version": version, "n_rows": counted, "updated_at": now})
    connection.execute(insert(rollup_state), rows)
