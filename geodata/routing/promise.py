"""Will I make it: an arrival held against a service's intake hours, as a pure function of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from geodata.routing.types import Itinerary

Answer = Literal["yes", "wait", "no", "unknown"]
Window = tuple[datetime, datetime]
MIN_STAY = timedelta(minutes=10)
"""Arriving with less than this before the desk closes is too late to be served."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the arrival falls into the intake hours.

    `yes`: `spare_s` seconds are left until the desk closes. `wait`: it opens `wait_s` seconds after the arrival, within
    the same day. `no`: too late or closed; `next_opening_at` is when it opens next, None where that is not known.
    `unknown`: the hours are not known. `window` is the one meant; `latest_arrival_at` the last useful arrival in the
    window that was missed or is used, for asking `Router.last_useful_departure`.
    """

    answer: Answer
    arrives_at: datetime
    window: Window | None = None
    spare_s: int = 0
    wait_s: int = 0
    next_opening_at: datetime | None = None
    latest_arrival_at: datetime | None = None


def will_i_make_it(
    itinerary: Itinerary, intake_windows: Sequence[Window] | None, *, min_stay: timedelta = MIN_STAY
) -> Verdict:
    """Hold an arrival against opening windows (aware start and end, any order); None means the hours are unknown."""
    at = itinerary.arrives_at
    if intake_windows is None:
        return Verdict("unknown", at)
    windows = sorted(intake_windows)
    for window in windows:
        start, end = window
        latest = max(start, end - min_stay)
        if start <= at <= latest:
            return Verdict("yes", at, window, spare_s=_seconds(end - at), latest_arrival_at=latest)
    return _too_early_or_late(at, windows, min_stay)


def _too_early_or_late(at: datetime, windows: Sequence[Window], min_stay: timedelta) -> Verdict:
    coming = next((window for window in windows if window[0] > at), None)
    missed = [
        window for window in windows if window[0] <= at and window[0].date() == at.astimezone(window[0].tzinfo).date()
    ]
    latest = max(missed[-1][0], missed[-1][1] - min_stay) if missed else None
    if coming is None:
        return Verdict("no", at, missed[-1] if missed else None, latest_arrival_at=latest)
    start, end = coming
    if _is_same_day(start, at):
        until = max(start, end - min_stay)
        return Verdict("wait", at, coming, wait_s=_seconds(start - at), next_opening_at=start, latest_arrival_at=until)
    return Verdict("no", at, missed[-1] if missed else None, next_opening_at=start, latest_arrival_at=latest)


def _is_same_day(start: datetime, at: datetime) -> bool:
    return start.date() == at.astimezone(start.tzinfo).date()


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
