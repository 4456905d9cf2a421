"""Percentile sketches as mergeable log buckets: counts add up over days and keys, quantiles have a bounded error.

Values are whole seconds or minutes. One of at least 1 falls into bucket `1 + floor(ln(value) / ln(1.04))`, smaller
ones into bucket 0; a bucket stands for the harmonic middle of its limits, so no value is misread by more than 1.97 %
(Masson, Rim, Lee: DDSketch, VLDB 2019). A bucket that holds one whole number stands for it exactly: up to 25 there is
no error at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Integer, case, cast, func, literal_column

GROWTH = 1.04
"""Upper limit of a bucket over its lower limit."""
LOG_GROWTH = math.log(GROWTH)
RELATIVE_ERROR = (GROWTH - 1) / (GROWTH + 1)
"""Largest relative error of a quantile of values of at least 1: 0.0196, that is below 2 %."""

Numbers = npt.NDArray[np.float64] | Sequence[float]
Whole = npt.NDArray[np.int64]

PAIR = np.dtype([("bucket", ">i2"), ("n", ">i4")])
"""One bucket of a packed sketch: its number and its count, six bytes; empty buckets are left out.

Big-endian, as PostgreSQL sends numbers.
"""


def buckets_of(values: Numbers) -> npt.NDArray[np.int16]:
    """The bucket of each value (seconds or minutes); what is below 1, negative too, is in bucket 0."""
    array = np.asarray(values, dtype=np.float64)
    safe = np.where(array >= 1, array, 1.0)
    return np.where(array >= 1, 1 + np.floor(np.log(safe) / LOG_GROWTH), 0).astype(np.int16)


def bucket_sql(value: ColumnElement[Any]) -> ColumnElement[int]:
    """The same in SQL; NULL stays out (bucket 0), so leave such rows out beforehand."""
    logarithm = func.ln(value) / literal_column(repr(LOG_GROWTH))
    return case((value >= 1, 1 + cast(func.floor(logarithm), Integer)), else_=0)


def values_of(buckets: npt.NDArray[np.integer[Any]] | Sequence[int]) -> npt.NDArray[np.float64]:
    """The value each bucket stands for, in the unit of what was put in."""
    array = np.asarray(buckets, dtype=np.float64)
    lower = GROWTH ** (array - 1)
    upper = lower * GROWTH
    middle = 2 * lower * upper / (lower + upper)
    whole = np.ceil(lower - 1e-9)
    is_single = (whole < upper) & (whole + 1 >= upper)
    return np.where(array <= 0, 0.0, np.where(is_single, whole, middle))


def quantile(buckets: Sequence[int] | npt.NDArray[Any], counts: Numbers, share: float) -> float | None:
    """The smallest value that at least `share` of the counted values do not exceed; None where nothing was counted."""
    order = np.argsort(np.asarray(buckets), kind="stable")
    held = np.asarray(counts, dtype=np.float64)[order].cumsum()
    if not len(held) or held[-1] <= 0:
        return None
    place = int(np.searchsorted(held, share * held[-1] - 1e-9, side="left"))
    return float(values_of(np.asarray(buckets)[order][[min(place, len(held) - 1)]])[0])


def pack(groups: Whole, buckets: Whole, counts: Whole, n_groups: int) -> list[bytes]:
    """The sketch of each group 0 to `n_groups` - 1 as bytes of `PAIR`; rows come ordered by group and bucket."""
    held = counts > 0
    pairs = np.empty(int(held.sum()), dtype=PAIR)
    pairs["bucket"], pairs["n"] = buckets[held], counts[held]
    data, ends = pairs.tobytes(), np.cumsum(np.bincount(groups[held], minlength=n_groups)) * PAIR.itemsize
    return [data[start:end] for start, end in pairwise([0, *ends.tolist()])]


def merge(sketches: Sequence[bytes], groups: Whole, n_groups: int) -> Whole:
    """The sum of packed sketches by group: counts of shape (`n_groups`, buckets)."""
    pairs = np.frombuffer(b"".join(sketches), dtype=PAIR)
    sizes = np.fromiter((len(one) for one in sketches), dtype=np.int64, count=len(sketches)) // PAIR.itemsize
    width = int(pairs["bucket"].max(initial=-1)) + 1
    places = np.repeat(groups, sizes) * width + pairs["bucket"]
    summed = np.bincount(places, weights=pairs["n"], minlength=n_groups * width)
    return summed.astype(np.int64).reshape(n_groups, width)


def add(sketches: Sequence[bytes], groups: Whole, signs: Whole, n_groups: int) -> tuple[Whole, list[bytes]] | None:
    """Packed sketches added up by group, where their sign is -1 taken away: the count and the sketch of each group.

    None where a bucket would hold less than nothing: what is taken away was never in it.
    """
    pairs = np.frombuffer(b"".join(sketches), dtype=PAIR)
    sizes = np.fromiter((len(one) for one in sketches), dtype=np.int64, count=len(sketches)) // PAIR.itemsize
    width = int(pairs["bucket"].max(initial=0)) + 1
    places, rank = np.unique(np.repeat(groups, sizes) * width + pairs["bucket"], return_inverse=True)
    counts = np.bincount(rank, weights=np.repeat(signs, sizes) * pairs["n"], minlength=len(places)).astype(np.int64)
    if (counts < 0).any():
        return None
    group, bucket = np.divmod(places, width)
    totals = np.bincount(group, weights=counts, minlength=n_groups).astype(np.int64)
    return totals, pack(group, bucket, counts, n_groups)


def quantiles(counts: Whole, share: float) -> npt.NDArray[np.float64]:
    """`quantile` of each row of counts by bucket (columns from bucket 0); NaN where nothing was counted."""
    held = counts.cumsum(axis=1)
    totals = held[:, -1:] if counts.shape[1] else np.zeros((len(counts), 1))
    places = (held >= share * totals - 1e-9).argmax(axis=1) if counts.shape[1] else np.zeros(len(counts), dtype=int)
    return np.where(totals[:, 0] > 0, values_of(places), np.nan)
