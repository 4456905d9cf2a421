"""Bands of lateness count every request once and agree with the percentiles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dashboard.metrics.lateness import BANDS, depth
from etl.sketch import buckets_of


def sketch(minutes: list[float]) -> pd.DataFrame:
    found = pd.Series(buckets_of(minutes)).value_counts().sort_index()
    return pd.DataFrame({"bucket": found.index, "n": found.to_numpy()})


def test_bands_count_every_request_once() -> None:
    minutes = [5, 30, 100, 500, 2_000, 2_000, 8_000, 20_000, 90_000]
    found = depth(sketch([float(one) for one in minutes]))
    assert found.bands.set_index("code")["value"].to_dict() == {
        "under_1h": 2, "to_4h": 1, "to_1d": 1, "to_3d": 2, "to_7d": 1, "to_30d": 1, "more": 1,
    }  # fmt: skip
    assert found.n == len(minutes)


def test_percentiles_err_by_two_percent_at_most() -> None:
    minutes = np.random.default_rng(1).lognormal(6, 1.5, 5_000)
    found = depth(sketch(minutes.tolist()))
    assert found.median_min == pytest.approx(np.median(minutes), rel=0.025)
    assert found.p90_min == pytest.approx(np.quantile(minutes, 0.9), rel=0.025)


def test_nothing_late_is_no_error() -> None:
    found = depth(pd.DataFrame({"bucket": pd.Series(dtype="int64"), "n": pd.Series(dtype="int64")}))
    assert (found.n, found.median_min) == (0, None)
    assert found.bands["value"].tolist() == [0] * len(BANDS)
