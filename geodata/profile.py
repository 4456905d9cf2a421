"""What a city profile is once it has been read and checked: frozen values that the rest may trust.

Files are parsed and validated in `geodata.cities`; nothing here reads a file or a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

Names = Mapping[str, str]
"""A text per language code (ISO 639-1); the city's own language is always there."""

Clock = Literal["calendar", "working"]
TargetUnit = Literal["minutes", "hours", "working_days", "calendar_days", "months"]
ClassKind = Literal["consultation", "urgent", "statutory", "other"]
ExecutorKind = Literal["city", "district", "utility", "state", "partner"]
ChannelKind = Literal[
    "phone",
    "email",
    "voice_message",
    "chat",
    "messenger",
    "web_form",
    "app",
    "walk_in",
    "sms",
    "post",
    "social",
    "other",
]
Interval = tuple[time, time]
"""Opening from, to (local time); `time(0)` as the end means midnight that ends the day."""


def text_in(names: Names, lang: str, *fallbacks: str) -> str:
    """The text in `lang`, else in the first fallback that has one, else any: a reader never sees an empty name."""
    for code in (lang, *fallbacks, "en"):
        if names.get(code):
            return names[code]
    return next(iter(names.values()), "")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """A weekly pattern with exceptions, in the city's zone.

    `weekly[0]` is Monday; each day is a tuple of intervals (two intervals make a lunch break). `holidays` are days
    off by law unless `exceptions` says otherwise; `exceptions` maps a day to the intervals that hold instead.
    `is_always_open` marks the round-the-clock calendar, on which holidays do not count.
    """

    code: str
    names: Names
    weekly: tuple[tuple[Interval, ...], ...]
    observes_holidays: bool = True
    is_always_open: bool = False
    exceptions: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    extra_holidays: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach the centre."""

    code: str
    kind: ChannelKind
    names: Names


@dataclass(frozen=True, slots=True)
class Line:
    """A phone line or counter with its own hours and its answer-level threshold in seconds."""

    code: str
    names: Names
    number: str | None
    calendar: str
    answer_within_s: int = 30


@dataclass(frozen=True, slots=True)
class CallerGroup:
    """A group of callers that is counted apart; `bit` is its place in `caller_group_mask`."""

    code: str
    names: Names
    bit: int


@dataclass(frozen=True, slots=True)
class RequestClass:
    """A class of request with its own term; `standard` exists in every profile."""

    code: str
    kind: ClassKind
    names: Names
    position: int


@dataclass(frozen=True, slots=True)
class Executor:
    """A body that carries requests out; `territory` is the code of the area a district body serves."""

    code: str
    kind: ExecutorKind
    names: Names
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """One version of one term: for a class, or for a topic (and all below it) within a class.

    The most specific policy valid at the start of the request wins: topic before its ancestors before class alone.
    `valid_to` is the first day it no longer holds. `starts_at_opening`: the clock of a request that came outside the
    hours starts at the next opening. `rolls_to_working_day`: a term that ends
    on a day off moves to the next working day. `extended_value`, `extended_unit`: the whole term once it has been
    extended without a length being said ("45 days in all, with notice"); None: such an extension changes nothing.
    """

    code: str
    version: int
    request_class: str
    topic: str | None
    target_value: int
    target_unit: TargetUnit
    clock: Clock
    calendar: str
    valid_from: date
    valid_to: date | None
    starts_at_opening: bool = False
    rolls_to_working_day: bool = False
    law: str = ""
    extended_value: int | None = None
    extended_unit: TargetUnit | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that explains a change in a series: a law, an SMS campaign, a siren."""

    code: str
    names: Names
    at: datetime
    ends_at: datetime | None
    kind: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A node of the topic tree; `level` 1 is the top, `parent` is a code."""

    code: str
    names: Names
    parent: str | None
    level: int
    request_class: str
    executor: str | None = None


@dataclass(frozen=True, slots=True)
class Territory:
    """An area of the city; `wkb` is EPSG:4326 geometry, `is_approximate` where it was made from centre points."""

    code: str
    names: Names
    level: str
    parent: str | None
    lon: float
    lat: float
    population: int | None
    population_65_plus: int | None
    wkb: bytes | None
    is_approximate: bool


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure the centre published, which its simulated data must reproduce within `tolerance` (relative)."""

    kpi: str
    value: float
    tolerance: float
    days: int
    note: str
    kind: Literal["equals", "at_least", "at_most"] = "equals"
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DataSources:
    """Where a deployment gets its streets and timetable: names of extracts for pyrosm's index, or URLs."""

    osm: str | None = None
    osm_url: str | None = None
    gtfs_urls: tuple[str, ...] = ()
    tile_url: str | None = None


@dataclass(frozen=True, slots=True)
class CityProfile:
    """Everything the program knows of a city before its first row of data."""

    slug: str
    names: Names
    country: str
    subdivision: str | None
    languages: tuple[str, ...]
    time_zone: str
    lon: float
    lat: float
    zoom: float
    bbox: tuple[float, float, float, float]
    hot_line: str
    opened_on: date
    closing_time: time
    calendars: Mapping[str, WorkCalendar]
    channels: tuple[Channel, ...]
    lines: tuple[Line, ...]
    caller_groups: tuple[CallerGroup, ...]
    request_classes: tuple[RequestClass, ...]
    executors: tuple[Executor, ...]
    policies: tuple[SlaPolicy, ...]
    milestones: tuple[Milestone, ...]
    topics: tuple[Topic, ...]
    territories: tuple[Territory, ...]
    sources: DataSources
    published: tuple[PublishedFigure, ...]
    simulation: Mapping[str, object] = field(default_factory=dict)
    targets: Mapping[str, float] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.time_zone)

    def name(self, lang: str) -> str:
        """The city's name in `lang`, else in its own language."""
        return text_in(self.names, lang, *self.languages)
