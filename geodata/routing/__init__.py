"""Routes door to door: streets by our own graph, timetable by cafein, steps in words, unknowns listed."""

from geodata.routing.errors import (
    NoEngineError,
    NoPathError,
    NoRouteError,
    NoTimetableError,
    NotValidError,
    OutsideNetworkError,
)
from geodata.routing.promise import Verdict, will_i_make_it
from geodata.routing.router import Router
from geodata.routing.types import (
    MODES,
    Itinerary,
    Leg,
    Mode,
    NetworkInfo,
    Place,
    Reached,
    Step,
    Transit,
    UnknownAccess,
)

__all__ = [
    "MODES",
    "Itinerary",
    "Leg",
    "Mode",
    "NetworkInfo",
    "NoEngineError",
    "NoPathError",
    "NoRouteError",
    "NoTimetableError",
    "NotValidError",
    "OutsideNetworkError",
    "Place",
    "Reached",
    "Router",
    "Step",
    "Transit",
    "UnknownAccess",
    "Verdict",
    "will_i_make_it",
]
