"""Counts per log bucket, from which medians and survival curves are read: one small answer at any number of rows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from dashboard.filters import Filters
from dashboard.queries.ask import ask, facts_where
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.series import BY, coded
from dashboard.queries.stocks import open_ages_min, open_work_min
from etl.rollup.families import FAMILIES
from etl.rollup.sql import minutes_between
from etl.schema import request, sla_result
from etl.sketch import values_of

EXACT_ROWS: Final = 10_000
"""Up to so many requests their times are read as they are; beyond, from buckets (error at most 2 %)."""


def sketch(
    read: Reader, filters: Filters, family: str, *, by: str | None = None, now: datetime | None = None
) -> pd.DataFrame:
    """Columns `bucket`, `n` and `code` where `by` is given; `family`: waits, ticket_waits, ticket_services, lateness.

    `etl.sketch.values_of` turns buckets into seconds (waits) or minutes (lateness), `quantile` reads percentiles.
    """
    return sketch_of(read, select_of(read, filters), family, by=by, now=now or read.clock())


def sketch_of(read: Reader, where: Selection, family: str, *, by: str | None = None, now: datetime) -> pd.DataFrame:
    """The same of a selection."""
    keys = ["bucket", *([BY[by]] if by else [])]
    found = ask(read, where, family, ["n"], by=keys, now=now)
    return coded(read, found, by) if by else found.sort_values("bucket", ignore_index=True)


def lifetimes(read: Reader, filters: Filters, *, now: datetime | None = None, is_working: bool = False) -> pd.DataFrame:
    """Columns `time_min`, `closed`, `censored`: how long requests received in the period took, or have taken so far.

    Wall time from receipt to closing; `is_working`: working time by the calendar of the term, pauses left out. Open
    requests are censored at `now`, withdrawn ones when they ended. Whole minutes up to `EXACT_ROWS` requests, bucket
    values beyond.
    """
    return lifetimes_of(read, select_of(read, filters), now=now or read.clock(), is_working=is_working)


def lifetimes_of(read: Reader, where: Selection, *, now: datetime, is_working: bool = False) -> pd.DataFrame:
    """The same of a selection."""
    received = int(ask(read, where, "created", ["requests"], now=now)["requests"].iloc[0])
    is_few = received <= EXACT_ROWS
    family = "work_durations" if is_working else "durations"
    ended = _exact(read, where, family) if is_few else _from_buckets(read, where, family, now)
    if is_working:
        still = open_work_min(read, where, now=now, is_exact=is_few).rename(columns={"n": "censored"})
    else:
        still = open_ages_min(read, where, now=now, in_buckets=not is_few).rename(columns={"n": "censored"})
        if not is_few:
            still = still.assign(age_min=values_of(still["bucket"].to_numpy(dtype="int64")))
    return _by_time(ended, still.rename(columns={"age_min": "time_min"}).assign(closed=0))


def _by_time(*parts: pd.DataFrame) -> pd.DataFrame:
    """Columns `time_min`, `closed`, `censored`: the parts summed at each time, in order; unknown times left out."""
    times, closed, censored = (
        np.concatenate([part[name].to_numpy(dtype=np.float64) for part in parts])
        for name in ("time_min", "closed", "censored")
    )
    is_known = ~np.isnan(times)
    at, places = np.unique(times[is_known], return_inverse=True)
    sums = [
        np.bincount(places, weights=one[is_known], minlength=len(at)).astype(np.int64) for one in (closed, censored)
    ]
    return pd.DataFrame({"time_min": at, "closed": sums[0], "censored": sums[1]})


def _exact(read: Reader, where: Selection, family: str) -> pd.DataFrame:
    branch = FAMILIES[family].branches[0]
    end = func.coalesce(
        request.c.closed_at, request.c.source_updated_at, request.c.created_at, type_=request.c.closed_at.type
    )
    took = sla_result.c.working_min if family == "work_durations" else minutes_between(request.c.created_at, end)
    rows = (
        select(
            took.label("time_min"),
            branch.measure("n").label("closed"),
            branch.measure("n_cancelled").label("censored"),
        )
        .select_from(branch.source)
        .where(*facts_where(read, branch, where, None))
        .subquery("ended")
    )
    counted = select(
        rows.c.time_min, func.sum(rows.c.closed).label("closed"), func.sum(rows.c.censored).label("censored")
    )
    found = read.frame(counted.group_by(rows.c.time_min))
    return found.assign(time_min=found["time_min"].clip(lower=0))


def _from_buckets(read: Reader, where: Selection, family: str, now: datetime) -> pd.DataFrame:
    found = ask(read, where, family, ["n", "n_cancelled"], by=["bucket"], now=now)
    found = found.rename(columns={"n": "closed", "n_cancelled": "censored"})
    return found.assign(time_min=values_of(found["bucket"].to_numpy())).drop(columns="bucket")
