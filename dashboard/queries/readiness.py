"""Whether there is anything to ask: the database answers, its tables are there, the city has data."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from dashboard.queries.reader import Reader
from etl.schema import load_run

Readiness = Literal["ready", "empty", "unreachable"]


def readiness(read: Reader) -> tuple[Readiness, datetime | None]:
    """How far the database is, and when the city's last load ended; never raises for a database that is away."""
    statement = (
        select(func.count(), func.max(load_run.c.ended_at, type_=load_run.c.ended_at.type))
        .where(load_run.c.city_id == read.city_id)
        .where(load_run.c.status == "done")
    )
    try:
        with read.connect() as connection:
            count, last_at = connection.execute(statement).one()
    except SQLAlchemyError:
        return "unreachable", None
    return ("ready" if count else "empty"), last_at
