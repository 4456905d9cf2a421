"""The driver's own cursor, for what SQLAlchemy has no words for: COPY and arrays in binary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from etl.errors import LoadError


@contextmanager
def psycopg_cursor(connection: Connection) -> Iterator[Any]:
    """A cursor of the driver, inside the connection's transaction (begun if there is none yet)."""
    if not connection.in_transaction():
        connection.begin()
    driver = connection.connection.driver_connection
    if driver is None:
        raise LoadError("the connection to the database is closed")
    with driver.cursor() as cursor:
        yield cursor
