"""What if the terms had been others: the requests of a period replayed by the clock under changed policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.filters import Filters
from dashboard.queries.errors import NotLoadedError
from dashboard.queries.reader import Reader
from dashboard.queries.reference import reference
from dashboard.queries.selection import select_of
from dashboard.queries.sla import replayable
from etl.clock import tables
from etl.clock.events import NOTHING
from etl.clock.policies import PolicyBook, book_of
from etl.clock.replay import replay
from etl.clock.results import Results
from etl.clock.tables import History
from etl.clock.whatif import OnTime, changed, on_time
from etl.ids import reference_id
from geodata.profile import SlaPolicy, TargetUnit

MAX_REPLAYED: Final = 20_000
"""The last so many requests of the period are replayed: an answer while the reader waits."""
FACTORS: Final = (0.5, 0.75, 1.0, 1.5, 2.0)
UNITS: Final = {"h": "hours", "wd": "working_days", "cd": "calendar_days", "mo": "months"}
"""Units a reader may choose, as `etl.clock.whatif` writes them."""
_JUDGED: Final = ("due_s", "late3_s", "resolved_s", "cancelled_s", "paused_since_s")
_DAYS_IN_MONTH: Final = 30


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A class under its term and under another: `changed` verdicts among the closed, `requests` replayed."""

    before: OnTime
    after: OnTime
    requests: int
    changed: int


def terms_of(read: Reader) -> pd.DataFrame:
    """`request_class`, `value`, `unit`, `clock`: the term of each class as it holds now; topics' own are left out."""
    if read.profile is None:
        raise NotLoadedError("terms are in the city's profile: make the reader with Reader.of(engine, profile)")
    general = [one for one in read.profile.policies if one.topic is None]
    newest = {one.request_class: one for one in sorted(general, key=lambda one: one.valid_from)}
    rows = [(code, one.target_value, one.target_unit, one.clock) for code, one in newest.items()]
    return pd.DataFrame(rows, columns=["request_class", "value", "unit", "clock"])


def terms_tried(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """`request_class`, `factor`, `value`, `unit`, `n` (due by now), `met`, `late_3x`, `on_time_pct`.

    The last `MAX_REPLAYED` requests received in the period under each class's term times each of `FACTORS`. Kept until
    the data or the hour change.
    """
    state = (reference(read), filters, now.replace(minute=0, second=0, microsecond=0))
    held = read.kept.get("terms_tried")
    if held is not None and held[0] == state:
        return held[1]  # type: ignore[no-any-return]
    made = _terms_tried(read, filters, now)
    read.kept["terms_tried"] = (state, made)
    return made


def _terms_tried(read: Reader, filters: Filters, now: datetime) -> pd.DataFrame:
    history, book = _history(read, filters, now)
    terms, rows = terms_of(read), []
    for factor in FACTORS if len(history.requests) else ():
        results = replay(history.requests, history.events, book.with_policies(scaled(book.policies, factor)))
        for one in terms.to_dict("records"):
            found = on_time(_of_class(results, history, read, one["request_class"]), int(now.timestamp()))
            term = scaled_term(int(one["value"]), one["unit"], factor)
            rows.append((one["request_class"], factor, *term, found.n, found.met, found.late_3x, found.on_time_pct))
    columns = ["request_class", "factor", "value", "unit", "n", "met", "late_3x", "on_time_pct"]
    return pd.DataFrame(rows, columns=columns).astype({"on_time_pct": "float64"})


def what_if(read: Reader, filters: Filters, request_class: str, value: int, unit: str, *, now: datetime) -> WhatIf:
    """One class of the period under another term (`unit` of `UNITS`); raises `ClockError` for an unknown class."""
    history, book = _history(read, filters, now)
    other = book.with_policies(changed(book.policies, [f"{request_class}={value}{unit}"]))
    if not len(history.requests):
        return WhatIf(OnTime(), OnTime(), 0, 0)
    now_s = int(now.timestamp())
    before, after = (
        _of_class(replay(history.requests, history.events, one), history, read, request_class) for one in (book, other)
    )
    is_changed = (before.resolved_s > before.due_s) != (after.resolved_s > after.due_s)
    return WhatIf(
        on_time(before, now_s),
        on_time(after, now_s),
        len(before.resolved_s),
        int(np.count_nonzero(is_changed & (before.resolved_s != NOTHING))),
    )


def _history(read: Reader, filters: Filters, now: datetime) -> tuple[History, PolicyBook]:
    if read.profile is None:
        raise NotLoadedError("a what-if replays the clock: make the reader with Reader.of(engine, profile)")
    with read.connect() as connection:
        which = replayable(read, select_of(read, filters), MAX_REPLAYED, now=now)
        return tables.history_where(connection, read.city_id, which), book_of(read.profile)


def _of_class(results: Results, history: History, read: Reader, code: str) -> Results:
    return _kept(results, history.requests.class_ids == reference_id(read.slug, "request_class", code))


def _kept(results: Results, rows: npt.NDArray[np.bool_]) -> Results:
    """The rows as far as `on_time` looks at them."""
    judged: dict[str, Any] = {name: getattr(results, name)[rows] for name in _JUDGED}
    return replace(results, **judged)


def scaled(policies: Iterable[SlaPolicy], factor: float) -> tuple[SlaPolicy, ...]:
    """Every term times `factor`."""

    def one(policy: SlaPolicy) -> SlaPolicy:
        value, unit = scaled_term(policy.target_value, policy.target_unit, factor)
        return replace(policy, target_value=value, target_unit=unit)

    return tuple(one(policy) for policy in policies)


def scaled_term(value: int, unit: TargetUnit, factor: float) -> tuple[int, TargetUnit]:
    """A term times `factor` in whole units: hours go over to minutes, months to days where they must; at least 1."""
    whole: Callable[[float], int] = lambda amount: max(1, int(amount + 0.5))  # noqa: E731 - half up, unlike round()
    if (value * factor).is_integer():
        return whole(value * factor), unit
    if unit == "hours":
        return whole(value * factor * 60), "minutes"
    if unit == "months":
        return whole(value * factor * _DAYS_IN_MONTH), "calendar_days"
    return whole(value * factor), unit
