"""Opening hours of a place: open, closed or unknown at any instant, whatever they were written in.

Unknown is never read as open or as closed; a text that cannot be read is unknown, and nothing here raises for bad data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from geodata.opening_hours.osm import parse_osm
from geodata.opening_hours.schedules import Schedule, schedules
from geodata.opening_hours.timelines import merge
from geodata.opening_hours.types import Closure, Interval, State, StateAt, Timeline, Window

__all__ = ["Closure", "Interval", "OpeningHours", "Schedule", "StateAt", "Window"]

# Most changes come within a day; only quiet places are asked for a fortnight.
_HORIZONS = (timedelta(hours=30), timedelta(days=14))
_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class OpeningHours:
    """Opening hours in the zone of the place.

    `text` is what was given, `warnings` what a reader should know (`mended`, `holidays_unknown`,
    `school_holidays_unknown`, `open_end`, `unreadable`); `timeline` is None where nothing is known.
    """

    zone: ZoneInfo
    timeline: Timeline | None = None
    text: str = ""
    warnings: tuple[str, ...] = ()
    closures: tuple[Closure, ...] = ()

    @classmethod
    def parse(
        cls,
        text: str | None,
        tz: ZoneInfo | str,
        country: str | None = None,
        *,
        coords: tuple[float, float] | None = None,
        closures: Iterable[Closure] = (),
    ) -> OpeningHours:
        """Hours from an OSM `opening_hours` text; `country` for its holidays, `coords` (lat, lon) for the sun."""
        zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(tz)
        given = (text or "").strip()
        parsed = parse_osm(given, zone, country, coords) if given else None
        if parsed is not None:
            return cls(zone, parsed, given, parsed.warnings, tuple(closures))
        return cls(zone, None, given, ("unreadable",) if given else (), tuple(closures))

    @classmethod
    def from_schedules(
        cls,
        rows: Iterable[Schedule],
        tz: ZoneInfo | str,
        *,
        exceptions: Iterable[Schedule] = (),
        holidays: Collection[date] = (),
        closures: Iterable[Closure] = (),
    ) -> OpeningHours:
        """Hours from HSDS schedule rows: exceptions replace the rows of their day, holidays close it."""
        zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(tz)
        return cls(zone, schedules(rows, exceptions, holidays, zone), closures=tuple(closures))

    def closed_during(self, *closures: Closure) -> OpeningHours:
        """The same hours with more temporary closures."""
        return replace(self, closures=(*self.closures, *closures))

    def intervals(self, start: datetime, end: datetime) -> list[Interval]:
        """States from `start` to `end` (aware), without gaps; closures lie over everything else."""
        a, b = start.astimezone(UTC), end.astimezone(UTC)
        if a >= b:
            return []
        under = [Interval(a, b, "unknown")] if self.timeline is None else list(self.timeline.intervals(a, b))
        return self._with_closures(under)

    def _with_closures(self, under: Sequence[Interval]) -> list[Interval]:
        if not self.closures:
            return list(under)
        pieces: list[Interval] = []
        for i in under:
            cuts = sorted({i.starts_at, i.ends_at, *self._edges(i)})
            for a, b in pairwise(cuts):
                closure = self._closure_on(a.astimezone(self.zone).date())
                pieces.append(
                    Interval(a, b, "closed", closure.reason) if closure else replace(i, starts_at=a, ends_at=b)
                )
        return merge(pieces)

    def _edges(self, i: Interval) -> list[datetime]:
        days = [c.starts_on for c in self.closures]
        days += [c.ends_on + timedelta(days=1) for c in self.closures if c.ends_on is not None]
        return [at for at in map(self._midnight, days) if i.starts_at < at < i.ends_at]

    def _closure_on(self, day_on: date) -> Closure | None:
        return next((c for c in self.closures if c.covers(day_on)), None)

    def _midnight(self, day_on: date) -> datetime:
        return datetime.combine(day_on, time(), self.zone).astimezone(UTC)

    def state_at(self, now: datetime) -> StateAt:
        """The state at an aware instant, and when it next changes."""
        ahead: list[Interval] = []
        for horizon in _HORIZONS:
            ahead = self.intervals(now, now + horizon)
            change = next((i for i in ahead if i.state != ahead[0].state), None)
            if change is not None:
                return StateAt(ahead[0].state, change.starts_at.astimezone(self.zone), ahead[0].comment)
        return StateAt(ahead[0].state, None, ahead[0].comment)

    def state(self, now: datetime) -> State:
        """The state alone: what a filter over hundreds of places needs."""
        return self.intervals(now, now + timedelta(seconds=1))[0].state

    def next_opening(self, now: datetime) -> datetime | None:
        """When it next opens after `now` (place's zone); None when that is not known within a fortnight."""
        for horizon in _HORIZONS:
            ahead = self.intervals(now, now + horizon)
            opening = next((i for i in ahead if i.state == "open" and i.starts_at > now), None)
            if opening is not None:
                return opening.starts_at.astimezone(self.zone)
        return None

    def windows(self, day_on: date) -> list[Window]:
        """Open windows of a local day, in the place's zone.

        A window of up to 24 hours belongs whole to the day it begins on (a night shift ends the next morning); a longer
        one, such as around the clock, is cut at midnights. All days together hold every open instant once.
        """
        start, end = self._midnight(day_on), self._midnight(day_on + timedelta(days=1))
        around = self.intervals(start - 2 * _DAY, end + 2 * _DAY)
        stretches = _joined([i for i in around if i.state == "open"])
        return [w for a, b in stretches for w in self._on(a, b, start, end)]

    def _on(self, a: datetime, b: datetime, start: datetime, end: datetime) -> list[Window]:
        if b - a > _DAY:
            a, b = max(a, start), min(b, end)
        if start <= a < end and a < b:
            return [Window(a.astimezone(self.zone), b.astimezone(self.zone))]
        return []

    def week(self, start_on: date) -> list[tuple[date, list[Window]]]:
        """Seven days from `start_on` with their windows; see `is_known_on` for days without."""
        days = [start_on + timedelta(days=n) for n in range(7)]
        return [(day_on, self.windows(day_on)) for day_on in days]

    def is_known_on(self, day_on: date) -> bool:
        """False when any part of the local day is unknown."""
        start, end = self._midnight(day_on), self._midnight(day_on + timedelta(days=1))
        return all(i.state != "unknown" for i in self.intervals(start, end))


def _joined(intervals: Sequence[Interval]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for i in intervals:
        if joined and joined[-1][1] == i.starts_at:
            joined[-1] = (joined[-1][0], i.ends_at)
        else:
            joined.append((i.starts_at, i.ends_at))
    return joined
