"""A small city with thirty days of simulated calls, and the apps of both processes over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dashboard.app import LinkaDash, create_app
from dashboard.cards import Cards
from dashboard.deps import Deps, Process
from dashboard.queries import Reader
from dashboard.settings import Settings
from etl.pipeline import run_load
from etl.simulate import plan_of, simulate, source_name
from geodata.cities import load_profile

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)
DAYS = 90


@pytest.fixture(scope="session")
def city_engine(open_engine: Callable[[str], AbstractContextManager[Engine]]) -> Iterator[Engine]:
    """Give a SQLite database with the demo city's last ninety days before `NOW`."""
    profile = load_profile("demo")
    with open_engine("sqlite") as engine:
        plan = plan_of(profile, days=DAYS, seed=1, now=NOW, scale=0.2)
        run_load(
            engine, profile, simulate(profile, plan), source=source_name("demo"), file="simulate", file_hash=None,
            is_simulated=True, now=NOW,
        )  # fmt: skip
        yield engine


@pytest.fixture(scope="session")
def make_deps_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Deps]:
    """Give `make_deps_of(engine, process, **environment)`."""

    def made(engine: Engine, process: Process = "staff", **environment: str) -> Deps:
        folder: Path = tmp_path_factory.mktemp("data")
        settings = Settings.from_env({"LINKA_DATA_DIR": str(folder), "LINKA_CITY": "demo", **environment})
        profile = load_profile("demo")
        read = Reader.of(engine, profile, clock=lambda: NOW)
        return Deps(settings=settings, profile=profile, read=read, cards=Cards(), process=process, now=lambda: NOW)

    return made


@pytest.fixture(scope="session")
def deps(city_engine: Engine, make_deps_of: Callable[..., Deps]) -> Deps:
    """Give the deps of the staff app."""
    return make_deps_of(city_engine)


@pytest.fixture(scope="session")
def staff_app(deps: Deps) -> LinkaDash:
    """Give the staff app over the small city."""
    return create_app(deps)


@pytest.fixture(scope="session")
def public_app(city_engine: Engine, make_deps_of: Callable[..., Deps]) -> LinkaDash:
    """Give the public app over the small city."""
    return create_app(make_deps_of(city_engine, "public"))
