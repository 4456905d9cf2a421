"""What a route is once found: frozen values for screens, the take-away map and the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

Mode = Literal["transit", "foot", "wheelchair", "bicycle", "car"]
MODES: tuple[Mode, ...] = ("transit", "foot", "wheelchair", "bicycle", "car")
LatLon = tuple[float, float]
Line = tuple[tuple[float, float], ...]
"""Points as lon, lat (the order of GeoJSON)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction in words; `kind` is the manoeuvre (depart, left, stairs, board, ...), place in degrees."""

    kind: str
    text: str
    distance_m: float
    street: str
    lon: float
    lat: float

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            "kind": self.kind,
            "text": self.text,
            "distance_m": round(self.distance_m, 1),
            "street": self.street,
            "lon": round(self.lon, 6),
            "lat": round(self.lat, 6),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """An end of a leg: its name, where it is, and the stop's GTFS id where it is one."""

    name: str
    lon: float
    lat: float
    stop_id: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        found: dict[str, object] = {"name": self.name, "lon": round(self.lon, 6), "lat": round(self.lat, 6)}
        return found | ({"stop_id": self.stop_id} if self.stop_id else {})


@dataclass(frozen=True, slots=True)
class Transit:
    """What a ride adds to a leg: line, direction, the trip in the feed and the stops passed on the way.

    `is_straight`: the feed has no shape of the trip, so its line runs straight from stop to stop.
    """

    line: str
    headsign: str
    agency: str
    color: str
    route_id: str
    trip_id: str
    stops_between: tuple[str, ...]
    is_straight: bool = False

    @property
    def stop_count(self) -> int:
        """Stops from boarding to alighting, the last one counted."""
        return len(self.stops_between) + 1


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a route in one vehicle or on one's own way; `mode` is foot, wheelchair, bicycle, car, tram, bus, ..."""

    mode: str
    start: Place
    end: Place
    departs_at: datetime
    arrives_at: datetime
    distance_m: float
    line: Line
    steps: tuple[Step, ...]
    transit: Transit | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON; instants with their offset, the geometry as GeoJSON."""
        found: dict[str, object] = {
            "mode": self.mode,
            "from": self.start.to_dict(),
            "to": self.end.to_dict(),
            "departs_at": self.departs_at.isoformat(timespec="seconds"),
            "arrives_at": self.arrives_at.isoformat(timespec="seconds"),
            "distance_m": round(self.distance_m, 1),
            "geometry": {"type": "LineString", "coordinates": [[round(x, 6), round(y, 6)] for x, y in self.line]},
            "steps": [step.to_dict() for step in self.steps],
        }
        if self.transit:
            found |= {
                "line": self.transit.line,
                "headsign": self.transit.headsign,
                "agency": self.transit.agency,
                "route_id": self.transit.route_id,
                "trip_id": self.transit.trip_id,
                "stop_count": self.transit.stop_count,
                "stops_between": list(self.transit.stops_between),
                "geometry_is_straight": self.transit.is_straight,
            }
        return found


@dataclass(frozen=True, slots=True)
class UnknownAccess:
    """Something on the way that nobody has recorded: never hidden, never read as "fine".

    `kind` is kerb, surface, incline (a slope of unknown steepness), slope (nobody recorded whether there is one),
    limited, off_street, stop_access, trip_access or simulated; `amount` counts crossings or metres.
    """

    kind: str
    amount: float
    text: str

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {"kind": self.kind, "amount": round(self.amount, 1), "text": self.text}


@dataclass(frozen=True, slots=True)
class Itinerary:
    """A whole way from door to door."""

    mode: Mode
    legs: tuple[Leg, ...]
    unknown: tuple[UnknownAccess, ...] = field(default=())

    @property
    def departs_at(self) -> datetime:
        """When to leave."""
        return self.legs[0].departs_at

    @property
    def arrives_at(self) -> datetime:
        """When one is there."""
        return self.legs[-1].arrives_at

    @property
    def duration_s(self) -> int:
        """Seconds from leaving to arriving, waits included."""
        return round((self.arrives_at - self.departs_at).total_seconds())

    @property
    def distance_m(self) -> float:
        """Metres travelled."""
        return sum(leg.distance_m for leg in self.legs)

    @property
    def walk_m(self) -> float:
        """Metres under one's own power."""
        return sum(leg.distance_m for leg in self.legs if leg.transit is None)

    @property
    def rides(self) -> tuple[Leg, ...]:
        """The legs in vehicles of public transport."""
        return tuple(leg for leg in self.legs if leg.transit)

    @property
    def transfer_count(self) -> int:
        """Changes of vehicle."""
        return max(0, len(self.rides) - 1)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All instructions in order."""
        return tuple(step for leg in self.legs for step in leg.steps)

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            "mode": self.mode,
            "duration_s": self.duration_s,
            "distance_m": round(self.distance_m, 1),
            "walk_m": round(self.walk_m, 1),
            "transfers": self.transfer_count,
            "departs_at": self.departs_at.isoformat(timespec="seconds"),
            "arrives_at": self.arrives_at.isoformat(timespec="seconds"),
            "legs": [leg.to_dict() for leg in self.legs],
            "unknown": [one.to_dict() for one in self.unknown],
        }


@dataclass(frozen=True, slots=True)
class Reached:
    """Seconds to each place, and where public transport was asked for and going oneself is no slower."""

    seconds: npt.NDArray[np.float64]
    is_walk: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """What a screen says about the network."""

    network_id: str
    time_zone: str
    bounds: tuple[float, float, float, float]
    valid_from: date | None
    valid_to: date | None
    is_simulated: bool
    agencies: tuple[str, ...]
    attribution: str
