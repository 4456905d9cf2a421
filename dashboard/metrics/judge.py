"""Whether a share stands out from what it is held against, with one stated chance of a false call over all rows.

A row is judged by an interval that is wider the more rows are looked at (Bonferroni), so that of twenty executors none
is called worse by the one chance in twenty that each of their own intervals leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scipy import stats

from dashboard.metrics.intervals import wilson

ALPHA: Final = 0.05
"""Chance that rows without any difference show one that stands out, at most."""
BETTER, ALIKE, WORSE = "better", "alike", "worse"


def judged(hits: Sequence[float], cases: Sequence[float], against_pct: Sequence[float], *, is_good: bool) -> list[str]:
    """`better`, `worse` or `alike` for each row: hits of cases against a percentage; NaN is held against nothing.

    `is_good`: a higher share is better.
    """
    z = float(stats.norm.isf(ALPHA / 2 / max(len(hits), 1)))
    return [
        _one(hit, case, level, z, is_good=is_good) for hit, case, level in zip(hits, cases, against_pct, strict=True)
    ]


def _one(hits: float, cases: float, level_pct: float, z: float, *, is_good: bool) -> str:
    limits = wilson(hits, cases, z=z)
    if limits is None or level_pct != level_pct or limits[0] * 100 <= level_pct <= limits[1] * 100:
        return ALIKE
    return BETTER if (limits[0] * 100 > level_pct) == is_good else WORSE
