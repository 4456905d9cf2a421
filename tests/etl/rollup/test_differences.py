"""Roll-ups that a load changes by key are those that a rebuild makes, whatever the load brings."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, update

from etl import rollup
from etl.ids import fact_ids, reference_id
from etl.pipeline import run_load
from etl.prepared import Prepared
from etl.schema import load_run, request
from etl.tables.rollups import ROLLUPS, rollup_state
from geodata.cities import load_profile
from tests.etl.rows import NOW, SOURCE, START, chunk, requests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Engine

PROFILE = load_profile("demo")
REQUESTS = ("created", "durations", "work_durations", "due", "lateness", "closed", "followups")
CALLS = "calls"
EVENTS = "events"


@pytest.fixture
def days_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The families of requests of which days are counted anew; fine roll-ups are kept from the first fact on."""
    found = list[str]()
    for name in ("etl.rollup.update", "etl.rollup.differences"):
        whole = sys.modules[name].read_facts

        def noted(connection: Connection, families: Sequence[str], *others: Any, whole: Any = whole) -> Any:
            found.extend(set(families) & set(REQUESTS))
            return whole(connection, families, *others)

        monkeypatch.setattr(sys.modules[name], "read_facts", noted)
    monkeypatch.setattr(sys.modules["etl.rollup.update"], "FINE_FROM", 1)
    return found


def load(engine: Engine, *chunks: Prepared, source: str = SOURCE, now: datetime = NOW) -> None:
    run_load(
        engine, PROFILE, list(chunks), source=source, file="a.csv", file_hash=None, is_simulated=False, now=now
    )  # fmt: skip


def state_of(connection: Connection) -> dict[str, Any]:
    tables = [table for grains in ROLLUPS.values() for table in grains.values()]
    rows = {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for table in tables
    }
    counted = select(rollup_state.c.name, rollup_state.c.n_rows).order_by(rollup_state.c.name)
    return rows | {"rows": [tuple(row) for row in connection.execute(counted)]}


def assert_as_rebuilt(engine: Engine) -> None:
    with engine.begin() as connection:
        held = state_of(connection)
        rollup.rebuild(connection, PROFILE, now=NOW)
        assert state_of(connection) == held


def any_rows(rng: np.random.Generator, keys: Sequence[int]) -> pd.DataFrame:
    """Requests of these numbers in any state, as an export may tell them on any day."""
    count = len(keys)
    names = [f"k{key}" for key in keys]
    topics = [reference_id("demo", "topic", one.code) for one in PROFILE.topics[:4]]
    classes = [reference_id("demo", "request_class", one.code) for one in PROFILE.request_classes]
    status = rng.choice(["open", "closed", "cancelled"], count, p=[0.3, 0.6, 0.1])
    created_at = START + pd.to_timedelta([key * 7_919 % 50 for key in keys], unit="D")
    closed_at = pd.Series(created_at + pd.to_timedelta(rng.integers(0, 40 * 24 * 60, count), unit="min"))
    made = requests(
        count,
        status=status,
        created_at=created_at,
        closed_at=closed_at.where((status != "open") & (rng.random(count) < 0.9)),
        topic_id=pd.Series(rng.choice(topics, count)).astype("Int64").where(rng.random(count) < 0.9),
        request_class_id=pd.Series(rng.choice(classes, count)).astype("Int64").where(rng.random(count) < 0.9),
        executor_id=pd.Series(rng.integers(1, 4, count)).astype("Int64").where(rng.random(count) < 0.8),
        territory_id=pd.Series(rng.integers(1, 3, count)).astype("Int64").where(rng.random(count) < 0.8),
        lon=pd.Series(rng.random(count)).where(rng.random(count) < 0.8),
    )
    return made.assign(source_key=names, request_id=fact_ids(SOURCE, names))


def calls_about(rng: np.random.Generator, keys: Sequence[int], about: Sequence[int]) -> Prepared:
    """Calls back of these numbers about requests, some of which nobody knows."""
    names, count = [f"c{key}" for key in keys], len(keys)
    tried_at = pd.Series(START + pd.to_timedelta(rng.integers(40, 90, count), unit="D"))
    reached = rng.random(count) < 0.8
    rows = pd.DataFrame(
        {
            "followup_id": fact_ids(CALLS, names), "source": CALLS, "source_key": names,
            "request_id": fact_ids(SOURCE, [f"k{key}" for key in about]),
            "tried_at": tried_at, "tried_on": tried_at.dt.tz_localize(None).dt.normalize(), "is_reached": reached,
            "is_confirmed": pd.Series(rng.random(count) < 0.6).astype("boolean").where(reached),
        }
    )  # fmt: skip
    return replace(chunk(rows), main="followup", frames={"followup": rows})


@pytest.mark.parametrize("seed", range(2))
def test_whatever_loads_bring_is_counted_by_key(engine: Engine, days_read: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    load(engine, chunk(any_rows(rng, range(120))))
    load(engine, calls_about(rng, range(3), range(3)), source=CALLS)
    days_read.clear()
    for day in range(1, 4):
        now = NOW + timedelta(days=day)
        keys = rng.choice(160, 50, replace=False)
        load(engine, chunk(any_rows(rng, keys[:25])), chunk(any_rows(rng, keys[25:])), now=now)
        calls = rng.choice(60, 20, replace=False)
        about = rng.choice(200, 20)
        load(engine, calls_about(rng, calls[:10], about[:10]), calls_about(rng, calls[10:], about[10:]),
             source=CALLS, now=now)  # fmt: skip
    assert not days_read
    assert_as_rebuilt(engine)


def test_events_of_a_request_move_what_it_counts(engine: Engine, days_read: list[str]) -> None:
    """Reopened after its closing was denied: a false closure, told by events alone."""
    rows = requests(30, status="closed", closed_at=START + timedelta(days=5), request_class_id=1)

    def events(number: int, kind: str, day: int) -> pd.DataFrame:
        at = START + timedelta(days=day)
        return pd.DataFrame({"request_id": rows["request_id"], "event_no": number, "at": at, "kind": kind})

    def given(made: pd.DataFrame, **frames: pd.DataFrame) -> Prepared:
        return replace(chunk(made), frames={"request": made, **frames})

    first = pd.concat([events(0, "created", 0), events(1, "closed", 5)])
    load(engine, given(rows, request_event=first))
    load(engine, calls_about(np.random.default_rng(1), range(20), range(20)), source=CALLS)
    days_read.clear()
    later = pd.concat([events(2, "reopened", 7), events(3, "closed", 9)])
    load(engine, given(rows, request_event=later[later["request_id"].isin(rows["request_id"][:12])]))
    assert not days_read
    with engine.begin() as connection:
        table = ROLLUPS["followups"]["topic"]
        assert connection.scalar(select(table.c.false_closures).order_by(table.c.false_closures.desc())) > 0
    assert_as_rebuilt(engine)


def test_very_many_requests_have_their_days_counted_anew(
    engine: Engine, days_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    load(engine, chunk(any_rows(rng, range(60))))
    days_read.clear()
    monkeypatch.setattr(sys.modules["etl.rollup.differences"], "MANY_REQUESTS", 30)
    load(engine, chunk(any_rows(rng, range(20, 40))), chunk(any_rows(rng, range(40, 70))))
    assert set(days_read) >= {"created", "due", "closed"}
    assert_as_rebuilt(engine)


def test_what_somebody_else_counts_meanwhile_is_not_lost(engine: Engine, days_read: list[str]) -> None:
    """Calls back are loaded while a load of requests runs: what requests counted when it began is no longer so."""
    rng = np.random.default_rng(6)
    load(engine, chunk(any_rows(rng, range(60))))

    def chunks() -> Any:
        yield chunk(any_rows(rng, range(30)))
        if engine.dialect.name == "postgresql":
            load(engine, calls_about(rng, range(20), range(20)), source=CALLS)
        yield chunk(any_rows(rng, range(30, 80)))

    days_read.clear()
    run_load(engine, PROFILE, chunks(), source=SOURCE, file="b.csv", file_hash=None, is_simulated=False, now=NOW)
    assert bool(days_read) == (engine.dialect.name == "postgresql")  # SQLite lets nobody else write meanwhile
    assert_as_rebuilt(engine)


@pytest.mark.parametrize("family", ["created", "lateness"])
def test_a_roll_up_out_of_step_is_counted_anew(engine: Engine, days_read: list[str], family: str) -> None:
    rng = np.random.default_rng(7)
    load(engine, chunk(any_rows(rng, range(80))))
    table = ROLLUPS[family]["topic"]
    with engine.begin() as connection:
        wrong = {"requests": 0} if family == "created" else {"n": 0, "n_sketch": b""}
        connection.execute(update(table).values(wrong))
    days_read.clear()
    load(engine, chunk(any_rows(rng, range(80))), now=NOW + timedelta(days=1))
    assert set(days_read) == {family}
    with engine.begin() as connection:
        sums = {row.day_on: row for row in connection.execute(select(table))}
        assert all(getattr(row, "requests", 1) for row in sums.values())


def test_one_request_that_hardly_any_roll_up_counts(engine: Engine, days_read: list[str]) -> None:
    """Open, of no class and so without a term: nothing is late, closed or took any time."""
    load(engine, chunk(any_rows(np.random.default_rng(9), range(40))))
    days_read.clear()
    load(engine, chunk(requests(1, first=900)))
    assert not days_read
    assert_as_rebuilt(engine)


def test_nothing_new_changes_nothing(engine: Engine, days_read: list[str]) -> None:
    rows = any_rows(np.random.default_rng(8), range(40))
    load(engine, chunk(rows))
    with engine.begin() as connection:
        before = state_of(connection)
        at = list(connection.scalars(select(rollup_state.c.updated_at)))
    load(engine, chunk(rows), now=NOW + timedelta(days=1))
    with engine.begin() as connection:
        assert state_of(connection) == before
        assert list(connection.scalars(select(rollup_state.c.updated_at))) == at
        assert connection.scalar(select(load_run.c.rows_unchanged).order_by(load_run.c.load_id.desc())) == 40
        assert connection.scalar(select(request.c.request_id).limit(1))
