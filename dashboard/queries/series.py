"""Measures over time, by what they are about, by hour and weekday, and the level to be expected of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.backlog import KEPT, open_by_day
from dashboard.queries.errors import UnknownMeasureError
from dashboard.queries.measures import STOCKS, columns_by_family
from dashboard.queries.reader import Reader
from dashboard.queries.reference import NONE, Reference, reference
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.stocks import stock
from etl.schema import OUTCOMES
from etl.sketch import Whole

BY: Final = {
    "topic": "topic_id",
    "topic_top": "topic_id",
    "territory": "territory_id",
    "channel": "channel_id",
    "line": "line_id",
    "request_class": "request_class_id",
    "executor": "executor_id",
    "executor_kind": "executor_id",
    "group": "caller_group_mask",
    "weekday": "weekday",
    "hour": "hour",
}
"""What a measure can be broken down by, besides `outcome`: the dimension that is asked for."""

NORM_WEEKS: Final = 8
NORM_MIN_WEEKS: Final = 3

_OUTCOME_COLUMNS: Final = {
    "consultation": "consultations", "request": "contact_requests", "abandoned": "abandoned",
    "unprocessed": "unprocessed", "transferred": "transferred", "other": "other_outcomes",
}  # fmt: skip


def series(
    read: Reader,
    filters: Filters,
    measure: str,
    *,
    grain: str | None = None,
    by: str | None = None,
    now: datetime | None = None,
) -> pd.DataFrame:
    """Columns `period_on` (datetime64, first day of the period), `code` where `by` is given, `value`.

    Every period between the filters' ends is there, 0 where nothing happened; `measure` "open" comes from the kept
    snapshots and has only the days that have one, the last of each period. Periods are `grain` (default: the
    filters'): day, week (from Monday), month, quarter.
    """
    moment = now or read.clock()
    where = select_of(read, filters)
    chosen = grain or filters.grain
    if measure == "open":
        daily = open_by_day(read, filters, where, by=_dimension(by) if by else None, now=moment)
        return _stock_periods(coded(read, daily, by), chosen)
    asked = {"week": "week_on", "month": "month_on", "quarter": "month_on"}.get(chosen, "day_on")
    return _filled(read, _daily(read, where, measure, by, moment, asked), filters, chosen, by)


def backlog_by_age(read: Reader, filters: Filters, *, now: datetime | None = None) -> pd.DataFrame:
    """Columns `period_on`, `code` (age band of `backlog_snapshot` as text), `value`: requests open at the end of each
    period's last day that has a snapshot. Empty for filters that snapshots do not keep.
    """
    where = select_of(read, filters)
    if not where.dimensions <= KEPT:
        return pd.DataFrame({"period_on": pd.Series(dtype="datetime64[us]"), "code": [], "value": []})
    daily = open_by_day(read, filters, where, by="age_band", now=now or read.clock())
    return _stock_periods(daily.rename(columns={"age_band": "code"}).astype({"code": str}), filters.grain)


def breakdown(read: Reader, filters: Filters, measure: str, by: str, *, now: datetime | None = None) -> pd.DataFrame:
    """Columns `code` ("" for none or unknown), `value`; the largest first.

    `by`: topic, topic_top, territory, channel, line, request_class, executor, executor_kind, group (a contact of two
    groups counts in both), outcome, weekday ("0" Monday), hour. Stocks (open, overdue, due_today, due_24h, at_risk,
    unprocessed_now) are of the moment, not of the period.
    """
    moment = now or read.clock()
    where = select_of(read, filters)
    if by == "outcome":
        return _outcomes(read, where, moment)
    dimension = _dimension(by)
    if measure in STOCKS:
        found = stock(read, where, measure, by=[dimension], now=moment).rename(columns={"n": "value"})
    else:
        found = _summed_terms(read, where, measure, [dimension], moment)
    grouped = summed_by_code(read, found, by, ["value"])
    held: pd.DataFrame = grouped[grouped["value"] != 0]
    return held.sort_values(["value", "code"], ascending=[False, True], ignore_index=True)


def heat(read: Reader, filters: Filters, measure: str, *, now: datetime | None = None) -> pd.DataFrame:
    """Columns `weekday` (0 Monday), `hour` (0 to 23), `value`: all 168 cells, in the city's own time."""
    found = _summed_terms(read, select_of(read, filters), measure, ["weekday", "hour"], now or read.clock())
    cells = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
    sums = np.zeros(168, dtype=np.int64)
    weekday, hour, value = (found[name].to_numpy(dtype=np.int64) for name in ("weekday", "hour", "value"))
    np.add.at(sums, weekday * 24 + hour, value)
    return pd.DataFrame({"value": sums}, index=cells).reset_index()


def total(read: Reader, filters: Filters, measure: str, *, now: datetime | None = None) -> int:
    """The measure over the whole period."""
    moment = now or read.clock()
    where = select_of(read, filters)
    if measure in STOCKS:
        return int(stock(read, where, measure, now=moment)["n"].sum())
    return int(_summed_terms(read, where, measure, [], moment)["value"].sum())


def norm(
    read: Reader, filters: Filters, measure: str, *, grain: str | None = None, now: datetime | None = None
) -> pd.DataFrame:
    """Columns `period_on`, `value`: the level to be expected, the mean of the same weekdays of the 8 weeks before.

    NaN where fewer than 3 of those weeks lie within the city's data.
    """
    wider = replace(filters, from_on=filters.from_on - timedelta(weeks=NORM_WEEKS))
    daily = series(read, wider, measure, grain="day", now=now)
    level = daily["value"].to_numpy(dtype=np.float64)
    level[: np.argmax(level > 0)] = np.nan  # before the city's first day with data
    before = np.full((NORM_WEEKS, len(level)), np.nan)
    for week in range(1, NORM_WEEKS + 1):
        before[week - 1, 7 * week :] = level[: -7 * week]
    known = np.count_nonzero(~np.isnan(before), axis=0)
    expected = np.where(known >= NORM_MIN_WEEKS, np.nansum(before, axis=0) / np.maximum(known, 1), np.nan)
    inside = daily["period_on"] >= pd.Timestamp(filters.from_on)
    starts = period_starts(daily["period_on"][inside], grain or filters.grain).to_numpy()
    first = np.flatnonzero(np.concatenate([[True], starts[1:] != starts[:-1]]))
    return pd.DataFrame({"period_on": starts[first], "value": np.add.reduceat(expected[inside.to_numpy()], first)})


def period_starts(days: pd.Series, grain: str) -> pd.Series:
    """The first day of each day's period."""
    if grain == "day":
        return days
    if grain == "week":
        mondays: pd.Series = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
        return mondays
    code = {"month": "M", "quarter": "Q"}[grain]
    firsts: pd.Series = days.dt.to_period(code).dt.start_time.astype("datetime64[us]")
    return firsts


def _daily(
    read: Reader, where: Selection, measure: str, by: str | None, now: datetime, period: str = "day_on"
) -> pd.DataFrame:
    if by == "outcome":
        raise UnknownMeasureError(
            "outcomes over time are measures: consultations, contact_requests, abandoned, unprocessed"
        )
    return _summed_terms(read, where, measure, [period, *([_dimension(by)] if by else [])], now)


def _summed_terms(read: Reader, where: Selection, measure: str, by: Sequence[str], now: datetime) -> pd.DataFrame:
    parts = []
    for family, columns in columns_by_family(measure).items():
        found = ask(read, where, family, columns, by=by, now=now)
        sums = found[columns[0]] if len(columns) == 1 else found[columns].sum(axis=1)
        parts.append(found[list(by)].assign(value=sums))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _dimension(by: str) -> str:
    if by not in BY:
        raise UnknownMeasureError(f"nothing can be broken down by {by!r}: take one of {', '.join([*BY, 'outcome'])}")
    return BY[by]


def coded(read: Reader, frame: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """The frame with `code` in place of the dimension's number."""
    if by is None:
        return frame
    rows, places, codes = _codes(read, frame, by)
    held = frame if len(rows) == len(frame) and by != "group" else frame.take(rows).reset_index(drop=True)
    return held.drop(columns=BY[by]).assign(code=codes.take(places).array)


def summed_by_code(read: Reader, frame: pd.DataFrame, by: str, measures: Sequence[str]) -> pd.DataFrame:
    """Columns `code` (in order) and `measures`, summed; every code that occurs."""
    rows, places, codes = _codes(read, frame, by)
    sums = np.zeros((len(codes), len(measures)), dtype=np.int64)
    np.add.at(sums, places, frame[list(measures)].to_numpy(dtype=np.int64)[rows])
    return pd.DataFrame({"code": codes, **{name: sums[:, place] for place, name in enumerate(measures)}})


def _codes(read: Reader, frame: pd.DataFrame, by: str) -> tuple[Whole, Whole, pd.Index]:
    """Rows of the frame, the place of each row's code, and the codes in order; a contact of two groups has two rows."""
    names = reference(read)
    numbers, places = np.unique(frame[BY[by]].to_numpy(dtype=np.int64), return_inverse=True)
    told = [_code(names, by, int(number)) for number in numbers]
    codes = sorted({code for several in told for code in several})
    of_code = {code: place for place, code in enumerate(codes)}
    rows, found = [np.arange(len(frame))], [np.empty(0, dtype=np.int64)]
    if by != "group":
        found.append(np.array([of_code[several[0]] for several in told], dtype=np.int64)[places])
    else:
        held = {code: np.isin(places, [at for at, several in enumerate(told) if code in several]) for code in codes}
        rows = [np.flatnonzero(one) for one in held.values()]
        found += [np.full(len(one), of_code[code]) for code, one in zip(held, rows, strict=True)]
    return np.concatenate([np.empty(0, dtype=np.int64), *rows]), np.concatenate(found), pd.Index(codes, dtype="str")


def _code(names: Reference, by: str, number: int) -> tuple[str, ...]:
    """The code of a dimension's number; several of a caller of several groups."""
    if by == "group":
        groups = names.tables["group"]["bit"].items()
        return tuple(str(code) for code, bit in groups if number & (1 << int(bit))) or (NONE,)
    if by in ("weekday", "hour"):
        return (str(number),)
    if by == "topic_top":
        return (names.top("topic", names.code_of("topic", number)),)
    if by == "executor_kind":
        code = names.code_of("executor", number)
        return (str(names.cell("executor", code, "kind")) if code else NONE,)
    return (names.code_of(by, number),)


def _outcomes(read: Reader, where: Selection, now: datetime) -> pd.DataFrame:
    found = ask(read, where, "contacts", list(_OUTCOME_COLUMNS.values()), now=now).iloc[0]
    rows = [(outcome, int(found[_OUTCOME_COLUMNS[outcome]])) for outcome in OUTCOMES]
    return pd.DataFrame(rows, columns=["code", "value"]).sort_values(
        "value", ascending=False, ignore_index=True, kind="stable"
    )


def _filled(read: Reader, found: pd.DataFrame, filters: Filters, grain: str, by: str | None) -> pd.DataFrame:
    """Columns `period_on`, `code` where `by` is given, `value`: every period, with every code that occurs."""
    days = pd.Series(pd.date_range(filters.from_on, filters.to_on, freq="D", unit="us"))
    starts = period_starts(days, grain).unique()
    rows, places, codes = np.arange(len(found)), np.zeros(len(found), dtype=np.int64), pd.Index([NONE])
    if by:
        rows, places, codes = _codes(read, found, by)
    periods = np.searchsorted(np.asarray(starts), found.iloc[:, 0].to_numpy()[rows], side="right") - 1
    table = np.zeros((len(starts), len(codes)), dtype=np.int64)
    np.add.at(table, (periods, places), found["value"].to_numpy(dtype=np.int64)[rows])
    made = pd.DataFrame({"period_on": np.repeat(np.asarray(starts), len(codes)), "value": table.ravel()})
    if by:
        made.insert(1, "code", codes.take(np.tile(np.arange(len(codes)), len(starts))))
    return made


def _stock_periods(daily: pd.DataFrame, grain: str) -> pd.DataFrame:
    """The last day of each period that has a snapshot."""
    daily = daily.assign(period_on=period_starts(daily["day_on"], grain))
    last = daily.groupby("period_on")["day_on"].transform("max")
    keys = ["period_on", "code"] if "code" in daily.columns else ["period_on"]
    return daily[daily["day_on"] == last].groupby(keys, as_index=False)[["value"]].sum()
