"""Movers, drift, contrasts and clusters: what they must find, and how seldom they may cry wolf."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from dashboard.metrics.clusters import clusters
from dashboard.metrics.contrast import contrast
from dashboard.metrics.drift import chance_pct, distinctive, drift_p, drift_pct
from dashboard.metrics.figure import Figure
from dashboard.metrics.movers import movers, rate_change_pct

CODES = [f"t{place}" for place in range(20)]


def counts(rng: np.random.Generator, mean: float = 8.0, days: int = 28) -> pd.DataFrame:
    return pd.DataFrame(rng.poisson(mean, (len(CODES), days)), index=CODES)


def test_two_alike_periods_seldom_show_any_mover() -> None:
    rng = np.random.default_rng(3)
    alarms = sum(bool(movers(counts(rng), counts(rng))["is_significant"].any()) for _ in range(200))
    assert alarms <= 200 * 0.05 + 3 * (200 * 0.05 * 0.95) ** 0.5


def test_a_topic_that_doubles_is_the_first_mover() -> None:
    rng = np.random.default_rng(4)
    before, now = counts(rng), counts(rng)
    now.loc["t7"] = rng.poisson(16.0, 28)
    found = movers(before, now).iloc[0]
    assert found["code"] == "t7"
    assert found["is_significant"]
    assert found["excess"] == found["now"] - found["before"]


def test_periods_of_unequal_length_are_held_against_each_other_per_day() -> None:
    rng = np.random.default_rng(5)
    assert not movers(counts(rng, days=28), counts(rng, days=7))["is_significant"].any()


def test_drift_is_the_share_that_would_have_to_change_its_topic() -> None:
    before, now = pd.Series({"a": 50, "b": 50}), pd.Series({"a": 80, "b": 20})
    assert drift_pct(before, now) == pytest.approx(30.0)
    assert drift_pct(before, before * 3) == pytest.approx(0.0)
    assert drift_p(before, now) < 0.001
    assert drift_pct(before, pd.Series(dtype=int)) is None


def test_two_draws_of_one_mix_drift_as_far_as_chance_says() -> None:
    rng = np.random.default_rng(6)
    shares = rng.dirichlet(np.ones(12))
    pairs = [[pd.Series(rng.multinomial(500, shares)) for _ in range(2)] for _ in range(100)]
    seen = np.mean([drift_pct(*pair) for pair in pairs])
    assert seen == pytest.approx(np.mean([chance_pct(*pair) for pair in pairs]), rel=0.1)


def test_what_never_came_before_is_distinctive() -> None:
    found = distinctive(pd.Series({"a": 400, "b": 300}), pd.Series({"a": 50, "b": 40, "new": 12}))
    assert found["code"].iloc[0] == "new"
    assert np.isnan(found["times"].iloc[0])


def test_a_change_after_an_event_has_an_interval_that_holds_the_truth() -> None:
    rng = np.random.default_rng(7)
    told = [rate_change_pct(rng.poisson(50, 14).astype(float), rng.poisson(75, 14).astype(float)) for _ in range(100)]
    assert sum(one is not None and one[1] <= 50 <= one[2] for one in told) >= 88
    assert rate_change_pct(np.zeros(7), np.ones(7)) is None


def test_a_difference_of_shares_is_judged_and_facts_are_not() -> None:
    one = Figure("x", 50.0, 400, "%", (45.1, 54.9))
    assert contrast(one, Figure("x", 65.0, 400, "%", (60.2, 69.5))).is_real
    assert contrast(one, Figure("x", 52.0, 400, "%", (47.1, 56.9))).is_real is False
    assert contrast(Figure("p", 900.0, 900, "residents"), Figure("p", 9.0, 9, "residents")).is_real is None
    assert (
        contrast(Figure("c", 100.0, 100, "contacts"), Figure("c", 200.0, 200, "contacts"), exposure=(7, 14)).is_real
        is False
    )


def test_a_burst_at_one_place_is_a_cluster_and_a_busy_street_is_none() -> None:
    rng, start = np.random.default_rng(8), datetime(2026, 5, 1, tzinfo=UTC)
    street = [(25.0, 60.0, start + timedelta(hours=float(hour))) for hour in rng.uniform(0, 720, 120)]
    burst = [(25.1, 60.1, start + timedelta(hours=300 + place * 0.2)) for place in range(9)]
    points = pd.DataFrame(street + burst, columns=["lon", "lat", "created_at"])
    points = points.assign(topic="water", request_id=range(len(points)))
    found = clusters(points, days=30)
    assert len(found) == 1
    assert found["n"].iloc[0] == 9
    assert set(found["request_ids"].iloc[0]) == set(range(120, 129))
    assert clusters(points.head(0), days=30).empty
