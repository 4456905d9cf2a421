"""The timetable engine (cafein) behind an interface of our own, so that it can be held against others and replaced.

Only the timetable search is its work: the streets to and from stops are searched on our own graph, because that graph
knows names, stairs, surfaces and what is unknown, and gives wheelchair users arrive-by queries, which cafein does not.
The calls with prepared access are cafein's inner ones; its version is pinned and the tests hold the answers against its
public door-to-door search.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import NetworkBuildError

MAX_TRANSFERS = 5
Offsets = Sequence[tuple[str, int]]
"""Stops with the seconds between them and the place asked."""

Transfers = tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32], npt.NDArray[np.uint32], npt.NDArray[np.float64]]
"""Footpaths between stops as columns: from row, to row, seconds, metres."""


class EngineMissingError(NetworkBuildError, ImportError):
    """The timetable engine is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Ride:
    """A ride on one vehicle; times are seconds past the service day's start, `line` rows of lon, lat."""

    trip: str
    route: str
    board: str
    alight: str
    departure_s: int
    arrival_s: int
    distance_m: float | None
    line: npt.NDArray[np.float64] | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A walk between two stops."""

    from_stop: str
    to_stop: str
    departure_s: int
    arrival_s: int


@dataclass(frozen=True, slots=True)
class Journey:
    """Rides and walks in order from the first stop to the last; `service_on` is the day whose seconds they count."""

    service_on: date
    first_stop: str
    last_stop: str
    parts: tuple[Ride | Transfer, ...]

    @property
    def rides(self) -> tuple[Ride, ...]:
        """The rides alone."""
        return tuple(part for part in self.parts if isinstance(part, Ride))


def service_start(day: date, zone: ZoneInfo) -> datetime:
    """When a service day's clock reads zero: noon minus twelve hours (GTFS reference, "Time"), also on DST days."""
    noon = datetime.combine(day, time(12), tzinfo=zone)
    return (noon.astimezone(UTC) - timedelta(hours=12)).astimezone(zone)


class EngineBuilder:
    """Feeds on their way to engine files: `stops` are the engine's ids, the rows that transfers speak of; `trips` those
    it can use.

    Raises `EngineMissingError` and `NetworkBuildError`.
    """

    def __init__(self, feeds: Sequence[Path]) -> None:
        self._network = _from_gtfs(feeds)
        self.stops = tuple(stop for stop, _, _ in self._network.stops)
        self.trips = frozenset(trip for trip, _ in self._network.trips)

    def save(self, folder: Path, mode: str, transfers: Transfers) -> None:
        """Write the file of one walking mode, with that mode's walks between stops."""
        self._network._core.set_transfer_arrays(list(self.stops), *transfers)  # noqa: SLF001 - see module
        self._network.save(engine_file(folder, mode))


def engine_file(folder: Path, mode: str) -> Path:
    """Where a mode's engine file lives."""
    return folder / f"transit-{mode}.cafein"


def _library() -> Any:
    try:
        from cafein import TransportNetwork
    except ImportError as error:
        message = "The timetable engine (cafein) is not installed. Run: pip install -r requirements.txt"
        raise EngineMissingError(message) from error
    return TransportNetwork


def _from_gtfs(feeds: Sequence[Path]) -> Any:
    library = _library()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong in a feed is reported by geodata.network.gtfs, in our words
            return library.from_gtfs([str(feed) for feed in feeds])
    except (ValueError, OSError, KeyError, RuntimeError) as error:
        names = ", ".join(feed.name for feed in feeds)
        raise NetworkBuildError(f"The timetable engine refuses {names}: {error}") from error


class Engine:
    """Timetable searches for one walking mode; read-only and free of state, safe in threads."""

    def __init__(self, core: Any, zone: ZoneInfo, no_trips: Sequence[str], no_stops: Sequence[str]) -> None:
        self._core = core
        self._zone = zone
        self._no_trips, self._no_stops = list(no_trips), list(no_stops)

    @classmethod
    def load(
        cls, folder: Path, mode: str, *, zone: ZoneInfo, no_trips: Sequence[str] = (), no_stops: Sequence[str] = ()
    ) -> Engine:
        """Open a built file; `no_trips` and `no_stops` are never used (not accessible to this mode).

        Raises `EngineMissingError` and `NetworkBuildError`.
        """
        library = _library()
        try:
            network = library.load(str(engine_file(folder, mode)))
        except (ValueError, OSError, RuntimeError) as error:
            cure = "Build the network again: python -m geodata build"
            raise NetworkBuildError(f"The timetable in {folder} cannot be opened ({error}). {cure}") from error
        return cls(network._core, zone, no_trips, no_stops)  # noqa: SLF001 - see module

    def journeys(
        self, access: Offsets, egress: Offsets, at: datetime, *, is_arrival: bool, without: Sequence[str] = ()
    ) -> list[Journey]:
        """Best journeys by time and rides, leaving after `at` or arriving by it; trips in `without` are passed by."""
        if not access or not egress:
            return []
        search = self._core._reverse_route_with_access if is_arrival else self._core._route_with_access  # noqa: SLF001
        for day, clock in self._clocks(at, is_arrival=is_arrival):
            found = search(
                list(access),
                list(egress),
                day.isoformat(),
                clock,
                MAX_TRANSFERS,
                exclude_trips=[*self._no_trips, *without],
                exclude_stops=self._no_stops,
                geometries=True,
            )
            if journeys := [_journey(day, raw) for raw in found if raw["rides"]]:
                return journeys
        return []

    def seconds_to_stops(self, access: Offsets, at: datetime) -> Mapping[str, int]:
        """Seconds from `at` to the earliest arrival at every stop that can be reached."""
        if not access:
            return {}
        day, clock = self._clocks(at, is_arrival=False)[0]
        times: Mapping[str, int] = self._core._travel_times_with_access(  # noqa: SLF001 - see module
            list(access),
            day.isoformat(),
            clock,
            MAX_TRANSFERS,
            exclude_trips=self._no_trips,
            exclude_stops=self._no_stops,
        )
        return times

    def _clocks(self, at: datetime, *, is_arrival: bool) -> list[tuple[date, str]]:
        """The service day and its clock for an instant; then the neighbouring day, for nights without service."""
        local = at.astimezone(self._zone)
        seconds = int((local.astimezone(UTC) - service_start(local.date(), self._zone)).total_seconds())
        first = (local.date(), _clock(max(0, seconds)))
        if is_arrival:
            return [first, (local.date() - timedelta(days=1), "23:59:59")]
        return [first, (local.date() + timedelta(days=1), "00:00:00")]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _journey(day: date, raw: Mapping[str, Any]) -> Journey:
    legs: Iterable[Mapping[str, Any]] = raw["legs"]
    parts: list[Ride | Transfer] = []
    first = last = ""
    for leg in legs:
        if leg["type"] == "access":
            first = leg["to_stop"]
        elif leg["type"] == "egress":
            last = leg["from_stop"]
        elif leg["type"] == "transfer":
            parts.append(Transfer(leg["from_stop"], leg["to_stop"], leg["departure_s"], leg["arrival_s"]))
        else:
            parts.append(_ride(leg))
    return Journey(day, first, last, tuple(parts))


def _ride(leg: Mapping[str, Any]) -> Ride:
    line = shapely.get_coordinates(shapely.from_wkb(leg["geometry"])) if leg["geometry"] else None
    return Ride(
        trip=leg["trip_id"],
        route=leg["route_id"],
        board=leg["board_stop"],
        alight=leg["alight_stop"],
        departure_s=leg["departure_s"],
        arrival_s=leg["arrival_s"],
        distance_m=leg["distance_m"],
        line=line,
    )
