"""Can I get in? Accessibility by profile along the chain parking, way, entrance, inside: yes, no or unknown.

A chain is as good as its weakest link, and a link nobody looked at is unknown, never fine. The logic is Kleene's, so
one known barrier makes a no whatever else is unknown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from geodata.accessibility.observations import LINK_OF, LINKS, Link, Observation, settle
from geodata.accessibility.osm import observations_from_osm

__all__ = [
    "LINKS",
    "LINK_OF",
    "PROFILES",
    "Access",
    "LinkAccess",
    "Observation",
    "Profile",
    "assess",
    "in_words",
    "observations_from_osm",
    "settle",
]

Profile = Literal["wheelchair", "reduced_mobility", "rollator", "pushchair", "low_vision", "hearing_aid"]
Verdict = Literal["yes", "no", "unknown"]
PROFILES: tuple[Profile, ...] = (
    "wheelchair", "reduced_mobility", "rollator", "pushchair", "low_vision", "hearing_aid"
)  # fmt: skip


@dataclass(frozen=True)
class LinkAccess:
    """One link of the chain: its verdict, what was seen of what is needed, what nobody knows, and what helps."""

    link: Link
    verdict: Verdict
    seen: tuple[Observation, ...]
    missing: tuple[str, ...]
    helpful: tuple[Observation, ...]


@dataclass(frozen=True)
class Access:
    """A place for a profile: the total, the link that decides it (None when all is well), and the chain.

    `at_the_place` leaves out parking and the way there, which a route answers better: entrance and inside only.
    """

    profile: Profile
    verdict: Verdict
    weakest_link: Link | None
    links: tuple[LinkAccess, ...]
    at_the_place: Verdict


@cache
def _data(name: str) -> dict[str, Any]:
    file = resources.files("geodata.accessibility").joinpath(f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def assess(observations: Iterable[Observation], profile: Profile, *, by_car: bool = False) -> Access:
    """Judge a place for a profile; parking counts towards the total only for those who come by car."""
    known = settle(observations)
    links = tuple(_link(link, known, profile) for link in LINKS)
    counted = [link for link in links if by_car or link.link != "parking"]
    verdict = _all(link.verdict for link in counted)
    weakest = next((link.link for link in counted if link.verdict == verdict), None) if verdict != "yes" else None
    at_the_place = _all(link.verdict for link in links if link.link in ("entrance", "inside"))
    return Access(profile, verdict, weakest, links, at_the_place)


def _link(link: Link, known: Mapping[str, Observation], profile: Profile) -> LinkAccess:
    demands = _data("profiles")[profile]
    needs, helps = demands[link]["needs"], demands[link]["helps"]
    verdict = _all(_read(known.get(name), demands["limited"]) for name in needs)
    return LinkAccess(
        link=link,
        verdict=verdict,
        seen=tuple(known[name] for name in needs if name in known),
        missing=tuple(name for name in needs if name not in known or known[name].value == "unknown"),
        helpful=tuple(known[name] for name in helps if name in known),
    )


def _read(seen: Observation | None, limited: Verdict) -> Verdict:
    if seen is None:
        return "unknown"
    return limited if seen.value == "limited" else seen.value


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    if "no" in found:
        return "no"
    return "unknown" if "unknown" in found else "yes"


def in_words(section: Literal["profiles", "links", "properties", "values"], code: str, lang: str) -> str:
    """A profile, link, property or value in words."""
    words = _data("texts")[section][code]
    return str(words.get(lang, words["en"]))
