"""Which term holds for a request: the most specific policy of its class and topic that was valid on the day.

A policy for the topic goes before one for its ancestors, that before one for the class alone. Where the class changes
during a request's life, the policy valid on the day of the change takes over, and the time used so far goes with it:
the caller has waited all the same (so do Jira and Zendesk). A version that comes into force later changes nothing
for a request already running: its promise was made under the older one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from etl.clock.calendars import EPOCH_ON, CompiledCalendar, compile_calendar
from etl.clock.events import Ids
from etl.clock.zones import Seconds, ZoneTable, zone_table
from etl.errors import ClockError
from etl.ids import reference_id
from geodata.calendars import exceptions_of, holidays_of, moved_workdays_of
from geodata.profile import CityProfile, Interval, SlaPolicy, Topic, WorkCalendar

NO_POLICY = -1
DayOff = tuple[tuple[Interval, ...], str]
STANDARD = "standard"
_ID_BITS = 31
Holidays = Callable[[Sequence[int]], Mapping[date, str]]
"""Public holidays of the years given, by day."""
MovedWorkdays = Callable[[Sequence[int]], Mapping[date, date]]
"""Weekend days that are worked in the years given, by day, with the day that is off in its place."""


@dataclass(frozen=True)
class PolicyBook:
    """Everything the clock must know of a city: its terms, calendars, zone, holidays and the tree of its topics.

    `policies` may be exchanged (`with_policies`) to replay the same history under other terms. `classes`: those of the
    profile, with or without a term.
    """

    city: str
    zone: ZoneInfo
    policies: tuple[SlaPolicy, ...]
    calendars: Mapping[str, WorkCalendar]
    parents: Mapping[str, str | None]
    holidays: Holidays
    moved_workdays: MovedWorkdays = lambda _years: {}
    classes: tuple[str, ...] = ()

    def with_policies(self, policies: Iterable[SlaPolicy]) -> PolicyBook:
        """The same city under other terms."""
        return replace(self, policies=tuple(policies))

    @cached_property
    def policy_ids(self) -> Ids:
        """`sla_policy_id` by place in `policies`."""
        return np.array([policy_id(self.city, policy) for policy in self.policies], dtype=np.int64)

    @cached_property
    def calendar_codes(self) -> tuple[str, ...]:
        """Codes of the calendars by the number that arrays use."""
        return tuple(self.calendars)

    @cached_property
    def calendar_of(self) -> Ids:
        """Number of the calendar by place in `policies`; one more at the end, for requests without a policy."""
        used = [self.calendar_codes.index(policy.calendar) for policy in self.policies]
        return np.array([*used, self._fallback_calendar], dtype=np.int64)

    @property
    def _fallback_calendar(self) -> int:
        standard = [policy.calendar for policy in self.policies if policy.request_class == STANDARD]
        return self.calendar_codes.index(standard[0]) if standard else 0

    @cached_property
    def _class_ids(self) -> dict[int, str]:
        codes = dict.fromkeys([*self.classes, *(policy.request_class for policy in self.policies)])
        return {reference_id(self.city, "request_class", code): code for code in codes}

    @cached_property
    def _topic_ids(self) -> dict[int, str]:
        return {reference_id(self.city, "topic", code): code for code in self.parents}

    def class_id(self, code: str) -> int:
        """The id of a class; raises `ClockError` for one that the profile does not know."""
        if code not in self._class_ids.values():
            known = ", ".join(sorted(self._class_ids.values()))
            raise ClockError(f"class {code!r} is not in the profile of {self.city}: use one of {known}")
        return reference_id(self.city, "request_class", code)

    def topic_id(self, code: str) -> int:
        """The id of a topic; raises `ClockError` for one that the profile does not know."""
        if code not in self.parents:
            raise ClockError(f"topic {code!r} is not in the profile of {self.city}: use a code of topics.toml, or null")
        return reference_id(self.city, "topic", code)

    def choose(self, topic_ids: Ids, class_ids: Ids, days: Seconds) -> Ids:
        """Places in `policies` (`NO_POLICY`: none fits) for topics and classes on local days since 1970-01-01."""
        chosen = np.full(len(days), NO_POLICY, dtype=np.int64)
        pairs, member = np.unique((topic_ids << _ID_BITS) | class_ids, return_inverse=True)
        order = np.argsort(member, kind="stable")
        bounds = np.searchsorted(member[order], np.arange(len(pairs) + 1))
        for number, pair in enumerate(pairs.tolist()):
            rows = order[bounds[number] : bounds[number + 1]]
            since, places = self._versions(pair >> _ID_BITS, pair & ((1 << _ID_BITS) - 1))
            chosen[rows] = places[np.searchsorted(since, days[rows], side="right")]
        return chosen

    def _versions(self, topic: int, request_class: int) -> tuple[Seconds, Ids]:
        """Days at which the policy of a topic and class changes, and the policy before, between and after them."""
        code = self._class_ids.get(request_class)
        ranks = {name: rank for rank, name in enumerate(self._ancestry(topic))}
        fitting = [
            (ranks[policy.topic] if policy.topic else len(ranks), place, *_validity(policy))
            for place, policy in enumerate(self.policies)
            if policy.request_class == code and (policy.topic is None or policy.topic in ranks)
        ]
        since = sorted({day for _, _, *bounds in fitting for day in bounds})
        places = [NO_POLICY]
        for day in since:
            valid = [(rank, place) for rank, place, first, last in fitting if first <= day < last]
            places.append(min(valid)[1] if valid else NO_POLICY)
        return np.array(since, dtype=np.int64), np.array(places, dtype=np.int64)

    def _ancestry(self, topic: int) -> list[str]:
        found: list[str] = []
        code = self._topic_ids.get(topic)
        while code is not None and code not in found:
            found.append(code)
            code = self.parents.get(code)
        return found

    def zone_between(self, first_year: int, last_year: int) -> ZoneTable:
        """The city's offsets over those years."""
        return zone_table(self.zone, first_year, last_year)

    def exceptions(self, calendar: WorkCalendar, years: Sequence[int]) -> Mapping[date, DayOff]:
        """Days on which a calendar differs from its week, see `geodata.calendars.exceptions_of`."""
        return exceptions_of(calendar, self.holidays(years), self.moved_workdays(years))

    def compiled(self, number: int, first_year: int, last_year: int) -> CompiledCalendar:
        """Calendar `number` laid out over whole years."""
        calendar = self.calendars[self.calendar_codes[number]]
        return compile_calendar(
            calendar,
            self.zone_between(first_year - 1, last_year + 1),
            self.exceptions(calendar, range(first_year, last_year + 1)),
            first_on=date(first_year, 1, 1),
            last_on=date(last_year, 12, 31),
        )


def policy_id(city: str, policy: SlaPolicy) -> int:
    """The id of a policy version, as `etl.profile_tables` writes it."""
    return reference_id(city, "sla_policy", f"{policy.code}@{policy.version}")


def book_of(profile: CityProfile, lang: str | None = None) -> PolicyBook:
    """The policy book of a city's profile; its holidays are named in `lang` where they can be."""
    return PolicyBook(
        city=profile.slug,
        zone=profile.zone,
        policies=profile.policies,
        calendars=profile.calendars,
        parents=_parents(profile.topics),
        holidays=lambda years: holidays_of(profile, years, lang),
        moved_workdays=lambda years: moved_workdays_of(profile, years),
        classes=tuple(one.code for one in profile.request_classes),
    )


def _parents(topics: Iterable[Topic]) -> dict[str, str | None]:
    return {topic.code: topic.parent for topic in topics}


def _validity(policy: SlaPolicy) -> tuple[int, int]:
    last = policy.valid_to or date.max
    return (policy.valid_from - EPOCH_ON).days, (last - EPOCH_ON).days
