"""Legs from paths and journeys: the one place where engine answers become what a traveller reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np

from geodata.network.engine import Journey, Ride, service_start
from geodata.network.graph import Path, Piece
from geodata.network.shapes import path_length_m, path_line
from geodata.network.snap import Snap
from geodata.network.speeds import BASE_SPEED_MPS, StreetMode
from geodata.network.streets import Floats, Streets, line_length_m
from geodata.network.timetable import ACCESS_UNKNOWN, Timetable
from geodata.routing.paths import as_line, steps_of, unknowns_of
from geodata.routing.types import Leg, Place, Step, Transit, UnknownAccess
from geodata.routing.words import Words

VEHICLES = {
    0: "tram",
    1: "subway",
    2: "rail",
    3: "bus",
    4: "ferry",
    5: "tram",
    6: "cable",
    7: "cable",
    11: "trolleybus",
}
"""GTFS route types."""
EXTENDED_VEHICLES = {1: "rail", 2: "bus", 4: "subway", 7: "bus", 8: "trolleybus", 9: "tram", 10: "ferry", 13: "cable"}
"""Hundreds of the extended route types (Google's list)."""


MAX_KNOWN_CONNECTOR_M = 25.0
"""Farther than this from the street (about its width and a front yard) nobody can say what lies in between."""

SAME_POINT = 1e-6
"""Degrees: a tenth of a metre."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place a path starts or ends at: as asked and as found on the street."""

    place: Place
    snap: Snap


def vehicle_mode(route_type: int) -> str:
    """The vehicle of a GTFS route type, basic or extended."""
    return VEHICLES.get(route_type) or EXTENDED_VEHICLES.get(route_type // 100, "bus")


def path_seconds(path: Path, start: Spot, end: Spot, mode: StreetMode) -> float:
    """Seconds of a path with the metres between street and place at both ends."""
    return path.seconds + (start.snap.connector_m + end.snap.connector_m) / BASE_SPEED_MPS[mode]


@dataclass(frozen=True, slots=True)
class LegMaker:
    """Makes legs in one language on one network."""

    streets: Streets
    words: Words

    def on_street(self, mode: StreetMode, path: Path, ends: tuple[Spot, Spot], departs_at: datetime) -> Leg:
        """A leg under one's own power (or by car) along a path."""
        start, end = ends
        line = path_line(self.streets, path.pieces, (start.place.lon, start.place.lat), (end.place.lon, end.place.lat))
        off_street = start.snap.connector_m + end.snap.connector_m
        arrive = ("arrive_stop" if end.place.stop_id else "arrive", end.place.name)
        seconds = int(np.ceil(path_seconds(path, start, end, mode)))
        return Leg(
            mode=mode,
            start=start.place,
            end=end.place,
            departs_at=departs_at,
            arrives_at=departs_at + timedelta(seconds=seconds),
            distance_m=path_length_m(self.streets, path.pieces) + off_street,
            line=as_line(line),
            steps=steps_of(self.streets, path.pieces, self.words, arrive, end.snap),
        )

    def at_hand(self, mode: StreetMode, ends: tuple[Place, Place], departs_at: datetime, metres: float) -> Leg:
        """The leg between two ends that are one place for a traveller; at once there."""
        start, end = ends
        arrive = Step("arrive", self.words.step("arrive", end.name, place=end.name), 0.0, "", end.lon, end.lat)
        line = ((start.lon, start.lat), (end.lon, end.lat))
        return Leg(mode, start, end, departs_at, departs_at, metres, line, (arrive,))

    def ride(self, ride: Ride, journey: Journey, table: Timetable) -> Leg:
        """A leg on a vehicle."""
        zero = service_start(journey.service_on, ZoneInfo(table.time_zone))
        board, alight = stop_place(table, ride.board), stop_place(table, ride.alight)
        about = table.routes[ride.route]
        between = table.between(ride.trip, ride.board, ride.alight)
        straight = _straight(table, (ride.board, *between, ride.alight))
        line = straight if ride.line is None else ride.line
        mode = vehicle_mode(cast("int", about["type"]))
        transit = Transit(
            line=str(about["line"]),
            headsign=table.headsign(ride.trip),
            agency=str(about["agency"]),
            color=str(about["color"]),
            route_id=ride.route,
            trip_id=ride.trip,
            stops_between=tuple(table.stop_name(stop) for stop in between),
            is_straight=line.shape == straight.shape and bool(np.allclose(line, straight, atol=SAME_POINT)),
        )
        departs_at, arrives_at = after(zero, ride.departure_s), after(zero, ride.arrival_s)
        return Leg(
            mode=mode,
            start=board,
            end=alight,
            departs_at=departs_at,
            arrives_at=arrives_at,
            distance_m=ride.distance_m or line_length_m(line),
            line=as_line(line),
            steps=self._ride_steps(mode, transit, (board, alight), (departs_at, arrives_at), table),
            transit=transit,
        )

    def _ride_steps(
        self,
        mode: str,
        transit: Transit,
        ends: tuple[Place, Place],
        times: tuple[datetime, datetime],
        table: Timetable,
    ) -> tuple[Step, Step]:
        words, (board, alight) = self.words, ends
        platform = str(table.stops[str(board.stop_id)]["platform"])
        kind = "board_platform" if platform else "board"
        values = {"line": transit.line, "headsign": transit.headsign, "stop": board.name, "platform": platform}
        on = words.step(kind, "", vehicle=words.vehicle(mode), time=words.time(times[0]), **values)
        stops = words.count("stops", transit.stop_count)
        off = words.step("alight", "", stop=alight.name, time=words.time(times[1]), count=stops)
        return Step("board", on, 0.0, "", board.lon, board.lat), Step("alight", off, 0.0, "", alight.lon, alight.lat)

    def unknown_on(self, pieces: tuple[Piece, ...], ends: Sequence[Spot]) -> list[UnknownAccess]:
        """What is unknown on the streets passed, and between them and the places at the ends."""
        off_m = sum(end.snap.connector_m for end in ends if end.snap.connector_m > MAX_KNOWN_CONNECTOR_M)
        found = unknowns_of(self.streets, pieces, self.words)
        if off_m:
            text = self.words.unknown("off_street", distance=self.words.distance(off_m))
            found.append(UnknownAccess("off_street", off_m, text))
        return found

    def unknown_in(self, journey: Journey, table: Timetable) -> list[UnknownAccess]:
        """Stops and vehicles on a journey whose accessibility the feed does not state."""
        found = []
        zero = service_start(journey.service_on, ZoneInfo(table.time_zone))
        for stop in dict.fromkeys(stop for ride in journey.rides for stop in (ride.board, ride.alight)):
            if table.stops[stop]["wheelchair"] == ACCESS_UNKNOWN:
                text = self.words.unknown("stop_access", stop=table.stop_name(stop))
                found.append(UnknownAccess("stop_access", 1, text))
        for ride in journey.rides:
            if table.trips[ride.trip]["wheelchair"] == ACCESS_UNKNOWN:
                line, at = str(table.routes[ride.route]["line"]), self.words.time(after(zero, ride.departure_s))
                found.append(UnknownAccess("trip_access", 1, self.words.unknown("trip_access", line=line, time=at)))
        return found


def _straight(table: Timetable, stops: Sequence[str]) -> Floats:
    """The line from stop to stop."""
    return np.array([[table.stops[stop]["lon"], table.stops[stop]["lat"]] for stop in stops], dtype=np.float64)


def stop_place(table: Timetable, stop: str) -> Place:
    """A stop as the end of a leg."""
    about = table.stops[stop]
    lon, lat = cast("float", about["lon"]), cast("float", about["lat"])
    return Place(table.stop_name(stop), lon, lat, stop)


def after(zero: datetime, seconds: float) -> datetime:
    """An instant so many seconds after another, in its zone (a sum over UTC, right on DST days)."""
    return (zero.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(zero.tzinfo)
