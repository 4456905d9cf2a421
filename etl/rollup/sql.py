"""The expressions that SQLite and PostgreSQL spell differently: seconds of an instant, weekday and period of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class epoch_s(FunctionElement[int]):  # noqa: N801 - spelled like a function of SQL
    """Whole seconds since 1970 of an instant column."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch_s, "sqlite")
def _epoch_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"unixepoch({compiler.process(element.clauses, **kw)})"


@compiles(epoch_s)
def _epoch_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    # A double, exact for any instant of ours; what `extract` gives is numeric and takes thrice as long.
    return f"floor(date_part('epoch', {compiler.process(element.clauses, **kw)}))::bigint"


class weekday_of(FunctionElement[int]):  # noqa: N801 - spelled like a function of SQL
    """Weekday of a day column, 0 Monday to 6 Sunday."""

    type = Integer()
    inherit_cache = True


@compiles(weekday_of, "sqlite")
def _weekday_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"((CAST(strftime('%w', {compiler.process(element.clauses, **kw)}) AS INTEGER) + 6) % 7)"


@compiles(weekday_of)
def _weekday_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(extract(isodow from {compiler.process(element.clauses, **kw)})::integer - 1)"


class day_number(FunctionElement[int]):  # noqa: N801 - spelled like a function of SQL
    """Days since 1970 of a day column."""

    type = Integer()
    inherit_cache = True


@compiles(day_number, "sqlite")
def _day_number_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(unixepoch({compiler.process(element.clauses, **kw)}) / 86400)"


@compiles(day_number)
def _day_number_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} - DATE '1970-01-01')"


class week_of(FunctionElement[date]):  # noqa: N801 - spelled like a function of SQL
    """The Monday of a day column's week."""

    type = Date()
    inherit_cache = True


@compiles(week_of, "sqlite")
def _week_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, 'weekday 0', '-6 days')"


@compiles(week_of)
def _week_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    # Whole numbers: `date_trunc` of a day goes by an instant in the session's zone and takes twice as long.
    day = compiler.process(element.clauses, **kw)
    return f"({day} - mod({day} - DATE '0001-01-01', 7))"


class month_of(FunctionElement[date]):  # noqa: N801 - spelled like a function of SQL
    """The first of a day column's month."""

    type = Date()
    inherit_cache = True


@compiles(month_of, "sqlite")
def _month_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, 'start of month')"


@compiles(month_of)
def _month_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date_trunc('month', {compiler.process(element.clauses, **kw)}::timestamp)::date"


def minutes_between(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[int]:
    """Whole minutes from one instant to a later one."""
    return cast((epoch_s(end) - epoch_s(start)) // 60, Integer)


def has_bits(mask: ColumnElement[int], bits: int) -> ColumnElement[bool]:
    """True where the mask has any of the bits."""
    return mask.op("&")(bits) != 0
