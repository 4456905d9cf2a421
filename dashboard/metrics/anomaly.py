"""What differs from the expected level on a day, with one stated chance of a false alarm for everything looked at.

Every count is tested two-sided against its own expectation (`baseline`); Holm's correction (1979) keeps the probability
of even one false line on a quiet day at `ALPHA` or below, however many topics are looked at. Lines that another
line already explains are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.metrics.baseline import Expected, Floats, expect
from dashboard.metrics.drivers import Where, inside, told

ALPHA: Final = 0.05
"""Chance that a quiet day shows any line at all, at most."""
LINES: Final = 5
MIN_EXCESS: Final = 5.0
"""Smaller differences are no matter for a meeting."""
MIN_CHANGE: Final = 0.1
PART_OF_WHOLE: Final = 0.6
FEW_PARTS: Final = 3
"""Parts are told instead of the whole where the `FEW_PARTS` largest carry at least this share of its difference."""
PART_OF_TREE: Final = 0.9
"""A narrower topic or territory is told instead of a wider one where it carries this share of its difference."""

Key = tuple[str, str]
"""Dimension and code; ("", "") is the whole."""
WHOLE: Final[Key] = ("", "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One count and what was expected of it; `low` and `high` hold 95 of 100 quiet days, `p` is Holm's."""

    measure: str
    by: str
    code: str
    count: int
    expected: float
    low: int
    high: int
    p: float
    z: float
    variance: float

    @property
    def excess(self) -> float:
        """Count less expectation."""
        return self.count - self.expected

    @property
    def is_notable(self) -> bool:
        """Large enough to be told."""
        return abs(self.excess) >= max(MIN_EXCESS, MIN_CHANGE * self.expected)


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """The series of one measure: `history` is keys x days (whole weeks, oldest first), the whole first."""

    measure: str
    keys: Sequence[Key]
    history: Floats
    today: Floats


def judge(watched: Sequence[Watched], kinds: npt.NDArray[np.int64], kind: int) -> list[Finding]:
    """A finding for every series of every measure, with p-values corrected over all of them together."""
    made: list[Finding] = []
    raw: list[Floats] = []
    for one in watched:
        expected = expect(one.history, kinds, kind)
        raw.append(expected.p_values(one.today))
        made += _findings(one, expected)
    adjusted = holm(np.concatenate(raw)) if raw else np.empty(0)
    return [replace(finding, p=float(p)) for finding, p in zip(made, adjusted, strict=True)]


def _findings(one: Watched, expected: Expected) -> list[Finding]:
    low, high = expected.interval()
    z = (one.today - expected.mean) / np.sqrt(expected.variance)
    return [
        Finding(
            one.measure, *key, int(one.today[i]), float(expected.mean[i]), int(low[i]), int(high[i]), 1.0, float(z[i]),
            float(expected.variance[i]),
        )
        for i, key in enumerate(one.keys)
    ]  # fmt: skip


def holm(p_values: npt.ArrayLike) -> Floats:
    """Holm's adjusted p-values: the chance of any below `alpha` on a quiet day is at most `alpha`."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


Cells = Callable[[str], pd.DataFrame]
"""The cells of a measure (`drivers.cells`)."""


def lines(
    findings: Sequence[Finding],
    cells: Cells,
    where: Callable[[Finding], Where],
    *,
    same_story: Mapping[str, str],
    alpha: float = ALPHA,
    most: int = LINES,
) -> list[Finding]:
    """The findings to be told, the plainest first; those that a told one explains are left out.

    `cells(measure)` are asked only of measures with something to tell, `where(finding)` are its cells. Measures with
    the same `same_story` explain each other.
    """
    open_ones = [one for one in findings if one.p < alpha and one.is_notable]
    significant = tuple(open_ones)
    held: dict[str, pd.DataFrame] = {}
    chosen: list[Finding] = []
    while open_ones and len(chosen) < most:
        best = _plainest(open_ones, significant, where)
        chosen = [one for one in chosen if not _lies_within(one, best, cells, where)] + [best]
        rest = [one for one in open_ones if one is not best]
        for measure in {one.measure for one in rest} | {best.measure}:
            if same_story.get(measure, measure) == same_story.get(best.measure, best.measure):
                before = held[measure] if measure in held else cells(measure)
                held[measure] = told(before, where(best))
        open_ones = [
            one for one in rest if not _is_explained(one, held.get(one.measure), where(one), len(findings), alpha)
        ]
    return chosen


def _plainest(
    open_ones: Sequence[Finding], significant: Sequence[Finding], where: Callable[[Finding], Where]
) -> Finding:
    """The most unusual; the whole where no few parts carry most of it, a narrower topic where it carries nearly all."""
    best = max(open_ones, key=lambda one: (abs(one.z), one.by != "", one.code))
    whole = next((one for one in open_ones if one.measure == best.measure and not one.by), None)
    if (
        whole is not None
        and best is not whole
        and _carried(best, significant, where) < PART_OF_WHOLE * abs(whole.excess)
    ):
        return whole
    wide = where(best).get(best.by, ())
    narrow = [
        one
        for one in open_ones
        if (one.measure, one.by) == (best.measure, best.by)
        and one.code in wide
        and one.excess / best.excess >= PART_OF_TREE
    ]
    return min(narrow, key=lambda one: len(where(one).get(one.by, ()))) if narrow else best


def _carried(best: Finding, significant: Sequence[Finding], where: Callable[[Finding], Where]) -> float:
    """How much the few largest parts of the same kind as `best` differ together, none counted within another."""
    alike = [
        one for one in significant if (one.measure, one.by) == (best.measure, best.by) and one.excess * best.excess > 0
    ]
    codes = {one.code: set(where(one).get(one.by, ())) for one in alike}
    narrow = [one for one in alike if not any(other < codes[one.code] for other in codes.values())]
    return sum(sorted((abs(one.excess) for one in narrow), reverse=True)[:FEW_PARTS])


def _lies_within(one: Finding, best: Finding, cells: Cells, where: Callable[[Finding], Where]) -> bool:
    """True where `best` is the larger one and holds nearly all of `one`, told before for being stranger by itself."""
    if one.measure != best.measure or one.excess * best.excess <= 0 or abs(best.excess) < abs(one.excess):
        return False
    before = cells(one.measure)
    mine = inside(before, where(one))
    left, own = ((held["count"] - held["expected"])[mine].sum() for held in (told(before, where(best)), before))
    return bool(own) and abs(left) <= (1 - PART_OF_TREE) * abs(own)


def _is_explained(one: Finding, held: pd.DataFrame | None, where: Where, n_tests: int, alpha: float) -> bool:
    """True where what the told lines leave of the count is no longer unusual."""
    if held is None:
        return False
    left = float(held.loc[inside(held, where), "count"].sum())
    expected = Expected(np.array([one.expected]), np.array([one.variance]))
    p = float(expected.p_values([round(left)])[0])
    is_notable = abs(left - one.expected) >= max(MIN_EXCESS, MIN_CHANGE * one.expected, 0.25 * abs(one.excess))
    return not is_notable or p * n_tests >= alpha
