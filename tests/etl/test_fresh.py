"""What a load works out from the rows in hand is what the tables give when they are read anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import func, select

from etl import rollup
from etl.clock import update as clock
from etl.pipeline import run_load
from etl.prepared import Prepared
from etl.schema import followup, request_event, sla_executor_time, sla_result
from etl.simulate import plan_of, simulate
from etl.tables.rollups import ROLLUPS
from geodata.cities import load_profile
from tests.etl.rows import NOW, SOURCE, START, chunk, requests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Engine

PROFILE = load_profile("demo")
DERIVED = (sla_result, sla_executor_time, *(table for grains in ROLLUPS.values() for table in grains.values()))


def load(engine: Engine, chunks: Iterable[Prepared], *, source: str = SOURCE, days: int = 0) -> None:
    run_load(
        engine, PROFILE, chunks, source=source, file="a.csv", file_hash=None, is_simulated=False,
        now=NOW + timedelta(days=days),
    )  # fmt: skip


def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for table in DERIVED
    }


def assert_as_read_anew(engine: Engine) -> None:
    with engine.connect() as connection:
        held = contents(connection)
        clock.update(connection, PROFILE, request_ids=None, now=NOW)
        rollup.rebuild(connection, PROFILE, now=NOW)
        assert contents(connection) == held
        connection.rollback()
    assert held["sla_result"]


def closed(count: int, *, first: int = 0, hours: int = 30, **columns: Any) -> pd.DataFrame:
    rows = requests(count, first=first)
    return requests(count, first=first, closed_at=rows["created_at"] + timedelta(hours=hours), **columns)


def with_events(rows: pd.DataFrame, events: pd.DataFrame) -> Prepared:
    return replace(chunk(rows), frames={"request": rows, request_event.name: events})


def test_requests_whose_state_alone_is_told(engine: Engine) -> None:
    load(engine, [chunk(requests(50)), chunk(closed(50, first=50))])
    assert_as_read_anew(engine)
    load(engine, [chunk(closed(60, first=20)), chunk(requests(40, first=200))], days=1)
    assert_as_read_anew(engine)


def test_requests_with_events_and_calls_back_of_their_own(engine: Engine) -> None:
    plan = plan_of(PROFILE, days=12, seed=4, now=NOW, scale=0.1)
    load(engine, simulate(PROFILE, plan), source="simulated")
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(followup))
    assert_as_read_anew(engine)


def test_events_that_come_after_their_requests(engine: Engine) -> None:
    rows = requests(10)
    first = pd.DataFrame({"request_id": rows["request_id"], "event_no": 0, "at": rows["created_at"], "kind": "created"})
    later = first.assign(event_no=1, at=START + timedelta(days=2), kind="closed")
    others = [with_events(requests(1, first=500), later.head(5)), with_events(requests(3, first=600), first.head(0))]
    load(engine, [with_events(rows, first), *others])
    assert_as_read_anew(engine)
    with engine.connect() as connection:
        ended = select(func.count()).select_from(sla_result).where(sla_result.c.resolved_at.is_not(None))
        assert connection.scalar(ended) == 5


def test_a_request_that_calls_back_had_been_loaded_for(engine: Engine) -> None:
    rows = closed(5)
    calls = pd.DataFrame(
        {
            "followup_id": range(5), "request_id": rows["request_id"], "source": "calls", "source_key": list("abcde"),
            "tried_at": START + timedelta(days=9), "tried_on": pd.Timestamp(2024, 3, 10), "is_reached": True,
            "is_confirmed": True,
        }
    )  # fmt: skip
    load(engine, [Prepared("followup", 5, {"followup": calls})], source="calls")
    load(engine, [chunk(rows)])
    assert_as_read_anew(engine)
    with engine.connect() as connection:
        table = ROLLUPS["due"]["channel"]
        assert connection.scalar(select(func.sum(table.c.confirmed_on_time))) == connection.scalar(
            select(func.sum(table.c.met))
        )
