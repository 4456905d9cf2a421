"""Journeys by timetable, door to door: our walk to the stops, the engine's search between them, our choice of three."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from geodata.network.changes import NEVER_S
from geodata.network.engine import Engine, Journey, Offsets, Transfer, service_start
from geodata.network.graph import Field, Graph, Path, Piece
from geodata.network.links import near_stops
from geodata.network.snap import Snaps
from geodata.network.streets import Floats
from geodata.network.timetable import Timetable
from geodata.routing.legs import LegMaker, Spot, after, path_seconds, stop_place
from geodata.routing.types import Itinerary, Leg, UnknownAccess

MAX_CHOICES = 3
MAX_ROUNDS = 5
MAX_RETRIES = 4
STEP = timedelta(seconds=60)
LATER = timedelta(hours=2)
"""A connection that comes so much after the best one is no alternative to it."""

WORTH_A_CHANGE_S = 480.0
"""One more change is worth a walk shorter by this (some 550 m): fewer changes bought with more walking are no merit."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A journey with the instants at the doors."""

    journey: Journey
    departs_at: datetime
    arrives_at: datetime
    walk_s: float

    @property
    def ride_count(self) -> int:
        """Vehicles ridden."""
        return len(self.journey.rides)

    @property
    def seconds(self) -> float:
        """Door to door."""
        return (self.arrives_at - self.departs_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Doors:
    """The two ends of a query: where they are and everything within walking distance of them."""

    origin: Spot
    destination: Spot
    from_origin: Field
    from_destination: Field


@dataclass(frozen=True, slots=True)
class Planner:
    """Timetable queries in one walking mode (foot or wheelchair)."""

    graph: Graph
    engine: Engine
    table: Timetable
    stops: Snaps

    def offsets(self, field: Field) -> Offsets:
        """The stops within reach of a place, with whole seconds."""
        seconds = field.seconds_to(self.stops)
        ids = self.table.stop_ids
        return [(ids[row], int(np.ceil(seconds[row]))) for row in near_stops(seconds)]

    def seconds_to_stops(self, field: Field, depart_at: datetime) -> Floats:
        """Seconds to each stop row, riding or walking; inf where it cannot be reached."""
        access = self.offsets(field)
        result = np.full(len(self.stops), np.inf)
        row_of = self.table.stop_row
        for stop, seconds in self.engine.seconds_to_stops(access, depart_at).items():
            result[row_of[stop]] = seconds
        for stop, seconds in access:
            result[row_of[stop]] = min(result[row_of[stop]], seconds)
        return result

    def choices(self, doors: Doors, at: datetime, *, is_arrival: bool) -> list[Choice]:
        """Up to three journeys, none beaten by another in leaving, arriving, changes and walking; the best first."""
        access, egress = self.offsets(doors.from_origin), self.offsets(doors.from_destination)
        found: list[Choice] = []
        asked = at
        for _ in range(MAX_ROUNDS):
            journeys = self._journeys(access, egress, asked, is_arrival=is_arrival)
            new = [self._at_doors(journey, dict(access), dict(egress)) for journey in journeys]
            if not new:
                break
            found += new
            kept = _near_the_best(_undominated(found), is_arrival=is_arrival)
            if len(kept) >= MAX_CHOICES or not set(new) & set(kept):
                break
            latest = max if is_arrival else min
            asked = latest(c.arrives_at for c in new) - STEP if is_arrival else latest(c.departs_at for c in new) + STEP
        kept = _near_the_best(_undominated(found), is_arrival=is_arrival)
        return sorted(
            kept, key=lambda c: (-c.departs_at.timestamp() if is_arrival else c.arrives_at.timestamp(), c.seconds)
        )[:MAX_CHOICES]

    def _journeys(self, access: Offsets, egress: Offsets, at: datetime, *, is_arrival: bool) -> list[Journey]:
        """The engine's journeys without those that change faster at a stop than the feed allows there."""
        missed: list[str] = []
        kept: list[Journey] = []
        for _ in range(MAX_RETRIES):
            found = self.engine.journeys(access, egress, at, is_arrival=is_arrival, without=missed)
            kept = [journey for journey in found if not self._missed(journey)]
            if len(kept) == len(found):
                break
            missed += [trip for journey in found for trip in self._missed(journey)]
        return kept

    def _missed(self, journey: Journey) -> list[str]:
        """The trips one would miss for want of time to change at one and the same stop."""
        if not self.table.change_s:
            return []
        asked = self.table.change_s
        return [
            after.trip
            for before, after in itertools.pairwise(journey.rides)
            if before.alight == after.board
            and (needed := asked.get(after.board, 0))
            and (needed == NEVER_S or after.departure_s - before.arrival_s < needed)
        ]

    def _at_doors(self, journey: Journey, access: dict[str, int], egress: dict[str, int]) -> Choice:
        """Leave as late as the first ride allows."""
        zero = service_start(journey.service_on, ZoneInfo(self.table.time_zone))
        rides = journey.rides
        first, last = rides[0], rides[-1]
        walk_in = access.get(
            first.board, first.departure_s - journey.parts[0].departure_s + access.get(journey.first_stop, 0)
        )
        walk_out = egress.get(
            last.alight, journey.parts[-1].arrival_s - last.arrival_s + egress.get(journey.last_stop, 0)
        )
        between = sum(p.arrival_s - p.departure_s for p in journey.parts if isinstance(p, Transfer))
        departs_at, arrives_at = after(zero, first.departure_s - walk_in), after(zero, last.arrival_s + walk_out)
        return Choice(journey, departs_at, arrives_at, walk_in + walk_out + between)

    def itinerary(self, choice: Choice, doors: Doors, maker: LegMaker) -> Itinerary:
        """The legs of a chosen journey, with what is unknown on it."""
        journey = choice.journey
        legs, walked, ends = self._legs(choice, doors, maker)
        unknown: list[UnknownAccess] = []
        if self.graph.mode == "wheelchair":
            unknown = maker.unknown_on(tuple(walked), ends) + maker.unknown_in(journey, self.table)
        if self.table.is_simulated:
            unknown.append(UnknownAccess("simulated", 1, maker.words.unknown("simulated")))
        return Itinerary("transit", tuple(legs), tuple(unknown))

    def _legs(self, choice: Choice, doors: Doors, maker: LegMaker) -> tuple[list[Leg], list[Piece], list[Spot]]:
        rides = choice.journey.rides
        legs: list[Leg] = []
        walked: list[Piece] = []
        passed: list[Spot] = []

        def walk(path: Path | None, ends: tuple[Spot, Spot], departs_at: datetime) -> None:
            if path is None or path_seconds(path, *ends, self.graph.mode) < 1:
                return
            legs.append(maker.on_street(self.graph.mode, path, ends, departs_at))
            walked.extend(path.pieces)
            passed.extend(ends)

        first = self._spot(rides[0].board)
        walk(doors.from_origin.path_to(first.snap), (doors.origin, first), choice.departs_at)
        for before, ride in zip([None, *rides[:-1]], rides, strict=True):
            if before and before.alight != ride.board:
                ends = (self._spot(before.alight), self._spot(ride.board))
                walk(self.graph.search(ends[0].snap).path_to(ends[1].snap), ends, legs[-1].arrives_at)
            legs.append(maker.ride(ride, choice.journey, self.table))
        last = self._spot(rides[-1].alight)
        back = doors.from_destination.path_to(last.snap)
        walk(reversed_path(back) if back else None, (last, doors.destination), legs[-1].arrives_at)
        return legs, walked, passed

    def _spot(self, stop: str) -> Spot:
        return Spot(stop_place(self.table, stop), self.stops.one(self.table.stop_row[stop]))


def reversed_path(path: Path) -> Path:
    """The same way walked back (walking graphs know no direction)."""
    return Path(tuple(Piece(p.edge, p.to_fraction, p.from_fraction) for p in reversed(path.pieces)), path.seconds)


def _undominated(choices: Iterable[Choice]) -> list[Choice]:
    """Choices that no other beats or equals in leaving later, arriving earlier, and changes or walking."""
    kept: dict[tuple[datetime, datetime, int], Choice] = {}
    for choice in choices:
        kept.setdefault((choice.departs_at, choice.arrives_at, choice.ride_count), choice)
    beaten = {id(worse) for worse, better in itertools.permutations(kept.values(), 2) if _beats(better, worse)}
    return [choice for choice in kept.values() if id(choice) not in beaten]


def _beats(better: Choice, worse: Choice) -> bool:
    if better.departs_at < worse.departs_at or better.arrives_at > worse.arrives_at:
        return False
    more = better.ride_count - worse.ride_count
    return more <= 0 or better.walk_s <= worse.walk_s - more * WORTH_A_CHANGE_S


def _near_the_best(choices: list[Choice], *, is_arrival: bool) -> list[Choice]:
    """Without those that leave long after the best arrives at the door (or, for an arrival time, long before)."""
    if is_arrival:
        last = max((choice.departs_at for choice in choices), default=None)
        return [choice for choice in choices if last and last - choice.departs_at <= LATER]
    first = min((choice.arrives_at for choice in choices), default=None)
    return [choice for choice in choices if first and choice.arrives_at - first <= LATER]


__all__ = ["MAX_CHOICES", "Choice", "Doors", "Planner", "Transfer", "reversed_path"]
