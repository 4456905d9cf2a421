"""How deep the lateness goes: requests by bands of time beyond their term, and the percentiles that sum it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from etl.sketch import quantile, values_of

BANDS: Final = (
    ("under_1h", 60.0), ("to_4h", 240.0), ("to_1d", 1_440.0), ("to_3d", 4_320.0), ("to_7d", 10_080.0),
    ("to_30d", 43_200.0), ("more", float("inf")),
)  # fmt: skip
"""Codes of the bands with their upper ends, minutes."""


@dataclass(frozen=True, slots=True)
class Depth:
    """Minutes beyond the term: `bands` has `code`, `value`; median and P90 None where nothing was late."""

    bands: pd.DataFrame
    median_min: float | None
    p90_min: float | None
    n: int


def depth(sketch: pd.DataFrame) -> Depth:
    """The depth of counted log buckets of minutes (`bucket`, `n`); error at most 2 %."""
    buckets, counts = sketch["bucket"].to_numpy(), sketch["n"].to_numpy(dtype=np.float64)
    ends = [end for _, end in BANDS]
    place = np.searchsorted(ends, values_of(buckets), side="right") if len(buckets) else np.empty(0, dtype=np.int64)
    held = np.bincount(place, weights=counts, minlength=len(BANDS))
    bands = pd.DataFrame({"code": [code for code, _ in BANDS], "value": held.astype("int64")})
    return Depth(bands, quantile(buckets, counts, 0.5), quantile(buckets, counts, 0.9), int(counts.sum()))
