"""A small city on either engine, with its roll-ups and snapshots, shared by the tests of a module."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine

from dashboard.queries import Reader
from etl import rollup, snapshot
from geodata.cities import load_profile
from tests.dashboard.small_city import NOW, write_city


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def city(
    request: pytest.FixtureRequest, open_engine: Callable[[str], AbstractContextManager[Engine]]
) -> Iterator[Reader]:
    """Give the reader of a small random city; its clock stands at `NOW`."""
    with open_engine(request.param) as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["etl.rollup.update"], "FINE_FROM", 1)  # a small city has its fine roll-ups, too
        read = write_city(engine)
        with engine.begin() as connection:
            rollup.rebuild(connection, load_profile("demo"), now=NOW)
            snapshot.take(connection, load_profile("demo"), now=NOW)
        yield read
