"""Institutions for a question: what fits, in the order asked for, with the count every other choice would give.

Filters are predicates over one candidate each; a facet's count is what its choice would leave with all other filters
kept, so that no choice leads to an empty list unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

import numpy as np

from dashboard.directory.asked import MINUTES, Asked, Point, Sort
from dashboard.directory.facets import FREE, Facet, Mark, Marks, Test, counted
from dashboard.directory.found import Found, Result, State, Unmet
from dashboard.directory.guide import Guide
from dashboard.directory.opening import intake_hours, place_hours
from dashboard.queries.directory import Institution
from dashboard.queries.public_writes import Outcome
from geodata.accessibility import PROFILES
from geodata.network.streets import haversine_m
from geodata.routing import Mode, NoRouteError, Reached
from geodata.search import Hit, Kind, Why
from geodata.search.types import TOPIC_KINDS
from geodata.taxonomy import Service

PLACE_KINDS: tuple[Kind, ...] = ("address", "street", "stop", "place")
START_KINDS = ("address", "street", "stop")
SEARCHED = 60
NEAR_SHARE = 0.7
OPEN_ORDER = {"open": 0, "unknown": 1, "closed": 2}
ENDED_BY: dict[str, Outcome] = {
    "access": "not_accessible", "open": "closed_then", "within": "too_far", "for": "not_entitled"
}  # fmt: skip
"""How a need ended when this one filter is what left nothing, the first that applies."""
ACCESS_ORDER = {"yes": 0, "unknown": 1, "no": 2}


@dataclass
class Finder:
    """One question being answered."""

    guide: Guide
    asked: Asked
    lang: str
    now: datetime
    trouble: str | None = None

    @property
    def at(self) -> datetime:
        """The moment asked about."""
        return self.asked.at or self.now

    @cached_property
    def hits(self) -> list[Hit]:
        """What the words found."""
        if not self.asked.text:
            return []
        return self.guide.index().query(self.asked.text, self.lang, SEARCHED)

    @cached_property
    def meant(self) -> tuple[str, ...]:
        """Codes of the services meant by filter, need or words, branches spelled out; empty: any."""
        taxonomy = self.guide.taxonomy
        if self.asked.service:
            return self._below([self.asked.service])
        if self.asked.need:
            return self._below(taxonomy.needs[self.asked.need].services)
        return self._below([code for hit in self.topics[:4] for code in hit.services])

    @cached_property
    def topics(self) -> list[Hit]:
        """Services and needs that the words name about as well as the best hit is named."""
        best = max((hit.score for hit in self.hits), default=0.0)
        return [hit for hit in self.hits if hit.kind in TOPIC_KINDS and hit.score >= best * NEAR_SHARE]

    def _below(self, codes: Iterable[str]) -> tuple[str, ...]:
        services = self.guide.taxonomy.services
        found: list[str] = []
        for code in codes:
            if code in services:
                found += [code, *(child.code for child in self.guide.taxonomy.children(code))]
        return tuple(dict.fromkeys(found))

    @cached_property
    def candidates(self) -> list[tuple[int, Institution, Why | None]]:
        """Institutions that the words or the topic mean, the best first, before any filter."""
        held = self.guide.directory().institutions
        asked = self.asked
        if not (asked.text or asked.service or asked.need):
            return [(0, place, None) for place in held.values()]
        ranked: dict[str, tuple[int, Why | None]] = {}
        topic_first = bool(self.meant) and (not self.hits or self.hits[0].kind in ("service", "need"))
        position = {code: n for n, code in enumerate(self.meant)}
        for hit in self.hits:
            if hit.kind == "institution" and hit.id in held and not (asked.service or asked.need):
                ranked.setdefault(hit.id, (len(position) + 1 if topic_first else 0, hit.why))
        for place in held.values():
            own = [position[code] for code in place.codes if code in position]
            if own:
                rank = min(own) + (0 if topic_first or place.id not in ranked else -1)
                before = ranked.get(place.id)
                ranked[place.id] = (rank if before is None else min(rank, before[0]), before[1] if before else None)
        if not ranked and any(hit.kind in PLACE_KINDS for hit in self.hits):
            return [(0, place, None) for place in held.values()]
        return [(rank, held[key], why) for key, (rank, why) in ranked.items()]

    @cached_property
    def start(self) -> Point | None:
        """The start given, else the one place the words name and nothing else."""
        if self.asked.start:
            return self.asked.start
        first = self.hits[0] if self.hits and not self.meant else None
        if first and first.kind in START_KINDS and first.lat is not None and first.lon is not None:
            return Point(first.lat, first.lon, first.title)
        return None

    @property
    def _is_start_meant(self) -> bool:
        """Whether the words name a place on the map best; a café called after what is needed is not what was meant."""
        best = self.hits[0].kind if self.hits else ""
        return best in START_KINDS or (best in PLACE_KINDS and not self.topics)

    @cached_property
    def seconds(self) -> dict[str, float]:
        """Travel time by institution in the chosen mode, where a start and a network are there."""
        reached = self._reached
        if reached is None:
            return {}
        rows = zip(self.guide.directory().placed(), reached.seconds, strict=True)
        return {place.id: float(s) for place, s in rows if np.isfinite(s)}

    @cached_property
    def walked(self) -> frozenset[str]:
        """Institutions that one reaches sooner without the public transport that was asked for."""
        reached = self._reached
        if reached is None:
            return frozenset()
        rows = zip(self.guide.directory().placed(), reached.is_walk, strict=True)
        return frozenset(place.id for place, is_walk in rows if is_walk)

    @property
    def _own_mode(self) -> Mode:
        return "wheelchair" if self.asked.is_wheelchair else "foot"

    @cached_property
    def _reached(self) -> Reached | None:
        router, start = self.guide.router(), self.start
        if start is None:
            return None
        if router is None:
            self.trouble = "no_network"
            return None
        try:
            return router.reach(
                start.pair, self.asked.mode, self.guide.links(router), depart_at=self.at,
                is_wheelchair=self.asked.is_wheelchair,
            )  # fmt: skip
        except NoRouteError as error:
            self.trouble = error.sentence(self.lang)
            return None

    @cached_property
    def metres(self) -> dict[str, float]:
        """Distance as the crow flies, by institution."""
        places = self.guide.directory().placed()
        if self.start is None or not places:
            return {}
        lon, lat = np.array([p.lon for p in places], dtype=float), np.array([p.lat for p in places], dtype=float)
        far = haversine_m(np.full(len(places), self.start.lon), np.full(len(places), self.start.lat), lon, lat)
        return {place.id: float(m) for place, m in zip(places, far, strict=True)}

    def state(self, place: Institution) -> State:
        """Open, closed or unknown at the moment asked about: of the services meant, else of the place."""
        held, profile = self.guide.directory(), self.guide.deps.profile
        own = next((offer for offer in place.offers if offer.schedules and offer.code in self.meant), None)
        key = place.id if own is None else own.id
        if key not in self._states:
            hours = place_hours(place, profile, held) if own is None else intake_hours(place, own, profile, held)
            self._states[key] = hours.state(self._minute)
        return self._states[key]

    @cached_property
    def _minute(self) -> datetime:
        return self.at.replace(second=0, microsecond=0)

    @cached_property
    def _states(self) -> dict[str, State]:
        """What is known of this minute: hours are of whole minutes, and all readers of one minute share it."""
        memo = self.guide.directory().memo
        kept: tuple[datetime, dict[str, State]] | None = memo.get("states")
        if kept is None or kept[0] != self._minute:
            kept = memo["states"] = (self._minute, {})
        return kept[1]

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.guide.directory(), self.guide.taxonomy.services, self.guide.deps.profile)

    def marks(self, place: Institution) -> frozenset[Mark]:
        """What the place can be filtered by."""
        return self._marks.of(place, self.meant)

    def filters(self) -> dict[str, Test]:
        """The filters in force, by name."""
        asked = self.asked
        held: dict[str, Test] = {}

        def has(mark: Mark, place: Institution) -> bool:
            return mark in self.marks(place)

        if asked.group in {group.code for group in self.guide.deps.profile.caller_groups}:
            held["for"] = partial(has, ("for", asked.group))
        if asked.is_open:
            held["open"] = lambda place: self.state(place) == "open"
        if asked.access:
            yes, no = ("access yes", asked.access), ("access no", asked.access)
            held["access"] = partial(has, yes) if asked.is_sure else lambda place: not has(no, place)
        if asked.language:
            held["language"] = partial(has, ("language", asked.language))
        if asked.is_free:
            held["free"] = partial(has, FREE)
        if asked.within_min and self.start:
            limit = asked.within_min * 60
            held["within"] = lambda place: self.seconds.get(place.id, np.inf) <= limit
        return held

    def answer(self) -> Found:
        """Everything the page shows."""
        filters = self.filters()
        fits = [row for row in self.candidates if all(test(row[1]) for test in filters.values())]
        results = sorted((self._result(*row) for row in fits), key=self._order())
        starts = tuple(hit for hit in self.hits if hit.kind in PLACE_KINDS and hit.lat is not None)[:5]
        asked = self.asked
        nothing = bool(asked.text or asked.service or asked.need) and not self.candidates
        words = asked.text or " ".join(self._name(code) for code in self.meant[:1])
        offered = tuple(self.guide.index().suggest(words, self.lang)) if nothing else ()
        offered = tuple(hit for hit in offered if set(hit.services) != {asked.service})
        return Found(
            results=tuple(results),
            starts=starts,
            topics=tuple(self.topics[:6]),
            suggestions=offered,
            facets=self._facets(filters, [place for _, place, _ in fits]),
            trouble=self.trouble,
            meant=self.meant,
            unmet=None if fits else self._unmet(filters, offered),
            is_start_meant=self._is_start_meant,
        )

    def _name(self, code: str) -> str:
        return self.guide.taxonomy.services[code].name(self.lang)

    def _unmet(self, filters: dict[str, Test], offered: tuple[Hit, ...]) -> Unmet | None:
        """What is worth noting of an empty list; nothing for filters alone or for one that no single filter emptied."""
        asked = self.asked
        if not (asked.text or asked.service or asked.need):
            return None
        code = next(iter(self.meant), next((code for hit in offered for code in hit.services), ""))
        if not self.candidates:
            return Unmet("no_service", code)
        for name, outcome in ENDED_BY.items():
            others = [test for key, test in filters.items() if key != name]
            if name in filters and any(all(test(place) for test in others) for _, place, _ in self.candidates):
                return Unmet(outcome, code)
        return None

    def _result(self, rank: int, place: Institution, why: Why | None) -> Result:
        return Result(
            place=place,
            state=self.state(place),
            access=self._marks.access(place, self.asked.access) if self.asked.access else None,
            travel_s=self.seconds.get(place.id),
            travel_mode=self._own_mode if place.id in self.walked else self.asked.mode,
            distance_m=self.metres.get(place.id),
            why=why,
            meant=tuple(offer.code for offer in place.offers if offer.code in self.meant),
            rank=rank,
        )

    @property
    def sort(self) -> Sort:
        """The order in force: where a start is known, the nearest in time first unless another was asked for."""
        return "time" if self.asked.sort == "best" and self.start else self.asked.sort

    def _order(self) -> Callable[[Result], tuple[object, ...]]:
        far = float("inf")

        def time(one: Result) -> float:
            return far if one.travel_s is None else one.travel_s

        def crow(one: Result) -> float:
            return far if one.distance_m is None else one.distance_m

        def last(one: Result) -> tuple[object, ...]:
            return OPEN_ORDER[one.state], one.place.name, one.place.id

        def entry(one: Result) -> int:
            return ACCESS_ORDER[one.access] if one.access else 0

        orders: dict[Sort, Callable[[Result], tuple[object, ...]]] = {
            "best": lambda one: (one.rank, entry(one), *last(one)),
            "time": lambda one: (time(one), crow(one), *last(one)),
            "near": lambda one: (crow(one), *last(one)),
            "open": lambda one: (OPEN_ORDER[one.state], time(one), one.rank, *last(one)),
            "access": lambda one: (entry(one), time(one), one.rank, *last(one)),
            "name": lambda one: (one.place.names.get(self.lang, one.place.name), one.place.id),
        }
        return orders[self.sort]

    def _facets(self, filters: dict[str, Test], fits: list[Institution]) -> dict[str, tuple[Facet, ...]]:
        """`fits`: what all filters leave, and so what is left for every filter that is not in force."""
        asked = self.asked

        def left(name: str) -> list[Institution]:
            if name not in filters:
                return fits
            others = [test for key, test in filters.items() if key != name]
            return [place for _, place, _ in self.candidates if all(test(place) for test in others)]

        known = counted(fits, self.marks)
        spoken, entered, meant_for, free = (
            counted(left(name), self.marks) if name in filters else known
            for name in ("language", "access", "for", "free")
        )
        groups = self.guide.deps.profile.caller_groups
        languages = sorted(value for name, value in spoken if name == "language")
        opened = sum(self.state(place) == "open" for place in left("open"))
        found = {
            "open": (Facet("1", opened, asked.is_open),),
            "free": (Facet("1", free[FREE], asked.is_free),),
            "language": tuple(Facet(code, spoken["language", code], asked.language == code) for code in languages),
            "access": tuple(Facet(code, entered["access yes", code], asked.access == code) for code in PROFILES),
            "for": tuple(Facet(g.code, meant_for["for", g.code], asked.group == g.code) for g in groups),
        }
        if self.start:
            times = np.array([self.seconds.get(place.id, np.inf) for place in left("within")])
            found["within"] = tuple(Facet(str(m), int((times <= m * 60).sum()), asked.within_min == m) for m in MINUTES)
        return found


def find(guide: Guide, asked: Asked, *, lang: str, now: datetime) -> tuple[Found, Finder]:
    """The answer to a question, and the finder that knows how it came about; kept for the minute.

    List and map of one page ask the same; a page further on in the list asks it again.
    """
    held, router = guide.directory(), guide.router()
    state = (held.state, router.network_id if router else "")
    key = (asked.but(), lang, now.replace(second=0, microsecond=0), state)

    def made() -> tuple[Found, Finder]:
        finder = Finder(guide, asked, lang, now)
        return finder.answer(), finder

    found: tuple[Found, Finder] = guide.answers.of(key, made)
    return found


def branches(guide: Guide) -> Sequence[tuple[Service, tuple[tuple[Service, int], ...]]]:
    """The tree of services with the number of places of each, without those that nobody gives here."""
    counts: dict[str, int] = {}
    for place in guide.directory().institutions.values():
        for code in place.codes:
            counts[code] = counts.get(code, 0) + 1
    found = []
    for branch in guide.taxonomy.children(None):
        leaves = tuple(
            (leaf, counts[leaf.code]) for leaf in guide.taxonomy.children(branch.code) if leaf.code in counts
        )
        if leaves:
            found.append((branch, leaves))
    return found
