"""Rows that a load has in hand, kept as numbers until its roll-ups are made: reading them back costs more than they do.

They serve where they are all that the city has: its first requests, contacts or tickets. Else the tables are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, Table
from sqlalchemy.sql import visitors

from etl import arrow
from etl.rollup.branch import Branch
from etl.rollup.families import FAMILIES
from etl.rollup.held import Held, on_disk
from etl.rollup.sizes import Sizes
from etl.schema import contact, contact_daily, followup, queue_ticket, request, sla_result
from etl.tables.rollups import SHAPES
from etl.touched import Touched

HELD_ROWS: Final = 1_000_000
"""So many rows of a table are kept in memory (some 170 MB); those of a longer load are kept on disk."""
SEGMENT_ROWS: Final = 250_000
"""Rows that are put on disk together."""

_Chunk = dict[Column[Any], Held]
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
        self._chunks: dict[Table, list[_Chunk]] = {}
        self._segments: dict[Table, list[_Chunk]] = {}
        self._rows: Counter[Table] = Counter()
        self._lost: set[Table] = set()

    def add(self, table: Table, *frames: tuple[Table, pd.DataFrame]) -> None:
        """Keep rows of `table` given as aligned frames of it and of the tables joined to it."""
        if table in self._lost or not any(column.table is table for column in NEEDED):
            return
        self._rows[table] += len(frames[0][1])
        chunks = self._chunks.setdefault(table, [])
        chunks.append({column: held for of, frame in frames for column, held in _kept(of, frame)})
        if self._rows[table] <= HELD_ROWS:
            return
        try:
            while waiting := _first(chunks, SEGMENT_ROWS):
                self._segments.setdefault(table, []).append(on_disk(waiting))
                del chunks[: len(waiting)]
        except OSError:  # no room on the disk: they are read back from the tables
            self._lost.add(table)
            self._chunks[table], self._segments[table] = [], []

    def chunks(self, table: Table) -> Iterator[Mapping[Column[Any], Held]]:
        """The rows of a table, or those that a joined table's stand beside, in the chunks they came in."""
        own = _JOINED.get(table, table)
        yield from self._segments.get(own, ())
        yield from self._chunks.get(own, ())

    def is_on_disk(self, table: Table) -> bool:
        """Whether so many rows of it came that they are kept on disk, and are to be taken some days at a time."""
        return bool(self._segments.get(_JOINED.get(table, table)))

    def is_all(self, sizes: Sizes, family: str, touched: Touched) -> bool:
        """Whether the city's rows of the family, and of all that is read with it, are in hand as they are now."""
        lead = FAMILIES[family].branches[0].city_id.table
        table = _JOINED.get(lead, lead)
        held = self._rows[table]
        if not held or table in self._lost or (table is request and len(touched.request_ids)):
            return False
        other = _MUST_BE_EMPTY.get(family)
        if other is not None and sizes.at_most(other, 1):
            return False
        return sizes.at_most(table, held + 1) == held


def _first(chunks: Sequence[_Chunk], size: int) -> Sequence[_Chunk]:
    """The first chunks that have `size` rows together; none where all have fewer."""
    rows = 0
    for place, chunk in enumerate(chunks):
        rows += len(next(iter(chunk.values())).null)
        if rows >= size:
            return chunks[: place + 1]
    return ()


def _kept(table: Table, frame: pd.DataFrame) -> Iterator[tuple[Column[Any], Held]]:
    """The needed columns of a table; one that the frame lacks holds its default, or NULL."""
    given = [column for column in table.c if column in NEEDED and column.name in frame.columns]
    made = arrow.to_arrow(frame, given)
    for column in (column for column in table.c if column in NEEDED):
        if column.name in frame.columns:
            yield column, _held(made.column(column.name))
        else:
            default = arrow.scalar_default(column)
            yield column, Held.filled(0 if default is None else default, default is None, len(frame))


def _held(array: pa.ChunkedArray) -> Held:
    null = array.is_null().to_numpy()
    if pa.types.is_string(array.type):
        coded = pc.fill_null(array, "").combine_chunks().dictionary_encode()
        words = np.asarray(coded.dictionary.to_pylist(), dtype=np.str_)
        return Held(coded.indices.to_numpy().astype(np.int16), null, words)
    if pa.types.is_timestamp(array.type):
        data = array.cast(pa.int64()).fill_null(0).to_numpy() // 1_000_000
    elif pa.types.is_date(array.type):
        data = array.cast(pa.int32()).fill_null(0).to_numpy()
    else:
        data = array.fill_null(False if pa.types.is_boolean(array.type) else 0).to_numpy()
    return Held(data, null, None)
