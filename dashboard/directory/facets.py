"""What institutions can be filtered by, as marks: a filter asks for one mark, a facet counts it.

The marks of a place are found once per state of the data: with ten thousand institutions that, not the search, is the
work of a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from dashboard.queries.directory import Directory, Institution, Offer
from geodata.accessibility import PROFILES, Profile, assess
from geodata.profile import CityProfile
from geodata.taxonomy import Service

Mark = tuple[str, str]
Verdict = Literal["yes", "no", "unknown"]
Test = Callable[[Institution], bool]
FREE: Mark = ("free", "1")


@dataclass(frozen=True)
class Facet:
    """One choice of a filter: its value, how many would be left, whether it is chosen."""

    value: str
    count: int
    is_on: bool


@dataclass(frozen=True)
class Marks:
    """The marks of one directory's institutions."""

    held: Directory
    services: Mapping[str, Service]
    profile: CityProfile

    def of(self, place: Institution, meant: tuple[str, ...] = ()) -> frozenset[Mark]:
        """Languages, entry, for whom and what is free; the last two of the services in `meant` where it gives them."""
        kept: dict[str, frozenset[Mark]] = self.held.memo.setdefault("marks", {})
        if place.id not in kept:
            spoken = {("language", code) for code in place.languages}
            entry = {(f"access {self.access(place, profile)}", profile) for profile in PROFILES}
            kept[place.id] = frozenset(spoken | entry | self._of_offers(place.offers))
        asked = asked_offers(place, meant)
        if len(asked) == len(place.offers):
            return kept[place.id]
        whole = {mark for mark in kept[place.id] if mark[0] not in ("for", "free")}
        return frozenset(whole | self._of_offers(asked))

    def access(self, place: Institution, profile: Profile) -> Verdict:
        """Whether a place can be entered and used, ways there left to the route."""
        memo, key = self.held.memo, ("access", place.id, profile)
        if key not in memo:
            memo[key] = assess(place.observations, profile).at_the_place
        found: Verdict = memo[key]
        return found

    def _of_offers(self, offers: Iterable[Offer]) -> set[Mark]:
        found: set[Mark] = set()
        for offer in offers:
            found |= {("for", code) for code in self.groups_of(offer)}
            if offer.is_free:
                found.add(FREE)
        return found

    def groups_of(self, offer: Offer) -> frozenset[str]:
        """The caller groups that a service is for: those written down, else all, for nobody is turned away."""
        known, mask = self.services.get(offer.code), offer.row["caller_group_mask"] or 0
        named = {group.code for group in self.profile.caller_groups if mask >> group.bit & 1}
        named |= set(known.groups) if known else set()
        return frozenset(named or {group.code for group in self.profile.caller_groups})


def asked_offers(place: Institution, meant: tuple[str, ...]) -> tuple[Offer, ...]:
    """The services meant that a place gives, else all of its services."""
    found = tuple(offer for offer in place.offers if offer.code in meant) if meant else ()
    return found or place.offers


def counted(places: Iterable[Institution], marks: Callable[[Institution], frozenset[Mark]]) -> Counter[Mark]:
    """How many of the places carry each mark."""
    found: Counter[Mark] = Counter()
    for place in places:
        found.update(marks(place))
    return found
