"""Which rows of a chunk are new, which say something else than the tables, and what the tables held before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, and_, func, or_, select

from etl import bulk
from etl.errors import LoadError
from etl.schema import request_event

_BEFORE = "_before_"
_KNOWN = "_is_known"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`changed` and `before` are aligned by position; `before` has the columns that were asked for."""

    new: pd.DataFrame
    changed: pd.DataFrame
    before: pd.DataFrame
    unchanged: int


def all_new(frame: pd.DataFrame) -> Comparison:
    """The comparison with tables that hold nothing of the source."""
    return Comparison(frame, frame.iloc[:0], pd.DataFrame(), 0)


def compare(connection: Connection, table: Table, frame: pd.DataFrame, wanted: Sequence[str]) -> Comparison:
    """Compare the rows with those of the same key; `wanted` names the columns of `before`.

    Raises `LoadError` where a row's key belongs to another row or another city.
    """
    keys = [column.name for column in table.primary_key]
    wanted = [*dict.fromkeys([*wanted, *(name for name in ("source_key", "city_id") if name in table.c)])]
    with bulk.staged(connection, table, frame) as stage:
        same_key = and_(*(table.c[key] == stage.c[key] for key in keys))
        is_known = table.c[keys[0]].is_not(None)
        statement = (
            select(
                *(stage.c[key] for key in keys),
                is_known.label(_KNOWN),
                *(table.c[name].label(_BEFORE + name) for name in wanted),
            )
            .select_from(stage.outerjoin(table, same_key))
            .where(or_(~is_known, bulk.differs(table, stage)))
        )
        found = bulk.read_frame(connection, statement)
    return _split(table, frame, found, keys, wanted)


def _split(
    table: Table, frame: pd.DataFrame, found: pd.DataFrame, keys: list[str], wanted: Sequence[str]
) -> Comparison:
    if found.empty:
        return Comparison(frame.iloc[:0], frame.iloc[:0], pd.DataFrame(columns=list(wanted)), len(frame))
    joined = frame.merge(found, on=keys, how="inner")
    known = joined[_KNOWN].astype(bool)
    changed = joined[known]
    before = pd.DataFrame({name: changed[_BEFORE + name] for name in wanted})
    _refuse_strangers(table, changed, before)
    names = list(frame.columns)
    return Comparison(joined.loc[~known, names], changed[names], before, len(frame) - len(found))


def _refuse_strangers(table: Table, rows: pd.DataFrame, before: pd.DataFrame) -> None:
    for name, cure in (
        ("source_key", "two keys of the source share an id: rename one of them"),
        ("city_id", "the same source key is held for another city: give the source a name of its own per city"),
    ):
        if name not in before.columns or name not in rows.columns:
            continue
        other = rows[name].to_numpy() != before[name].to_numpy()
        if other.any():
            first = rows.loc[other].iloc[0]
            raise LoadError(f"table {table.name}, row {first.get('source_key', first.iloc[0])!r}: {cure}")


def next_event_numbers(connection: Connection, request_ids: Any) -> pd.Series:
    """The first free `event_no` by `request_id`."""
    column = request_event.c.request_id
    with bulk.temporary_ids(connection, column, request_ids) as stage:
        statement = (
            select(column, (func.max(request_event.c.event_no) + 1).label("next_no"))
            .where(column.in_(select(stage.c.request_id)))
            .group_by(column)
        )
        found = bulk.read_frame(connection, statement)
    return found.set_index("request_id")["next_no"]
