"""The hand-worked cases of truth.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from etl.clock.request_file import answers, parse_requests
from tests.etl.clock.factories import book, moment, request

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "truth.toml").read_text(encoding="utf-8"))["case"]
INSTANTS = {"due": "due_at", "started": "started_at", "resolved": "resolved_at"}
MINUTES = {
    "target": "target_minutes", "work": "working_minutes", "cal": "calendar_minutes", "paused": "paused_minutes",
    "late": "late_minutes", "remaining": "remaining_minutes",
}  # fmt: skip
COUNTS = {"returns": "returns", "reopens": "reopens"}


def test_the_table_is_long_enough_and_every_case_is_worked_out() -> None:
    assert len(CASES) >= 60
    assert all(case["why"] and case["is"] for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_truth(case: dict[str, Any]) -> None:
    now = moment(case.get("now", "2026-01-01 00:00"))
    file = parse_requests([request(case["class"], *case["events"], topic=case.get("topic"))], book())
    (said,) = answers(file, book(), now=now, has_details=True)
    expected = case["is"]
    got = {key: said[MINUTES[key]] for key in expected if key in MINUTES}
    got |= {key: moment(said[INSTANTS[key]]) for key in expected if key in INSTANTS}
    got |= {key: said[key] for key in expected if key in ("policy", "verdict", *COUNTS)}
    assert got == {key: moment(value) if key in INSTANTS else value for key, value in expected.items()}, case["why"]
