"""Which parts moved between two periods beyond chance, with one stated chance of a false mover over all of them.

Under no change a part's days are drawn alike in both periods, so of all its cases the later period holds its share of
the days (conditional test of two Poisson rates, Przyborowski and Wilenski 1940), the variance as wide as the earlier
days were (quasi-Poisson); Holm's correction covers everything looked at.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from dashboard.metrics.anomaly import holm

ALPHA: Final = 0.05
"""Chance that two periods without a change show any mover, at most."""
MIN_N: Final = 10
"""Fewer cases in both periods together are not judged."""
PRIOR_DAYS: Final = 14.0
"""Weight, in days, of the common spread in that of one part."""
COLUMNS: Final = ("code", "before", "now", "expected", "excess", "change_pct", "z", "p", "is_significant")

Floats = npt.NDArray[np.float64]


def movers(before: pd.DataFrame, now: pd.DataFrame, *, alpha: float = ALPHA, min_n: int = MIN_N) -> pd.DataFrame:
    """Columns `COLUMNS`, one row per code, the largest excess (either way) first.

    `before` and `now` are daily counts, codes x days. `expected` is `before` at the length of `now`; `p` is Holm's.
    """
    codes = now.index.union(before.index)
    early = before.reindex(codes, fill_value=0).to_numpy(dtype=np.float64)
    late = now.reindex(codes, fill_value=0).to_numpy(dtype=np.float64)
    first, second = early.sum(axis=1), late.sum(axis=1)
    days = max(early.shape[1], 1), max(late.shape[1], 1)
    share = days[1] / sum(days)
    both = first + second
    spread = np.sqrt(np.maximum(dispersion(early) * both * share * (1 - share), 1e-12))
    away = second - both * share
    z = np.sign(away) * np.maximum(np.abs(away) - 0.5, 0.0) / spread
    raw = np.where(both >= min_n, 2 * stats.norm.sf(np.abs(z)), 1.0)
    judged = both >= min_n
    p = np.ones(len(codes))
    p[judged] = holm(raw[judged])
    expected = first * days[1] / days[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(expected > 0, (second - expected) / expected * 100, np.nan)
    made = pd.DataFrame(
        {
            "code": [str(code) for code in codes], "before": first.astype(int), "now": second.astype(int),
            "expected": expected, "excess": second - expected, "change_pct": change, "z": z, "p": p,
            "is_significant": p < alpha,
        }
    )  # fmt: skip
    order = made["excess"].abs().sort_values(ascending=False, kind="stable").index
    return made.loc[order, list(COLUMNS)].reset_index(drop=True)


def dispersion(days: Floats) -> Floats:
    """Variance over mean of each row's days beyond what all rows share that day; never below 1, drawn to the common."""
    if days.shape[1] < 2 or not len(days):
        return np.ones(len(days))
    whole = days.sum(axis=0)
    shape = whole / whole.sum() if whole.sum() else np.full(days.shape[1], 1 / days.shape[1])
    expected = np.maximum(days.sum(axis=1)[:, None] * shape[None, :], 1e-9)
    degrees = days.shape[1] - 1
    own = ((days - expected) ** 2 / expected).sum(axis=1) / degrees
    seen = days.sum(axis=1)
    common = float((own * seen).sum() / seen.sum()) if seen.sum() else 1.0
    drawn = (own * degrees + common * PRIOR_DAYS) / (degrees + PRIOR_DAYS)
    return np.asarray(np.maximum(drawn, 1.0))


def rate_change_pct(before: Floats, after: Floats) -> tuple[float, float, float] | None:
    """Change of the mean per day in percent with its 95 % interval (quasi-Poisson, log scale); None without cases."""
    first, second = float(before.sum()), float(after.sum())
    if not first or not second:
        return None
    spread = max(1.0, (_scatter(before) + _scatter(after)) / max(len(before) + len(after) - 2, 1))
    middle = np.log(second / len(after)) - np.log(first / len(before))
    half = float(stats.norm.isf(0.025)) * np.sqrt(spread * (1 / first + 1 / second))
    told = (float(np.expm1(one) * 100) for one in (middle, middle - half, middle + half))
    return next(told), next(told), next(told)


def _scatter(days: Floats) -> float:
    mean = float(days.mean())
    return float(((days - mean) ** 2).sum() / mean) if mean else 0.0
