"""Small vectorised helpers that every part of the simulator draws with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.profile import WorkCalendar

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
DAY_S = 86_400


def weights(codes: Sequence[str], given: Mapping[str, float], default: float = 1.0) -> Floats:
    """A probability per code: `given` where it names any, else equal."""
    raw = np.array([given.get(code, 0.0 if given else default) for code in codes], dtype=float)
    total = raw.sum()
    return raw / total if total else np.full(len(codes), 1 / max(len(codes), 1))


def choose(rng: np.random.Generator, n: int, p: Floats) -> Ints:
    """`n` indices drawn with probabilities `p`: inverse transform, quicker than `Generator.choice`."""
    return np.asarray(np.searchsorted(np.cumsum(p)[:-1], rng.random(n), side="right"), dtype=np.int64)


def choose_by_row(rng: np.random.Generator, table: Floats, row: Ints) -> Ints:
    """One index per element of `row`, drawn from that row of a table of probabilities."""
    cumulative = np.cumsum(table, axis=1)
    cumulative /= cumulative[:, -1:]
    drawn: Ints = (rng.random(len(row))[:, None] > cumulative[row, :-1]).sum(axis=1)
    return drawn


def quota(rng: np.random.Generator, affinity: Floats, shares: Floats) -> Ints:
    """Indices whose marginal shares are `shares` to the unit, given first to the elements of lowest `affinity`.

    So a third of requests is urgent and they are the ones whose topic is urgent by nature.
    """
    n = len(affinity)
    order = np.argsort(affinity + rng.random(n) * 1.2, kind="stable")
    bounds = np.rint(np.cumsum(shares)[:-1] * n).astype(int)
    result = np.empty(n, dtype=np.int64)
    result[order] = np.searchsorted(bounds, np.arange(n), side="right")
    return result


def open_fraction(calendar: WorkCalendar) -> Floats:
    """Share of each hour that is open, shape (7, 24), Monday first."""
    fraction = np.zeros((7, 24))
    if calendar.is_always_open:
        return fraction + 1
    for weekday, intervals in enumerate(calendar.weekly):
        for start, end in intervals:
            first = start.hour * 60 + start.minute
            last = (end.hour * 60 + end.minute) or 24 * 60
            minutes = np.arange(first, last)
            np.add.at(fraction[weekday], minutes // 60, 1 / 60)
    return fraction


def to_utc(start_on: date, day: Ints, second: Ints, zone: str) -> Ints:
    """Epoch seconds of a local time `second` of `day` (0 = `start_on`); the gap in spring moves on."""
    naive = np.datetime64(start_on, "s") + (day * DAY_S + second).astype("timedelta64[s]")
    index = pd.DatetimeIndex(naive)
    aware = index.tz_localize(zone, ambiguous=np.ones(len(index), dtype=bool), nonexistent="shift_forward")
    return aware.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)


def local(seconds: Ints, zone: str) -> pd.DatetimeIndex:
    """Naive local wall time of epoch seconds."""
    return pd.DatetimeIndex(seconds.astype("datetime64[s]")).tz_localize("UTC").tz_convert(zone).tz_localize(None)


def instants(seconds: Ints, valid: Bools | None = None) -> pd.Series:
    """A UTC series of epoch seconds, NaT where not `valid`."""
    moments = seconds.astype("datetime64[s]").copy()
    if valid is not None:
        moments[~valid] = np.datetime64("NaT")
    return pd.Series(pd.DatetimeIndex(moments.astype("datetime64[us]")).tz_localize("UTC"))


def nullable(values: npt.NDArray[Any], valid: Bools, dtype: str = "Int64") -> pd.Series:
    """A nullable integer series."""
    series = pd.Series(values, dtype=dtype)
    series[~valid] = pd.NA
    return series
