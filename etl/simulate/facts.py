"""What the simulator takes from a profile: the `[simulation]` table with a default for every key it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from geodata.errors import ProfileError
from geodata.profile import CityProfile

# Shape of a day at municipal contact centres: two humps, a quiet night (hourly weights, 0 to 23 h).
DAY_SHAPE = (1, 1, 1, 1, 1, 2, 5, 9, 15, 19, 20, 18, 15, 16, 16, 14, 12, 10, 8, 7, 6, 4, 3, 2)
WEEK_SHAPE = (1.18, 1.08, 1.04, 1.02, 0.98, 0.56, 0.46)


@dataclass(frozen=True, slots=True)
class Surge:
    """A day with `factor` times the usual contacts, on one topic and perhaps one territory.

    `day` counts from 0, or from the end (-1: the last day).
    """

    day: int
    factor: float = 6.0
    topic: str | None = None
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class DriftPhase:
    """Topic weights of a caller group until `until_day`."""

    until_day: int
    topics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Followups:
    """Shares of closed requests phoned back, of those reached, of those confirmed and content."""

    tried: float = 0.5
    reached: float = 0.75
    confirmed: float = 0.9
    satisfied: float = 0.86


@dataclass(frozen=True, slots=True)
class SimulationFacts:
    """The rates of one city; shares are of contacts unless said, weights need not sum to one."""

    contacts_per_day: float = 300.0
    start_on: date | None = None
    request_share: float = 0.31
    consultation_share: float = 0.60
    abandoned_share: float = 0.06
    unprocessed_share: float = 0.01
    missing_share: float = 0.05
    on_behalf_share: float = 0.06
    channels: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, float] = field(default_factory=dict)
    hours: Sequence[float] = DAY_SHAPE
    channel_hours: Mapping[str, Sequence[float]] = field(default_factory=dict)
    weekdays: Sequence[float] = WEEK_SHAPE
    topics: Mapping[str, float] = field(default_factory=dict)
    classes: Mapping[str, float] = field(default_factory=dict)
    executor_kinds: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, float] = field(default_factory=dict)
    followup: Followups = Followups()
    close_median_h: Mapping[str, float] = field(default_factory=dict)
    surges: tuple[Surge, ...] = ()
    drift: Mapping[str, tuple[DriftPhase, ...]] = field(default_factory=dict)
    tickets_per_day: float = 0.0
    counters: Mapping[str, float] = field(default_factory=dict)
    institutions_per_territory: int = 4
    clubs: int = 0


def read_facts(profile: CityProfile) -> SimulationFacts:
    """The facts of `profile.simulation`; raises `ProfileError` for a code the profile does not know."""
    table: dict[str, Any] = dict(profile.simulation)
    tickets = table.pop("tickets", {})
    chosen = {
        name: value
        for name, value in table.items()
        if name in SimulationFacts.__slots__ and name not in ("drift", "surges", "followup")
    }
    facts = SimulationFacts(
        **chosen,
        followup=Followups(**table.get("followup", {})),
        surges=tuple(Surge(**surge) for surge in table.get("surges", ())),
        drift={
            group: tuple(DriftPhase(**phase) for phase in phases) for group, phases in table.get("drift", {}).items()
        },
        tickets_per_day=float(tickets.get("per_day", 0)),
        counters=dict(tickets.get("counters", {}))
        if isinstance(tickets.get("counters", {}), Mapping)
        else dict.fromkeys(tickets["counters"], 1.0),
    )
    _check_codes(profile, facts)
    return facts


def _check_codes(profile: CityProfile, facts: SimulationFacts) -> None:
    known = {
        "channels": {row.code for row in profile.channels},
        "lines": {row.code for row in profile.lines},
        "topics": {row.code for row in profile.topics},
        "classes": {row.code for row in profile.request_classes},
        "groups": {row.code for row in profile.caller_groups},
        "counters": {row.code for row in profile.lines},
    }
    for key, codes in known.items():
        unknown = sorted(set(getattr(facts, key)) - codes)
        if unknown:
            raise ProfileError(
                f"{profile.slug}/city.toml: [simulation.{key}] names {', '.join(unknown)}, "
                f"which the profile does not have: use one of {', '.join(sorted(codes))}"
            )
