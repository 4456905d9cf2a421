"""The level to be expected of a day's counts: the same kind of day in the weeks before, robust to surges and trend.

After Farrington et al. (1996) and Noufaily et al. (2013), the standard of outbreak detection: the mean of comparable
days, unusual ones weighed down, a trend followed only where it is plain, and a negative binomial around it as wide as
the past was, never narrower than Poisson.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from dashboard.metrics.intervals import Z_95

Floats = npt.NDArray[np.float64]

WEEKS: Final = 12
MIN_WEEKS: Final = 8
HOLIDAY_AS: Final = 6
"""A public holiday is held against Sundays: there are too few holidays to hold it against."""
OUTLIER_Z: Final = 2.58
"""Beyond this residual a past day weighs less (Noufaily et al. 2013)."""
PRIOR_WEEKS: Final = 1.5
"""Weight, in weeks, of the mean over all days in the mean of one weekday: rare topics are not all or nothing."""
MAX_TREND: Final = 1.5
"""A trend moves the level by this factor at most."""
_WIDER: Final = 1.25
"""The spread is estimated from what the weights leave, which is a little too narrow."""


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What one day's counts are drawn from, one entry per series: negative binomial of this mean and variance."""

    mean: Floats
    variance: Floats

    def p_values(self, counts: npt.ArrayLike) -> Floats:
        """Two-sided: twice the smaller tail that holds the count, at most 1."""
        seen = np.asarray(counts, dtype=np.float64)
        size, success = self._shape()
        upper, lower = stats.nbinom.sf(seen - 1, size, success), stats.nbinom.cdf(seen, size, success)
        return np.asarray(np.minimum(1.0, 2 * np.minimum(upper, lower)))

    def interval(self, z: float = Z_95) -> tuple[Floats, Floats]:
        """The limits between which a quiet day's count lies with the probability of `z`."""
        size, success = self._shape()
        tail = stats.norm.sf(z)
        return stats.nbinom.ppf(tail, size, success), stats.nbinom.isf(tail, size, success)

    def _shape(self) -> tuple[Floats, Floats]:
        mean = np.maximum(self.mean, 1e-9)
        size = mean**2 / np.maximum(self.variance - mean, mean * 1e-6)
        return size, size / (size + mean)


def day_kinds(days: list[date], holidays: Mapping[date, Any]) -> npt.NDArray[np.int64]:
    """The kind of each day: 0 Monday to 6 Sunday, holidays as Sundays."""
    return np.array([HOLIDAY_AS if day in holidays else day.weekday() for day in days], dtype=np.int64)


def history_days(day: date, first_on: date) -> list[date]:
    """The whole weeks before `day`, at most `WEEKS`, oldest first; empty where there are fewer than `MIN_WEEKS`."""
    weeks = min(WEEKS, (day - first_on).days // 7)
    return [] if weeks < MIN_WEEKS else [day - timedelta(days=back) for back in range(7 * weeks, 0, -1)]


def expect(history: npt.ArrayLike, kinds: npt.NDArray[np.int64], kind: int) -> Expected:
    """What to expect of a day of `kind`, from `history` (series x days, whole weeks, oldest first) and the days' kinds.

    The first series is the whole that the others are parts of: they take the weekday's shape from it where they are
    small, and are at least as restless as it is.
    """
    counts = np.asarray(history, dtype=np.float64)
    growth = _growth(counts)
    weeks = counts.shape[1] // 7
    ahead = np.repeat(np.arange(weeks, 0, -1), 7)
    today = counts * np.exp(growth[:, None] * ahead)
    shape = _weekday_shape(today[0], kinds)
    level = np.maximum((today / shape[kinds]).mean(axis=1), 0.5 / counts.shape[1])
    weight = np.ones_like(counts)
    alpha = np.zeros(len(counts))
    means = np.empty((len(counts), 7))
    for _ in range(4):
        level = np.maximum((weight * today / shape[kinds]).sum(axis=1) / weight.sum(axis=1), 0.5 / counts.shape[1])
        means = _by_kind(today, weight, kinds, level[:, None] * shape[None, :])
        fit = means[:, kinds]
        alpha = _overdispersion(today, fit, weight)
        residual = np.abs(today - fit) / np.sqrt(fit + alpha[:, None] * fit**2)
        weight = np.where(residual > OUTLIER_Z, (OUTLIER_Z / np.maximum(residual, OUTLIER_Z)) ** 2, 1.0)
    alpha = np.maximum(alpha, alpha[0]) * _WIDER
    mean = means[:, kind]
    spread = mean + alpha * mean**2
    alike = (weight * (kinds == kind)).sum(axis=1) + PRIOR_WEEKS
    return Expected(mean, spread * (1 + 1 / alike) + _growth_variance(counts, growth, mean))


def _growth(counts: Floats) -> Floats:
    """Growth per week (log), Theil-Sen over weekly sums; 0 where it is not plain or the series is small."""
    weekly = np.log(counts.reshape(len(counts), -1, 7).sum(axis=2) + 0.5)
    weeks = weekly.shape[1]
    slopes = np.stack([(weekly[:, b] - weekly[:, a]) / (b - a) for a, b in combinations(range(weeks), 2)], axis=1)
    slope = np.median(slopes, axis=1)
    rest = weekly - slope[:, None] * np.arange(weeks)
    scatter = 1.4826 * np.median(np.abs(rest - np.median(rest, axis=1, keepdims=True)), axis=1)
    error = np.maximum(scatter, 1e-6) / np.sqrt(((np.arange(weeks) - (weeks - 1) / 2) ** 2).sum())
    is_plain = (np.abs(slope) > 3 * error) & (counts.sum(axis=1) >= 20 * weeks)
    limit = np.log(MAX_TREND) / weeks
    return np.where(is_plain, np.clip(slope, -limit, limit), 0.0)


def _growth_variance(counts: Floats, growth: Floats, mean: Floats) -> Floats:
    """What a followed trend adds to the uncertainty: a quarter of the step it makes."""
    half = counts.shape[1] / 7 / 2
    return np.asarray((0.25 * np.abs(growth) * half * mean) ** 2)


def _weekday_shape(whole: Floats, kinds: npt.NDArray[np.int64]) -> Floats:
    """Each kind of day's level over the mean of all, by medians, of the series that holds the others."""
    middle = max(float(np.median(whole)), 1e-9)
    found = [np.median(whole[kinds == kind]) / middle if (kinds == kind).any() else 1.0 for kind in range(7)]
    return np.maximum(np.array(found, dtype=np.float64), 0.05)


def _by_kind(today: Floats, weight: Floats, kinds: npt.NDArray[np.int64], prior: Floats) -> Floats:
    """The weighted mean of each kind of day, drawn to the prior by `PRIOR_WEEKS`."""
    found = np.empty((len(today), 7))
    for kind in range(7):
        alike = kinds == kind
        held = weight[:, alike]
        found[:, kind] = ((held * today[:, alike]).sum(axis=1) + PRIOR_WEEKS * prior[:, kind]) / (
            held.sum(axis=1) + PRIOR_WEEKS
        )
    return np.maximum(found, 1e-6)


def _overdispersion(today: Floats, fit: Floats, weight: Floats) -> Floats:
    """By moments: variance is fit + alpha x fit^2; never below 0."""
    days = today.shape[1]
    surplus = (weight * ((today - fit) ** 2 * days / max(days - 7, 1) - fit)).sum(axis=1)
    return np.asarray(np.maximum(surplus / np.maximum((weight * fit**2).sum(axis=1), 1e-9), 0.0))
