"""The vectorised clock and the slow, plain one say the same of any life."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.clock.events import NOTHING
from etl.clock.replay import replay
from etl.clock.request_file import parse_requests
from geodata.profile import SlaPolicy
from tests.etl.clock import reference
from tests.etl.clock.factories import CALENDARS, HOLIDAYS, POLICIES, TOPICS, ZONE, book, policy

PROPERTY_POLICIES = (
    *(one for one in POLICIES if one.target_unit in ("minutes", "hours")),
    policy("d1", 1, "working_days", starts_at_opening=True),
    policy("d2", 2, "working_days", calendar="office"),
    policy("dc", 1, "working_days", "calendar"),
    policy("c3", 3, "calendar_days", "calendar", rolls_to_working_day=True),
    policy("cw", 3, "calendar_days"),
    policy("ext", 2, "hours", extended_value=2, extended_unit="working_days"),
)
WORLD = reference.World(ZONE, CALENDARS, HOLIDAYS, TOPICS, PROPERTY_POLICIES)
STARTS = [
    datetime(*day, tzinfo=UTC)
    for day in ((2024, 6, 6), (2024, 3, 28), (2024, 10, 24), (2024, 12, 22), (2024, 12, 30), (2024, 4, 30))
]
KINDS = ("assigned", "paused", "resumed", "extended", "closed", "reopened", "returned", "cancelled")
CLASSES = sorted({one.request_class for one in PROPERTY_POLICIES})


def _iso(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat()


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    start = draw(st.sampled_from(STARTS)) + timedelta(minutes=draw(st.integers(0, 4 * 1440)))
    made: list[dict[str, Any]] = [{"at": _iso(start), "kind": "created", "executor": draw(st.sampled_from(["", "a"]))}]
    at = start
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=6)):
        at += timedelta(minutes=draw(st.one_of(st.integers(-30, 200), st.integers(0, 2000))))
        one: dict[str, Any] = {"at": _iso(at), "kind": kind, "executor": draw(st.sampled_from(["", "", "a", "b"]))}
        how = draw(st.sampled_from(["minutes", "until", "unsaid"])) if kind == "extended" else ""
        if how == "minutes":
            one["extended_minutes"] = draw(st.integers(0, 300))
        elif how == "until":
            one["extended_to"] = _iso(at + timedelta(minutes=draw(st.integers(-60, 2000))))
        if kind == "assigned" and draw(st.integers(0, 3)) == 0:
            one["class"] = draw(st.sampled_from(CLASSES))
        made.append(one)
    return made


@st.composite
def lives(draw: st.DrawFn) -> dict[str, Any]:
    topic = draw(st.sampled_from([None, "leak", "big_leak", "light"]))
    return {"id": 1, "topic": topic, "class": draw(st.sampled_from(CLASSES)), "events": draw(events())}


def _slowly(life: dict[str, Any]) -> reference.Answer:
    happenings = [
        reference.Happening(
            at=datetime.fromisoformat(event["at"]),
            kind=event["kind"],
            request_class=event.get("class"),
            executor=event.get("executor") or None,
            extended_min=event.get("extended_minutes"),
            extended_to=datetime.fromisoformat(event["extended_to"]) if "extended_to" in event else None,
        )
        for event in life["events"]
    ]
    return reference.replay(WORLD, life["class"], life["topic"], happenings)


def _stamp(moment: datetime | None) -> int:
    return NOTHING if moment is None else int(moment.timestamp())


@settings(max_examples=60)
@given(st.lists(lives(), min_size=1, max_size=4))
def test_the_fast_clock_equals_the_slow_one(many: list[dict[str, Any]]) -> None:
    file = parse_requests(many, book(PROPERTY_POLICIES))
    results = replay(file.requests, file.events, book(PROPERTY_POLICIES))
    for row, life in enumerate(many):
        slow = _slowly(life)
        times = results.executor_times
        fast_executors = {
            file.executors.get(int(times.executor_ids[place]), ""): int(times.working_s[place]) // 60
            for place in np.flatnonzero((times.request == row) & (times.working_s > 0))
        }
        fast = {
            "policy": results.policies[int(results.policy[row])],
            "started": int(results.started_s[row]),
            "target": int(results.target_s[row]) / 60,
            "due": int(results.due_s[row]),
            "late3": int(results.late3_s[row]),
            "resolved": int(results.resolved_s[row]),
            "own": int(results.own_s[row]) / 60,
            "working": int(results.working_s[row]) / 60,
            "calendar": int(results.calendar_s[row]) / 60,
            "paused": int(results.paused_s[row]) / 60,
            "late": int(results.late_s[row]) / 60,
            "executors": fast_executors,
        }
        assert fast == {
            "policy": slow.policy,
            "started": _stamp(slow.started_at),
            "target": slow.target_min,
            "due": _stamp(slow.due_at),
            "late3": _stamp(slow.late3_at),
            "resolved": _stamp(slow.resolved_at),
            "own": slow.own_min,
            "working": slow.working_min,
            "calendar": slow.calendar_min,
            "paused": slow.paused_min,
            "late": slow.late_min,
            "executors": slow.executors,
        }


def test_the_slow_clock_takes_the_version_of_the_day() -> None:
    chosen: SlaPolicy = WORLD.choose("ver", None, date(2024, 6, 10))
    assert chosen.version == 2
