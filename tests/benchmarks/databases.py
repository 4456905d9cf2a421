"""Databases for the benchmarks: a throw-away PostgreSQL with PostGIS, or a SQLite file, with all tables and no rows."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from etl.db import create_all, make_engine
from tests.postgis import cluster as pg

KINDS = ("sqlite", "postgis")
ENV_URL = "LINKA_BENCH_DATABASE_URL"
"""The address of a database that is there already, to be measured instead of one made for it."""


@cache
def server() -> pg.Cluster:
    """The one server of this process; its watcher stops it when the process ends."""
    return pg.start(owner_pid=os.getpid())


@contextmanager
def open_url(kind: str) -> Iterator[str]:
    """The address of an empty database of that kind, removed afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="linka-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'linka.db'}"
        return
    name = f"bench_{uuid.uuid4().hex[:8]}"
    server().create(name)
    try:
        yield server().url(name)
    finally:
        server().drop(name)


@contextmanager
def open_engine(kind: str) -> Iterator[Engine]:
    """An engine on a database with all tables and no rows, removed afterwards."""
    with open_url(kind) as url:
        engine = make_engine(url)
        create_all(engine)
        try:
            yield engine
        finally:
            engine.dispose()
