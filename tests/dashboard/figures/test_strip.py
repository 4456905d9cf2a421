"""The life of a request as a strip: round moments under it, names only where they fit, no line through a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from dashboard.figures.strip import Mark, strip

START = datetime(2026, 11, 21, 8, 45, tzinfo=UTC)


def drawn(lengths: dict[str, timedelta], *, due: timedelta) -> dict[str, Any]:
    """A strip of stretches one after another, all with one executor, due so long after the start."""
    rows, at = [], START
    for kind, length in lengths.items():
        rows.append((kind, at, at + length, "water", "", length.total_seconds() / 60))
        at += length
    columns = ["kind", "start_at", "end_at", "executor", "label", "minutes"]
    kinds = {"working": "clock runs", "pause": "paused"}
    return strip(
        pd.DataFrame(rows, columns=columns), lang="en", kinds=kinds, executors={"water": "Water company"},
        rows=("Clock", "With"), marks=[Mark(START + due, "due", is_term=True)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("length", "ticks"),
    [
        (timedelta(hours=5), ["21 Nov 09:00", "21 Nov 10:00", "21 Nov 11:00", "21 Nov 12:00", "21 Nov 13:00"]),
        (timedelta(days=5), ["22 Nov", "23 Nov", "24 Nov", "25 Nov", "26 Nov"]),
        (timedelta(days=30), ["22 Nov", "29 Nov", "6 Dec", "13 Dec", "20 Dec"]),
    ],
)
def test_a_day_is_named_where_it_begins_and_an_hour_where_it_strikes(length: timedelta, ticks: list[str]) -> None:
    axis = drawn({"working": length}, due=length / 2)["layout"]["xaxis"]
    assert axis["ticktext"] == ticks
    assert all(at.endswith(":00:00") for at in axis["tickvals"])


def test_a_stretch_too_short_for_its_name_bears_none() -> None:
    told = {bar["name"]: bar for bar in drawn({"working": timedelta(hours=1), "pause": timedelta(days=8)},
                                              due=timedelta(hours=4))["data"]}  # fmt: skip
    assert told["clock runs"]["text"] == [""]
    assert told["paused"]["text"] == ["paused"]
    long_ago = drawn({"working": timedelta(hours=5)}, due=timedelta(days=30))["data"]
    assert {text for bar in long_ago for text in bar["text"]} == {""}


def test_the_line_of_the_term_runs_behind_the_executors_name() -> None:
    upper, lower = drawn({"working": timedelta(hours=9)}, due=timedelta(hours=4))["layout"]["shapes"]
    assert (upper["layer"], upper["y0"]) == ("above", 0.5)
    assert (lower["layer"], lower["y1"]) == ("below", 0.5)
