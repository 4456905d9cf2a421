"""Directory rows that a publisher no longer lists: marked with the moment they went, kept, and back once he lists them.

Which rows a whole export had is kept by series (`listed_row`), because a source may come as several files. A series is
known again by its file's name without digits, else by the rows it shares. A file that lacks too much of its series is
taken for a part of it: nothing is withdrawn then, and the report says how to insist.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import pandas as pd
from sqlalchemy import Connection, and_, delete, select, update

from etl import bulk
from etl.errors import SourceError
from etl.schema import DIRECTORY_TABLES, listed_row, metadata

TABLES = frozenset(table.name for table in DIRECTORY_TABLES)
MOST_MISSING = 1 / 3
"""Of what a series listed may be missing in its next export; a file that lacks more is taken for a part."""

FEW = 5
"""So many rows of a table that only hangs on others (phones, hours) may always be missing."""

_KEY_TABLES = frozenset(("organization", "service", "location"))
_SAME = 0.5
"""Rows two exports share, of those that either has, to be taken for one series under two names."""

Ids = Mapping[str, set[str]]


class Scope(StrEnum):
    """What an export is of its source: `SERIES` all of what its series lists, `SOURCE` all there is, `PART` a part."""

    SERIES = "series"
    SOURCE = "source"
    PART = "part"


@dataclass(slots=True)
class Listing:
    """What a file lists, gathered while it loads; `name` is that of its series."""

    name: str
    scope: Scope
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, table: str, ids: Iterable[str]) -> None:
        """Note rows that the file has."""
        self.ids[table].update(ids)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Rows marked, by table, and why none were where a reader would expect some."""

    rows: Mapping[str, int]
    warnings: tuple[str, ...] = ()


def series_name(file: str) -> str:
    """The name of a file without what changes from export to export: its folder and its digits."""
    return re.sub(r"\d+", "", file.rsplit("/", 1)[-1].lower())


def scope_of(said: str | None, *, usual: Scope) -> Scope:
    """The scope that `--option whole=...` asks for; raises `SourceError` for another word than yes and no."""
    if said is None:
        return usual
    meant = {"yes": Scope.SOURCE, "no": Scope.PART}.get(said.lower())
    if meant is None:
        raise SourceError(f"--option whole={said}: write yes (what it lacks is gone) or no (a part of the directory)")
    return meant


def withdraw(
    connection: Connection, listing: Listing, *, city_id: int, source: str, load_id: int, now: datetime
) -> Withdrawn:
    """Mark what the series listed before and the file does not; remember what it lists now."""
    held = _held(connection, city_id, source)
    if listing.scope is Scope.SOURCE:
        held = {listing.name: _everything(connection, city_id, source, listing.ids)}
    name = _series(held, listing)
    before = held.pop(name, {})
    elsewhere = {(table, id_) for rows in held.values() for table, ids in rows.items() for id_ in ids}
    missing = {
        table: {id_ for id_ in before.get(table, set()) - ids if (table, id_) not in elsewhere}
        for table, ids in listing.ids.items()
    }
    lacking = _lacking(before, missing) if listing.scope is Scope.SERIES else ""
    if lacking or listing.scope is Scope.PART:
        _remember(connection, city_id, source, name, before, _joined(before, listing.ids))
        return Withdrawn({}, (lacking,) if lacking else ())
    rows = {table: _mark(connection, table, city_id, source, ids, load_id, now) for table, ids in missing.items()}
    if listing.scope is Scope.SOURCE:
        _forget(connection, city_id, source)
        before = {}
    _remember(connection, city_id, source, name, before, {**before, **listing.ids})
    return Withdrawn({table: count for table, count in rows.items() if count})


def _held(connection: Connection, city_id: int, source: str) -> dict[str, dict[str, set[str]]]:
    """Ids by series and table."""
    columns = (listed_row.c.series, listed_row.c.table_name, listed_row.c.id)
    where = and_(listed_row.c.city_id == city_id, listed_row.c.source == source)
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for series, table, id_ in bulk.read_frame(connection, select(*columns).where(where)).itertuples(index=False):
        found[series][table].add(id_)
    return dict(found)


def _everything(connection: Connection, city_id: int, source: str, ids: Ids) -> dict[str, set[str]]:
    """What the tables of the file hold of the source."""
    found = {}
    for name in ids:
        table = metadata.tables[name]
        where = and_(table.c.city_id == city_id, table.c.source == source, table.c.withdrawn_at.is_(None))
        found[name] = set(bulk.read_frame(connection, select(table.c.id).where(where))["id"])
    return found


def _series(held: Mapping[str, Ids], listing: Listing) -> str:
    """The series of that name, else the one that shares most rows with the file, else a new one."""
    if listing.name in held or listing.scope is Scope.PART:
        return listing.name
    shared = {name: _likeness(rows, listing.ids) for name, rows in held.items()}
    best = max(shared, key=lambda name: shared[name], default=None)
    return best if best is not None and shared[best] >= _SAME else listing.name


def _likeness(one: Ids, other: Ids) -> float:
    """Rows in both of those in either, of the tables that both have."""
    tables = set(one) & set(other) & _KEY_TABLES
    either = sum(len(one[table] | other[table]) for table in tables)
    return sum(len(one[table] & other[table]) for table in tables) / either if either else 0.0


def _lacking(before: Ids, missing: Ids) -> str:
    """What to tell of a file that lacks so much that it must be a part; nothing where it does not."""
    for table, ids in missing.items():
        had = len(before.get(table, ()))
        if len(ids) > had * MOST_MISSING and (table in _KEY_TABLES or len(ids) > FEW):
            return (
                f"{len(ids)} of {had} rows of {table} that the source listed before are not in this file: taken for a "
                "part of it, nothing is withdrawn; if they are gone, load it again with --option whole=yes"
            )
    return ""


def _joined(one: Ids, other: Ids) -> dict[str, set[str]]:
    return {table: set(one.get(table, ())) | set(other.get(table, ())) for table in {*one, *other}}


def _mark(
    connection: Connection, name: str, city_id: int, source: str, ids: set[str], load_id: int, now: datetime
) -> int:
    if not ids:
        return 0
    table = metadata.tables[name]
    with bulk.temporary_ids(connection, table.c.id, sorted(ids)) as stage:
        is_meant = and_(
            table.c.city_id == city_id, table.c.source == source, table.c.withdrawn_at.is_(None),
            table.c.id.in_(select(stage.c.id)),
        )  # fmt: skip
        return connection.execute(update(table).where(is_meant).values(withdrawn_at=now, load_id=load_id)).rowcount


def _forget(connection: Connection, city_id: int, source: str) -> None:
    connection.execute(delete(listed_row).where(listed_row.c.city_id == city_id, listed_row.c.source == source))


def _remember(connection: Connection, city_id: int, source: str, series: str, before: Ids, now: Ids) -> None:
    """Write what changed of the series' list."""
    fresh = [(table, id_) for table, ids in now.items() for id_ in ids - before.get(table, set())]
    if fresh:
        frame = pd.DataFrame(fresh, columns=["table_name", "id"])
        bulk.append_frame(
            connection, listed_row, frame.assign(city_id=city_id, source=source, series=series).sort_values("id")
        )
    for table, ids in before.items():
        gone = ids - now.get(table, set())
        if gone:
            with bulk.temporary_ids(connection, listed_row.c.id, sorted(gone)) as stage:
                is_meant = and_(
                    listed_row.c.city_id == city_id, listed_row.c.source == source, listed_row.c.series == series,
                    listed_row.c.table_name == table, listed_row.c.id.in_(select(stage.c.id)),
                )  # fmt: skip
                connection.execute(delete(listed_row).where(is_meant))


def counted(withdrawn: Withdrawn, tables: set[str]) -> int:
    """Rows withdrawn of the tables whose rows the load counts."""
    return sum(Counter(withdrawn.rows)[table] for table in tables)
