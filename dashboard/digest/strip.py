"""The strip of the brief: nine figures for day, week, month and quarter, against target and the same weekdays' norm.

Week, month and quarter are the 7, 28 and 91 days up to the day: whole weeks, so that weekdays weigh alike. Figures of a
moment (open, overdue, ...) are told against what stood so long before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import isnan
from typing import Final

import pandas as pd

from dashboard.filters import Filters
from dashboard.metrics import REGISTRY
from dashboard.metrics.figure import Figure, Value, share_pct, shown
from dashboard.queries import Reader
from dashboard.queries.backlog import stocks_kept
from dashboard.queries.brief import daily, daily_by_class_kind, stocks_at
from dashboard.queries.series import total

PERIODS: Final[Mapping[str, int]] = {"day": 1, "week": 7, "month": 28, "quarter": 91}
"""Days of each period."""
NORM_WEEKS: Final = 8
MIN_NORM_WEEKS: Final = 3
REACH_DAYS: Final = PERIODS["quarter"] + 7 * NORM_WEEKS
"""How far back the strip looks."""

COUNTS: Final[Mapping[str, str]] = {"contacts": "contacts", "requests": "requests"}
SHARES: Final[Mapping[str, tuple[str, str]]] = {
    "solved_in_call_pct": ("consultations", "by_call"),
    "urgent_pct": ("urgent", "classed"),
    "confirmed_on_time_pct": ("confirmed_on_time", "checked"),
}
"""Share of the second sum that the first is."""
STOCKS: Final[Mapping[str, str]] = {
    "backlog_open": "open", "overdue": "overdue", "due_today": "due_today", "unprocessed_messages": "unprocessed",
}  # fmt: skip
ORDER: Final = (
    "contacts", "requests", "solved_in_call_pct", "urgent_pct", "backlog_open", "overdue", "due_today",
    "unprocessed_messages", "confirmed_on_time_pct",
)  # fmt: skip
TREND_DAYS: Final = 35
COUNTED_BACK: Final = 200_000
"""Requests of a quarter up to which what stood open at past moments is counted anew; beyond, it takes seconds, and the
snapshots of those evenings tell it.
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of one period and the norm it is held against (None where there is too little past)."""

    figure: Figure
    norm: float | None
    from_on: date


@dataclass(frozen=True, slots=True)
class Row:
    """One figure over the periods; `is_stock`: of a moment, `norm` of week, month and quarter is what stood then."""

    kpi: str
    cells: Mapping[str, Cell]
    target: float | None
    is_stock: bool
    trend: tuple[float, ...]


def strip(
    live: Reader,
    source: Reader,
    filters: Filters,
    day: date,
    *,
    first_on: date,
    known_from: date,
    moment: datetime,
    targets: Mapping[str, float],
    min_n: int,
) -> list[Row]:
    """The rows in `ORDER`. `source` tells what was known at `moment` from `known_from` on, `live` what came before.

    A norm needs `MIN_NORM_WEEKS` whole weeks after `first_on`, the first day with data.
    """
    sums = _sums(live, filters, day, moment)
    if source is not live:
        later = _sums(source, filters, day, moment)
        sums = pd.concat([sums[sums.index < pd.Timestamp(known_from)], later[later.index >= pd.Timestamp(known_from)]])
    moments = [moment - timedelta(days=7 * week) for week in (*range(NORM_WEEKS + 1), PERIODS["quarter"] // 7)]
    received = sums["requests"].tail(PERIODS["quarter"]).sum()
    past = stocks_at(live, filters, moments) if received <= COUNTED_BACK else _stocks_kept(live, filters, moments)
    if source is not live:
        past.loc[[moment]] = stocks_at(source, filters, [moment]).to_numpy()
    rows = {kpi: _flow_row(kpi, sums, day, first_on, targets, min_n) for kpi in (*COUNTS, *SHARES)}
    rows |= {kpi: _stock_row(kpi, past[name], day, first_on, targets) for kpi, name in STOCKS.items()}
    return [rows[kpi] for kpi in ORDER]


def _stocks_kept(read: Reader, filters: Filters, moments: Sequence[datetime]) -> pd.DataFrame:
    """What `stocks_at` gives, of a large city: the first moment as it stands, the others by the evening before them."""
    now, *earlier = moments
    evenings = [read.today(at) - timedelta(days=1) for at in earlier]
    kept = stocks_kept(read, filters, evenings).reset_index(drop=True)
    names = {"open": "open", "overdue": "overdue", "due_today": "due_today", "unprocessed": "unprocessed_now"}
    present = {name: total(read, filters, stock, now=now) for name, stock in names.items()}
    whole = pd.concat([pd.DataFrame([present]), kept], ignore_index=True)
    return whole.set_axis(pd.Index(moments, name="at"))


def _sums(read: Reader, filters: Filters, day: date, now: datetime) -> pd.DataFrame:
    """Every sum the strip needs, by day."""
    reach = replace(filters, from_on=day - timedelta(days=REACH_DAYS), to_on=day)
    return pd.concat(
        [
            daily(read, reach, "contacts", ["contacts", "consultations", "by_call"], now=now),
            daily(read, reach, "created", ["requests"], now=now),
            daily_by_class_kind(read, reach, now=now),
            daily(read, reach, "due", ["confirmed_on_time", "checked"], now=now),
        ],
        axis=1,
    )


def _flow_row(kpi: str, sums: pd.DataFrame, day: date, first_on: date, targets: Mapping[str, float], min_n: int) -> Row:
    cells = {}
    for name, days in PERIODS.items():
        start = day - timedelta(days=days - 1)
        norm_days = _norm_days(start, days, first_on)
        inside = sums[sums.index >= pd.Timestamp(start)]
        found = _figure(kpi, _value(kpi, inside), min_n) if start >= first_on else _nothing(kpi)
        norm = _norm(kpi, sums[sums.index.isin(norm_days)], days, min_n) if len(norm_days) else None
        cells[name] = Cell(found, norm, start)
    recent = sums.tail(TREND_DAYS)
    trend = recent[COUNTS[kpi]].astype(float).tolist() if kpi in COUNTS else _weekly_shares(kpi, sums)
    return Row(kpi, cells, targets.get(kpi), is_stock=False, trend=tuple(trend))


def _value(kpi: str, held: pd.DataFrame) -> Value:
    if kpi in COUNTS:
        total = int(held[COUNTS[kpi]].sum())
        return Value(float(total), total)
    hits, whole = SHARES[kpi]
    return share_pct(float(held[hits].sum()), float(held[whole].sum()))


def _norm(kpi: str, held: pd.DataFrame, days: int, min_n: int) -> float | None:
    """Counts: the mean of the comparable days, times the period's. Shares: over all of them, no mean of shares."""
    value = _value(kpi, held)
    if kpi in COUNTS:
        return value.value and value.value / len(held) * days
    return value.value if value.n >= min_n else None


def _norm_days(start: date, days: int, first_on: date) -> list[pd.Timestamp]:
    """The same weekday of the 8 weeks before a day; the whole 8 weeks before a longer period."""
    weeks = min(NORM_WEEKS, (start - first_on).days // 7)
    if weeks < MIN_NORM_WEEKS:
        return []
    step = 7 if days == 1 else 1
    return [pd.Timestamp(start - timedelta(days=back)) for back in range(step, 7 * weeks + 1, step)]


def _weekly_shares(kpi: str, sums: pd.DataFrame) -> list[float]:
    """The share of each of the last weeks; single days are too few to draw."""
    hits, whole = SHARES[kpi]
    weeks = [sums.iloc[len(sums) - 7 * (back + 1) : len(sums) - 7 * back] for back in range(12, -1, -1)]
    return [100 * week[hits].sum() / week[whole].sum() for week in weeks if week[whole].sum()]


def _stock_row(kpi: str, past: pd.Series, day: date, first_on: date, targets: Mapping[str, float]) -> Row:
    reach = max((day - first_on).days // 7, 0)
    weeks = [float(value) for value in past]
    before = [value for value in weeks[1 : min(NORM_WEEKS, reach) + 1] if not isnan(value)]
    norm = sum(before) / len(before) if len(before) >= MIN_NORM_WEEKS else None
    figure = _figure(kpi, Value(weeks[0], int(weeks[0])), 0)
    cells = {"day": Cell(figure, norm, day)}
    for name, place in (("week", 1), ("month", 4), ("quarter", NORM_WEEKS + 1)):
        back = PERIODS[name]
        then = weeks[place] if (day - first_on).days >= back and not isnan(weeks[place]) else None
        cells[name] = Cell(figure, then, day - timedelta(days=back))
    return Row(kpi, cells, targets.get(kpi), is_stock=True, trend=(*reversed(before), weeks[0]))


def _figure(kpi: str, value: Value, min_n: int) -> Figure:
    known = REGISTRY[kpi]
    return shown(kpi, value, unit=known.unit, min_n=min_n, higher_is_better=known.higher_is_better)


def _nothing(kpi: str) -> Figure:
    known = REGISTRY[kpi]
    return Figure(kpi, None, 0, known.unit, suppressed="no_data", higher_is_better=known.higher_is_better)
