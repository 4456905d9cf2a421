"""The lines of a day that write themselves: what differs from the expected level, and what carries each difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard import queries
from dashboard.filters import Filters
from dashboard.metrics.anomaly import ALPHA, WHOLE, Finding, Key, Watched, judge, lines
from dashboard.metrics.baseline import Floats, day_kinds, history_days
from dashboard.metrics.drivers import Where, cells, excess_by
from dashboard.queries import Reader
from dashboard.queries.brief import cells_on, daily_by

_TREES: Final = ("topic", "territory")

WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("topic", "territory", "channel"),
    "created": ("topic", "territory", "executor", "request_class"),
    "late": ("topic", "executor"),
    "abandoned": (),
    "closed": ("executor",),
    "followups_denied": ("executor",),
}
"""What is watched of each measure besides its whole, in the order of the lines: causes before consequences."""

CELLS: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("topic", "territory", "channel"),
    "abandoned": ("topic", "territory", "channel"),
    "created": ("topic", "territory", "executor", "request_class"),
    "late": ("topic", "territory", "executor", "request_class"),
    "closed": ("topic", "territory", "executor", "request_class"),
    "followups_denied": ("topic", "territory", "executor", "request_class"),
}
SAME_STORY: Final = {"contacts": "arrivals", "created": "arrivals"}
"""Measures that rise for one reason, so that one line is enough."""
COMPARED_DAYS: Final = 8
DRIVER_SHARE_PCT: Final = 10.0
DRIVERS: Final = 2
"""Parts named per dimension, where each carries a tenth or more."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A part and its share of the excess."""

    by: str
    code: str
    count: int
    share_pct: float


@dataclass(frozen=True, slots=True)
class Line:
    """One finding with what carries it."""

    finding: Finding
    drivers: tuple[Driver, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """The lines of a day, of how many counts looked at, against how many weeks (0: too few yet)."""

    lines: tuple[Line, ...]
    n_tests: int
    weeks: int
    alpha: float = ALPHA


def watch(read: Reader, filters: Filters, day: date, *, holidays: Mapping[date, Any], now: datetime) -> Watch:
    """What differs on `day` from the expected level, within the filters; `holidays` count as Sundays."""
    first, _ = queries.data_span(read)
    past = history_days(day, first)
    if not past:
        return Watch((), 0, 0)
    return _Day(read, filters, day, past, holidays, now).watch()


@dataclass(frozen=True)
class _Day:
    read: Reader
    filters: Filters
    day: date
    past: list[date]
    holidays: Mapping[date, Any]
    now: datetime

    def watch(self) -> Watch:
        kinds = day_kinds([*self.past, self.day], self.holidays)
        watched = [found for measure, dims in WATCHED.items() if (found := self._watched(measure, dims)) is not None]
        findings = judge(watched, kinds[:-1], int(kinds[-1]))
        chosen = lines(findings, self._cells, self._where, same_story=SAME_STORY)
        order = list(WATCHED)
        told = tuple(Line(one, self._drivers(one)) for one in sorted(chosen, key=lambda one: order.index(one.measure)))
        return Watch(told, len(findings), len(self.past) // 7)

    def _watched(self, measure: str, dims: Sequence[str]) -> Watched | None:
        """The whole and its parts over the days; None where there is nothing of the measure at all."""
        period = replace(self.filters, from_on=self.past[0], to_on=self.day)
        rows: dict[Key, Floats] = {}
        for dim in dims or CELLS[measure][:1]:
            codes, table = daily_by(self.read, period, measure, dim, now=self.now)
            rows.setdefault(WHOLE, table.sum(axis=0))
            if not rows[WHOLE].any():
                return None
            if dim in dims:
                rows |= {(dim, code): held for code, held in self._levels(dim, codes, table).items()}
        table = np.vstack(list(rows.values()))
        return Watched(measure, list(rows), table[:, :-1], table[:, -1])

    def _levels(self, dim: str, codes: Sequence[str], table: Floats) -> dict[str, Floats]:
        """Days of each code; of trees also of what stands above it, where that is more than one part."""
        own = {code: held for code, held in zip(codes, table, strict=True) if code != queries.NONE}
        if dim not in _TREES:
            return own
        made: dict[str, Floats] = {}
        for code in self._names.tables[dim].index:
            below = [one for one in self._names.below(dim, [str(code)]) if one in own]
            if below and (len(below) > 1 or below[0] == code):
                made[str(code)] = np.sum([own[one] for one in below], axis=0)
        return made

    @cached_property
    def _names(self) -> queries.Reference:
        return queries.reference(self.read)

    @cached_property
    def _alike(self) -> list[date]:
        """The latest days of the same kind."""
        kinds = day_kinds([*self.past, self.day], self.holidays)
        same = [day for day, kind in zip(self.past, kinds, strict=False) if kind == kinds[-1]]
        return same[-COMPARED_DAYS:]

    def _cells(self, measure: str) -> pd.DataFrame:
        kept: dict[str, pd.DataFrame] = self.__dict__.setdefault("_kept", {})
        if measure not in kept:
            dims = list(CELLS[measure])
            found = cells_on(self.read, self.filters, measure, dims, [*self._alike, self.day], now=self.now)
            is_today = found["day_on"] == pd.Timestamp(self.day)
            kept[measure] = cells(found[is_today], found[~is_today], len(self._alike), dims)
        return kept[measure]

    def _where(self, one: Finding) -> Where:
        if not one.by:
            return {}
        return {one.by: self._names.below(one.by, [one.code]) if one.by in _TREES else (one.code,)}

    def _drivers(self, one: Finding) -> tuple[Driver, ...]:
        """The parts that carry the difference, by each dimension but its own; who carries it out, from the requests."""
        where, held = self._where(one), self._cells(one.measure)
        dims = [dim for dim in CELLS[one.measure] if dim not in (one.by, "request_class")]
        found = [driver for dim in dims for driver in _parts(held, where, dim)]
        if one.measure == "contacts" and one.by != "channel":
            found += _parts(self._cells("created"), where, "executor")
        return tuple(found)


def _parts(held: pd.DataFrame, where: Where, dim: str) -> list[Driver]:
    shares = excess_by(held, where, dim)
    named = shares[(shares["code"] != queries.NONE) & (shares["share_pct"] >= DRIVER_SHARE_PCT)].head(DRIVERS)
    columns = (named["code"], named["count"], named["share_pct"])
    return [Driver(dim, str(code), int(count), float(share)) for code, count, share in zip(*columns, strict=True)]
