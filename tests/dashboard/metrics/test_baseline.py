"""The expected level: weekdays, trend and past surges; and that chance alone seldom looks unusual."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from dashboard.metrics.baseline import HOLIDAY_AS, MIN_WEEKS, day_kinds, expect, history_days

WEEK = np.array([1.25, 1.12, 1.08, 1.05, 1.1, 0.72, 0.68])
KINDS = np.tile(np.arange(7), 12)


def counts(level: float, *, growth: float = 0.0, seed: int = 1, shape: float = 60.0, series: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    days = np.arange(84)
    mean = level * WEEK[days % 7] * np.exp(growth * days / 7)
    return rng.poisson(mean * rng.gamma(shape, 1 / shape, (series, 84))).astype(float)


@pytest.mark.parametrize("kind", [0, 5, 6])
def test_a_weekday_is_held_against_its_own_kind(kind: int) -> None:
    expected = expect(counts(300.0), KINDS, kind)
    assert expected.mean[0] == pytest.approx(300 * WEEK[kind], rel=0.12)


def test_a_past_surge_hardly_moves_the_level() -> None:
    quiet = counts(200.0)
    surged = quiet.copy()
    surged[0, 49] *= 6
    before, after = (expect(one, KINDS, 0).mean[0] for one in (quiet, surged))
    assert after == pytest.approx(before, rel=0.08)


def test_a_plain_trend_is_followed_and_no_trend_is_not_invented() -> None:
    growing = expect(counts(300.0, growth=0.04, shape=1e6), KINDS, 2)
    assert growing.mean[0] == pytest.approx(300 * WEEK[2] * np.exp(0.04 * 12), rel=0.08)
    level = expect(counts(300.0, shape=1e6), KINDS, 2)
    assert level.mean[0] == pytest.approx(300 * WEEK[2], rel=0.06)


def test_a_restless_past_asks_more_of_a_surprise() -> None:
    calm, restless = (expect(counts(200.0, shape=shape), KINDS, 1) for shape in (1e6, 8.0))
    assert calm.p_values([320])[0] < 1e-4 < restless.p_values([320])[0]


def test_a_part_is_at_least_as_restless_as_the_whole() -> None:
    whole = counts(400.0, shape=10.0)
    part = np.round(whole * 0.5)
    both = expect(np.vstack([whole, part]), KINDS, 3)
    assert both.variance[1] / both.mean[1] ** 2 >= 0.9 * (both.variance[0] / both.mean[0] ** 2)


def test_what_never_happened_is_unusual_only_in_numbers() -> None:
    expected = expect(np.vstack([counts(50.0), np.zeros((1, 84))]), KINDS, 4)
    one, many = expected.p_values([50, 1])[1], expected.p_values([50, 12])[1]
    assert one > 0.001
    assert many < 1e-6


def test_p_values_are_honest_over_many_quiet_days() -> None:
    rng = np.random.default_rng(5)
    days = np.arange(84 + 140)
    drawn = rng.poisson(180 * WEEK[days % 7] * rng.gamma(60, 1 / 60, len(days))).astype(float)
    p = [
        expect(drawn[None, d - 84 : d], days[d - 84 : d] % 7, int(d % 7)).p_values([drawn[d]])[0]
        for d in range(84, len(days))
    ]
    assert np.mean(np.array(p) < 0.05) <= 0.10
    assert min(p) > 1e-5


def test_limits_of_a_quiet_day_hold_the_mean() -> None:
    expected = expect(counts(20.0), KINDS, 0)
    low, high = expected.interval()
    assert low[0] < expected.mean[0] < high[0]


def test_history_is_whole_weeks_and_too_little_is_none() -> None:
    day = date(2026, 11, 21)
    assert history_days(day, day - timedelta(days=7 * MIN_WEEKS - 1)) == []
    past = history_days(day, day - timedelta(days=400))
    assert len(past) == 84
    assert past[-1] == day - timedelta(days=1)


def test_holidays_count_as_sundays() -> None:
    monday = date(2026, 11, 16)
    assert day_kinds([monday, monday + timedelta(days=1)], {monday: "a holiday"}).tolist() == [HOLIDAY_AS, 1]
