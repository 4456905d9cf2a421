"""Funnel limits hold what they promise by exact binomial probability, narrow with n, and shame no small executor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dashboard.metrics.funnel import LEVELS, curves, judge, limits


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 0.95), st.integers(2, 2_000), st.sampled_from(LEVELS))
def test_chance_alone_stays_within_at_least_as_often_as_said(target: float, n: int, level: float) -> None:
    low, high = limits(target, [n], level)
    inside = np.arange(n + 1) / n
    kept = (inside >= low[0] - 1e-12) & (inside <= high[0] + 1e-12)
    probability = stats.binom.pmf(np.arange(n + 1), n, target)[kept].sum()
    step = stats.binom.pmf(np.arange(n + 1), n, target).max()
    assert probability >= level - step, "interpolation gives away less than one case"


def test_limits_narrow_with_the_number_of_cases() -> None:
    made = curves(0.7, 1_000)
    width = made["high_95"] - made["low_95"]
    assert width.iloc[-1] < width.iloc[len(width) // 2] < width.iloc[2]
    assert (made["low_998"] <= made["low_95"] + 1e-12).all()
    assert made["cases"].max() == 1_000


def test_large_samples_agree_with_the_normal_curve() -> None:
    low, high = limits(0.5, [10_000], 0.95)
    assert (low[0], high[0]) == pytest.approx((0.5 - 1.96 * 0.005, 0.5 + 1.96 * 0.005), abs=2e-4)


def test_the_same_share_is_chance_for_few_and_exceptional_for_many() -> None:
    assert judge([0.5, 0.5, 0.5], [6, 60, 600], 0.7) == ["chance", "exceptional", "exceptional"]
    assert judge([0.6], [100], 0.7) == ["unusual"]
    assert judge([0.7], [5], 0.7) == ["chance"]


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_share_of_none_or_all_has_no_room(target: float) -> None:
    low, high = limits(target, [5, 50], 0.95)
    assert low.tolist() == high.tolist() == [target, target]
