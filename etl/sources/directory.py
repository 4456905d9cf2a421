"""What all directory sources share: ids of rows, links between them, and frames that the loader takes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from etl.prepared import REJECT_COLUMNS, Prepared, empty_rejects, empty_unmapped
from etl.schema import metadata

Row = dict[str, Any]
_DEFAULTS: Mapping[str, Any] = {"is_protected": False}


def directory_id(source: str, source_key: str) -> str:
    """The id of a directory row: UUIDv5 of (source, source_key)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source}\x1f{source_key}"))


def stamped(source: str, source_key: str, **values: Any) -> Row:
    """A row with its id and where it comes from."""
    return {"id": directory_id(source, source_key), "source": source, "source_key": source_key, **values}


def frame_of(table: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as a frame of the table's columns that any of them has; a column of numbers stays one with gaps in it."""
    columns = metadata.tables[table].c
    names = [column.name for column in columns if any(column.name in row for row in rows)]
    made: dict[str, Any] = {}
    for name in names or ["id", "source", "source_key"]:
        values = [row.get(name, _DEFAULTS.get(name)) for row in rows]
        kind = columns[name].type.python_type
        made[name] = pd.array(values, dtype="boolean") if kind is bool else pd.Series(values, dtype=object)
    return pd.DataFrame(made)


def prepared(
    main: str,
    rows: Mapping[str, Sequence[Row]],
    *,
    rejects: Iterable[tuple[Any, ...]] = (),
    unmapped: Mapping[tuple[str, str], int] | None = None,
    repairs: Mapping[str, int] | None = None,
    refused_ids: Mapping[str, Sequence[str]] | None = None,
) -> Prepared:
    """A chunk whose counted table is `main`; `rejects` are tuples of `REJECT_COLUMNS`, `refused_ids` their ids."""
    refused = list(rejects)
    listed = [(field, value, count) for (field, value), count in (unmapped or {}).items()]
    frames = {table: frame_of(table, found) for table, found in rows.items() if found or table == main}
    return Prepared(
        main=main,
        rows_read=len(rows.get(main, ())) + len(refused),
        frames={main: frames[main], **frames} if main in frames else {main: frame_of(main, ()), **frames},
        rejects=pd.DataFrame(refused, columns=list(REJECT_COLUMNS), dtype=object) if refused else empty_rejects(),
        unmapped=pd.DataFrame(listed, columns=["field", "value", "rows"]) if listed else empty_unmapped(),
        repairs=dict(repairs or {}),
        refused_ids=dict(refused_ids or {}),
    )
