"""Rows that a load has in hand, kept as numbers until its roll-ups are made: reading them back costs more than they do.

They serve where they are all that the city has: its first requests, contacts or tickets. Else the tables are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, Table
from sqlalchemy.sql import visitors

from etl import arrow
from etl.rollup.branch import Branch
from etl.rollup.evaluate import Value
from etl.rollup.families import FAMILIES
from etl.rollup.sizes import Sizes
from etl.schema import contact, contact_daily, followup, queue_ticket, request, sla_result
from etl.tables.rollups import SHAPES
from etl.touched import Touched

HELD_ROWS: Final = 1_000_000
"""So many rows of a table are kept (some 170 MB); a longer load reads its roll-ups' facts back, some days at a time."""

_JOINED: Final[Mapping[Table, Table]] = {sla_result: request}
"""Tables whose rows are kept beside those of another, one each."""
_MUST_BE_EMPTY: Final[Mapping[str, Table]] = {"contacts": contact_daily, "due": followup}
"""What a family counts besides, by its name, and rows of which are never in hand."""


def _needed(tables: Iterable[Table]) -> frozenset[Column[Any]]:
    found = {
        term
        for name in SHAPES
        for branch in FAMILIES[name].branches
        for expression in _expressions(branch, name)
        for term in visitors.iterate(expression)
        if isinstance(term, Column) and term.table in tables
    }
    return frozenset(found)


def _expressions(branch: Branch, family: str) -> Iterator[Any]:
    asked = {"bucket"}.union(*SHAPES[family].grains.values())
    yield from (branch.day_on, *branch.measures.values(), *branch.where)
    yield from (column for name, column in branch.dims.items() if name in asked)


NEEDED: Final = _needed((request, sla_result, contact, queue_ticket))
"""The columns that some roll-up counts or counts by."""


class Hand:
    """The rows of one load, by their table; those of `sla_result` beside their request."""

    def __init__(self) -> None:
        """Empty."""
        self._chunks: dict[Table, list[dict[Column[Any], _Held]]] = {}
        self._rows: Counter[Table] = Counter()

    def add(self, table: Table, *frames: tuple[Table, pd.DataFrame]) -> None:
        """Keep rows of `table` given as aligned frames of it and of the tables joined to it; others are let go."""
        if not any(column.table is table for column in NEEDED):
            return
        self._rows[table] += len(frames[0][1])
        chunks = self._chunks.setdefault(table, [])
        if self._rows[table] > HELD_ROWS:
            chunks.clear()
            return
        chunks.append({column: held for of, frame in frames for column, held in _kept(of, frame)})

    def chunks(self, table: Table) -> Iterator[dict[Column[Any], Value]]:
        """The rows of a table, or those that a joined table's stand beside, in the chunks they came in."""
        for chunk in self._chunks.get(_JOINED.get(table, table), ()):
            yield {column: held.value() for column, held in chunk.items()}

    def is_all(self, sizes: Sizes, family: str, touched: Touched) -> bool:
        """Whether the city's rows of the family, and of all that is read with it, are in hand as they are now."""
        lead = FAMILIES[family].branches[0].city_id.table
        table = _JOINED.get(lead, lead)
        held = self._rows[table]
        if not 0 < held <= HELD_ROWS or (table is request and len(touched.request_ids)):
            return False
        other = _MUST_BE_EMPTY.get(family)
        if other is not None and sizes.at_most(other, 1):
            return False
        return sizes.at_most(table, held + 1) == held


class _Held:
    """A column in little room: numbers, with words by their place in a list."""

    __slots__ = ("data", "null", "words")

    def __init__(self, data: npt.NDArray[Any], null: npt.NDArray[np.bool_], words: npt.NDArray[Any] | None) -> None:
        self.data, self.null, self.words = data, null, words

    def value(self) -> Value:
        return Value(self.data if self.words is None else self.words[self.data], self.null)


def _kept(table: Table, frame: pd.DataFrame) -> Iterator[tuple[Column[Any], _Held]]:
    """The needed columns of a table; one that the frame lacks holds its default, or NULL."""
    given = [column for column in table.c if column in NEEDED and column.name in frame.columns]
    made = arrow.to_arrow(frame, given)
    for column in (column for column in table.c if column in NEEDED):
        if column.name in frame.columns:
            yield column, _held(made.column(column.name))
        else:
            default = arrow.scalar_default(column)
            value = 0 if default is None else default
            yield column, _Held(np.full(len(frame), value), np.full(len(frame), default is None), None)


def _held(array: pa.ChunkedArray) -> _Held:
    null = array.is_null().to_numpy()
    if pa.types.is_string(array.type):
        coded = pc.fill_null(array, "").combine_chunks().dictionary_encode()
        words = np.asarray(coded.dictionary.to_pylist(), dtype=np.str_)
        return _Held(coded.indices.to_numpy().astype(np.int16), null, words)
    if pa.types.is_timestamp(array.type):
        data = array.cast(pa.int64()).fill_null(0).to_numpy() // 1_000_000
    elif pa.types.is_date(array.type):
        data = array.cast(pa.int32()).fill_null(0).to_numpy()
    else:
        data = array.fill_null(False if pa.types.is_boolean(array.type) else 0).to_numpy()
    return _Held(data, null, None)
