"""The survival curve: the same as the reference library's, from single times and from counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sksurv.nonparametric import kaplan_meier_estimator

from dashboard.metrics.survival import kaplan_meier, time_interval, time_until
from etl.sketch import buckets_of, values_of

lives = st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=2, max_size=120)


def counted(times: np.ndarray, is_closed: np.ndarray) -> pd.DataFrame:
    rows = pd.DataFrame(
        {"time_min": times.astype(float), "closed": is_closed.astype(int), "censored": 1 - is_closed.astype(int)}
    )
    return rows.groupby("time_min", as_index=False).sum().sort_values("time_min", ignore_index=True)


@given(rows=lives)
def test_curve_and_interval_are_those_of_scikit_survival(rows: list[tuple[int, bool]]) -> None:
    times, is_closed = np.array([time for time, _ in rows]), np.array([closed for _, closed in rows])
    curve = kaplan_meier(counted(times, is_closed))
    with np.errstate(all="ignore"):
        at, survival, limits = kaplan_meier_estimator(is_closed, times, conf_type="log-log")
    assert curve["time_min"].tolist() == at.tolist()
    np.testing.assert_allclose(curve["survival"], survival, atol=1e-12)
    inner = (survival > 1e-9) & (survival < 1 - 1e-9)
    np.testing.assert_allclose(curve.loc[inner, "low"], limits[0][inner], atol=1e-9)
    np.testing.assert_allclose(curve.loc[inner, "high"], limits[1][inner], atol=1e-9)


def test_open_requests_make_the_median_longer_than_that_of_closed_ones() -> None:
    times = np.array([10, 20, 30, 40, 100, 100])
    is_closed = np.array([True, True, True, True, False, False])
    curve = kaplan_meier(counted(times, is_closed))
    assert time_until(curve, 0.5) == 30
    assert time_until(curve, 0.9) is None
    assert np.median(times[is_closed]) == 25


def test_a_million_requests_from_buckets_are_within_two_percent_and_fast() -> None:
    rng = np.random.default_rng(3)
    times = np.exp(rng.normal(8, 1.4, 1_000_000))
    until = rng.uniform(0, 60_000, len(times))
    is_closed, seen = times <= until, np.minimum(times, until)
    exact = kaplan_meier(counted(np.floor(seen), is_closed))
    rough = kaplan_meier(counted(values_of(buckets_of(np.floor(seen))), is_closed))
    for share in (0.5, 0.9):
        assert time_until(rough, share) == pytest.approx(time_until(exact, share), rel=0.02)


def test_no_requests_have_no_time() -> None:
    nothing = pd.DataFrame({"time_min": [], "closed": [], "censored": []})
    assert time_until(kaplan_meier(nothing), 0.5) is None
    assert time_interval(kaplan_meier(nothing), 0.5) is None
