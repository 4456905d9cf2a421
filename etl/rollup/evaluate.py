"""The SQL of the families over columns in hand: what a figure counts is said once, whoever counts it.

NumPy does for a load what a database does for a question; NULL behaves as in SQL. Days are numbers since 1970, instants
whole seconds since 1970.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce, singledispatchmethod
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from sqlalchemy import Case, Cast, Column, FromClause, ScalarSelect, Select, Subquery
from sqlalchemy.sql import elements, functions, operators

from etl.behind import Behind
from etl.rollup.sql import day_number, epoch_s

_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Value:
    """A column or a constant: what it says, and where it is NULL (there it says 0, false or '')."""

    data: npt.NDArray[Any]
    null: npt.NDArray[np.bool_]


Columns = Mapping[Column[Any], Value]

_NONE: Final = np.False_
_NULL: Final = Value(np.asarray(0), np.asarray(np.True_))
_BINARY: Final[Mapping[Any, Callable[[Any, Any], Any]]] = {
    operators.eq: operator.eq,
    operators.ne: operator.ne,
    operators.lt: operator.lt,
    operators.le: operator.le,
    operators.gt: operator.gt,
    operators.ge: operator.ge,
    operators.add: operator.add,
    operators.sub: operator.sub,
    operators.mul: operator.mul,
    operators.truediv: operator.truediv,
    operators.floordiv: operator.floordiv,
}
_FUNCTIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "floor": np.floor,
    "ln": lambda numbers: np.log(np.maximum(numbers, 1)),  # of less, it is never looked at
}


class Evaluator:
    """Expressions over some columns; columns of a subquery, of which nothing is in hand, are NULL."""

    def __init__(self, columns: Columns, behind: Behind) -> None:
        """The connection of `behind` answers the subqueries that list a few values; only they wait for it."""
        self._columns, self._behind = columns, behind

    def numbers(self, term: Any, size: int) -> npt.NDArray[Any]:
        """The expression as `size` whole numbers of 32 bits; raises `TypeError` where one is NULL."""
        found = self.value(term)
        if found.null.any():
            raise TypeError(f"{term} is NULL for some rows: give it a number with coalesce")
        return np.broadcast_to(found.data, size).astype(np.int32)

    @singledispatchmethod
    def value(self, term: Any) -> Value:
        """What the expression says; raises `NotImplementedError` for SQL that no family has used so far."""
        raise NotImplementedError(f"{type(term).__name__} is not evaluated here yet: {term}")

    @value.register
    def _(self, term: Column) -> Value:  # type: ignore[type-arg]
        source: FromClause = term.table
        return _NULL if isinstance(source, Subquery) else self._columns[term]

    @value.register
    def _(self, term: elements.ColumnClause) -> Value:  # type: ignore[type-arg]
        return _constant(ast.literal_eval(term.name))  # a literal: `literal_column`

    @value.register
    def _(self, term: elements.BindParameter) -> Value:  # type: ignore[type-arg]
        return _constant(term.value)

    @value.register
    def _(self, _term: elements.Null) -> Value:
        return _NULL

    @value.register
    def _(self, _term: elements.True_) -> Value:
        return _constant(value=True)

    @value.register
    def _(self, term: elements.Grouping) -> Value:  # type: ignore[type-arg]
        return self.value(term.element)

    @value.register
    def _(self, term: elements.AsBoolean) -> Value:
        inner = self.value(term.element)
        return inner if term.operator is operators.is_true else _not(inner)

    @value.register
    def _(self, term: Cast) -> Value:  # type: ignore[type-arg]
        inner = self.value(term.clause)
        return Value(inner.data.astype(np.int64), inner.null)

    @value.register
    def _(self, term: Case) -> Value:  # type: ignore[type-arg]
        made = _NULL if term.else_ is None else self.value(term.else_)
        for condition, result in reversed(term.whens):
            holds, then = self.value(condition).data.astype(bool), self.value(result)
            made = Value(np.where(holds, then.data, made.data), np.where(holds, then.null, made.null))
        return made

    @value.register(epoch_s)
    @value.register(day_number)
    def _(self, term: Any) -> Value:
        return self.value(next(iter(term.clauses)))

    @value.register
    def _(self, term: functions.coalesce) -> Value:  # type: ignore[type-arg]
        *earlier, made = (self.value(argument) for argument in term.clauses)
        for one in reversed(earlier):
            made = Value(np.where(one.null, made.data, one.data), one.null & made.null)
        return made

    @value.register
    def _(self, term: functions.Function) -> Value:  # type: ignore[type-arg]
        one = self.value(next(iter(term.clauses)))
        return Value(_FUNCTIONS[term.name](one.data), one.null)

    @value.register
    def _(self, term: elements.BooleanClauseList) -> Value:
        return reduce(_and if term.operator is operators.and_ else _or, map(self.value, term.clauses))

    @value.register
    def _(self, term: elements.BinaryExpression) -> Value:  # type: ignore[type-arg]
        left = self.value(term.left)
        if term.operator in (operators.is_, operators.is_not) and isinstance(term.right, elements.Null):
            return Value(left.null if term.operator is operators.is_ else ~left.null, np.asarray(_NONE))
        if term.operator in (operators.in_op, operators.not_in_op):
            found = Value(np.isin(left.data, self._listed(term.right)) & ~left.null, left.null)
            return found if term.operator is operators.in_op else _not(found)
        right = self.value(term.right)
        null, made = left.null | right.null, np.asarray(_BINARY[term.operator](left.data, right.data))
        return Value(made & ~null if made.dtype == np.bool_ else made, null)

    def _listed(self, term: Any) -> list[Any]:
        while isinstance(term, elements.Grouping):
            term = term.element
        if isinstance(term, ScalarSelect):
            return list(self._behind.connection.scalars(cast("Select[Any]", term.element)))
        return list(term.value)


def _constant(value: Any) -> Value:
    plain = (value - _EPOCH).days if isinstance(value, date) else value
    return Value(np.asarray(plain), np.asarray(_NONE))


def _not(one: Value) -> Value:
    return Value(~one.data & ~one.null, one.null)


def _and(left: Value, right: Value) -> Value:
    is_false = (~left.data & ~left.null) | (~right.data & ~right.null)
    return Value(left.data & right.data, (left.null | right.null) & ~is_false)


def _or(left: Value, right: Value) -> Value:
    is_true = left.data | right.data
    return Value(is_true, (left.null | right.null) & ~is_true)
