"""Keeping roll-ups current: the touched days of each family are counted anew, inside the load's transaction.

Facts are read once for all families that share them, some days at a time, or taken from the load's hand where that is
all there is; each grain is summed from them. A rebuild is the same for all days, hence the same tables.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy import Connection, Table, delete, func, insert, select
from sqlalchemy import literal_column as literally

from etl import bulk
from etl.behind import Behind, working_behind
from etl.ids import city_id_of
from etl.locks import hold_derived
from etl.rollup.days import Days, all_days, days_of, touched_days
from etl.rollup.facts import SHARED, Facts, facts_in_hand, read_facts
from etl.rollup.families import FAMILIES
from etl.rollup.grains import grain_rows
from etl.rollup.hand import Hand
from etl.rollup.state import expected_version
from etl.tables.rollups import FINE_FROM, ROLLUPS, SHAPES, rollup_state
from etl.touched import Touched
from geodata.profile import CityProfile

_FIRST_BATCH_DAYS = 7
_FEW_FACTS = 100_000
_MANY_FACTS = 400_000
_MAX_BATCH_DAYS = 500
_ANALYZE_ROWS = 50_000

Changes = dict[str, tuple[int, int]]
"""Rows written and deleted by table."""


def update(
    connection: Connection, profile: CityProfile, *, touched: Touched, now: datetime, hand: Hand | None = None
) -> int:
    """Recount the touched days of every roll-up; all of them where they are not built yet. Returns the rows written.

    `hand` holds the load's rows, which need not be read where they are all that the city has.
    """
    city_id = city_id_of(profile.slug)
    sources = {group: _in_hand(connection, city_id, group, hand, touched) for group in SHARED}
    if is_current(connection, city_id):
        return _recount(connection, city_id, touched_days(connection, city_id, touched), sources, now=now)
    _clear_all(connection, city_id)
    unknown = [family for group, source in sources.items() if source is None for family in group]
    return _recount(connection, city_id, all_days(connection, city_id, unknown), sources, now=now, is_empty=True)


def rebuild(connection: Connection, profile: CityProfile, *, now: datetime | None = None) -> int:
    """Make every roll-up of the city anew; returns the rows written."""
    city_id = city_id_of(profile.slug)
    hold_derived(connection, city_id)
    _clear_all(connection, city_id)
    days = all_days(connection, city_id)
    return _recount(connection, city_id, days, {}, now=now or datetime.now(UTC), is_empty=True)


def _clear_all(connection: Connection, city_id: int) -> None:
    for grains in ROLLUPS.values():
        for table in grains.values():
            connection.execute(delete(table).where(table.c.city_id == city_id))
    connection.execute(delete(rollup_state).where(rollup_state.c.city_id == city_id))


def _in_hand(
    connection: Connection, city_id: int, group: tuple[str, ...], hand: Hand | None, touched: Touched
) -> Hand | None:
    return hand if hand is not None and hand.is_all(connection, city_id, group[0], touched) else None


def is_current(connection: Connection, city_id: int) -> bool:
    """Whether every roll-up of the city is built with today's definitions; those of large cities need not be."""
    statement = select(rollup_state.c.name, rollup_state.c.version).where(rollup_state.c.city_id == city_id)
    held = {row.name: row.version for row in connection.execute(statement)}
    version = expected_version(connection, city_id)
    needed = {
        table.name for name, grains in ROLLUPS.items() for grain, table in grains.items()
        if grain not in SHAPES[name].large
    }  # fmt: skip
    return needed <= held.keys() and all(one == version for one in held.values())


def _recount(
    connection: Connection,
    city_id: int,
    days: Days,
    sources: Mapping[tuple[str, ...], Hand | None],
    *,
    now: datetime,
    is_empty: bool = False,
) -> int:
    held = set(connection.scalars(select(rollup_state.c.name).where(rollup_state.c.city_id == city_id)))
    changes: Changes = {}
    for group in SHARED:
        chosen: dict[str, list[Table]] = {}
        for family in group:
            large = [table for grain, table in ROLLUPS[family].items() if grain in SHAPES[family].large]
            is_kept = bool(large) and _is_large(connection, city_id, family)
            added = [table for table in large if is_kept and not is_empty and table.name not in held]
            left_out = added if is_kept else large
            chosen[family] = [table for table in ROLLUPS[family].values() if table not in left_out]
            if added:
                every = sorted(days_of(connection, city_id, family))
                changes |= _families(connection, city_id, {family: added}, every, sources.get(group), is_empty=True)
            for table in large:
                if table.name in held and not is_kept:
                    connection.execute(delete(table).where(table.c.city_id == city_id))
        touched = set().union(*(days.get(family, set()) for family in group))
        changes |= _families(connection, city_id, chosen, sorted(touched), sources.get(group), is_empty=is_empty)
    _note(connection, city_id, changes, now)
    return sum(written for written, _ in changes.values())


def _is_large(connection: Connection, city_id: int, family: str) -> bool:
    """Whether the grains of large cities are kept: decided by the facts alone, so that a rebuild decides the same."""
    facts = FAMILIES[family].branches[0].city_id.table
    some = select(literally("1")).select_from(facts).where(facts.c.city_id == city_id).limit(FINE_FROM).subquery("some")
    return connection.scalar(select(func.count()).select_from(some)) == FINE_FROM


def _families(
    connection: Connection,
    city_id: int,
    tables: Mapping[str, Sequence[Table]],
    days: Sequence[date],
    hand: Hand | None,
    *,
    is_empty: bool,
) -> Changes:
    """Count some days anew in the tables of families that share their facts."""
    changes = {table.name: (0, 0) for chosen in tables.values() for table in chosen}

    def replace(connection: Connection, table: Table, rows: pd.DataFrame, batch: Sequence[date]) -> None:
        gone = 0 if is_empty else _clear(connection, table, city_id, batch)
        bulk.append_frame(connection, table, rows)
        written, deleted = changes[table.name]
        changes[table.name] = (written + len(rows), deleted + gone)

    with working_behind(connection) as behind:
        for batch, facts in _facts(behind, list(tables), city_id, days, hand):
            for family, table in ((family, table) for family, chosen in tables.items() for table in chosen):
                behind.do(replace, table, grain_rows(facts, table, family).assign(city_id=city_id), batch)
    for name, (written, _) in changes.items():
        if written > _ANALYZE_ROWS and connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ANALYZE {name}")
    return changes


def _facts(
    behind: Behind, families: Sequence[str], city_id: int, days: Sequence[date], hand: Hand | None
) -> Iterator[tuple[Sequence[date], Facts]]:
    """The facts of the days in batches: of all at once where they are in hand."""
    if hand is not None:
        yield days, facts_in_hand(behind.connection, families, hand)
        return
    batches = _batches(days)
    batch = next(batches)
    while batch:
        facts = read_facts(behind.connection, families, city_id, batch)
        yield batch, facts
        batch = batches.send(facts.size)


def _batches(days: Sequence[date]) -> Generator[Sequence[date], int, None]:
    """Slices of days, wider while they have few facts, narrower where many; `send` tells the facts of the last one."""
    size, start = _FIRST_BATCH_DAYS, 0
    while start < len(days):
        facts = yield days[start : start + size]
        start += size
        if facts < _FEW_FACTS:
            size = min(size * 4, _MAX_BATCH_DAYS)
        elif facts > _MANY_FACTS:
            size = max(size * _MANY_FACTS // facts, 1)
    while True:
        yield ()


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
