"""A grain from the stage of its family: sums by the database, log buckets packed into one value per row.

PostgreSQL packs them itself; SQLite has nothing to do it with, so its rows are read and packed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Select, Table, insert, select

from etl import bulk
from etl.rollup.branch import summed
from etl.rollup.sql import packed, weekday_of
from etl.sketch import Whole, pack
from etl.tables.rollups import SHAPES, SKETCH


def sum_up(connection: Connection, table: Table, stage: Table, family: str) -> int:
    """Add the stage's sums to the table of a grain, on PostgreSQL its sketches too; returns the rows written."""
    keys, measures = _keys(table), list(SHAPES[family].measures)
    if SHAPES[family].is_sketch:
        return _inserted(connection, table, _packed_sums(stage, keys, measures))
    # In the order of the key: the index then grows at its end, which is several times as fast.
    return _inserted(connection, table, _sums(stage, keys, measures).order_by(*keys))


def _inserted(connection: Connection, table: Table, rows: Select[Any]) -> int:
    statement = insert(table).from_select(rows.selected_columns.keys(), rows)
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _packed_sums(stage: Table, keys: list[str], measures: list[str]) -> Select[Any]:
    cells = _sums(stage, [*keys, "bucket"], measures).subquery("cells")
    kept = [cells.c.city_id, *(cells.c[name] for name in keys)]
    counted = [summed(cells.c[name]).label(name) for name in measures]
    sketches = [packed(cells.c.bucket, cells.c[name]).label(name + SKETCH) for name in measures]
    return select(*kept, *counted, *sketches).group_by(*kept).order_by(*kept)


def _keys(table: Table) -> list[str]:
    return [name for name in table.primary_key.columns.keys() if name != "city_id"]  # noqa: SIM118 - not a dict


def _sums(stage: Table, keys: list[str], measures: list[str]) -> Select[Any]:
    sources = {name: weekday_of(stage.c.day_on) if name == "weekday" else stage.c[name] for name in keys}
    grouped = [stage.c.city_id, *(sources[name] for name in keys)]
    columns = [stage.c.city_id, *(sources[name].label(name) for name in keys)]
    return select(*columns, *(summed(stage.c[name]).label(name) for name in measures)).group_by(*grouped)


def read_stage(connection: Connection, stage: Table) -> pd.DataFrame:
    """The stage of a sketched family, with the weekday of each row."""
    facts = bulk.read_frame(connection, select(*stage.c))
    return facts.assign(weekday=facts["day_on"].dt.day_of_week)


def pack_up(connection: Connection, table: Table, facts: pd.DataFrame, family: str) -> int:
    """Add the sketches of the stage's rows (`read_stage`) to the table of a grain; returns the rows written."""
    made = sketched(facts, ["city_id", *_keys(table)], list(SHAPES[family].measures))
    return bulk.append_frame(connection, table, made)


def sketched(facts: pd.DataFrame, keys: list[str], measures: Sequence[str]) -> pd.DataFrame:
    """One row per combination of `keys`, in their order, with each measure's sum and its buckets packed."""
    cells, places = _numbered(facts, [*keys, "bucket"])
    is_first = (cells[keys] != cells[keys].shift()).any(axis=1).to_numpy()
    groups = np.cumsum(is_first) - 1
    made = cells.loc[is_first, keys].reset_index(drop=True)
    buckets = cells["bucket"].to_numpy(np.int64)
    for name in measures:
        counts = _sum_by(places, facts[name], len(cells))
        made[name] = _sum_by(groups, counts, len(made))
        made[name + SKETCH] = pack(groups, buckets, counts, len(made))
    return made


def _numbered(facts: pd.DataFrame, keys: list[str]) -> tuple[pd.DataFrame, Whole]:
    """The combinations of `keys` that occur, in order, and the place of each row's combination among them."""
    place = np.zeros(len(facts), dtype=np.int64)
    values = {}
    for key in keys:  # each column as its rank, all of them as one number: NumPy sorts that fastest
        values[key], rank = np.unique(facts[key].to_numpy(), return_inverse=True)
        place = place * max(len(values[key]), 1) + rank
    held, places = np.unique(place, return_inverse=True)
    cells = {}
    for key in reversed(keys):
        held, rank = np.divmod(held, max(len(values[key]), 1))
        cells[key] = values[key][rank]
    return pd.DataFrame({key: cells[key] for key in keys}), places


def _sum_by(places: Whole, numbers: Any, size: int) -> Whole:
    return np.bincount(places, weights=numbers, minlength=size).astype(np.int64)
