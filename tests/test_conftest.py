"""The fixtures that everything else stands on."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, inspect, select

from etl.schema import metadata
from tests import ci


def test_an_engine_has_every_table_and_no_row(engine: Engine) -> None:
    assert set(inspect(engine).get_table_names()) >= set(metadata.tables)
    with engine.connect() as db:
        assert db.scalar(select(func.count()).select_from(metadata.tables["request"])) == 0


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_writes_the_next_does_not_see(engine: Engine, turn: int) -> None:
    state = metadata.tables["clock_state"]
    row = {
        "city_id": 1,
        "name": "clock",
        "version": "1",
        "load_id": 1,
        "updated_at": datetime(2026, 1, turn, tzinfo=UTC),
    }
    with engine.begin() as db:
        db.execute(insert(state), [row])
        assert db.scalar(select(func.count()).select_from(state)) == 1


def test_costly_things_are_made_once(once: Callable[[str, Callable[[Path], object]], Path]) -> None:
    calls: list[Path] = []

    def make(folder: Path) -> None:
        calls.append(folder)
        (folder / "thing").write_text("made")

    first = once("self-test", make)
    assert once("self-test", make) == first
    assert len(calls) <= 1
    assert (first / "thing").read_text() == "made"


def test_no_setting_of_the_machine_reaches_the_tests() -> None:
    assert not [name for name in os.environ if name.startswith("LINKA_")]


def test_the_real_files_are_there_or_the_test_says_why(shared_data: Path) -> None:
    assert (shared_data / "requests" / "baltimore-311.csv").exists()


def test_the_demo_streets_come_with_a_declared_dependency(helsinki_pbf: Path) -> None:
    assert helsinki_pbf.stat().st_size > 100_000


def test_no_skip_is_allowed_in_ci() -> None:
    assert not ci.is_allowed_skip("needs ../shared/data")
