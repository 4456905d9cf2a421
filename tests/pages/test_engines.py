"""Every card of the leaders' pages says the same from SQLite and from PostGIS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from dashboard.cards import ChartOf
from dashboard.components.card import Chart
from dashboard.deps import Deps
from dashboard.view import view
from etl import rollup, snapshot
from geodata.cities import load_profile
from pages import compare, contact_centre, data, executor, executors, followups, topics, volumes
from tests.dashboard.small_city import NOW, write_city

PAGES = (volumes, topics, executors, executor, followups, contact_centre, compare)
CHARTS: dict[str, ChartOf] = {str(name): found[0] for page in PAGES for name, found in page.CARDS.items()} | {
    "data-rejects": data.rejects, "data-unmapped": data.unmapped,
}  # fmt: skip
QUERY = "?from=2026-03-16&to=2026-04-06"


@pytest.fixture(scope="module")
def both(
    open_engine: Callable[[str], AbstractContextManager[Engine]], make_deps_of: Callable[..., Deps]
) -> Iterator[tuple[Deps, Deps]]:
    """Give the deps of the same small city on either engine."""
    profile = load_profile("demo")
    with ExitStack() as stack:
        made = []
        for kind in ("sqlite", "postgis"):
            engine = stack.enter_context(open_engine(kind))
            read = write_city(engine)
            with engine.begin() as connection:
                rollup.rebuild(connection, profile, now=NOW)
                snapshot.take(connection, profile, now=NOW)
            made.append(replace(make_deps_of(engine), read=read, now=lambda: NOW))
        yield made[0], made[1]


def shown(deps: Deps, chart_of: ChartOf) -> tuple[Chart, pd.DataFrame]:
    chart = chart_of(view(deps, QUERY))
    table = chart.table[list(chart.columns)] if len(chart.columns) else chart.table
    return chart, table.reset_index(drop=True)


@pytest.mark.parametrize("name", CHARTS)
def test_a_card_says_the_same_on_either_engine(both: tuple[Deps, Deps], name: str) -> None:
    (one, first), (other, second) = (shown(deps, CHARTS[name]) for deps in both)
    assert one.finding == other.finding
    assert one.n == other.n
    pd.testing.assert_frame_equal(first, second, check_dtype=False)


def test_the_strips_say_the_same_on_either_engine(both: tuple[Deps, Deps]) -> None:
    pages: tuple[Any, ...] = (volumes, topics, executors, executor, followups, contact_centre, data)
    for page in pages:
        first, second = (page.strip(view(deps, QUERY)).to_plotly_json() for deps in both)
        assert str(first) == str(second), page.__name__
