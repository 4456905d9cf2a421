"""Expressions that an index is made of and a question repeats word for word: only so is the index taken."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class seconds_between(FunctionElement[int]):  # noqa: N801 - spelled like a function of SQL
    """Whole seconds from the first of two instant columns to the second, whatever the session's time zone."""

    type = Integer()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _between_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    start, end = (compiler.process(one, **kw) for one in element.clauses)
    return f"(unixepoch({end}) - unixepoch({start}))"


@compiles(seconds_between)
def _between_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    start, end = (compiler.process(one, **kw) for one in element.clauses)
    return f"(date_part('epoch', {end} - {start})::integer)"
