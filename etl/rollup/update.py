"""Keeping roll-ups current: the touched days of each family are counted anew, inside the load's transaction.

Facts are read once for all families that share them, some days at a time, or taken from the load's hand where that is
all there is; each grain is summed from them. A rebuild is the same for all days, hence the same tables.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType

import pandas as pd
from sqlalchemy import Connection, Table, delete, insert, select

from etl import bulk
from etl.behind import Behind, working_behind
from etl.ids import city_id_of
from etl.late_indexes import LateIndexes
from etl.locks import hold_derived
from etl.rollup.days import Days, all_days, days_of, touched_days
from etl.rollup.differences import BY_KEY, Differences, change_rows
from etl.rollup.facts import SHARED, Facts, days_in_hand, facts_in_hand, read_facts
from etl.rollup.families import FAMILIES
from etl.rollup.grains import grain_rows
from etl.rollup.hand import Hand
from etl.rollup.sizes import Sizes
from etl.rollup.state import expected_version, is_current
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
Sources = Mapping[tuple[str, ...], Hand | None]
"""By group of `SHARED`, what holds its facts; None: they are read."""
ByKey = Mapping[tuple[str, ...], Differences]
"""The groups whose roll-ups are changed by key."""


@dataclass(frozen=True, slots=True)
class _Count:
    """Days to count anew in the tables of families that share their facts; `is_empty`: they hold no row of them.

    With `differences` only what these tell is changed.
    """

    tables: Mapping[str, Sequence[Table]]
    days: Sequence[date]
    hand: Hand | None
    is_empty: bool
    differences: Differences | None = None


def update(
    connection: Connection,
    profile: CityProfile,
    *,
    touched: Touched,
    now: datetime,
    hand: Hand | None = None,
    differences: Differences | None = None,
) -> int:
    """Recount the touched days of every roll-up; all of them where they are not built yet. Returns the rows written.

    `hand` holds the load's rows, which need not be read where they are all that the city has. With `differences`, which
    are whole, the roll-ups of requests are changed by key, and `touched` need not tell the days of requests.
    """
    city_id = city_id_of(profile.slug)
    sizes = Sizes(connection, city_id)
    sources = {group: _in_hand(sizes, group, hand, touched) for group in SHARED}
    if is_current(connection, city_id):
        by_key = {} if differences is None else {group: differences for group in BY_KEY if sources[group] is None}
        others = [family for group in SHARED if group not in by_key for family in group]
        days = touched_days(connection, city_id, touched, others)
        return _recount(connection, city_id, days, sources, sizes, now=now, by_key=by_key)
    _clear_all(connection, city_id)
    unknown = [family for group, source in sources.items() if source is None for family in group]
    days = all_days(connection, city_id, unknown)
    return _recount(connection, city_id, days, sources, sizes, now=now, is_empty=True)


def rebuild(connection: Connection, profile: CityProfile, *, now: datetime | None = None) -> int:
    """Make every roll-up of the city anew; returns the rows written."""
    city_id = city_id_of(profile.slug)
    hold_derived(connection, city_id)
    _clear_all(connection, city_id)
    days, sizes = all_days(connection, city_id), Sizes(connection, city_id)
    return _recount(connection, city_id, days, {}, sizes, now=now or datetime.now(UTC), is_empty=True)


def _clear_all(connection: Connection, city_id: int) -> None:
    for grains in ROLLUPS.values():
        for table in grains.values():
            connection.execute(delete(table).where(table.c.city_id == city_id))
    connection.execute(delete(rollup_state).where(rollup_state.c.city_id == city_id))


def _in_hand(sizes: Sizes, group: tuple[str, ...], hand: Hand | None, touched: Touched) -> Hand | None:
    return hand if hand is not None and hand.is_all(sizes, group[0], touched) else None


def _recount(
    connection: Connection,
    city_id: int,
    days: Days,
    sources: Sources,
    sizes: Sizes,
    *,
    now: datetime,
    is_empty: bool = False,
    by_key: ByKey = MappingProxyType({}),
) -> int:
    counts = list(_planned(connection, city_id, days, sources, sizes, is_empty=is_empty, by_key=by_key))
    changes = {table.name: (0, 0) for one in counts for chosen in one.tables.values() for table in chosen}
    indexes = LateIndexes(city_id, with_keys=True)
    with working_behind(connection) as behind:  # the next families are summed while the last ones are written
        for one in counts:
            if one.differences is None:
                _families(behind, city_id, one, changes, indexes)
            else:
                _by_key(behind, city_id, one, one.differences, changes)
        behind.do(indexes.restore)
    for name, (written, _) in changes.items():
        if written > _ANALYZE_ROWS and connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ANALYZE {name}")
    _note(connection, city_id, changes, now)
    return sum(written for written, _ in changes.values())


def _planned(
    connection: Connection,
    city_id: int,
    days: Days,
    sources: Sources,
    sizes: Sizes,
    *,
    is_empty: bool,
    by_key: ByKey,
) -> Iterator[_Count]:
    """What there is to count; drops the rows of grains that the city has become too small for."""
    found = select(rollup_state.c.name, rollup_state.c.n_rows).where(rollup_state.c.city_id == city_id)
    held = {row.name: row.n_rows for row in connection.execute(found)}
    facts: dict[Table, int] = {}
    for family, grains in ROLLUPS.items():
        if any(branch.city_id.table is not _lead(family) for branch in FAMILIES[family].branches):
            continue  # its rows may be of other facts
        facts[_lead(family)] = max(facts.get(_lead(family), 0), *(held.get(table.name, 0) for table in grains.values()))
    for group in SHARED:
        chosen: dict[str, list[Table]] = {}
        for family in group:
            large = [table for grain, table in ROLLUPS[family].items() if grain in SHAPES[family].large]
            is_kept = bool(large) and _is_large(sizes, _lead(family), facts.get(_lead(family), 0))
            added = [table for table in large if is_kept and not is_empty and table.name not in held]
            left_out = added if is_kept else large
            chosen[family] = [table for table in ROLLUPS[family].values() if table not in left_out]
            if added:
                every = sorted(days_of(connection, city_id, family))
                yield _Count({family: added}, every, sources.get(group), is_empty=True)
            for table in large:
                if table.name in held and not is_kept:
                    connection.execute(delete(table).where(table.c.city_id == city_id))
        touched = set().union(*(days.get(family, set()) for family in group))
        yield _Count(chosen, sorted(touched), sources.get(group), is_empty=is_empty, differences=by_key.get(group))


def _is_large(sizes: Sizes, lead: Table, known: int) -> bool:
    """Whether the grains of large cities are kept: decided by the facts alone, so that a rebuild decides the same.

    There are at least as many facts as a roll-up of them has rows: where that is enough, they are not counted.
    """
    return known >= FINE_FROM or sizes.at_most(lead, FINE_FROM) == FINE_FROM


def _lead(family: str) -> Table:
    """The table whose rows a family counts, one by one."""
    lead: Table = FAMILIES[family].branches[0].city_id.table
    return lead


def _families(behind: Behind, city_id: int, count: _Count, changes: Changes, indexes: LateIndexes) -> None:
    """Count some days anew in the tables of families that share their facts."""

    def replace(connection: Connection, table: Table, rows: pd.DataFrame, batch: Sequence[date]) -> None:
        gone = 0
        if count.is_empty:
            indexes.set_aside(connection, table)
        else:
            gone = _clear(connection, table, city_id, batch)
        bulk.append_frame(connection, table, rows)
        written, deleted = changes[table.name]
        changes[table.name] = (written + len(rows), deleted + gone)

    for batch, facts in _facts(behind, city_id, count):
        for family, table in ((family, table) for family, chosen in count.tables.items() for table in chosen):
            behind.do(replace, table, grain_rows(facts, table, family).assign(city_id=city_id), batch)


def _by_key(behind: Behind, city_id: int, count: _Count, differences: Differences, changes: Changes) -> None:
    """Change what the touched requests count in the tables of families that share their facts."""

    def change(connection: Connection, table: Table, family: str) -> None:
        written, deleted = change_rows(connection, table, family, city_id, difference)
        changes[table.name] = (changes[table.name][0] + written, changes[table.name][1] + deleted)

    difference = differences.of(behind.connection, tuple(count.tables))
    for family, table in ((family, table) for family, chosen in count.tables.items() for table in chosen):
        behind.do(change, table, family)


def _facts(behind: Behind, city_id: int, count: _Count) -> Iterator[tuple[Sequence[date], Facts]]:
    """The facts of the days in batches: of all at once where they are in hand and in memory."""
    families, hand = list(count.tables), count.hand
    lead = _lead(families[0])
    if hand is not None and not hand.is_on_disk(lead):
        yield count.days, facts_in_hand(behind, families, hand)
        return
    batches = _batches(count.days if hand is None else days_in_hand(behind, families, hand))
    batch = next(batches)
    while batch:
        if hand is None:
            facts = read_facts(behind.connection, families, city_id, batch)
        else:
            facts = facts_in_hand(behind, families, hand, (batch[0], batch[-1]))
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
    columns = (rollup_state.c.name, rollup_state.c.n_rows, rollup_state.c.updated_at)
    found = connection.execute(select(*columns).where(rollup_state.c.city_id == city_id))
    held = {name: (n_rows, at) for name, n_rows, at in found}
    connection.execute(delete(rollup_state).where(rollup_state.c.city_id == city_id))
    rows = []
    for name, (written, deleted) in changes.items():
        n_rows, at = held.get(name, (0, now))
        is_changed = bool(written or deleted)  # servers hold roll-ups until this says that they changed
        rows.append({
            "city_id": city_id, "name": name, "version": version, "n_rows": n_rows + written - deleted,
            "updated_at": now if is_changed else at,
        })  # fmt: skip
    connection.execute(insert(rollup_state), rows)
