"""Whether two figures differ beyond chance: shares by Newcombe's interval, counts by their ratio."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from dashboard.metrics.figure import Figure
from dashboard.metrics.intervals import Z_95

SETTLED: Final = frozenset({"residents", "territories", "bodies"})
"""Units that are settled facts, not cases that chance sends."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """`difference` is `other` less `one` (points for shares), `change_pct` relative; `is_real` None: not judged."""

    difference: float | None
    change_pct: float | None
    low: float | None = None
    high: float | None = None
    is_real: bool | None = None


def contrast(one: Figure, other: Figure, *, exposure: tuple[float, float] = (1.0, 1.0)) -> Contrast:
    """How `other` differs from `one`; `exposure` are the days of each, by which counts are held against each other.

    Shares: Newcombe's hybrid score interval of a difference (1998, method 10), from both Wilson limits. Counts: the
    log ratio of two Poisson rates. Times and the like are set side by side, not judged.
    """
    if one.value is None or other.value is None:
        return Contrast(None, None)
    difference = other.value - one.value
    change = difference / one.value * 100 if one.value else None
    if one.unit == "%" and one.interval and other.interval:
        (low1, high1), (low2, high2) = one.interval, other.interval
        low = difference - sqrt((other.value - low2) ** 2 + (high1 - one.value) ** 2)
        high = difference + sqrt((high2 - other.value) ** 2 + (one.value - low1) ** 2)
        return Contrast(difference, change, low, high, low > 0 or high < 0)
    if one.unit not in SETTLED and one.value == one.n and other.value == other.n and one.n and other.n:
        middle = log(other.n / exposure[1]) - log(one.n / exposure[0])
        half = Z_95 * sqrt(1 / one.n + 1 / other.n)
        low, high = ((exp(end) - 1) * 100 for end in (middle - half, middle + half))
        return Contrast(difference, (exp(middle) - 1) * 100, low, high, low > 0 or high < 0)
    return Contrast(difference, change)
