"""Indirect standardisation: hand-worked, blind to the mix, fair to those who have peers and silent without any."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.metrics.casemix import standardise

COLUMNS = ["executor", "topic", "request_class", "hits", "cases"]


def mix(*rows: tuple[str, str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_hand_worked_case() -> None:
    # Peers of a: light 80/100, water 20/40. a has 50 light, 50 water: expected 40 + 25 = 65; it did 60 of 100.
    found = standardise(
        mix(
            ("a", "light", "x", 45, 50),
            ("a", "water", "x", 15, 50),
            ("b", "light", "x", 80, 100),
            ("b", "water", "x", 20, 40),
        )
    ).set_index("executor")
    assert found.loc["a", "observed_pct"] == pytest.approx(60)
    assert found.loc["a", "peers_pct"] == pytest.approx(65)
    assert found.loc["a", "ratio"] == pytest.approx(60 / 65)
    overall = 160 / 240
    assert found.loc["a", "adjusted_pct"] == pytest.approx(100 * overall * 60 / 65)
    assert found.loc["a", "comparable_pct"] == 100


def test_a_hard_mix_is_no_shame() -> None:
    # Both reach half of the hard cases and nine in ten of the easy ones; one has mostly hard ones.
    found = standardise(
        mix(
            ("hard", "h", "x", 90, 180),
            ("hard", "e", "x", 18, 20),
            ("easy", "h", "x", 10, 20),
            ("easy", "e", "x", 162, 180),
        )
    ).set_index("executor")
    assert found.loc["hard", "observed_pct"] < 60 < 80 < found.loc["easy", "observed_pct"]
    assert found.loc["hard", "adjusted_pct"] == pytest.approx(found.loc["easy", "adjusted_pct"])
    assert found["ratio"].tolist() == pytest.approx([1.0, 1.0])


def test_a_topic_nobody_else_has_is_held_against_the_class() -> None:
    found = standardise(
        mix(("a", "only_a", "x", 30, 50), ("b", "light", "x", 80, 100), ("c", "light", "y", 10, 100))
    ).set_index("executor")
    assert found.loc["a", "peers_pct"] == pytest.approx(80)
    assert found.loc["a", "comparable_pct"] == 0
    assert found.loc["c", "peers_pct"] == pytest.approx(100 * 110 / 150), "no peers in class y: all"


def test_a_single_executor_has_no_peers() -> None:
    found = standardise(mix(("a", "light", "x", 30, 50))).iloc[0]
    assert found["observed_pct"] == 60
    assert pd.isna(found["peers_pct"])
    assert pd.isna(found["adjusted_pct"])


def test_nothing_gives_nothing_with_its_columns() -> None:
    assert "adjusted_pct" in standardise(mix()).columns


rates = st.dictionaries(st.sampled_from("pqr"), st.integers(1, 9), min_size=1)


@settings(max_examples=60, deadline=None)
@given(rates, st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("pqr"), st.integers(1, 5)), min_size=1))
def test_equal_work_is_judged_equal_whatever_the_mix(tenths: dict[str, int], cases: list[tuple[str, str, int]]) -> None:
    rows = [
        (who, topic, "x", 10 * times * tenths[topic], 100 * times) for who, topic, times in cases if topic in tenths
    ]
    for one in standardise(mix(*rows)).itertuples():
        topics = {topic for who, topic, *_ in rows if who == one.executor}
        others = {topic for who, topic, *_ in rows if who != one.executor}
        if topics <= others:
            assert one.ratio == pytest.approx(1.0)
        assert one.low_pct <= one.observed_pct <= one.high_pct
