"""Engines: one place that knows what SQLite and PostgreSQL each need to be safe and quick."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from etl.errors import SettingsError
from etl.schema import metadata

if TYPE_CHECKING:
    from etl.public_role import Rights

STATEMENT_TIMEOUT_S = 60
LOAD_TIMEOUT_S = 6 * 3600
SQLITE_BUSY_S = 60
_PATIENCE = "timeout_s"
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY")


def make_engine(
    url: str,
    *,
    read_only: bool = False,
    timeout_s: int = LOAD_TIMEOUT_S,
    pool_size: int = 8,
    rights: Rights | None = None,
) -> Engine:
    """An engine for `url`; readers pass `read_only=True` and a short `timeout_s`.

    `rights` hold a SQLite connection to some tables; on PostgreSQL the role of the URL has its own.

    Bind values are never printed in errors (they may be citizens' data). On SQLite the file is opened in WAL mode, so
    that readers go on while a load writes. Raises `SettingsError` for a URL of another kind of database.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, read_only=read_only, timeout_s=timeout_s, rights=rights)
    return _postgresql(parsed, read_only=read_only, timeout_s=timeout_s, pool_size=pool_size)


def create_all(engine: Engine) -> None:
    """Create every table that is missing; migrations are in `etl.migrations`."""
    metadata.create_all(engine)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            "LINKA_DATABASE_URL is not a database URL: write sqlite:///var/linka.db or postgresql://user@host/database"
        ) from error
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise SettingsError(f"LINKA_DATABASE_URL names {backend}: Linka runs on sqlite and postgresql")
    return parsed.set(drivername="postgresql+psycopg") if backend == "postgresql" else parsed


def _sqlite(url: URL, *, read_only: bool, timeout_s: int, rights: Rights | None) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_S})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()
        if rights is not None:
            connection.set_authorizer(_authorizer(rights))

    if read_only:
        _stop_long_statements(engine, timeout_s)
    return engine


def _authorizer(rights: Rights) -> Callable[..., int]:
    """SQLite asks it while it prepares a statement: what the rights do not name is refused."""
    harmless = {
        sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT,
        sqlite3.SQLITE_RECURSIVE,
    }  # fmt: skip

    def allowed(action: int, first: str | None, second: str | None, _database: str | None, _by: str | None) -> int:
        is_allowed = (
            action in harmless
            or (action == sqlite3.SQLITE_READ and first in rights.read)
            or (action == sqlite3.SQLITE_INSERT and first in rights.insert)
            or (action == sqlite3.SQLITE_PRAGMA and (second is None or first in ("table_info", "table_xinfo")))
        )
        return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY

    return allowed


def _stop_long_statements(engine: Engine, timeout_s: int) -> None:
    """SQLite has no statement timeout: a progress handler that looks at the clock does the same."""

    @event.listens_for(engine, "before_cursor_execute")
    def _start(conn: Any, cursor: Any, _statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
        deadline = monotonic() + conn.info.get(_PATIENCE, timeout_s)
        cursor.connection.set_progress_handler(lambda: int(monotonic() > deadline), 100_000)


@contextmanager
def patient(connection: Connection, timeout_s: int) -> Iterator[None]:
    """Let statements on a reader's connection take up to so long: for what is read once and then kept."""
    connection.info[_PATIENCE] = timeout_s
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        connection.exec_driver_sql(f"SET statement_timeout = {int(timeout_s) * 1000}")
    try:
        yield
    finally:
        del connection.info[_PATIENCE]
        if is_postgresql and not connection.invalidated:
            connection.exec_driver_sql("RESET statement_timeout")


def _postgresql(url: URL, *, read_only: bool, timeout_s: int, pool_size: int) -> Engine:
    options = f"-c statement_timeout={timeout_s * 1000} -c timezone=UTC"
    if read_only:
        options += " -c default_transaction_read_only=on"
        # Answers of milliseconds: compiling them, or starting processes for them, takes longer than they do.
        options += " -c jit=off -c parallel_setup_cost=20000"
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0 if read_only else 4,
        pool_timeout=10,
        pool_pre_ping=True,
        pool_recycle=1800,
        isolation_level="AUTOCOMMIT" if read_only else "READ COMMITTED",
        connect_args={"options": options, "prepare_threshold": None},
    )
