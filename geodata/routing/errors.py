"""Why there is no route: each cause its own class with one plain sentence per language and the best thing left.

RoutingError (geodata.errors)
├── OutsideNetworkError    an end is farther from any street than one can snap
├── NoPathError            the streets or the timetable do not connect the ends
├── NotValidError          the timetable does not hold on that day
├── NoTimetableError       the network was built without a usable feed
└── NoEngineError          the timetable engine cannot be used here
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from geodata.errors import RoutingError
from geodata.routing.types import Itinerary
from geodata.routing.words import words


class NoRouteError(RoutingError):
    """No route as asked; `best_left` is what one can do instead (walking), perhaps nothing."""

    exit_code: ClassVar[int] = 4

    def __init__(
        self, code: str, *, best_left: tuple[Itinerary, ...] = (), days: Mapping[str, date] | None = None
    ) -> None:
        self.code = code
        self.best_left = best_left
        self.days = dict(days or {})
        super().__init__(self.sentence("en"))

    def sentence(self, lang: str) -> str:
        """The reason, and what is left, in words."""
        text = words(lang).error(self.code, **self.days)
        return f"{text} {words(lang).error('walking_instead')}" if self.best_left else text


class OutsideNetworkError(NoRouteError):
    """An end is outside the area of the streets."""

    exit_code = 3


class NoPathError(NoRouteError):
    """Nothing connects the ends."""

    exit_code = 4


class NotValidError(NoRouteError):
    """The timetable does not hold on the day asked."""

    exit_code = 5


class NoTimetableError(NoRouteError):
    """There is no timetable."""

    exit_code = 6


class NoEngineError(NoRouteError):
    """The timetable engine is missing or refuses its file."""

    exit_code = 7
