"""Intervals of shares: Wilson's, which stays within 0 and 1 and holds for small numbers (Brown, Cai, DasGupta 2001)."""

from __future__ import annotations

from math import sqrt
from typing import Final

Z_95: Final = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


def wilson(hits: float, n: float, *, z: float = Z_95) -> tuple[float, float] | None:
    """Lower and upper limit of a share, 0 to 1; None where n is 0."""
    if n <= 0:
        return None
    share = hits / n
    middle = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    below = 1 + z * z / n
    return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)
