"""Changing rows in bulk by way of a staged frame: one statement says what is new, changed or as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from etl import arrow
from etl.bulk.appending import append_frame, columns_of
from etl.errors import LoadError

NOT_COMPARED: Final = ("load_id",)
"""Columns that say when a row was written, not what it says."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows that were handed to an upsert."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged)


@contextmanager
def staged(connection: Connection, table: Table, frame: pd.DataFrame) -> Iterator[Table]:
    """The frame as a temporary table with the columns it has, gone when the block ends."""
    columns = columns_of(table, frame)
    stage = Table(
        f"stage_{table.name}",
        MetaData(),
        *(Column(column.name, column.type, nullable=True) for column in columns),
        prefixes=["TEMPORARY"],
    )
    stage.drop(connection, checkfirst=True)
    stage.create(connection)
    append_frame(connection, stage, frame)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f'ANALYZE "{stage.name}"')
    yield stage
    stage.drop(connection)  # not after an error: the transaction is lost, and the temporary table with it


def upsert_frame(connection: Connection, table: Table, frame: pd.DataFrame, *, keep: Sequence[str] = ()) -> Counts:
    """Insert new rows, update those that say something else, leave the rest; keyed by the table's primary key.

    Columns that the frame lacks, and those in `keep`, keep what they hold in rows already there; `load_id` is
    rewritten with a changed row but no reason for a change. Raises `LoadError` where a key comes twice.
    """
    if frame.empty:
        return Counts()
    keys = [column.name for column in table.primary_key]
    _refuse_doubles(table, frame, keys)
    with staged(connection, table, frame) as stage:
        known = connection.scalar(select(func.count()).select_from(stage.join(table, same_key(table, stage)))) or 0
        statement = _upsert(connection, table, stage, keep)
        touched = connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    inserted = len(frame) - known
    return Counts(inserted, touched - inserted, len(frame) - touched)


def same_key(table: Table, stage: Table) -> ColumnElement[bool]:
    """The condition that a staged row has the key of a row."""
    return and_(*(table.c[column.name] == stage.c[column.name] for column in table.primary_key))


def _upsert(connection: Connection, table: Table, stage: Table, keep: Sequence[str]) -> Any:
    keys = [column.name for column in table.primary_key]
    defaults = {
        column.name: literal(arrow.scalar_default(column), column.type).label(column.name)
        for column in table.c
        if column.name not in stage.c and arrow.scalar_default(column) is not None
    }
    source = select(*stage.c, *defaults.values()).where(true()).order_by(*(stage.c[key] for key in keys))
    into = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = into(table).from_select([*stage.c.keys(), *defaults], source)
    changing = [name for name in stage.c.keys() if name not in keys and name not in keep]  # noqa: SIM118 - not a dict
    compared = [name for name in changing if name not in NOT_COMPARED]
    if not compared:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: statement.excluded[name] for name in changing},
        where=or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in compared)),
    )


def add_numbers(connection: Connection, table: Table, stage: Table) -> None:
    """Add staged numbers to those of the row of their key, or insert them."""
    keys = [column.name for column in table.primary_key]
    source = select(*stage.c).where(true()).order_by(*(stage.c[key] for key in keys))
    into = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = into(table).from_select(stage.c.keys(), source)
    numbers = [name for name in stage.c.keys() if name not in keys]  # noqa: SIM118 - not a dict
    added = {name: table.c[name] + statement.excluded[name] for name in numbers}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=added))


def differs(table: Table, stage: Table, *, leave_out: Sequence[str] = ()) -> ColumnElement[bool]:
    """The condition that a staged row says something else than the row of its key."""
    skipped = {*leave_out, *NOT_COMPARED, *(column.name for column in table.primary_key)}
    return or_(*(table.c[name].is_distinct_from(stage.c[name]) for name in stage.c.keys() if name not in skipped))  # noqa: SIM118


def _refuse_doubles(table: Table, frame: pd.DataFrame, keys: list[str]) -> None:
    missing = [key for key in keys if key not in frame.columns]
    if missing:
        raise LoadError(f"rows for table {table.name} lack their key {', '.join(missing)}")
    doubled = frame.duplicated(keys)
    if doubled.any():
        examples = frame.loc[doubled, keys].head(3).to_dict("records")
        raise LoadError(f"rows for table {table.name} hold a key twice, e.g. {examples}: keep one of each")


def delete_rows(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    """Delete the rows for which `where` holds; returns how many."""
    return connection.execute(delete(table).where(where)).rowcount


def replace_rows(connection: Connection, table: Table, frame: pd.DataFrame, where: ColumnElement[bool]) -> int:
    """Delete the rows for which `where` holds, then append the frame; returns the rows appended."""
    delete_rows(connection, table, where)
    return append_frame(connection, table, frame)


@contextmanager
def temporary_ids(connection: Connection, column: Column[Any], ids: Any) -> Iterator[Table]:
    """A temporary table `stage_<table>` with the one column of `ids`, unique, to join with in place of a long list."""
    frame = pd.DataFrame({column.name: pd.unique(pd.Series(ids))})
    with staged(connection, column.table, frame) as stage:
        yield stage
