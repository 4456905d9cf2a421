"""Open, closed or unknown over time: what every source of opening hours is turned into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

State = Literal["open", "closed", "unknown"]


@dataclass(frozen=True)
class Interval:
    """A stretch of one state; `starts_at` and `ends_at` are UTC, the end is not part of it."""

    starts_at: datetime
    ends_at: datetime
    state: State
    comment: str = ""


class Window(NamedTuple):
    """An open stretch, in the place's own zone, aware; the end is not part of it."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class StateAt:
    """The state at an instant; `until` (place's zone) is when it next changes, None when not within a fortnight."""

    state: State
    until: datetime | None
    comment: str = ""


@dataclass(frozen=True)
class Closure:
    """A temporary closure over whole local days, both included; `ends_on` None means until further notice."""

    starts_on: date
    ends_on: date | None = None
    reason: str = ""

    def covers(self, day_on: date) -> bool:
        """Whether the place is closed on the day."""
        return self.starts_on <= day_on and (self.ends_on is None or day_on <= self.ends_on)


class Timeline(Protocol):
    """A source of states."""

    def intervals(self, start: datetime, end: datetime) -> Sequence[Interval]:
        """Intervals in order, without gaps or overlaps, exactly from `start` to `end` (both UTC)."""
