"""Who may write when: one load per city and source at a time, one keeper of derived tables per city.

PostgreSQL uses advisory locks, which end with their session, so that a killed load frees them; SQLite, which has one
writer in any case, a lock on a file beside the database, which ends with its process.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

LOAD_WAIT_S = 3600
WORK_MEM_MB = 128


@contextmanager
def load_lock(engine: Engine, city: str, source: str) -> Iterator[None]:
    """Hold the right to load `source` into `city`; waits while another process has it."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            key = {"key": _key("load", city, source)}
            connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        return
    if not engine.url.database or engine.url.database == ":memory:":
        yield
        return
    with Path(engine.url.database + ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def hold_derived(connection: Connection, city_id: int) -> None:
    """Hold the city's derived tables until the transaction ends: two loads cannot overlook each other's days."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _key("derived", str(city_id))})


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction for a load, committed when the block ends well; on SQLite it claims the write lock at once."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {LOAD_WAIT_S * 1000}")
            connection.rollback()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SET LOCAL work_mem = '{WORK_MEM_MB}MB'")  # roll-ups are grouped in memory
            connection.exec_driver_sql("SET LOCAL jit = off")  # compiling costs more than these statements
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


def _key(*parts: str) -> int:
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
