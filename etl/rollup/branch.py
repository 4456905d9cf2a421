"""What a family of figures is over the facts: branches (tables that add up), each with day, dimensions, measures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    case,
    cast,
    func,
    literal_column,
    select,
)

from etl.rollup.sql import weekday_of

ABANDON_AFTER_S = 5
"""Abandoned sooner than this is a misdial; the usual threshold of contact centres is 5 to 10 s (COPC, ITU-T E.423)."""
ANSWER_WITHIN_S = 30
"""Threshold of the answer level where a contact came by no line (as in `geodata.profile.Line`)."""
REOPEN_DAYS = 14
"""A request reopened within so many days of its closing was closed falsely."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One table (with its joins) that a family counts.

    `dims` are plain columns where there is one, so that filters use indexes; `measures` are whole numbers per row.
    `at` is the instant from which the row counts, where a row may lie in the future (terms). `listed` are the
    columns of the family's row list. `lean` is the source without the joins that only the measures `heavy` need.
    """

    source: FromClause
    city_id: ColumnElement[int]
    day_on: ColumnElement[Any]
    dims: Mapping[str, ColumnElement[int]]
    measures: Mapping[str, ColumnElement[int]]
    where: tuple[ColumnElement[bool], ...] = ()
    at: ColumnElement[Any] | None = None
    listed: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    lean: FromClause | None = None
    heavy: frozenset[str] = frozenset()

    def source_of(self, measures: Collection[str]) -> FromClause:
        """The source with the joins that the measures need."""
        return self.source if self.lean is None or self.heavy & set(measures) else self.lean

    def dimension(self, name: str) -> ColumnElement[int]:
        """The dimension as it is grouped: 0 where there is none."""
        if name == "weekday":
            return weekday_of(self.day_on)
        column = self.dims.get(name)
        if column is None:
            return literal_column("0", Integer)
        return func.coalesce(column, literal_column("0", Integer))

    def measure(self, name: str) -> ColumnElement[int]:
        """The measure of a row; 0 where the branch does not know it."""
        return self.measures.get(name, literal_column("0", Integer))


@dataclass(frozen=True, slots=True)
class Family:
    """A family of figures: its branches add up."""

    name: str
    branches: tuple[Branch, ...]


def flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where the condition holds, else 0."""
    return case((condition, literal_column("1", Integer)), else_=literal_column("0", Integer))


def one() -> ColumnElement[int]:
    """1 for every row."""
    return literal_column("1", Integer)


def summed(column: ColumnElement[Any]) -> ColumnElement[int]:
    """The sum as a whole number; 0 over no rows."""
    return cast(func.coalesce(func.sum(column), literal_column("0", Integer)), BigInteger)


def select_rows(
    branch: Branch, dims: Sequence[str], measures: Sequence[str], where: Sequence[ColumnElement[bool]] = ()
) -> Select[Any]:
    """One row per fact: day, dimensions, measures."""
    columns = [branch.day_on.label("day_on"), *(branch.dimension(name).label(name) for name in dims)]
    counted = [branch.measure(name).label(name) for name in measures]
    return select(*columns, *counted).select_from(branch.source_of(measures)).where(*branch.where, *where)
