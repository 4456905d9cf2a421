"""Bulk reading and writing, column-wise on both engines: the way of every table of more than a handful of rows.

PostgreSQL is fed by Arrow, pgpq and binary COPY, and read by COPY to CSV into Arrow; SQLite by `executemany`.
All work on the caller's connection, hence in its transaction.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pgpq
import pyarrow as pa
import pyarrow.csv as pa_csv
from pgpq import encoders
from pgpq import schema as pg_schema
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.selectable import CompoundSelect

from etl import arrow
from etl.errors import LoadError

_BATCH_ROWS = 100_000
_LOWEST = -(2**63)
_ARRAY_HEAD = 20
"""Bytes before the first item of a PostgreSQL array in binary: dimensions, nulls, type, length, first index."""
_ITEM = np.dtype([("size", ">i4"), ("value", ">i4")])
NOT_COMPARED = ("load_id",)
"""Columns that say when a row was written, not what it says."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows that were handed to an upsert."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged)


# --- reading


def read_frame(connection: Connection, statement: Select[Any] | CompoundSelect[Any]) -> pd.DataFrame:
    """The rows of `statement`, typed by its columns.

    Instants are tz-aware UTC, days datetime64, columns that may be NULL Int32, Int64 or boolean, JSON parsed.
    """
    columns = list(statement.selected_columns)
    types = {column.name: _read_type(column) for column in columns}
    if connection.dialect.name == "postgresql":
        return arrow.to_frame(_copy_out(connection, statement, types), columns)
    rows = _cursor(connection, statement).fetchall()
    lists = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [_from_sqlite(values, kind) for values, kind in zip(lists, types.values(), strict=True)]
    return arrow.to_frame(pa.table([pa.chunked_array([array]) for array in arrays], names=list(types)), columns)


def _read_type(column: Any) -> pa.DataType | None:
    kind = arrow.arrow_type(column.type)
    is_expression = not isinstance(column, Column)
    return pa.int64() if kind is not None and is_expression and pa.types.is_integer(kind) else kind


def _cursor(connection: Connection, statement: Any) -> Any:
    return connection.execute(statement).cursor


def _from_sqlite(values: Sequence[Any], kind: pa.DataType | None) -> pa.Array:
    if kind is None:
        return pa.array(values)
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.string()).cast(pa.timestamp("us")).cast(kind)
    if pa.types.is_date(kind):
        return pa.array(values, pa.string()).cast(kind)
    if pa.types.is_boolean(kind):
        return pa.array(values, pa.int64()).cast(kind)
    return pa.array(values, kind, from_pandas=True)


def _copy_out(connection: Connection, statement: Any, types: dict[str, pa.DataType | None]) -> pa.Table:
    compiled = _compiled(connection, statement)
    command = f"COPY ({compiled}) TO STDOUT (FORMAT csv)"
    with psycopg_cursor(connection) as cursor, cursor.copy(command, _parameters(compiled)) as copy:
        text = b"".join(copy)
    return _parse_csv(text, types)


def read_numbers(connection: Connection, statement: Select[Any]) -> dict[str, npt.NDArray[np.int64]]:
    """The rows of `statement`, whose columns are whole numbers of 32 bits and never NULL: a column each, by its name.

    PostgreSQL sends every column as one array: psycopg takes a row of COPY at a time, which costs more than the query.
    """
    names = list(statement.selected_columns.keys())
    if connection.dialect.name == "postgresql":
        return dict(zip(names, _arrays(connection, statement, names), strict=True))
    columns = list(zip(*_cursor(connection, statement).fetchall(), strict=True)) or [()] * len(names)
    return {name: np.asarray(column, dtype=np.int64) for name, column in zip(names, columns, strict=True)}


def read_tuples(connection: Connection, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """The rows of `statement` as the driver gives them, from PostgreSQL in binary: as text, bytes are twice as long."""
    if connection.dialect.name != "postgresql":
        found: list[tuple[Any, ...]] = _cursor(connection, statement).fetchall()
        return found
    compiled = _compiled(connection, statement)
    with psycopg_cursor(connection) as cursor:
        return list(cursor.execute(str(compiled), _parameters(compiled), binary=True).fetchall())


def _arrays(connection: Connection, statement: Select[Any], names: list[str]) -> list[npt.NDArray[np.int64]]:
    rows = statement.subquery("numbers")
    arrays = select(*(func.array_agg(cast(rows.c[name], Integer)) for name in names))
    compiled = _compiled(connection, arrays)
    with psycopg_cursor(connection) as cursor:
        cursor.execute(str(compiled), _parameters(compiled), binary=True)
        found = [cursor.pgresult.get_value(0, place) for place in range(len(names))]
    return [_numbers(data) for data in found]


def _numbers(array: bytes | None) -> npt.NDArray[np.int64]:
    """A PostgreSQL array of integers in its binary form; None: of no rows."""
    if array is None:
        return np.empty(0, np.int64)
    if array[4:8] != bytes(4):
        raise TypeError("a column of numbers has NULL: give it a number with coalesce")
    return np.frombuffer(array, _ITEM, offset=_ARRAY_HEAD)["value"].astype(np.int64)


def _compiled(connection: Connection, statement: Any) -> Any:
    return statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})


def _parameters(compiled: Any) -> dict[str, Any]:
    processors = compiled._bind_processors  # noqa: SLF001 - what SQLAlchemy itself applies before it executes
    return {
        name: _literal(processors[name](value) if name in processors else value)
        for name, value in compiled.params.items()
    }


def _literal(value: Any) -> Any:
    """The value as COPY can spell it: the lowest bigint only in quotes, for `-x::bigint` casts before it negates."""
    return str(value) if isinstance(value, int) and value == _LOWEST else value


def _parse_csv(text: bytes, types: dict[str, pa.DataType | None]) -> pa.Table:
    names = list(types)
    wire = {name: _wire_type(kind) for name, kind in types.items() if kind is not None}
    if not text:
        return pa.table({name: pa.chunked_array([], kind or pa.string()) for name, kind in types.items()})
    made = pa_csv.read_csv(
        io.BytesIO(text),
        read_options=pa_csv.ReadOptions(column_names=names),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=wire, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            true_values=["t"], false_values=["f"],
        ),
    )  # fmt: skip
    for position, (name, kind) in enumerate(types.items()):
        if kind is not None and pa.types.is_binary(kind):
            shapes = [None if hexed is None else bytes.fromhex(hexed) for hexed in made.column(name).to_pylist()]
            made = made.set_column(position, name, pa.array(shapes, kind))
    return made


def _wire_type(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_binary(kind) else kind


@contextmanager
def psycopg_cursor(connection: Connection) -> Iterator[Any]:
    """A cursor of the driver, inside the connection's transaction (begun if there is none yet)."""
    if not connection.in_transaction():
        connection.begin()
    driver = connection.connection.driver_connection
    if driver is None:
        raise LoadError("the connection to the database is closed")
    with driver.cursor() as cursor:
        yield cursor


# --- appending


def append_frame(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    """Insert the rows of `frame`, whose columns are (some of) the table's; the others get their default."""
    columns = _columns(table, frame)
    for start in range(0, len(frame), _BATCH_ROWS):
        _write(connection, table, columns, frame.iloc[start : start + _BATCH_ROWS])
    return len(frame)


def _columns(table: Table, frame: pd.DataFrame) -> list[Column[Any]]:
    unknown = [str(name) for name in frame.columns if name not in table.c]
    if unknown:
        raise LoadError(f"table {table.name} has no column {', '.join(unknown)}: rename or drop it in the source's map")
    return [column for column in table.c if column.name in frame.columns]


def _write(connection: Connection, table: Table, columns: list[Column[Any]], frame: pd.DataFrame) -> None:
    made = arrow.to_arrow(frame, columns)
    absent = [column for column in table.c if column.name not in frame.columns]
    for column in absent:
        default = arrow.scalar_default(column)
        if default is not None:
            kind = arrow.arrow_type(column.type)
            made = made.append_column(column.name, pa.repeat(pa.scalar(default, kind), len(frame)))
            columns = [*columns, column]
    if connection.dialect.name == "postgresql":
        _copy_in(connection, table, columns, made)
    else:
        _execute_many(connection, table, columns, made)


def _copy_in(connection: Connection, table: Table, columns: list[Column[Any]], made: pa.Table) -> None:
    chosen: dict[str, Any] = {}
    for position, column in enumerate(columns):
        if arrow.is_geometry(column):
            shapes = arrow.to_ewkb(made.column(position), getattr(column.type, "kind", "GEOMETRY"))
            made = made.set_column(position, column.name, shapes)
        field = made.schema.field(position)
        chosen[column.name] = (
            encoders.StringEncoderBuilder.new_with_output(field, pg_schema.Jsonb())
            if arrow.is_json(column)
            else pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(field)
        )
    encoder = pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(made.schema, chosen)
    listed = ", ".join(f'"{column.name}"' for column in columns)
    with (
        psycopg_cursor(connection) as cursor,
        cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        copy.write(encoder.write_header())
        for batch in made.to_batches():
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())


def _execute_many(connection: Connection, table: Table, columns: list[Column[Any]], made: pa.Table) -> None:
    listed = ", ".join(f'"{column.name}"' for column in columns)
    marks = ", ".join("?" * len(columns))
    if not connection.in_transaction():
        connection.begin()
    cursor = connection.connection.cursor()
    key = [column.name for column in table.primary_key]
    if len(key) == 1 and key[0] in made.column_names:
        made = made.sort_by(key[0])  # a hash: SQLite keeps rows in its order, and finds the place of sorted ones sooner
    rows: Any = zip(*(_for_sqlite(array) for array in made.columns), strict=True)
    cursor.executemany(f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})', rows)  # noqa: S608 - names of our own tables
    cursor.close()


def _for_sqlite(array: pa.ChunkedArray) -> list[Any]:
    """Values as SQLAlchemy itself writes them on SQLite: instants naive UTC with six decimals, days ISO."""
    if pa.types.is_timestamp(array.type):
        return list(array.cast(pa.timestamp("us")).cast(pa.string()).to_pylist())
    if pa.types.is_date(array.type):
        return list(array.cast(pa.string()).to_pylist())
    return list(array.to_pylist())


# --- changing


@contextmanager
def staged(connection: Connection, table: Table, frame: pd.DataFrame) -> Iterator[Table]:
    """The frame as a temporary table with the columns it has, gone when the block ends."""
    columns = _columns(table, frame)
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
        return upsert_stage(connection, table, stage, len(frame), keep=keep)


def upsert_stage(connection: Connection, table: Table, stage: Table, rows: int, *, keep: Sequence[str] = ()) -> Counts:
    """The upsert of `upsert_frame` from a staged table of `rows` rows."""
    same_key = and_(*(table.c[column.name] == stage.c[column.name] for column in table.primary_key))
    known = connection.scalar(select(func.count()).select_from(stage.join(table, same_key))) or 0
    done = connection.execute(_upsert(connection, table, stage, keep), execution_options={"preserve_rowcount": True})
    touched = done.rowcount
    inserted = rows - known
    return Counts(inserted, touched - inserted, rows - touched)


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


def replace_keys(connection: Connection, table: Table, frame: pd.DataFrame, key_columns: Sequence[str]) -> int:
    """Delete every row that has one of the frame's keys, then append the frame; returns the rows appended."""
    if frame.empty:
        return 0
    with staged(connection, table, frame[list(key_columns)].drop_duplicates()) as stage:
        wanted = select(*stage.c)
        delete_rows(connection, table, tuple_(*(table.c[key] for key in key_columns)).in_(wanted))
    return append_frame(connection, table, frame)


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
