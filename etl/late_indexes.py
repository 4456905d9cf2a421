"""Indexes of tables that a load fills from nothing are made after its rows.

Sorting all rows once costs a third of finding each row's place in every index, and the more rows the less of it. Keys
of facts stay: nothing is written twice. All is part of the load's transaction, so an interrupted load leaves the
indexes too.
Cost: on PostgreSQL who asks for the table meanwhile, empty as it is, waits until the load is done.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Table, exists, func, select, text
from sqlalchemy.exc import OperationalError

from etl.locks import hold_derived

_ON_POSTGRESQL: Final = text(
    "SELECT name.relname, pg_get_indexdef(held.indexrelid) FROM pg_index held"
    " JOIN pg_class name ON name.oid = held.indexrelid"
    " WHERE held.indrelid = CAST(:table AS regclass) AND NOT held.indisunique ORDER BY 1"
)
_ON_SQLITE: Final = text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"
    " AND sql NOT LIKE 'CREATE UNIQUE%' ORDER BY 1"
)
_KEY: Final = text(
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = CAST(:table AS regclass)"
    " AND contype = 'p'"
)


class LateIndexes:
    """The indexes that one load has set aside.

    `with_keys`: on PostgreSQL the primary keys, too, of tables that nobody has ever written to: for rows that are known
    to be one of a key.
    """

    def __init__(self, city_id: int, *, with_keys: bool = False) -> None:
        """None yet."""
        self._city_id, self._with_keys = city_id, with_keys
        self._seen: set[str] = set()
        self._definitions: list[str] = []

    def set_aside(self, connection: Connection, table: Table) -> None:
        """Drop the indexes of `table` if it is empty and nobody else is at it; asked once of every table."""
        if table.name in self._seen:
            return
        self._seen.add(table.name)
        is_postgresql = connection.dialect.name == "postgresql"
        if self._with_keys and is_postgresql and _was_written(connection, table):
            return
        if _has_rows(connection, table) or not self._is_ours(connection, table):
            return
        listed = _ON_POSTGRESQL if is_postgresql else _ON_SQLITE
        for name, definition in connection.execute(listed, {"table": table.name}).all():
            connection.exec_driver_sql(f'DROP INDEX "{name}"')
            self._definitions.append(definition)
        if self._with_keys and is_postgresql:
            for name, definition in connection.execute(_KEY, {"table": table.name}).all():
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{name}"')
                self._definitions.append(f'ALTER TABLE "{table.name}" ADD CONSTRAINT "{name}" {definition}')

    def restore(self, connection: Connection) -> None:
        """Make them again."""
        for definition in self._definitions:
            connection.exec_driver_sql(definition)
        self._definitions.clear()

    def _is_ours(self, connection: Connection, table: Table) -> bool:
        """Whether the table is locked for this load alone, and still empty; SQLite has one writer in any case.

        A load that waits for the table may hold the city's derived tables, which this one needs at its end: they are
        taken first. Nothing is waited for with a table locked, so that two loads cannot wait for each other.
        """
        if connection.dialect.name != "postgresql":
            return True
        if not self._definitions:
            hold_derived(connection, self._city_id)
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f'LOCK TABLE "{table.name}" IN ACCESS EXCLUSIVE MODE NOWAIT')
        except OperationalError:  # another load or a reader is at it: the indexes stay, and are kept row by row
            return False
        return not _has_rows(connection, table)


def _has_rows(connection: Connection, table: Table) -> bool:
    return bool(connection.scalar(select(exists(select(table.c[0])))))


def _was_written(connection: Connection, table: Table) -> bool:
    """Whether the table takes room: its rows may be deleted by now, and others read them until that is committed."""
    return bool(connection.scalar(select(func.pg_relation_size(table.name))))
