"""How far a mix moved: the share that would have to change its kind, against what chance alone moves; and what is new.

The measure is the total variation distance, because its unit is plain: cases out of a hundred that changed their topic.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]

PRIOR_CASES: Final = 10.0
"""Strength of the prior of `distinctive`: one case of a rare kind is no news."""
DISTINCT_Z: Final = 2.58
"""A kind is told as distinctive beyond this score (99 % of chance lies within)."""


def drift_pct(before: pd.Series, now: pd.Series) -> float | None:
    """Share of the cases, percent, that would have to change their kind to turn one mix into the other."""
    first, second = _together(before, now)
    if not first.sum() or not second.sum():
        return None
    return float(np.abs(first / first.sum() - second / second.sum()).sum() / 2 * 100)


def chance_pct(before: pd.Series, now: pd.Series) -> float | None:
    """The drift that two draws of these sizes from one common mix show on average (normal approximation)."""
    first, second = _together(before, now)
    if not first.sum() or not second.sum():
        return None
    shares = (first + second) / (first.sum() + second.sum())
    spread = np.sqrt(shares * (1 - shares) * (1 / first.sum() + 1 / second.sum()))
    return float(spread.sum() * np.sqrt(2 / np.pi) / 2 * 100)


def drift_p(before: pd.Series, now: pd.Series) -> float:
    """Chance of such a drift without a change: the chi-squared test of one mix; 1 where there is nothing to test."""
    first, second = _together(before, now)
    kept = (first + second) > 0
    if kept.sum() < 2 or not first.sum() or not second.sum():
        return 1.0
    return float(stats.chi2_contingency(np.vstack([first[kept], second[kept]]), correction=False).pvalue)


def distinctive(before: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Columns `code`, `before`, `now`, `times`, `z`, the most distinctive of `now` first.

    Weighted log-odds with an informative Dirichlet prior (Monroe, Colaresi, Quinn 2008); `times` is the ratio of the
    shares, NaN where there was none before.
    """
    codes = before.index.union(now.index)
    first, second = _together(before, now)
    prior = first + second
    prior = prior / max(prior.sum(), 1.0) * PRIOR_CASES * max(len(codes), 1) + 1e-6
    z = (_log_odds(second, prior) - _log_odds(first, prior)) / np.sqrt(1 / (second + prior) + 1 / (first + prior))
    with np.errstate(divide="ignore", invalid="ignore"):
        times = (second / max(second.sum(), 1.0)) / (first / max(first.sum(), 1.0))
    made = pd.DataFrame(
        {
            "code": [str(code) for code in codes], "before": first.astype(int), "now": second.astype(int),
            "times": np.where(first > 0, times, np.nan), "z": z,
        }
    )  # fmt: skip
    return made.sort_values(["z", "code"], ascending=[False, True], ignore_index=True)


def _log_odds(counts: Floats, prior: Floats) -> Floats:
    held, whole = counts + prior, counts.sum() + prior.sum()
    return np.asarray(np.log(held) - np.log(np.maximum(whole - held, 1e-9)))


def _together(before: pd.Series, now: pd.Series) -> tuple[Floats, Floats]:
    codes = before.index.union(now.index)
    return (
        before.reindex(codes, fill_value=0).to_numpy(dtype=np.float64),
        now.reindex(codes, fill_value=0).to_numpy(dtype=np.float64),
    )
