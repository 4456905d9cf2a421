"""The demo city with its streets, simulated timetable, base map and addresses built, and the apps of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dashboard.app import LinkaDash, create_app
from dashboard.deps import Deps
from geodata.network.build import build_network
from geodata.network.demo_feed import write_demo_feed
from geodata.network.sources import network_dir
from tests.dashboard.apps import NOW

START = "Mannerheimintie 10"


@pytest.fixture(scope="session")
def city_data(once: Callable[[str, Callable[[Path], object]], Path], helsinki_pbf: Path) -> Path:
    """Give a data folder in which the demo city's network is built, valid in the year of the tests' now."""

    def make(folder: Path) -> None:
        feed = folder / "simulated.zip"
        write_demo_feed(helsinki_pbf, feed, first_on=date(NOW.year, 1, 1))
        target = network_dir(folder, "demo")
        build_network(helsinki_pbf, [feed], target, today=NOW.date(), time_zone="Europe/Helsinki")

    return once("city-data", make)


@pytest.fixture(scope="session")
def built_app(city_engine: Engine, make_deps_of: Callable[..., Deps], city_data: Path) -> LinkaDash:
    """Give the public app of the built city."""
    return create_app(make_deps_of(city_engine, "public", LINKA_DATA_DIR=str(city_data)))


@pytest.fixture(scope="session")
def built_staff_app(city_engine: Engine, make_deps_of: Callable[..., Deps], city_data: Path) -> LinkaDash:
    """Give the staff app of the built city."""
    return create_app(make_deps_of(city_engine, "staff", LINKA_DATA_DIR=str(city_data)))
