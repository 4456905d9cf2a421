from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from geodata.search import SearchIndex, postgres_index, sqlite_index
from tests.geodata.search.city import city


@contextmanager
def connection(url: str) -> Iterator[psycopg.Connection]:
    """Lend a connection that commits by itself."""
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as opened:
        yield opened


@pytest.fixture
def postgres_search(postgis_url: str) -> SearchIndex:
    """Give an index without content in a real PostgreSQL, one connection for all its reads."""
    connect: Callable[[], AbstractContextManager[psycopg.Connection]] = lambda: connection(postgis_url)  # noqa: E731
    return postgres_index(connect, "test-city")


@pytest.fixture(scope="module")
def sqlite_city(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    """Give the made-up city in a SQLite file."""
    index = sqlite_index(Path(tmp_path_factory.mktemp("search")) / "search.sqlite")
    index.build(city())
    return index
