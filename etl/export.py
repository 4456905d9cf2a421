"""Tables to files, a slice of rows at a time: CSV to read anywhere, Parquet to go on working with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Table, select, tuple_

from etl import arrow, bulk
from etl.errors import EtlError
from etl.schema import city_table, metadata, request

PRIVATE = ("app_user", "audit_event")
"""Tables of accounts, which no export holds."""

FORMATS = ("csv", "parquet")
_SLICE_ROWS = 100_000


def tables(names: Sequence[str] = ()) -> list[Table]:
    """The tables to export: those named, else all but the private ones; raises `EtlError` for an unknown name."""
    known = {table.name: table for table in metadata.sorted_tables if table.name not in PRIVATE}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise EtlError(f"no table {', '.join(unknown)} to export; there are: {', '.join(sorted(known))}")
    return [known[name] for name in names] if names else list(known.values())


def export_table(
    connection: Connection,
    table: Table,
    folder: Path,
    *,
    city_id: int,
    file_format: str,
    advance: Callable[[int], None],
) -> tuple[Path, int]:
    """Write the city's rows of a table to `folder/<table>.<format>`; returns the file and its rows."""
    path = folder / f"{table.name}.{file_format}"
    write = _parquet if file_format == "parquet" else _csv
    rows = 0
    with path.open("wb") as handle:
        for count in write(handle, table, slices(connection, table, city_id)):
            rows += count
            advance(count)
    return path, rows


def slices(connection: Connection, table: Table, city_id: int) -> Iterator[pd.DataFrame]:
    """The city's rows in order of the key; at least one frame, so that an empty table gives a file with a header."""
    keys = list(table.primary_key)
    statement = select(table).order_by(*keys).limit(_SLICE_ROWS)
    if "city_id" in table.c:
        statement = statement.where(table.c.city_id == city_id)
    elif "request_id" in table.c:
        statement = statement.where(
            table.c.request_id.in_(select(request.c.request_id).where(request.c.city_id == city_id))
        )
    elif table is city_table:
        statement = statement.where(table.c.city_id == city_id)
    frame = bulk.read_frame(connection, statement)
    yield frame
    while len(frame) == _SLICE_ROWS:
        last = [_plain(frame[key.name].iloc[-1]) for key in keys]
        frame = bulk.read_frame(connection, statement.where(tuple_(*keys) > tuple_(*last)))
        if len(frame):
            yield frame


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime() if value.tzinfo else value.date()
    return value.item() if hasattr(value, "item") else value


def _parquet(handle: Any, table: Table, frames: Iterator[pd.DataFrame]) -> Iterator[int]:
    columns = list(table.c)
    schema = pa.schema([(column.name, arrow.arrow_type(column.type) or pa.string()) for column in columns])
    with pq.ParquetWriter(handle, schema) as writer:
        for frame in frames:
            writer.write_table(arrow.to_arrow(frame, columns))
            yield len(frame)


def _csv(handle: Any, table: Table, frames: Iterator[pd.DataFrame]) -> Iterator[int]:
    shapes = [column.name for column in table.c if arrow.is_geometry(column)]
    for number, frame in enumerate(frames):
        readable = frame.assign(**{name: frame[name].map(_hex) for name in shapes})
        readable.to_csv(handle, index=False, header=number == 0, encoding="utf-8", date_format=None)
        yield len(frame)


def _hex(value: bytes | None) -> str | None:
    return value.hex() if isinstance(value, bytes) else None
