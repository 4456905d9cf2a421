"""Appending column-wise: Arrow, pgpq and binary COPY into PostgreSQL, `executemany` into SQLite."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import pgpq
import pyarrow as pa
from pgpq import encoders
from pgpq import schema as pg_schema
from sqlalchemy import Column, Connection, Table

from etl import arrow
from etl.bulk.driver import psycopg_cursor
from etl.errors import LoadError

_BATCH_ROWS: Final = 100_000


def append_frame(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    """Insert the rows of `frame`, whose columns are (some of) the table's; the others get their default."""
    columns = columns_of(table, frame)
    for start in range(0, len(frame), _BATCH_ROWS):
        _write(connection, table, columns, frame.iloc[start : start + _BATCH_ROWS])
    return len(frame)


def columns_of(table: Table, frame: pd.DataFrame) -> list[Column[Any]]:
    """The columns of `table` that the frame has; raises `LoadError` where the frame has others."""
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
