"""What a reader wants to know of a timetable and the routing engine does not say: names, headsigns, platforms, access.

Stop and trip ids follow the engine's rule: an id that occurs in several feeds is written `<feed number>:<id>`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.errors import NetworkBuildError
from geodata.network.gtfs import Feed

FILE = "timetable.json"
ACCESS_UNKNOWN, ACCESS_YES, ACCESS_NO = 0, 1, 2
"""GTFS's own codes of wheelchair_boarding and wheelchair_accessible."""


@dataclass(frozen=True)
class Timetable:
    """Names and properties by stop, route and trip.

    `stops[id]`: name, platform, lon, lat, wheelchair (GTFS code, inherited from the station). `routes[id]`: line (short
    name), name, type (GTFS route_type), agency. `trips[id]`: route, headsign, wheelchair, pattern (row of `patterns`).
    `patterns`: the stop ids in order. `active_on`: ISO days on which trips run.
    `change_s[stop]`: seconds that the feed asks for a change at that very stop, -1 where it rules it out.
    """

    time_zone: str
    is_simulated: bool
    agencies: Sequence[str]
    active_on: Sequence[str]
    stops: Mapping[str, Mapping[str, object]]
    routes: Mapping[str, Mapping[str, object]]
    trips: Mapping[str, Mapping[str, object]]
    patterns: Sequence[Sequence[str]]
    change_s: Mapping[str, int] = field(default_factory=dict)

    @property
    def valid_from(self) -> date:
        """The first day with service."""
        return date.fromisoformat(self.active_on[0])

    @property
    def valid_to(self) -> date:
        """The last day with service."""
        return date.fromisoformat(self.active_on[-1])

    @cached_property
    def stop_ids(self) -> tuple[str, ...]:
        """The stops' ids in file order: the rows of every stop array."""
        return tuple(self.stops)

    @cached_property
    def stop_row(self) -> Mapping[str, int]:
        """The row of each stop id."""
        return {stop: row for row, stop in enumerate(self.stop_ids)}

    def stop_name(self, stop: str) -> str:
        """The stop's name as people know it."""
        return str(self.stops[stop]["name"])

    def between(self, trip: str, board: str, alight: str) -> tuple[str, ...]:
        """The stops a rider passes between boarding and alighting, in order, both left out."""
        pattern = self.patterns[int(str(self.trips[trip]["pattern"]))]
        first = pattern.index(board)
        return tuple(pattern[first + 1 : pattern.index(alight, first + 1)])

    def headsign(self, trip: str) -> str:
        """Where the vehicle goes: its headsign, else the name of its last stop."""
        about = self.trips[trip]
        pattern = self.patterns[int(str(about["pattern"]))]
        return str(about["headsign"]) or self.stop_name(pattern[-1])

    def save(self, folder: Path) -> None:
        """Write into `folder`."""
        (folder / FILE).write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Timetable:
        """Read what `save` wrote.

        Raises `NetworkBuildError` where the file is damaged or of another version.
        """
        try:
            return cls(**json.loads((folder / FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            cure = "Build the network again: python -m geodata build"
            raise NetworkBuildError(f"The timetable in {folder} cannot be read ({error}). {cure}") from error


def make_timetable(feeds: Sequence[Feed]) -> Timetable:
    """Join usable feeds; the first feed's time zone rules, as cities have one."""
    stop_ids, trip_ids = Qualifier(feeds, "stops.txt", "stop_id"), Qualifier(feeds, "trips.txt", "trip_id")
    route_ids = Qualifier(feeds, "routes.txt", "route_id")
    stops: dict[str, Mapping[str, object]] = {}
    routes: dict[str, Mapping[str, object]] = {}
    trips: dict[str, Mapping[str, object]] = {}
    patterns: dict[tuple[str, ...], int] = {}
    for number, feed in enumerate(feeds):
        stops |= _stops(feed, number, stop_ids)
        routes |= _routes(feed, number, route_ids)
        trips |= _trips(feed, number, (stop_ids, trip_ids, route_ids), patterns)
    return Timetable(
        time_zone=feeds[0].time_zone,
        is_simulated=all(feed.is_simulated for feed in feeds),
        agencies=sorted({str(name) for feed in feeds for name in feed.tables["agency.txt"]["agency_name"]}),
        active_on=sorted({day.isoformat() for feed in feeds for day in feed.active_dates()}),
        stops=stops,
        routes=routes,
        trips=trips,
        patterns=[list(pattern) for pattern in patterns],
    )


class Qualifier:
    """Gives ids that several feeds share their feed number, as the engine does."""

    def __init__(self, feeds: Sequence[Feed], table: str, column: str) -> None:
        seen: dict[str, int] = {}
        for feed in feeds:
            for value in feed.tables[table][column].unique():
                seen[value] = seen.get(value, 0) + 1
        self.shared = {value for value, count in seen.items() if count > 1}

    def __call__(self, number: int, value: str) -> str:
        return f"{number}:{value}" if value in self.shared else value


def _column(table: pd.DataFrame, name: str) -> list[str]:
    return [str(value) for value in table[name]] if name in table else [""] * len(table)


def _access(text: str) -> int:
    return int(text) if text in ("1", "2") else ACCESS_UNKNOWN


def _stops(feed: Feed, number: int, qualify: Qualifier) -> dict[str, Mapping[str, object]]:
    table = feed.tables["stops.txt"]
    ids, parents = _column(table, "stop_id"), _column(table, "parent_station")
    access = dict(zip(ids, map(_access, _column(table, "wheelchair_boarding")), strict=True))
    lon = pd.to_numeric(table["stop_lon"], errors="coerce")
    lat = pd.to_numeric(table["stop_lat"], errors="coerce")
    rows = zip(ids, parents, _column(table, "stop_name"), _column(table, "platform_code"), lon, lat, strict=True)
    return {
        qualify(number, stop): {
            "name": name or stop,
            "platform": platform,
            "lon": None if np.isnan(x) else float(x),
            "lat": None if np.isnan(y) else float(y),
            "wheelchair": access[stop] or access.get(parent, ACCESS_UNKNOWN),
        }
        for stop, parent, name, platform, x, y in rows
    }


def _routes(feed: Feed, number: int, qualify: Qualifier) -> dict[str, Mapping[str, object]]:
    table = feed.tables["routes.txt"]
    agencies = feed.tables["agency.txt"]
    named = dict(zip(_column(agencies, "agency_id"), _column(agencies, "agency_name"), strict=True))
    only = next(iter(named.values()))
    columns = ("route_id", "route_short_name", "route_long_name", "route_type", "agency_id", "route_color")
    rows = zip(*(_column(table, name) for name in columns), strict=True)
    return {
        qualify(number, route): {
            "line": short or long or route,
            "name": long,
            "type": int(kind or 3),
            "agency": named.get(agency, only),
            "color": color,
        }
        for route, short, long, kind, agency, color in rows
    }


def _trips(
    feed: Feed,
    number: int,
    qualify: tuple[Qualifier, Qualifier, Qualifier],
    patterns: dict[tuple[str, ...], int],
) -> dict[str, Mapping[str, object]]:
    stop_ids, trip_ids, route_ids = qualify
    times = feed.tables["stop_times.txt"]
    order = times.assign(n=pd.to_numeric(times["stop_sequence"], errors="coerce")).sort_values(["trip_id", "n"])
    calls = {
        str(trip): tuple(stop_ids(number, stop) for stop in rows) for trip, rows in order.groupby("trip_id")["stop_id"]
    }
    table = feed.tables["trips.txt"]
    names = ("trip_id", "route_id", "trip_headsign", "wheelchair_accessible")
    return {
        trip_ids(number, trip): {
            "route": route_ids(number, route),
            "headsign": headsign,
            "wheelchair": _access(wheelchair),
            "pattern": patterns.setdefault(calls[trip], len(patterns)),
        }
        for trip, route, headsign, wheelchair in zip(*(_column(table, name) for name in names), strict=True)
        if trip in calls
    }
