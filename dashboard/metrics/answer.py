"""Figures for filters: the frames are asked once, each function takes what it needs, small numbers stay hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd

from dashboard.filters import Filters
from dashboard.metrics.figure import DEFAULT_MIN_N, Figure, shown
from dashboard.metrics.gather import Question, gather
from dashboard.metrics.registry import REGISTRY
from dashboard.queries import Reader, UnknownMeasureError
from dashboard.queries.as_of import reader_as_of
from dashboard.queries.series import period_starts


def figures(
    read: Reader,
    filters: Filters,
    ids: Iterable[str] | None = None,
    *,
    now: datetime,
    as_of: datetime | None = None,
    min_n: int = DEFAULT_MIN_N,
) -> dict[str, Figure]:
    """The figures `ids` (default: all) for the filters, judged at `now`.

    `as_of`: as they were known at that moment, from event history; the same then and now. Raises
    `UnknownMeasureError` for an id that is not in the dictionary.
    """
    chosen = list(REGISTRY) if ids is None else list(dict.fromkeys(ids))
    unknown = [one for one in chosen if one not in REGISTRY]
    if unknown:
        raise UnknownMeasureError(f"there is no figure {', '.join(unknown)}: `figures --list` names those there are")
    if as_of is not None:
        with reader_as_of(read, filters, as_of) as past:
            return _figures(past, filters, chosen, now=as_of, min_n=min_n)
    return _figures(read, filters, chosen, now=now, min_n=min_n)


def _figures(read: Reader, filters: Filters, ids: Iterable[str], *, now: datetime, min_n: int) -> dict[str, Figure]:
    kpis = [REGISTRY[one] for one in ids]
    frames = gather(Question(read, filters, now), [need for kpi in kpis for need in kpi.needs])
    return {
        kpi.id: shown(kpi.id, kpi.compute(frames), unit=kpi.unit, min_n=min_n, higher_is_better=kpi.higher_is_better)
        for kpi in kpis
    }


def trend(
    read: Reader,
    filters: Filters,
    kpi: str,
    *,
    now: datetime,
    grain: str | None = None,
    min_n: int = DEFAULT_MIN_N,
) -> pd.DataFrame:
    """Columns `period_on`, `value`, `n`, `low`, `high`: a figure over the periods of the filters; NaN where hidden.

    Each period is a question of its own, so rates are never means of rates.
    """
    days = pd.Series(pd.date_range(filters.from_on, filters.to_on, freq="D", unit="us"))
    starts = [start.date() for start in period_starts(days, grain or filters.grain).unique()]
    ends: list[date] = [*(start - timedelta(days=1) for start in starts[1:]), filters.to_on]
    rows = []
    for start, end in zip(starts, ends, strict=True):
        part = replace(filters, from_on=max(start, filters.from_on), to_on=end)
        found = figures(read, part, [kpi], now=now, min_n=min_n)[kpi]
        low, high = found.interval or (None, None)
        rows.append((pd.Timestamp(start), found.value, found.n, low, high))
    made = pd.DataFrame(rows, columns=["period_on", "value", "n", "low", "high"])
    return made.astype({"value": "float64", "low": "float64", "high": "float64"})
