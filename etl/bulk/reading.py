"""Reading column-wise: from PostgreSQL by COPY to CSV into Arrow, or as one array a column; from SQLite as it comes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Column, Connection, Integer, Select, cast, func, select
from sqlalchemy.sql.selectable import CompoundSelect

from etl import arrow
from etl.bulk.driver import psycopg_cursor

_LOWEST: Final = -(2**63)
_ARRAY_HEAD: Final = 20
"""Bytes before the first item of a PostgreSQL array in binary: dimensions, nulls, type, length, first index."""
_ITEM: Final = np.dtype([("size", ">i4"), ("value", ">i4")])


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
            spelled = made.column(name).to_pylist()  # a geometry is spelled in hex, bytes with \\x before
            plain = [None if hexed is None else bytes.fromhex(hexed.removeprefix("\\x")) for hexed in spelled]
            made = made.set_column(position, name, pa.array(plain, kind))
    return made


def _wire_type(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_binary(kind) else kind
