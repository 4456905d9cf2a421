"""What a question to the social map finds: results, topics and starts to offer, counts, and a need that nothing met."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dashboard.directory.facets import Facet, Verdict
from dashboard.queries.directory import Institution
from dashboard.queries.public_writes import Outcome
from geodata.routing import Mode
from geodata.search import Hit, Why

State = Literal["open", "closed", "unknown"]


@dataclass(frozen=True)
class Result:
    """An institution that fits: how open it is, how far, why it was found, which of its services were meant.

    `travel_mode`: the mode asked for, or foot or wheelchair where one is there sooner without public transport.
    """

    place: Institution
    state: State
    access: Verdict | None
    travel_s: float | None
    travel_mode: Mode
    distance_m: float | None
    why: Why | None
    meant: tuple[str, ...]
    rank: int


@dataclass(frozen=True)
class Unmet:
    """A need that nothing met: how it ended, and the code of the service looked for, empty where nobody knows."""

    outcome: Outcome
    code: str


@dataclass(frozen=True)
class Found:
    """The answer: results in order, places that may be a start, topics to offer, counts, and what could not be had.

    `is_start_meant`: the words name a place on the map better than anything else.
    """

    results: tuple[Result, ...]
    starts: tuple[Hit, ...] = ()
    topics: tuple[Hit, ...] = ()
    suggestions: tuple[Hit, ...] = ()
    facets: dict[str, tuple[Facet, ...]] = field(default_factory=dict)
    trouble: str | None = None
    meant: tuple[str, ...] = ()
    unmet: Unmet | None = None
    is_start_meant: bool = False
