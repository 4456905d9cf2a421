"""Roll-ups counted from the rows a load has in hand are those that the tables give."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import null, select

from etl import rollup
from etl.behind import working_behind
from etl.ids import fact_ids, reference_id
from etl.pipeline import run_load
from etl.prepared import Prepared
from etl.rollup.evaluate import Evaluator
from etl.schema import request
from etl.simulate import plan_of, simulate
from etl.tables.rollups import ROLLUPS
from geodata.cities import load_profile
from tests.etl.rows import NOW, SOURCE, START, chunk, requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Engine

PROFILE = load_profile("demo")
REQUESTS = {"created", "durations", "work_durations", "due", "lateness", "closed"}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The families whose facts are read from the tables; fine roll-ups are kept from the first fact on."""
    module, found = sys.modules["etl.rollup.update"], list[str]()
    whole = module.read_facts

    def noted(connection: Connection, families: Sequence[str], *others: Any) -> Any:
        found.extend(families)
        return whole(connection, families, *others)

    monkeypatch.setattr(module, "read_facts", noted)
    monkeypatch.setattr(module, "FINE_FROM", 1)
    return found


def load(engine: Engine, chunks: Iterable[Prepared], *, source: str = SOURCE) -> None:
    options = {"source": source, "file": "a.csv", "file_hash": None, "is_simulated": False}
    run_load(engine, PROFILE, chunks, now=NOW, **options)


def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = [table for grains in ROLLUPS.values() for table in grains.values()]
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for table in tables
    }


def assert_as_rebuilt(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.begin() as connection:
        held = contents(connection)
        rollup.rebuild(connection, PROFILE, now=NOW)
        assert contents(connection) == held
    return held


def ragged(count: int, *, first: int = 0) -> pd.DataFrame:
    """Requests of every state, with gaps wherever a column may have some."""
    rng = np.random.default_rng(first)
    made = requests(count, first=first, source=SOURCE)
    topics = [*(reference_id("demo", "topic", one.code) for one in PROFILE.topics[:5]),
              reference_id("demo", "topic", "unmapped")]  # fmt: skip
    classes = [reference_id("demo", "request_class", one.code) for one in PROFILE.request_classes]
    status = rng.choice(["open", "closed", "cancelled"], count)
    closed_at = made["created_at"] + pd.to_timedelta(rng.integers(0, 90 * 24 * 60, count), unit="min")
    return requests(
        count,
        first=first,
        source=SOURCE,
        status=status,
        closed_at=closed_at.where((status != "open") & (rng.random(count) < 0.8)),
        created_at=made["created_at"] + pd.to_timedelta(rng.integers(0, 60, count), unit="D"),
        source_updated_at=closed_at.where(rng.random(count) < 0.5),
        topic_id=pd.Series(rng.choice(topics, count)).astype("Int64").where(rng.random(count) < 0.9),
        request_class_id=pd.Series(rng.choice(classes, count)).astype("Int64").where(rng.random(count) < 0.9),
        executor_id=pd.Series(rng.integers(1, 4, count)).astype("Int64").where(rng.random(count) < 0.8),
        lon=pd.Series(rng.random(count)).where(rng.random(count) < 0.8),
        is_simulated=rng.random(count) < 0.5,
    )


def test_the_first_requests_of_a_city_are_counted_from_the_hand(engine: Engine, read: list[str]) -> None:
    load(engine, [chunk(ragged(400)), chunk(ragged(300, first=400))])
    assert not REQUESTS & set(read)
    held = assert_as_rebuilt(engine)
    for family in REQUESTS:
        assert all(held[table.name] for table in ROLLUPS[family].values()), family


def test_many_of_them_are_counted_from_the_disk(
    engine: Engine, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["etl.rollup.hand"], "HELD_ROWS", 1_000)
    monkeypatch.setattr(sys.modules["etl.rollup.hand"], "SEGMENT_ROWS", 500)
    load(engine, [chunk(ragged(260, first=first)) for first in range(0, 2_000, 260)])
    assert not REQUESTS & set(read)
    held = assert_as_rebuilt(engine)
    for family in REQUESTS:
        assert all(held[table.name] for table in ROLLUPS[family].values()), family


def test_without_room_on_the_disk_they_are_read(
    sqlite_engine: Engine, read: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hand = sys.modules["etl.rollup.hand"]
    monkeypatch.setattr(hand, "HELD_ROWS", 100)
    monkeypatch.setattr(hand, "SEGMENT_ROWS", 100)
    monkeypatch.setattr(sys.modules["etl.rollup.held"], "_folder", lambda: str(tmp_path / "none"))
    load(sqlite_engine, [chunk(ragged(150)), chunk(ragged(80, first=150))])
    assert set(read) >= REQUESTS
    assert_as_rebuilt(sqlite_engine)


@pytest.mark.parametrize("most", [1_000_000, 300])
def test_contacts_and_tickets_of_a_simulation_too(
    sqlite_engine: Engine, read: list[str], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(sys.modules["etl.rollup.hand"], "HELD_ROWS", most)
    monkeypatch.setattr(sys.modules["etl.rollup.hand"], "SEGMENT_ROWS", 100)
    chunks = [
        replace(one, frames={name: rows for name, rows in one.frames.items() if name != "followup"})
        for one in simulate(PROFILE, plan_of(PROFILE, days=9, seed=3, now=NOW, scale=0.1))
    ]
    load(sqlite_engine, [one for one in chunks if one.main in one.frames], source="simulated")
    assert {"contacts", "waits", *REQUESTS}.isdisjoint(read)
    assert assert_as_rebuilt(sqlite_engine)["rollup_waits_line"]


@pytest.mark.parametrize("by_key", [True, False])
def test_what_the_hand_does_not_hold_is_read(
    sqlite_engine: Engine, read: list[str], monkeypatch: pytest.MonkeyPatch, *, by_key: bool
) -> None:
    load(sqlite_engine, [chunk(ragged(100))], source="one")
    monkeypatch.setattr(sys.modules["etl.rollup.differences"], "MANY_REQUESTS", 50 if by_key else 49)
    other = ragged(50, first=300)
    keys = [f"other {key}" for key in other["source_key"]]
    load(
        sqlite_engine,
        [chunk(other.assign(source="two", source_key=keys, request_id=fact_ids("two", keys)))],
        source="two",
    )
    assert REQUESTS.isdisjoint(read) if by_key else set(read) >= REQUESTS
    assert_as_rebuilt(sqlite_engine)


def test_requests_changed_later_in_the_same_load_are_read(sqlite_engine: Engine, read: list[str]) -> None:
    rows = requests(20)
    first = pd.DataFrame({"request_id": rows["request_id"], "event_no": 0, "at": rows["created_at"], "kind": "created"})
    later = first.assign(event_no=1, at=START + timedelta(days=70), kind="closed")
    none = requests(1, first=900)
    load(sqlite_engine, [
        replace(chunk(rows), frames={"request": rows, "request_event": first}),
        replace(chunk(none), frames={"request": none, "request_event": later}),
    ])  # fmt: skip
    assert set(read) >= {"created", "due"}
    assert_as_rebuilt(sqlite_engine)


def test_unknown_sql_is_refused_by_name(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection, working_behind(connection) as behind:
        with pytest.raises(NotImplementedError, match="UnaryExpression"):
            Evaluator({}, behind).value(-request.c.topic_id)
        with pytest.raises(TypeError, match="coalesce"):
            Evaluator({}, behind).numbers(null(), 3)
