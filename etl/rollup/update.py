"""Keeping roll-ups current: the touched days of each family are counted anew, inside the load's transaction.

Facts are read once per family into a temporary stage with every dimension; each grain is summed from the stage. A
rebuild is the same for all days, hence the same tables.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Column, Connection, Date, Integer, MetaData, SmallInteger, Table, delete, func, insert, select
from sqlalchemy import literal_column as literally

from etl.ids import city_id_of
from etl.locks import hold_derived
from etl.rollup.branch import select_days
from etl.rollup.days import Days, all_days, days_of, touched_days
from etl.rollup.families import FAMILIES
from etl.rollup.grains import pack_up, read_stage, sum_up
from etl.rollup.state import expected_version
from etl.tables.rollups import FINE, FINE_FROM, ROLLUPS, SHAPES, rollup_state
from etl.touched import Touched
from geodata.profile import CityProfile

_FIRST_BATCH_DAYS = 31
_SMALL_STAGE = 100_000
_MAX_BATCH_DAYS = 500
_ANALYZE_ROWS = 50_000

Changes = dict[str, tuple[int, int]]
"""Rows written and deleted by table."""


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
    """Whether every roll-up of the city is built with today's definitions; fine ones need not be."""
    statement = select(rollup_state.c.name, rollup_state.c.version).where(rollup_state.c.city_id == city_id)
    held = {row.name: row.version for row in connection.execute(statement)}
    version = expected_version(connection, city_id)
    needed = {table.name for grains in ROLLUPS.values() for grain, table in grains.items() if grain != FINE}
    return needed <= held.keys() and all(one == version for one in held.values())


def _recount(connection: Connection, city_id: int, days: Days, *, now: datetime, is_empty: bool = False) -> int:
    held = set(connection.scalars(select(rollup_state.c.name).where(rollup_state.c.city_id == city_id)))
    changes: Changes = {}
    for family, grains in ROLLUPS.items():
        fine = grains.get(FINE)
        is_held, is_wanted = fine is not None and fine.name in held, _is_large(connection, city_id, family)
        chosen = [table for table in grains.values() if table is not fine or (is_wanted and (is_held or is_empty))]
        changes |= {table.name: (0, 0) for table in chosen}
        changes |= _family(connection, city_id, family, chosen, sorted(days.get(family, set())), is_empty=is_empty)
        if fine is not None and is_wanted and fine not in chosen:
            every = sorted(days_of(connection, city_id, family))
            changes |= _family(connection, city_id, family, [fine], every, is_empty=True)
        elif fine is not None and is_held and not is_wanted:
            connection.execute(delete(fine).where(fine.c.city_id == city_id))
    _note(connection, city_id, changes, now)
    return sum(written for written, _ in changes.values())


def _is_large(connection: Connection, city_id: int, family: str) -> bool:
    """Whether a fine grain is worth its upkeep: decided by the facts alone, so that a rebuild decides the same."""
    if FINE not in ROLLUPS[family]:
        return False
    facts = FAMILIES[family].branches[0].city_id.table
    some = select(literally("1")).select_from(facts).where(facts.c.city_id == city_id).limit(FINE_FROM).subquery("some")
    return connection.scalar(select(func.count()).select_from(some)) == FINE_FROM


def _family(
    connection: Connection, city_id: int, family: str, tables: Sequence[Table], days: Sequence[date], *, is_empty: bool
) -> Changes:
    if not days:
        return {}
    stage = _stage(family)
    stage.drop(connection, checkfirst=True)
    stage.create(connection)
    changes = {table.name: (0, 0) for table in tables}
    batches = _batches(days)
    batch = next(batches)
    while batch:
        staged = _fill(connection, stage, city_id, family, batch)
        is_packed_here = SHAPES[family].is_sketch and connection.dialect.name != "postgresql"
        facts = read_stage(connection, stage) if is_packed_here else None
        for table in tables:
            gone = 0 if is_empty else _clear(connection, table, city_id, batch)
            added = (
                sum_up(connection, table, stage, family) if facts is None else pack_up(connection, table, facts, family)
            )
            written, deleted = changes[table.name]
            changes[table.name] = (written + added, deleted + gone)
        connection.execute(delete(stage))
        batch = batches.send(staged)
    stage.drop(connection)
    for name, (written, _) in changes.items():
        if written > _ANALYZE_ROWS and connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ANALYZE {name}")
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
    return sorted(held - {"weekday"}) + (["bucket"] if SHAPES[family].is_sketch else [])


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
    rows = select_days(FAMILIES[family], city_id, days, dimensions, measures)
    statement = insert(stage).from_select(["day_on", *dimensions, *measures, "city_id"], rows)
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _clear(connection: Connection, table: Table, city_id: int, days: Sequence[date]) -> int:
    return connection.execute(delete(table).where(table.c.city_id == city_id, table.c.day_on.in_(days))).rowcount


def _note(connection: Connection, city_id: int, changes: Changes, now: datetime) -> None:
    version = expected_version(connection, city_id)
    statement = select(rollup_state.c.name, rollup_state.c.n_rows).where(rollup_state.c.city_id == city_id)
    held = {row.name: row.n_rows for row in connection.execute(statement)}
    connection.execute(delete(rollup_state).where(rollup_state.c.city_id == city_id))
    rows = [
        {"city_id": city_id, "name": name, "version": version, "n_rows": held.get(name, 0) + written - deleted,
         "updated_at": now}
        for name, (written, deleted) in changes.items()
    ]  # fmt: skip
    connection.execute(insert(rollup_state), rows)
