"""What a load changes of requests, by key: roll-ups gain what the touched requests count now, and lose what they did.

Counting their days anew would read every request of those days: a few thousand requests that were received, due or
closed on as many days as a year has would then cost as much as a rebuild. A request counts in a handful of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Integer, Table, and_, func, literal_column, or_, select, tuple_

from etl import bulk, sketch
from etl.behind import Behind
from etl.rollup.days import MANY_REQUESTS
from etl.rollup.facts import SHARED, Facts, Part, joined, read_facts, read_parts_of
from etl.rollup.grains import grain_rows
from etl.rollup.state import is_current
from etl.schema import load_run, request
from etl.seen import Ids, SeenIds
from etl.tables.rollups import SHAPES, SKETCH, rollup_state

BY_KEY: Final = tuple(group for group in SHARED if group[0] in ("created", "due", "closed", "followups"))
"""The groups of `SHARED` that count requests, or calls back about them."""
_SLICE: Final = 50_000

Written = tuple[int, int]
"""Rows written and deleted."""


class Differences:
    """The requests that a load touches, and what they counted before it."""

    def __init__(self, connection: Connection, city_id: int) -> None:
        """Of a load that begins; where roll-ups are not current, they are made anew and nothing is kept."""
        self._city_id = city_id
        self._state = _state(connection, city_id) if is_current(connection, city_id) else None
        self._seen, self._ids = SeenIds(), list[Ids]()
        self._before: dict[tuple[str, ...], list[Part]] = {group: [] for group in BY_KEY}
        self._count = 0

    def add_new(self, ids: Any) -> None:
        """Requests that the load is about to write for the first time."""
        self._add(ids)

    def add_changing(self, behind: Behind, ids: Any) -> None:
        """Requests that it is about to change, or to say something of: reads what they count so far."""
        fresh = self._add(ids)
        for start in range(0, len(fresh), _SLICE):
            connection = behind.connection
            with bulk.temporary_ids(connection, request.c.request_id, fresh[start : start + _SLICE]) as stage:
                for group, parts in self._before.items():
                    found = read_parts_of(connection, group, self._city_id, stage)
                    parts += [part.small() for part in found if part.size]

    def are_whole(self, connection: Connection) -> bool:
        """Whether they tell all that changes: there were not too many, and nobody else has changed roll-ups meanwhile.

        The caller holds the city's derived tables.
        """
        return self._state is not None and self._state == _state(connection, self._city_id)

    def of(self, connection: Connection, group: tuple[str, ...]) -> Difference:
        """What the requests counted and what they count."""
        after: list[Part] = []
        ids = np.concatenate(self._ids) if self._ids else np.empty(0, np.int64)
        for start in range(0, len(ids), _SLICE):
            with bulk.temporary_ids(connection, request.c.request_id, ids[start : start + _SLICE]) as stage:
                after += [part for part in read_parts_of(connection, group, self._city_id, stage) if part.size]
        before = self._before[group]
        every = [*(part.negative() for part in before), *after]
        return Difference(*(joined(parts, group) if parts else None for parts in (before, after, every)))

    def _add(self, ids: Any) -> Ids:
        """Those of the ids that were not met before."""
        if self._state is None or not len(ids):
            return np.empty(0, np.int64)
        wanted = np.unique(np.asarray(ids, dtype=np.int64))
        fresh = wanted[~self._seen.known(wanted)]
        self._count += len(fresh)
        if self._count > MANY_REQUESTS:  # the facts of so many are not kept: days are counted anew
            self._state, self._ids = None, []
            self._before = {group: [] for group in BY_KEY}
            return fresh[:0]
        self._seen.add(fresh)
        self._ids.append(fresh)
        return fresh


def _state(connection: Connection, city_id: int) -> tuple[Any, ...]:
    """Changes whenever somebody counts in the city's roll-ups."""
    columns = (rollup_state.c.name, rollup_state.c.version, rollup_state.c.n_rows, rollup_state.c.updated_at)
    held = connection.execute(select(*columns).where(rollup_state.c.city_id == city_id).order_by(rollup_state.c.name))
    done = select(func.count()).where(load_run.c.city_id == city_id, load_run.c.status == "done")
    return connection.scalar(done), *map(tuple, held)


@dataclass(frozen=True, slots=True)
class Difference:
    """What some requests counted, what they count, and the one less the other; None: nothing."""

    before: Facts | None
    after: Facts | None
    net: Facts | None


def change_rows(connection: Connection, table: Table, family: str, city_id: int, difference: Difference) -> Written:
    """Bring a grain's rows from what some requests counted to what they count.

    Rows that count nothing any more go. Where a row would count less than nothing, it was not in step with the facts:
    the days of those requests are counted anew then.
    """
    if difference.net is None:
        return 0, 0
    if SHAPES[family].is_sketch:
        written = _merge(connection, table, family, city_id, difference)
    else:
        written = _add(connection, table, family, city_id, difference.net)
    return _anew(connection, table, family, city_id, difference.net) if written is None else written


def _add(connection: Connection, table: Table, family: str, city_id: int, net_facts: Facts) -> Written | None:
    """Add up numbers in the tables; None where one of them would fall below zero."""
    keys, measures = _keys(table), list(SHAPES[family].measures)
    net = _rows(net_facts, table, family, city_id)
    net = net[(net[measures] != 0).any(axis=1)]
    if net.empty:
        return 0, 0
    with bulk.staged(connection, table, net) as stage:
        sums = [func.coalesce(table.c[name], literal_column("0", Integer)) + stage.c[name] for name in measures]
        is_below, is_idle = or_(*(number < 0 for number in sums)), and_(*(number == 0 for number in sums))
        counted = select(
            func.count(table.c[keys[0]]), func.count().filter(is_below), func.count().filter(is_idle)
        ).select_from(stage.outerjoin(table, bulk.same_key(table, stage)))
        known, below, idle = connection.execute(counted).one()
        if below:
            return None
        bulk.add_numbers(connection, table, stage)
        if idle:
            bulk.delete_rows(
                connection, table, and_(_is_staged(table, stage), *(table.c[name] == 0 for name in measures))
            )
    return len(net), known + idle


def _merge(connection: Connection, table: Table, family: str, city_id: int, difference: Difference) -> Written | None:
    """Merge sketches with those of the table; None where one of them would fall below zero."""
    keys, measures = _keys(table), list(SHAPES[family].measures)
    columns = [*(table.c[name] for name in keys), *(table.c[name + SKETCH] for name in measures)]
    names = [column.name for column in columns]
    parts = []
    for facts, sign in ((difference.after, 1), (difference.before, -1)):
        rows = pd.DataFrame() if facts is None else _rows(facts, table, family, city_id)
        if len(rows):  # of facts that the family does not count, there are no sketches either
            parts.append(rows[names].assign(sign=sign))
    if not parts:
        return 0, 0
    moved = pd.concat(parts).drop_duplicates(names, keep=False)
    if moved.empty:
        return 0, 0
    with bulk.staged(connection, table, moved[keys].drop_duplicates()) as stage:
        held = bulk.read_frame(connection, select(*columns).select_from(stage.join(table, bulk.same_key(table, stage))))
        rows = pd.concat([held.assign(sign=1), moved], ignore_index=True) if len(held) else moved
        signs = rows["sign"].to_numpy(np.int64)
        groups = np.asarray(rows.groupby(keys).ngroup(), dtype=np.int64)
        made = rows[keys].assign(group=groups).drop_duplicates("group").sort_values("group")[keys]
        for name in measures:
            packed = sketch.add(rows[name + SKETCH].to_list(), groups, signs, len(made))
            if packed is None:
                return None
            made[name], made[name + SKETCH] = packed
        deleted = bulk.delete_rows(connection, table, _is_staged(table, stage))
    made = made[(made[measures] > 0).any(axis=1)]
    return bulk.append_frame(connection, table, made), deleted


def _anew(connection: Connection, table: Table, family: str, city_id: int, facts: Facts) -> Written:
    """Count every day of the facts anew."""
    days = facts.keys["day_on"][0].tolist()
    rows = grain_rows(read_facts(connection, [family], city_id, days), table, family).assign(city_id=city_id)
    is_one = and_(table.c.city_id == city_id, table.c.day_on.in_(days))
    deleted = bulk.delete_rows(connection, table, is_one)
    return bulk.append_frame(connection, table, rows), deleted


def _rows(facts: Facts, table: Table, family: str, city_id: int) -> pd.DataFrame:
    return grain_rows(facts, table, family).assign(city_id=city_id)


def _is_staged(table: Table, stage: Table) -> Any:
    names = _keys(table)
    return tuple_(*(table.c[name] for name in names)).in_(select(*(stage.c[name] for name in names)))


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]
