"""Funnel limits: how far a share of n cases strays from the common one by chance alone (Spiegelhalter 2005).

Exact binomial limits with interpolation between whole cases, as in his appendix A.1.1, so that a small executor is not
shamed by chance and a large one does not hide behind an average.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]

LEVELS: Final = (0.95, 0.998)
"""Two and three standard deviations: one in twenty and one in five hundred stray so far by chance."""
CHANCE, UNUSUAL, EXCEPTIONAL = "chance", "unusual", "exceptional"


def limits(target: float, cases: npt.ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Lower and upper limit (0 to 1) for each number of cases around `target` (0 to 1) at a two-sided `level`."""
    n = np.asarray(cases, dtype=np.float64)
    tail = (1 - level) / 2
    return _limit(target, n, tail), _limit(target, n, 1 - tail)


def _limit(target: float, n: Floats, p: float) -> Floats:
    """The interpolated quantile of a binomial share."""
    if not 0 < target < 1:
        return np.full_like(n, target)
    whole = stats.binom.ppf(p, n, target)
    reached, before = stats.binom.cdf(whole, n, target), stats.binom.cdf(whole - 1, n, target)
    beyond = (reached - p) / np.maximum(reached - before, 1e-300)
    return np.asarray(np.clip((whole - beyond) / np.maximum(n, 1), 0.0, 1.0))


def curves(target: float, most: int, *, points: int = 60) -> pd.DataFrame:
    """Columns `cases`, and `low_95`, `high_95`, `low_998`, `high_998` (0 to 1) up to `most` cases, for drawing."""
    cases = np.unique(np.geomspace(1, max(most, 2), points).round())
    made = pd.DataFrame({"cases": cases})
    for level, name in zip(LEVELS, ("95", "998"), strict=True):
        made[f"low_{name}"], made[f"high_{name}"] = limits(target, cases, level)
    return made


def judge(shares: Sequence[float], cases: Sequence[int], target: float) -> list[str]:
    """For each share (0 to 1): `chance` inside the 95 % limits, `unusual` outside, `exceptional` outside 99.8 %."""
    held, n = np.asarray(shares, dtype=np.float64), np.asarray(cases, dtype=np.float64)
    said = np.full(len(held), CHANCE, dtype=object)
    for level, word in zip(LEVELS, (UNUSUAL, EXCEPTIONAL), strict=True):
        low, high = limits(target, n, level)
        said[(held < low) | (held > high)] = word
    return [str(one) for one in said]
