"""A grain from the stage of its family: sums by the database, log buckets packed into one value per row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Select, Table, insert, select

from etl import bulk
from etl.rollup.branch import summed
from etl.rollup.sql import weekday_of
from etl.sketch import pack
from etl.tables.rollups import SHAPES, SKETCH


def sum_up(connection: Connection, table: Table, stage: Table, family: str) -> int:
    """Add the stage's sums to the table of a grain; returns the rows written."""
    keys = [name for name in table.primary_key.columns.keys() if name != "city_id"]  # noqa: SIM118 - not a dict
    measures = list(SHAPES[family].measures)
    if SHAPES[family].is_sketch:
        counted = bulk.read_frame(connection, _sums(stage, [*keys, "bucket"], measures))
        return bulk.append_frame(connection, table, sketched(counted, ["city_id", *keys], measures))
    # In the order of the key: the index then grows at its end, which is several times as fast.
    statement = insert(table).from_select(["city_id", *keys, *measures], _sums(stage, keys, measures).order_by(*keys))
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _sums(stage: Table, keys: list[str], measures: list[str]) -> Select[Any]:
    sources = {name: weekday_of(stage.c.day_on) if name == "weekday" else stage.c[name] for name in keys}
    grouped = [stage.c.city_id, *(sources[name] for name in keys)]
    columns = [stage.c.city_id, *(sources[name].label(name) for name in keys)]
    return select(*columns, *(summed(stage.c[name]).label(name) for name in measures)).group_by(*grouped)


def sketched(counted: pd.DataFrame, keys: list[str], measures: list[str]) -> pd.DataFrame:
    """Rows by `keys` and `bucket` as one row per key, with each measure's sum and its packed buckets."""
    rows = counted.sort_values([*keys, "bucket"], ignore_index=True)
    is_first = (rows[keys] != rows[keys].shift()).any(axis=1).to_numpy()
    groups = np.cumsum(is_first) - 1
    made = rows.loc[is_first, keys].reset_index(drop=True)
    buckets = rows["bucket"].to_numpy(np.int64)
    for name in measures:
        counts = rows[name].to_numpy(np.int64)
        made[name] = np.bincount(groups, weights=counts, minlength=len(made)).astype(np.int64)
        made[name + SKETCH] = pack(groups, buckets, counts, len(made))
    return made
