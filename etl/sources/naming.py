"""Under which name a city's rows are kept: two cities of one database may load the same publisher, or the same keys.

A row is known by (`source`, `source_key`). The first city that loads a source has it under its own name; another
one gets `SOURCE@CITY`, so that neither city's rows are taken for the other's.
"""

from __future__ import annotations

from sqlalchemy import inspect, select

from etl.db import make_engine
from etl.ids import city_id_of
from etl.schema import load_run
from etl.settings import Settings

MARK = "@"


def plain_name(source: str, city: str) -> str:
    """The name without the city's mark: what the user calls the source."""
    return source.removesuffix(MARK + city)


def own_name(settings: Settings, city: str, source: str) -> str:
    """The name that the city's rows of `source` have; asks the book of loads, which may not be there yet."""
    engine = make_engine(settings.database_url.value)
    try:
        if not inspect(engine).has_table(load_run.name):
            return source
        statement = (
            select(load_run.c.city_id)
            .where(load_run.c.source == source, load_run.c.status == "done")
            .order_by(load_run.c.load_id)
            .limit(1)
        )
        with engine.connect() as connection:
            first = connection.scalar(statement)
    finally:
        engine.dispose()
    return source if first in (None, city_id_of(city)) else f"{source}{MARK}{city}"
