"""A query against a city's own CRM database: any SQLAlchemy URL, read-only by intent, fetched in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, CursorResult, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from etl.errors import SourceError
from etl.maps import ReadOptions
from etl.transforms.raw import RawChunk, RawFile, text_table, unique_names

_CURE = "give it with `--option query=...`, `--option query_file=FILE`, or `query` in the map's [read]"


def is_database_url(path: str) -> bool:
    """Whether a path names a database rather than a file or a web address."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and scheme.lower() not in ("http", "https", "file")


def open_query(url: str, read: ReadOptions, options: Mapping[str, str], *, chunk_rows: int) -> RawFile:
    """The rows of the query as text; the name in the book shows neither login nor password.

    Raises `SourceError` for a wrong URL, a missing driver or a query that fails.
    """
    statement = _query(read, options)
    try:
        parsed = make_url(url)
        engine = create_engine(parsed, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise SourceError(
            f"the database URL cannot be used: {_plain(error)}; install its driver or correct it"
        ) from error
    name = f"{parsed.get_backend_name()}://{parsed.host or ''}/{Path(parsed.database or '').name}"
    try:
        connection = engine.connect()
        result = connection.execution_options(stream_results=True, max_row_buffer=chunk_rows).execute(text(statement))
        header = unique_names(list(result.keys()))
    except SQLAlchemyError as error:
        engine.dispose()
        raise SourceError(f"{name}: the query fails: {_plain(error)}") from error
    return RawFile(name, None, None, header, _chunks(engine, connection, result, header, chunk_rows, name))


def _query(read: ReadOptions, options: Mapping[str, str]) -> str:
    if "query_file" in options:
        path = Path(options["query_file"])
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: the query cannot be read: {error}") from error
    found = options.get("query") or read.query
    if not found:
        raise SourceError(f"no query: {_CURE}")
    return found


def _plain(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())


def _chunks(
    engine: Engine,
    connection: Connection,
    result: CursorResult[Any],
    header: tuple[str, ...],
    chunk_rows: int,
    name: str,
) -> Iterator[RawChunk]:
    next_no = 1
    try:
        while rows := result.fetchmany(chunk_rows):
            table = text_table(header, [[_text(value) for value in row] for row in rows])
            yield RawChunk(table, np.arange(next_no, next_no + len(rows), dtype=np.int64))
            next_no += len(rows)
        if next_no == 1:
            yield RawChunk(text_table(header, []), np.empty(0, dtype=np.int64))
    except SQLAlchemyError as error:
        raise SourceError(
            f"{name}: the connection broke after row {next_no - 1}: {_plain(error)}; load again"
        ) from error
    finally:
        connection.close()
        engine.dispose()


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bytes | memoryview):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)
