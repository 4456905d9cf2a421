"""Facts read once for all families that count the same rows, as numbers that grains are summed from.

Reading them is what a roll-up costs most; the sums of every grain are then a matter of NumPy (`etl.rollup.grains`).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import (
    Case,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
)

from etl import bulk
from etl.behind import Behind
from etl.rollup.branch import Branch
from etl.rollup.evaluate import Columns, Evaluator, Value
from etl.rollup.families import FAMILIES
from etl.rollup.hand import Hand
from etl.rollup.held import Taken
from etl.rollup.sql import day_number
from etl.schema import contact, line, request
from etl.sketch import Whole
from etl.tables.rollups import SHAPES

SHARED: Final[tuple[tuple[str, ...], ...]] = (
    ("contacts", "waits"),
    ("created", "durations", "work_durations"),
    ("due", "lateness"),
    ("closed",),
    ("followups",),
    ("tickets", "ticket_waits", "ticket_services"),
)
"""Families that are read together: the same facts by the same day, with the joins of the first one."""

_EPOCH: Final = date(1970, 1, 1)
_FIRST_WEEKDAY: Final = 3
"""1 January 1970 was a Thursday."""
_OUT: Final = -1
"""The mark of a fact that a family does not count; of one that it does, its bucket (0 without sketches)."""

Ranks = tuple[npt.NDArray[Any], Whole]
"""The values a column has, in order, and of each row which of them it has."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of facts: keys by name (day and dimensions); by family the mark of each row, and measures by name.

    A measure that none of the rows can have is left out.
    """

    size: int
    keys: Mapping[str, Ranks]
    marks: Mapping[str, Whole]
    measures: Mapping[str, Mapping[str, Whole]]


class _Columns:
    """Columns of a SELECT, each of them once."""

    def __init__(self) -> None:
        self.chosen: list[ColumnElement[Any]] = []

    def place(self, column: ColumnElement[Any]) -> str:
        """The label of the column, which is added unless it is there."""
        for number, held in enumerate(self.chosen):
            if held is column or held.compare(column):
                return f"c{number}"
        self.chosen.append(column)
        return f"c{len(self.chosen) - 1}"

    def select(self) -> Select[Any]:
        return select(*(column.label(f"c{number}") for number, column in enumerate(self.chosen)))


def read_facts(connection: Connection, families: Sequence[str], city_id: int, days: Sequence[date]) -> Facts:
    """The facts of some days that at least one of the families (a group of `SHARED`, or one of it) counts."""
    return joined(
        [_read(connection, asked, families, city_id, asked.lead.day_on.in_(days)) for asked in _asked(families)],
        families,
    )


def read_parts_of(connection: Connection, families: Sequence[str], city_id: int, requests: Table) -> list[Part]:
    """What the families count of some requests, to be `joined`; `requests` is a table with their `request_id`."""
    is_one = request.c.request_id.in_(select(requests.c.request_id))
    return [_read(connection, asked, families, city_id, is_one) for asked in _asked(families)]


def facts_in_hand(behind: Behind, families: Sequence[str], hand: Hand, days: tuple[date, date] | None = None) -> Facts:
    """The same from a load's own rows where they are all that the city has: of every day, or from a day to a day."""
    parts = [
        _evaluated(behind, asked, Taken(held), days)
        for asked in _asked(families)
        for held in hand.chunks(asked.lead.city_id.table)
    ]
    return joined(parts, families)


def days_in_hand(behind: Behind, families: Sequence[str], hand: Hand) -> list[date]:
    """The days of a load's own rows, in order."""
    found = [np.empty(0, np.int64)]
    for asked in _asked(families):
        for held in hand.chunks(asked.lead.city_id.table):
            day = Evaluator(Taken(held), behind).value(asked.lead.day_on)
            found.append(np.unique(np.atleast_1d(day.data[~day.null])))
    return [_EPOCH + timedelta(days=int(number)) for number in np.unique(np.concatenate(found))]


@dataclass(frozen=True, slots=True)
class Part:
    """What one SELECT found: see `Facts`, with plain values for keys."""

    size: int
    keys: Mapping[str, Whole]
    marks: Mapping[str, Whole]
    measures: Mapping[str, Mapping[str, Whole]]

    def small(self) -> Part:
        """The same in half the room, for what is kept."""
        return Part(
            self.size,
            {name: column.astype(np.int32) for name, column in self.keys.items()},
            {name: column.astype(np.int32) for name, column in self.marks.items()},
            self._measured(lambda column: column.astype(np.int32)),
        )

    def negative(self) -> Part:
        """The same as something to be taken away."""
        return Part(self.size, self.keys, self.marks, self._measured(np.negative))

    def _measured(self, change: Callable[[Whole], Whole]) -> Mapping[str, Mapping[str, Whole]]:
        return {name: {one: change(column) for one, column in held.items()} for name, held in self.measures.items()}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Columns of one SELECT over the n-th branches of families, and the label of each key, mark and measure there."""

    lead: Branch
    columns: _Columns
    where: ColumnElement[bool]
    keys: Mapping[str, str]
    marks: Mapping[str, str]
    measures: Mapping[str, Mapping[str, str]]

    def part(self, found: Mapping[str, Whole]) -> Part:
        return Part(
            len(found[self.keys["day_on"]]),
            {name: found[label] for name, label in self.keys.items()},
            {name: found[label] for name, label in self.marks.items()},
            {name: {one: found[label] for one, label in held.items()} for name, held in self.measures.items()},
        )


def _asked(families: Sequence[str]) -> list[_Asked]:
    depth = max(len(FAMILIES[name].branches) for name in families)
    return [_asked_of(families, number) for number in range(depth)]


def _asked_of(families: Sequence[str], number: int) -> _Asked:
    branches = {name: FAMILIES[name].branches[number] for name in families if len(FAMILIES[name].branches) > number}
    lead, columns = next(iter(branches.values())), _Columns()
    keys = {"day_on": columns.place(day_number(lead.day_on))}
    keys |= {name: columns.place(lead.dimension(name)) for name in _dimensions(families)}
    marks = {name: columns.place(_mark(branch, is_sketch=SHAPES[name].is_sketch)) for name, branch in branches.items()}
    measures = {
        name: {
            one: columns.place(_known(branch.measures[one])) for one in SHAPES[name].measures if one in branch.measures
        }
        for name, branch in branches.items()
    }
    where = or_(*(and_(true(), *branch.where) for branch in branches.values()))
    return _Asked(lead, columns, where, keys, marks, measures)


def _read(
    connection: Connection, asked: _Asked, families: Sequence[str], city_id: int, wanted: ColumnElement[bool]
) -> Part:
    heavy = [one for name in families for one in SHAPES[name].measures]
    statement = asked.columns.select().select_from(asked.lead.source_of(heavy))
    statement = statement.where(asked.where, asked.lead.city_id == city_id, wanted)
    return asked.part(bulk.read_numbers(connection, statement))


def _evaluated(behind: Behind, asked: _Asked, held: Taken, days: tuple[date, date] | None) -> Part:
    """What `_read` would find if the tables held these rows alone."""
    day = Evaluator(held, behind).value(asked.lead.day_on)
    is_asked = ~day.null
    if days is not None:
        first, last = ((one - _EPOCH).days for one in days)
        is_asked = is_asked & (day.data >= first) & (day.data <= last)
    held = _some(held, is_asked)
    held = _some(held, Evaluator(held, behind).value(asked.where).data.astype(bool))
    over = Evaluator(_with_thresholds(behind, held), behind)
    return asked.part({f"c{number}": over.numbers(term, held.size) for number, term in enumerate(asked.columns.chosen)})


def _some(held: Taken, wanted: npt.NDArray[np.bool_]) -> Taken:
    rows = np.flatnonzero(np.broadcast_to(wanted, held.size))
    return held if len(rows) == held.size else held.of(rows)


def _with_thresholds(behind: Behind, held: Taken) -> Columns:
    """The rows with the column that contacts are joined to: the answer threshold of their line."""
    if contact.c.line_id not in held:
        return held
    lines = behind.connection.execute(select(line.c.line_id, line.c.answer_within_s)).all()
    by_line = pd.Series(dict(map(tuple, lines)), dtype="float64")
    found = by_line.reindex(np.where(held[contact.c.line_id].null, -1, held[contact.c.line_id].data)).to_numpy()
    return ChainMap({line.c.answer_within_s: Value(np.nan_to_num(found), np.isnan(found))}, held)  # type: ignore[arg-type]


def _known(measure: ColumnElement[int]) -> ColumnElement[int]:
    """The measure, 0 where it is NULL: such a fact adds nothing."""
    return measure if isinstance(measure, Case) else func.coalesce(measure, literal_column("0", Integer))


def _mark(branch: Branch, *, is_sketch: bool) -> ColumnElement[int]:
    bucket = branch.dims["bucket"] if is_sketch else literal_column("0", Integer)
    return case((and_(*branch.where), bucket), else_=literal_column(str(_OUT), Integer)) if branch.where else bucket


def _dimensions(families: Sequence[str]) -> list[str]:
    held = {dimension for name in families for grain in SHAPES[name].grains.values() for dimension in grain}
    return sorted(held - {"weekday"})


def joined(parts: Sequence[Part], families: Sequence[str]) -> Facts:
    """Parts as one: of every part that the families have, or of several readings."""
    keys = {name: _ranked([part.keys[name] for part in parts]) for name in parts[0].keys}
    numbers, ranks = keys["day_on"]
    days = numbers.astype("datetime64[D]")
    weekdays = (numbers + _FIRST_WEEKDAY) % 7
    measured = {name: {one for part in parts for one in part.measures.get(name, ())} for name in families}
    return Facts(
        sum(part.size for part in parts),
        {**keys, "day_on": (days, ranks), "weekday": (np.arange(7), weekdays[ranks])},
        {name: _stacked(parts, [part.marks.get(name) for part in parts], _OUT) for name in families},
        {
            name: {one: _stacked(parts, [part.measures.get(name, {}).get(one) for part in parts], 0) for one in held}
            for name, held in measured.items()
        },
    )


def _ranked(columns: Sequence[Whole]) -> Ranks:
    ranks, values = pd.factorize(np.concatenate(columns), sort=True)  # hashed: np.unique would sort every row
    return values, ranks


def _stacked(parts: Sequence[Part], columns: Sequence[Whole | None], missing: int) -> Whole:
    filled = [
        np.full(part.size, missing, np.int64) if column is None else column
        for part, column in zip(parts, columns, strict=True)
    ]
    return filled[0] if len(filled) == 1 else np.concatenate(filled)
