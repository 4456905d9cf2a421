"""Reading single numbers out of frames."""

from __future__ import annotations

import pandas as pd

from dashboard.metrics.figure import Value
from etl.sketch import quantile


def at(frame: pd.DataFrame, column: str) -> float:
    """The number of a one-row frame; 0 where it is missing."""
    if frame.empty or pd.isna(frame[column].iloc[0]):
        return 0.0
    return float(frame[column].iloc[0])


def percentile(sketch: pd.DataFrame, share: float, *, per: float = 1.0) -> Value:
    """A percentile of counted buckets, divided by `per`; error at most 2 %."""
    value = quantile(sketch["bucket"].to_numpy(), sketch["n"].to_numpy(), share)
    return Value(None if value is None else value / per, int(sketch["n"].sum()), is_rate=True)
