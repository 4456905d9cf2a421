"""From raw chunks of a file to what the loader takes, by the file's map; the one place that knows all of the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd

from etl.errors import ColumnError
from etl.maps import ColumnMap
from etl.maps.types import REQUIRED
from etl.prepared import Prepared
from etl.transforms.contacts import contact_rows, daily_rows, followup_rows, ticket_rows
from etl.transforms.context import Context
from etl.transforms.raw import RawChunk, RawFile
from etl.transforms.requests import request_rows
from etl.transforms.territories import territory_rows
from etl.transforms.text import fold
from etl.transforms.work import Work

BUILDERS: Mapping[str, Callable[[Work, Context], pd.DataFrame]] = {
    "request": request_rows,
    "contact": contact_rows,
    "contact_daily": daily_rows,
    "queue_ticket": ticket_rows,
    "followup": followup_rows,
    "territory": territory_rows,
}


def prepared_chunks(file: RawFile, context: Context) -> Iterator[Prepared]:
    """The file's chunks, transformed; raises `ColumnError` where columns that the map needs are missing."""
    columns, key_columns = place_columns(context.map, file.header, where=file.name)
    strange = strange_columns(context.map, file.header)
    absent = absent_fields(context.map, columns)
    for chunk in file.chunks:
        work = Work(chunk, context.map, columns, key_columns, context.zone, context.hasher)
        rows = max(work.rows, 1)
        work.not_understood("column", dict.fromkeys(strange, rows))
        work.not_understood("column_missing", dict.fromkeys(absent, rows))
        yield _prepared(chunk, work, context)


def _prepared(chunk: RawChunk, work: Work, context: Context) -> Prepared:
    table = context.map.table
    frame = BUILDERS[table](work, context)
    kept = frame[work.good()].reset_index(drop=True)
    rejects = work.rejects()
    unmapped = pd.DataFrame(
        [(field, value, rows) for (field, value), rows in work.unmapped.items()], columns=["field", "value", "rows"]
    )
    reference = {name: pd.DataFrame(list(rows.values())) for name, rows in work.reference.items()}
    return Prepared(
        main=table,
        rows_read=work.rows + len(chunk.refused),
        frames={table: kept},
        reference=reference,
        rejects=rejects,
        unmapped=unmapped,
        repairs=dict(work.repairs),
    )


def place_columns(
    column_map: ColumnMap, header: Sequence[str], *, where: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The column of each field and the columns of the key; names are compared without case, accents and blanks."""
    by_name = {fold(name): name for name in reversed(header)}

    def first(names: Sequence[str]) -> str | None:
        return next((by_name[fold(name)] for name in names if fold(name) in by_name), None)

    columns = {field: column for field, names in column_map.fields.items() if (column := first(names)) is not None}
    keys = [first(names) for names in column_map.key]
    needed = [
        (field, column_map.fields[field])
        for field in REQUIRED[column_map.table]
        if field != "key" and field not in columns and field not in column_map.defaults
    ]
    needed += [("key", names) for names, found in zip(column_map.key, keys, strict=True) if found is None]
    if needed:
        missing = "; ".join(f"{field} ({' or '.join(names)})" for field, names in needed)
        raise ColumnError(
            f"{where}: columns are missing for {missing}. The file has {', '.join(header)}. "
            "Name the right ones in the map's [fields], or check that this is the file and separator meant "
            "(`python -m etl map FILE` proposes a map)"
        )
    return columns, tuple(name for name in keys if name is not None)


def strange_columns(column_map: ColumnMap, header: Sequence[str]) -> list[str]:
    """Columns of the file that the map neither uses nor names as left out."""
    known = {fold(name) for name in (*column_map.columns(), *column_map.ignore, *column_map.keep)}
    return [name for name in header if fold(name) not in known and not fold(name).startswith("linka_")]


def absent_fields(column_map: ColumnMap, columns: Mapping[str, str]) -> list[str]:
    """Fields that the map names a column for and the file lacks."""
    return [" or ".join(names) for field, names in column_map.fields.items() if field not in columns]
