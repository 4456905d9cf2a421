"""The tables of results follow the events, on both engines, for touched requests only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sqlalchemy import select, update

from etl.clock import whatif
from etl.clock.tables import histories
from etl.clock.update import explain_request, is_current
from etl.clock.update import update as run_clock
from etl.errors import ClockError
from etl.ids import city_id_of
from etl.schema import sla_executor_time, sla_policy, sla_result
from geodata.cities import load_profile
from tests.etl.clock.rows import NOW, ref, request_id, write

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

DEMO = load_profile("demo")
# Helsinki is UTC+2 in March; 2 March 2026 is a Monday. `standard` version 1: five working days, office Mo-Fr 8-17.
LIVES: dict[str, Any] = {
    "met": ("urgent", [
        ("2026-03-02T08:00", "created", {"executor_id": ref(DEMO, "executor", "city_hall")}),
        ("2026-03-02T12:00", "assigned", {"executor_id": ref(DEMO, "executor", "water_company")}),
        ("2026-03-02T13:00", "paused", {"reason": "weather"}),
        ("2026-03-02T15:00", "resumed", {}),
        ("2026-03-03T09:00", "closed", {}),
    ]),
    "late": ("standard", [("2026-03-02T08:00", "created", {}), ("2026-03-09T08:30", "closed", {})]),
    "open": ("standard", [("2026-03-02T08:00", "created", {})]),
    "waits": ("urgent", [("2026-03-02T08:00", "created", {}), ("2026-03-02T09:00", "paused", {})]),
    "gone": ("urgent", [("2026-03-02T08:00", "created", {}), ("2026-03-02T09:00", "cancelled", {})]),
    "talk": ("consultation", [("2026-03-02T08:00", "created", {}), ("2026-03-02T08:10", "closed", {})]),
}  # fmt: skip


def result(connection: Connection, key: str) -> Any:
    return connection.execute(select(sla_result).where(sla_result.c.request_id == request_id(key))).one()


@pytest.fixture
def connection(engine: Engine) -> Any:
    with engine.begin() as opened:
        write(opened, DEMO, LIVES)
        yield opened


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_request_gets_its_result(connection: Connection) -> None:
    assert run_clock(connection, DEMO, request_ids=None, now=NOW) == len(LIVES)
    met = result(connection, "met")
    assert (met.verdict, met.target_min, met.calendar_min, met.paused_min, met.late_min) == (
        "on_time",
        1440,
        1380,
        120,
        0,
    )
    assert (met.due_at, met.due_on.isoformat()) == (at("2026-03-03T10:00"), "2026-03-03")
    assert (met.resolved_at, met.executor_changes, met.events) == (at("2026-03-03T09:00"), 1, 5)
    late = result(connection, "late")
    assert (late.verdict, late.late_min, late.working_min) == ("late", 30, 5 * 540 + 30)
    assert late.late3_at == at("2026-03-23T08:00")
    version = select(sla_policy.c.version).where(sla_policy.c.sla_policy_id == late.sla_policy_id)
    assert connection.scalar(version) == 1


def test_open_cancelled_and_termless_requests_are_told_apart(connection: Connection) -> None:
    run_clock(connection, DEMO, request_ids=None, now=NOW)
    assert [(result(connection, key).verdict, result(connection, key).resolved_at) for key in ("open", "gone")] == [
        (None, None),
        ("cancelled", None),
    ]
    waits = result(connection, "waits")
    assert (waits.is_paused, waits.paused_at, waits.due_at) == (True, at("2026-03-02T09:00"), at("2026-03-03T08:00"))
    talk = result(connection, "talk")
    assert (talk.sla_policy_id, talk.due_at, talk.verdict, talk.calendar_min) == (None, None, None, 10)


def test_time_is_split_between_the_executors(connection: Connection) -> None:
    run_clock(connection, DEMO, request_ids=None, now=NOW)
    rows = connection.execute(
        select(sla_executor_time).where(sla_executor_time.c.request_id == request_id("met"))
    ).all()
    minutes = {row.executor_id: row.calendar_min for row in rows}
    assert minutes == {ref(DEMO, "executor", "city_hall"): 240, ref(DEMO, "executor", "water_company"): 60 + 1080}


def test_only_touched_requests_are_recomputed(connection: Connection) -> None:
    run_clock(connection, DEMO, request_ids=None, now=NOW)
    connection.execute(update(sla_result).values(late_min=7777))
    write(connection, DEMO, {"open": ("standard", [("2026-03-03T08:00", "closed", {})])}, first_no=1)
    assert run_clock(connection, DEMO, request_ids=np.array([request_id("open")]), now=NOW) == 1
    assert (result(connection, "open").verdict, result(connection, "open").late_min) == ("on_time", 0)
    assert result(connection, "late").late_min == 7777


def test_the_same_events_give_the_same_rows_again_and_in_chunks(connection: Connection) -> None:
    run_clock(connection, DEMO, request_ids=None, now=NOW)
    order = select(sla_result).order_by(sla_result.c.request_id)
    before = connection.execute(order).all()
    run_clock(connection, DEMO, request_ids=None, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert connection.execute(order).all() == before
    chunks = list(histories(connection, city_id_of("demo"), chunk=2))
    assert len(chunks) == 3
    assert sum(len(chunk.requests) for chunk in chunks) == len(LIVES)


def test_changed_terms_are_noticed(connection: Connection) -> None:
    assert is_current(connection, DEMO)
    run_clock(connection, DEMO, request_ids=None, now=NOW)
    changed = replace(DEMO, policies=whatif.changed(DEMO.policies, ["standard=10wd"]))
    assert not is_current(connection, changed)
    run_clock(connection, changed, request_ids=None, now=NOW)
    assert is_current(connection, changed)
    assert result(connection, "late").verdict == "on_time"


def test_what_if_compares_history_without_writing(connection: Connection) -> None:
    said = whatif.replay_under(connection, DEMO, whatif.changed(DEMO.policies, ["standard=10wd"]), now=NOW).as_json()
    assert said["before"] == {"on_time_pct": 33.33, "n": 3, "met": 1, "late_3x": 0}
    assert said["after"] == {"on_time_pct": 66.67, "n": 3, "met": 2, "late_3x": 0}
    assert (said["requests"], said["changed"]) == (6, 1)
    assert connection.execute(select(sla_result)).all() == []


def test_another_version_can_be_replayed_over_all_history() -> None:
    changed = whatif.changed(DEMO.policies, ["standard@2"])
    (kept,) = [policy for policy in changed if policy.code == "standard"]
    assert (kept.version, kept.target_value, kept.valid_to) == (2, 3, None)
    for wish, message in (("standard", "write CLASS=10wd"), ("nix=1wd", "has no term"), ("standard@9", "no policy")):
        with pytest.raises(ClockError, match=message):
            whatif.changed(DEMO.policies, [wish])


def test_one_request_is_explained_from_the_tables(connection: Connection) -> None:
    told = explain_request(connection, DEMO, request_id("met"), now=NOW, lang="sk")
    assert "pozastavené 2 h: čaká sa na počasie" in told.text
    assert [segment.kind for segment in told.timeline] == ["working", "working", "pause", "working"]
    with pytest.raises(ClockError, match="there is no request 5"):
        explain_request(connection, DEMO, 5, now=NOW)
