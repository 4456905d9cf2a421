"""The lines of a day: a surge is named with what carries it, and quiet days stay silent as often as stated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics.anomaly import ALPHA, WHOLE, Finding, Watched, holm, judge, lines
from dashboard.metrics.drivers import cells, excess_by, told

WEEK = np.array([1.25, 1.12, 1.08, 1.05, 1.1, 0.72, 0.68])
TOPICS = [f"topic{number}" for number in range(20)]
PLACES = ["north", "south", "centre", "west"]
CHANNELS = ["phone", "email", "app"]
SHARES = [
    np.random.default_rng(3).dirichlet(np.full(20, 3.0)), np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.7, 0.2, 0.1])
]  # fmt: skip


def drawn(days: int, seed: int, *, level: float = 260.0) -> np.ndarray:
    """Counts by day, topic, place and channel of days without a surge, as restless as daily 311 volumes are."""
    rng = np.random.default_rng(seed)
    day = np.arange(days)
    total = level * WEEK[day % 7] * rng.gamma(60, 1 / 60, days)
    return rng.poisson(np.einsum("d,t,p,c->dtpc", total, *SHARES))


def watched(counts: np.ndarray) -> Watched:
    keys = [WHOLE]
    rows = [counts.sum(axis=(1, 2, 3))]
    for axis, dim, codes in ((1, "topic", TOPICS), (2, "territory", PLACES), (3, "channel", CHANNELS)):
        others = tuple(one for one in (1, 2, 3) if one != axis)
        keys += [(dim, code) for code in codes]
        rows += list(counts.sum(axis=others).T)
    table = np.array(rows, dtype=float)
    return Watched("contacts", keys, table[:, :-1], table[:, -1])


def told_of(counts: np.ndarray) -> list[Finding]:
    """The lines of the last of the days."""
    kinds = np.arange(len(counts)) % 7
    findings = judge([watched(counts)], kinds[:-1], int(kinds[-1]))
    alike = counts[:-1][kinds[:-1] == kinds[-1]][-8:]
    names = pd.MultiIndex.from_product([TOPICS, PLACES, CHANNELS], names=["topic", "territory", "channel"])

    def frame(values: np.ndarray) -> pd.DataFrame:
        return pd.Series(values.reshape(-1), index=names, name="value").reset_index()

    held = cells(frame(counts[-1]), frame(alike.sum(axis=0)), len(alike), ["topic", "territory", "channel"])
    return lines(findings, lambda _: held, lambda one: {one.by: (one.code,)} if one.by else {}, same_story={})


def test_sixty_quiet_days_raise_false_alarms_no_oftener_than_stated() -> None:
    counts = drawn(84 + 60, seed=11)
    false = [day for day in range(84, 144) if told_of(counts[day - 84 : day + 1])]
    assert len(false) <= ALPHA * 60, f"false alarms on days {false}"


def test_the_stated_rate_holds_over_many_more_days_and_a_small_centre() -> None:
    for level in (40.0, 900.0):
        counts = drawn(84 + 240, seed=23, level=level)
        n = sum(
            any(one.p < ALPHA for one in judge([watched(counts[d - 84 : d + 1])], np.arange(d - 84, d) % 7, d % 7))
            for d in range(84, 324)
        )
        assert n / 240 <= ALPHA + 2 * (ALPHA * (1 - ALPHA) / 240) ** 0.5


def test_a_surge_is_one_line_that_names_its_topic() -> None:
    counts = drawn(85, seed=2)
    counts[-1, 7, 2, 0] += 700
    found = told_of(counts)
    assert [(one.by, one.code) for one in found] == [("topic", "topic7")]
    assert found[0].excess == pytest.approx(700, rel=0.1)


def test_a_stranger_part_of_a_larger_surge_is_not_told_beside_it() -> None:
    counts = drawn(85, seed=2)
    counts[:, :, 2, :] = 0
    counts[-1, 7, 2, :] += 60
    counts[-1, 7, 0, :] += 30
    assert [(one.by, one.code) for one in told_of(counts)] == [("topic", "topic7")]


def test_two_surges_in_different_places_are_two_lines() -> None:
    counts = drawn(85, seed=4)
    counts[-1, 7, 2, 0] += 300
    counts[-1, 12, 0, 1] += 200
    assert {one.code for one in told_of(counts)} == {"topic7", "topic12"}


def test_a_silent_channel_is_told_too() -> None:
    counts = drawn(85, seed=6)
    counts[-1, :, :, 1] = 0
    found = told_of(counts)
    assert ("channel", "email") in [(one.by, one.code) for one in found]
    assert found[0].excess < 0


def test_a_rise_of_everything_is_told_as_the_whole() -> None:
    counts = drawn(85, seed=8)
    counts[-1] *= 3
    assert (told_of(counts)[0].by, told_of(counts)[0].code) == WHOLE


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert (adjusted >= np.array(p_values) - 1e-12).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(adjusted[order]) >= -1e-12).all()


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])


def held() -> pd.DataFrame:
    now = pd.DataFrame({"topic": ["a", "a", "b"], "place": ["x", "y", "x"], "value": [90, 20, 10]})
    before = pd.DataFrame({"topic": ["a", "a", "b"], "place": ["x", "y", "x"], "value": [80, 80, 80]})
    return cells(now, before, 8, ["topic", "place"])


def test_shares_of_the_excess_add_up() -> None:
    shares = excess_by(held(), {"topic": ["a"]}, "place")
    assert shares["code"].tolist() == ["x", "y"]
    assert shares["share_pct"].sum() == pytest.approx(100)
    assert shares["share_pct"].iloc[0] == pytest.approx(100 * 80 / 90)


def test_what_was_told_is_no_longer_unexpected() -> None:
    left = told(held(), {"topic": ["a"]})
    assert (left.loc[left["topic"] == "a", "count"] == left.loc[left["topic"] == "a", "expected"]).all()
    assert left.loc[left["topic"] == "b", "count"].tolist() == [10]
