"""Roll-ups held in the process: read again beside the questions when they have changed, which the database answers."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import Table, select
from sqlalchemy.exc import SQLAlchemyError

from dashboard.queries.columns import Columns, Whole
from dashboard.queries.plan import Built, built
from dashboard.queries.reader import READ_S, Reader
from etl.bulk import read_numbers, read_tuples
from etl.db import patient
from etl.rollup.sql import day_number
from etl.sketch import PAIR
from etl.tables.rollups import ROLLUPS, SHAPES, SKETCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_log = logging.getLogger(__name__)
_BYTES: Final = 4
_BUCKETS: Final = 60
"""Buckets that a sketch has at most in the mean: what its size is told by before it is read."""


@dataclass(slots=True, eq=False)
class Held:
    """The roll-ups of one city in at most `budget` bytes, the smallest first."""

    budget: int
    _tables: dict[str, tuple[Built, Columns]] = field(default_factory=dict)
    _reading: threading.Lock = field(default_factory=threading.Lock)
    _tried: Mapping[str, Built] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(columns.size for _, columns in self._tables.values())

    def columns(self, read: Reader, table: Table, state: Built | None) -> Columns | None:
        """The roll-up as it is built now; None, and it is read beside, where it is not held so."""
        held = self._tables.get(table.name)
        if held is not None and held[0] == state:
            return held[1]
        self._read_beside(read)
        return None

    def fill(self, read: Reader) -> None:
        """Read what has changed; returns when all is held that fits."""
        with self._reading:
            now, fitting, left = built(read), set[str](), self.budget
            for family, table in sorted(_tables(now), key=lambda one: _estimate(one[0], one[1], now)):
                if _estimate(family, table, now) > left:
                    break
                left -= self._kept(read, family, table, now[table.name])
                fitting.add(table.name)
            for name in self._tables.keys() - fitting:
                del self._tables[name]

    def _kept(self, read: Reader, family: str, table: Table, state: Built) -> int:
        """Read the table if it has changed; the bytes it takes."""
        held = self._tables.get(table.name)
        if held is None or held[0] != state:
            made = _read(read, family, table)
            if built(read).get(table.name) != state:  # a load ended meanwhile: the next question asks again
                return made.size
            held = self._tables[table.name] = (state, made)
        return held[1].size

    def _read_beside(self, read: Reader) -> None:
        """Read in a thread of its own what has changed, once per state of the roll-ups."""
        now: dict[str, Built] = read.remember("roll-ups", lambda: built(read))
        if self._tried == now or self._reading.locked():
            return
        self._tried = now  # what does not fit is not tried at every question
        own = replace(read, session=None)  # a session is its question's own and ends with it
        threading.Thread(target=self._try, args=(own,), name="roll-ups", daemon=True).start()

    def _try(self, read: Reader) -> None:
        try:
            self.fill(read)
        except SQLAlchemyError as error:
            self._tried = {}
            _log.warning("roll-ups are asked of the database, reading them failed: %s", error.__class__.__name__)


def _tables(now: dict[str, Built]) -> Iterator[tuple[str, Table]]:
    for family, grains in ROLLUPS.items():
        yield from ((family, table) for table in grains.values() if table.name in now)


def _estimate(family: str, table: Table, now: dict[str, Built]) -> int:
    n_rows = now[table.name].n_rows
    return _BYTES * len(table.columns) * n_rows * (_BUCKETS if SHAPES[family].is_sketch else 1)


def _read(read: Reader, family: str, table: Table) -> Columns:
    shape = SHAPES[family]
    dimensions = [column.name for column in table.primary_key if column.name not in ("city_id", "day_on")]
    told = [day_number(table.c.day_on).label("day_on"), *(table.c[name] for name in dimensions)]
    measures = list(shape.measures)
    of_city = table.c.city_id == read.city_id
    with read.connect() as connection, patient(connection, READ_S):
        if not shape.is_sketch:
            numbers = read_numbers(connection, select(*told, *(table.c[name] for name in measures)).where(of_city))
            return Columns.of(numbers, dimensions, measures)
        packed = (table.c[name + SKETCH] for name in measures)
        rows = read_tuples(connection, select(*told, *packed).where(of_city))
    names = ["day_on", *dimensions]
    return Columns.of(_unpacked(rows, names, measures), [*dimensions, "bucket"], measures)


def _unpacked(rows: Sequence[tuple[Any, ...]], names: Sequence[str], measures: Sequence[str]) -> dict[str, Whole]:
    """Rows of numbers and packed sketches as one row per bucket and measure; the other measures count nothing there."""
    keys = {name: np.array([row[place] for row in rows], dtype=np.int64) for place, name in enumerate(names)}
    parts: list[dict[str, Whole]] = []
    for place, measure in enumerate(measures, start=len(names)):
        sketches = [row[place] for row in rows]
        pairs = np.frombuffer(b"".join(sketches), dtype=PAIR)
        sizes = np.fromiter((len(one) for one in sketches), dtype=np.int64, count=len(sketches)) // PAIR.itemsize
        counts = {other: np.zeros(len(pairs), dtype=np.int64) for other in measures}
        counts[measure] = pairs["n"].astype(np.int64)
        repeated = {name: np.repeat(column, sizes) for name, column in keys.items()}
        parts.append({**repeated, "bucket": pairs["bucket"].astype(np.int64), **counts})
    return {name: np.concatenate([part[name] for part in parts]) for name in (*names, "bucket", *measures)}
