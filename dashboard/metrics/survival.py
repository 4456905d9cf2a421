"""Time to close that includes open requests: the Kaplan-Meier curve from counts, with its interval and its quantiles.

Counts per distinct time are all it needs, so a million requests cost no more than their distinct minutes or buckets.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dashboard.metrics.intervals import Z_95

COLUMNS: Final = ("time_min", "at_risk", "closed", "censored", "survival", "low", "high")


def kaplan_meier(lifetimes: pd.DataFrame, *, z: float = Z_95) -> pd.DataFrame:
    """The curve over `lifetimes` (`time_min`, `closed`, `censored`, sorted by time): columns `COLUMNS`.

    `survival` is the share still open after `time_min`; `low` and `high` are Greenwood's interval on the log-log scale
    (Kalbfleisch, Prentice 1980). Requests censored at a time count as at risk at that time.
    """
    closed = lifetimes["closed"].to_numpy(dtype=np.float64)
    leaving = closed + lifetimes["censored"].to_numpy(dtype=np.float64)
    at_risk = leaving[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(np.where(at_risk > 0, 1 - closed / at_risk, 1.0))
        terms = np.where(closed > 0, closed / (at_risk * (at_risk - closed)), 0.0)
        spread = np.sqrt(np.cumsum(terms)) / np.abs(np.log(survival))
        low, high = survival ** np.exp(z * spread), survival ** np.exp(-z * spread)
    is_certain = (survival >= 1) | ~np.isfinite(spread)
    low = np.where(is_certain, survival, low)
    high = np.where(is_certain, survival, high)
    made = lifetimes[["time_min", "closed", "censored"]].assign(at_risk=at_risk, survival=survival, low=low, high=high)
    return made[list(COLUMNS)].reset_index(drop=True)


def time_until(curve: pd.DataFrame, share: float, column: str = "survival") -> float | None:
    """Minutes after which `share` (0 to 1) of the requests are closed; None where the curve does not come so far."""
    reached = np.flatnonzero(curve[column].to_numpy() <= 1 - share + 1e-12)
    return float(curve["time_min"].iloc[reached[0]]) if len(reached) else None


def time_interval(curve: pd.DataFrame, share: float) -> tuple[float, float] | None:
    """The 95 % interval of `time_until` (Brookmeyer, Crowley 1982); None where one end is open."""
    low, high = time_until(curve, share, "low"), time_until(curve, share, "high")
    return None if low is None or high is None else (low, high)
