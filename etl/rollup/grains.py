"""A grain from the facts of its family: sums by key, log buckets packed into one value per key."""

from __future__ import annotations

from math import prod
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Table

from etl.rollup.facts import Facts, Ranks
from etl.sketch import Whole, pack
from etl.tables.rollups import SHAPES, SKETCH

_DENSE: Final = 10
"""Up to so many possible keys a fact they are ticked off in a list, beyond they are sorted: that takes longer."""


def grain_rows(facts: Facts, table: Table, family: str) -> pd.DataFrame:
    """The rows of a grain's table without the city, in the order of its key: the index then grows at its end."""
    shape, marks = SHAPES[family], facts.marks[family]
    counted = None if marks.min(initial=0) >= 0 else np.flatnonzero(marks >= 0)
    keys = [name for name in table.primary_key.columns.keys() if name != "city_id"]  # noqa: SIM118 - not a dict
    ranks = {name: _taken(facts.keys[name], counted) for name in keys}
    measures = {name: _of(column, counted) for name, column in facts.measures[family].items()}
    if shape.is_sketch:
        return _sketched(ranks, _of(marks, counted), measures)
    made, places = _numbered(ranks)
    zeros = np.zeros(len(made), np.int64)
    sums = {name: _sum_by(places, measures[name], len(made)) if name in measures else zeros for name in shape.measures}
    return made.assign(**sums)


def _of(column: Whole, counted: Whole | None) -> Whole:
    return column if counted is None else column[counted]


def _taken(key: Ranks, counted: Whole | None) -> Ranks:
    return key[0], _of(key[1], counted)


def _sketched(keys: dict[str, Ranks], buckets: Whole, measures: dict[str, Whole]) -> pd.DataFrame:
    """One row per combination of `keys` with each measure's sum and its buckets packed."""
    width = np.arange(buckets.max(initial=0) + 1)
    cells, places = _numbered({**keys, "bucket": (width, buckets)})
    names = list(keys)
    is_first = (cells[names] != cells[names].shift()).any(axis=1).to_numpy()
    groups = np.cumsum(is_first) - 1
    made = cells.loc[is_first, names].reset_index(drop=True)
    for name, column in measures.items():
        counts = _sum_by(places, column, len(cells))
        made[name] = _sum_by(groups, counts, len(made))
        made[name + SKETCH] = pack(groups, cells["bucket"].to_numpy(np.int64), counts, len(made))
    return made


def _numbered(keys: dict[str, Ranks]) -> tuple[pd.DataFrame, Whole]:
    """The combinations of `keys` that occur, in order, and the place of each row's combination among them."""
    place: Whole = np.zeros(len(next(iter(keys.values()))[1]), dtype=np.int64)
    for values, ranks in keys.values():  # all of them as one number: NumPy sorts that fastest
        place = place * max(len(values), 1) + ranks
    held, places = _counted(place, prod(max(len(values), 1) for values, _ in keys.values()))
    cells = {}
    for name, (values, _) in reversed(keys.items()):
        held, rank = np.divmod(held, max(len(values), 1))
        cells[name] = values[rank]
    return pd.DataFrame({name: cells[name] for name in keys}), places


def _counted(numbers: Whole, width: int) -> tuple[Whole, Whole]:
    """The numbers below `width` that occur, in order, and the place of each among them."""
    if width > _DENSE * len(numbers):
        held, places = np.unique(numbers, return_inverse=True)
        return held, places
    occurs = np.zeros(width, dtype=bool)
    occurs[numbers] = True
    held = np.flatnonzero(occurs)
    places = np.empty(width, dtype=np.int32)
    places[held] = np.arange(len(held))
    return held, places[numbers]


def _sum_by(places: Whole, numbers: Whole, size: int) -> Whole:
    return np.bincount(places, weights=numbers, minlength=size).astype(np.int64)
