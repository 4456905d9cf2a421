"""Whether there is anything to ask: the database answers with the tables of this version, and the city has data."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from weakref import WeakSet

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from dashboard.queries.reader import Reader
from etl.migrate import is_newest
from etl.schema import load_run

Readiness = Literal["ready", "empty", "outdated", "unreachable"]

_NEWEST: Final[WeakSet[Engine]] = WeakSet()
"""Engines whose tables were seen at this program's version: they do not go back while it runs."""


def readiness(read: Reader) -> tuple[Readiness, datetime | None]:
    """How far the database is, and when the city's last load ended; never raises for a database that is away."""
    statement = (
        select(func.count(), func.max(load_run.c.ended_at, type_=load_run.c.ended_at.type))
        .where(load_run.c.city_id == read.city_id)
        .where(load_run.c.status == "done")
    )
    try:
        with read.connect() as connection:
            if _is_outdated(connection):
                return "outdated", None
            count, last_at = connection.execute(statement).one()
    except SQLAlchemyError:
        return "unreachable", None
    return ("ready" if count else "empty"), last_at


def _is_outdated(connection: Connection) -> bool:
    """Whether the tables are of another version: this program's questions would name columns they lack."""
    if connection.engine in _NEWEST:
        return False
    if not is_newest(connection):
        return connection.dialect.has_table(connection, load_run.name)
    _NEWEST.add(connection.engine)
    return False
