"""Rows that were refused: listed, exported to be mended, loaded again, or set aside; none is lost or counted twice."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, update

from etl import bulk
from etl.errors import SourceError
from etl.schema import load_reject

META = ("reject_id", "source", "file", "row_no", "field", "value", "reason", "cure")
PREFIX = "linka_"
"""Of the columns that an exported file has besides those of the row itself."""

ID_COLUMN = PREFIX + "reject_id"


def chosen(city_id: int, *, source: str | None = None, reason: str | None = None, status: str = "open") -> Select[Any]:
    """The rejects of a city, oldest first."""
    conditions: list[ColumnElement[bool]] = [load_reject.c.city_id == city_id, load_reject.c.status == status]
    if source:
        conditions.append(load_reject.c.source == source)
    if reason:
        conditions.append(load_reject.c.reason == reason)
    return select(load_reject).where(*conditions).order_by(load_reject.c.load_reject_id)


def summary(connection: Connection, city_id: int) -> pd.DataFrame:
    """Open rejects by `source`, `reason` and `cure` with `rows`, the most frequent first."""
    columns = (load_reject.c.source, load_reject.c.reason, load_reject.c.cure)
    count = func.count().label("rows")
    statement = (
        select(*columns, count)
        .where(load_reject.c.city_id == city_id, load_reject.c.status == "open")
        .group_by(*columns)
        .order_by(count.desc(), *columns)
    )
    return bulk.read_frame(connection, statement)


def as_file(rejects: pd.DataFrame) -> pd.DataFrame:
    """The rows as they came, each with what was wrong in columns that start with `linka_`."""
    meta = rejects.rename(columns={"load_reject_id": "reject_id"})[list(META)].add_prefix(PREFIX)
    rows = pd.DataFrame([raw if isinstance(raw, dict) else {} for raw in rejects["raw"]], index=rejects.index)
    return pd.concat([meta, rows], axis=1)


@dataclass(frozen=True, slots=True)
class Mended:
    """Mended rows of one source (and one table of a directory): `ids` of their rejects, `rows` the file's cells."""

    source: str
    table: str
    ids: tuple[int, ...]
    rows: pd.DataFrame


def read_mended(file: Path) -> pd.DataFrame:
    """The file that `rejects export` wrote, saved again by whatever program; raises `SourceError` for another one."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        found = re.search(f'{ID_COLUMN}"?([,;\t|])|[,;\t|]"?{ID_COLUMN}', text.partition("\n")[0])
        separator = (found[1] or found[0][0]) if found else ","
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=separator)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{file}: is not the CSV file that `rejects export` wrote ({error}); save it as CSV in UTF-8"
        ) from error
    missing = [name for name in (ID_COLUMN, PREFIX + "source") if name not in frame.columns]
    if missing:
        raise SourceError(f"{file}: no column {missing[0]}: mend a file that `python -m etl rejects export` wrote")
    wrong = frame.loc[~frame[ID_COLUMN].str.fullmatch(r"\d{1,18}"), ID_COLUMN]
    if len(wrong):
        raise SourceError(f"{file}, row {wrong.index[0] + 1}: {ID_COLUMN} {wrong.iloc[0]!r} is no number: leave it")
    return frame


def mended_rows(frame: pd.DataFrame) -> tuple[list[Mended], list[int]]:
    """The rows by source and table, and the ids of those that hold no cell of the source's own to mend."""
    own = [name for name in frame.columns if not str(name).startswith(PREFIX)]
    is_empty = (frame[own] == "").all(axis=1) if own else pd.Series(data=True, index=frame.index)
    filled = frame[~is_empty]
    is_directory = filled[PREFIX + "source"].str.match("hsds([:@]|$)")
    field_ = filled[PREFIX + "field"] if PREFIX + "field" in filled.columns else pd.Series("", index=filled.index)
    tables = field_.str.replace(r"\..*", "", regex=True).where(is_directory, "")
    parts = []
    for (source, table), rows in filled.groupby([filled[PREFIX + "source"], tables], sort=True):
        parts.append(Mended(str(source), str(table), tuple(map(int, rows[ID_COLUMN])), rows[own]))
    return parts, [int(value) for value in frame.loc[is_empty, ID_COLUMN]]


def own_cells(connection: Connection, city_id: int, part: Mended) -> pd.DataFrame:
    """The rows with the columns that their source's file had: an export of several sources holds those of all."""
    with bulk.temporary_ids(connection, load_reject.c.load_reject_id, list(part.ids)) as stage:
        is_meant = and_(load_reject.c.city_id == city_id, load_reject.c.load_reject_id.in_(select(stage)))
        raws = bulk.read_frame(connection, select(load_reject.c.raw).where(is_meant))["raw"]
    had = {name for raw in raws if isinstance(raw, dict) for name in raw}
    used = (part.rows != "").any()
    return part.rows[[name for name in part.rows.columns if name in had or used[name]]]


def set_status(connection: Connection, city_id: int, ids: Sequence[int], status: str) -> int:
    """Mark open rejects as mended or dismissed; returns how many there were."""
    if not len(ids):
        return 0
    with bulk.temporary_ids(connection, load_reject.c.load_reject_id, list(ids)) as stage:
        is_meant = and_(
            load_reject.c.city_id == city_id,
            load_reject.c.status == "open",
            load_reject.c.load_reject_id.in_(select(stage.c.load_reject_id)),
        )
        return connection.execute(update(load_reject).where(is_meant).values(status=status)).rowcount


def settle_earlier(connection: Connection, city_id: int, *, source: str, file: str, load_id: int) -> None:
    """After a file was loaded again: its earlier open rejects are dismissed where they came again, else mended."""
    same_file = and_(
        load_reject.c.city_id == city_id, load_reject.c.source == source, load_reject.c.file == file,
        load_reject.c.status == "open",
    )  # fmt: skip
    columns = (load_reject.c.load_reject_id, load_reject.c.load_id, *(load_reject.c[name] for name in _IDENTITY))
    found = bulk.read_frame(connection, select(*columns).where(same_file))
    is_new = found["load_id"] == load_id
    again = set(_identity(found[is_new]))
    earlier = found[~is_new]
    came_again = [identity in again for identity in _identity(earlier)]
    ids = earlier["load_reject_id"]
    set_status(connection, city_id, [int(i) for i, again_ in zip(ids, came_again, strict=True) if again_], "dismissed")
    set_status(connection, city_id, [int(i) for i, again_ in zip(ids, came_again, strict=True) if not again_], "mended")


_IDENTITY = ("row_no", "field", "value", "reason")


def _identity(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(rows[list(_IDENTITY)].astype(str).itertuples(index=False, name=None))
