"""Turns the sections of `city.toml` into frozen parts; what they mean to each other is the business of `checks`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast, get_args
from zoneinfo import ZoneInfo

from geodata.cities.hours import ALWAYS, parse_day, parse_week
from geodata.cities.reading import Section
from geodata.profile import (
    CallerGroup,
    Channel,
    ChannelKind,
    ClassKind,
    Clock,
    DataSources,
    Executor,
    ExecutorKind,
    Interval,
    Line,
    Milestone,
    Names,
    PublishedFigure,
    RequestClass,
    SlaPolicy,
    TargetUnit,
    WorkCalendar,
)

MAX_GROUPS = 31
_CLASS_KINDS: tuple[str, ...] = get_args(ClassKind)
_CHANNEL_KINDS: tuple[str, ...] = get_args(ChannelKind)
_UNITS: tuple[str, ...] = get_args(TargetUnit)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Names in five languages that profiles need not repeat: `names[section][code]`; `own` is the city's language."""

    names: Mapping[str, Mapping[str, Names]]
    own: str

    def of(self, section: Section, kind: str, code: str) -> Names:
        """The names of `code`: the profile's own words over the catalogue's."""
        return section.names("names", self.own, self.names.get(kind, {}).get(code))


def calendars(top: Section, catalogue: Catalogue) -> dict[str, WorkCalendar]:
    """`[calendars.CODE]`: hours, observes_holidays, exceptions, extra_holidays."""
    return {code: _calendar(code, section, catalogue) for code, section in top.tables("calendars")}


def _calendar(code: str, section: Section, catalogue: Catalogue) -> WorkCalendar:
    hours = section.text("hours", example='"Mo-Fr 08:00-16:00"')
    try:
        weekly = parse_week(hours)
    except ValueError as error:
        section.wrong("hours", str(error), 'write like "Mo-Th 08:00-16:00; Fr 08:00-13:00" or "24/7"')
        weekly = ((),) * 7
    is_always_open = hours.strip() == ALWAYS
    exceptions: dict[date, tuple[Interval, ...]] = {}
    for day, text in _days(section.table("exceptions")).items():
        try:
            exceptions[day] = parse_day(text)
        except ValueError as error:
            section.wrong(f"exceptions.{day}", str(error), 'write like "08:00-12:00" or "closed"')
    return WorkCalendar(
        code=code,
        names=catalogue.of(section, "calendars", code),
        weekly=weekly,
        observes_holidays=section.flag("observes_holidays", default=not is_always_open),
        is_always_open=is_always_open,
        exceptions=exceptions,
        extra_holidays=_days(section.table("extra_holidays")),
    )


def _days(section: Section) -> dict[date, str]:
    found: dict[date, str] = {}
    for key, value in section.items().items():
        try:
            found[date.fromisoformat(key)] = str(value)
        except ValueError:
            section.wrong(key, "is not a day", 'write like 2026-12-24 = "08:00-12:00"')
    return found


def channels(top: Section, catalogue: Catalogue) -> tuple[Channel, ...]:
    """`[channels.CODE]`: kind (default: the code itself, if it is one)."""
    return tuple(
        Channel(
            code,
            section.choice("kind", _CHANNEL_KINDS, code if code in _CHANNEL_KINDS else "other"),
            catalogue.of(section, "channels", code),
        )
        for code, section in top.tables("channels")
    )


def lines(top: Section, catalogue: Catalogue) -> tuple[Line, ...]:
    """`[lines.CODE]`: number, calendar, answer_within_s."""
    return tuple(
        Line(
            code,
            catalogue.of(section, "lines", code),
            section.text("number", "") or None,
            section.text("calendar", example='"centre"'),
            section.whole("answer_within_s", 30, least=1),
        )
        for code, section in top.tables("lines")
    )


def caller_groups(top: Section, catalogue: Catalogue) -> tuple[CallerGroup, ...]:
    """`[caller_groups.CODE]`: bit (default: the place in the list; give it when a group is taken out)."""
    return tuple(
        CallerGroup(code, catalogue.of(section, "caller_groups", code), section.take("bit", int, position))
        for position, (code, section) in enumerate(top.tables("caller_groups"))
    )


def request_classes(top: Section, catalogue: Catalogue) -> tuple[RequestClass, ...]:
    """`[request_classes.CODE]`: kind (default: the code itself, if it is one, else other)."""
    return tuple(
        RequestClass(
            code,
            section.choice("kind", _CLASS_KINDS, code if code in _CLASS_KINDS else "other"),
            catalogue.of(section, "request_classes", code),
            position,
        )
        for position, (code, section) in enumerate(top.tables("request_classes"), 1)
    )


def executors(top: Section, catalogue: Catalogue) -> tuple[Executor, ...]:
    """`[executors.CODE]`: kind, territory."""
    return tuple(
        Executor(
            code,
            section.choice("kind", get_args(ExecutorKind)),
            catalogue.of(section, "executors", code),
            section.text("territory", "") or None,
        )
        for code, section in top.tables("executors")
    )


def policies(top: Section) -> tuple[SlaPolicy, ...]:
    """`[[policies]]`: code, version, class, topic, terms ("30 calendar_days"), clock, calendar, validity, flags."""
    found = []
    for section in top.lists("policies"):
        value, unit = _term(section, "term")
        extended = _term(section, "extended_term") if "extended_term" in section else (None, None)
        code = section.text("code")
        found.append(
            SlaPolicy(
                code=code,
                version=section.take("version", int, 1),
                request_class=section.text("class", code),
                topic=section.text("topic", "") or None,
                target_value=value,
                target_unit=unit,
                clock=cast("Clock", section.choice("clock", get_args(Clock), "calendar")),
                calendar=section.text("calendar", "always" if "calendar" not in section else ""),
                valid_from=section.day("valid_from", date(2000, 1, 1)) or date(2000, 1, 1),
                valid_to=section.day("valid_to", None),
                starts_at_opening=section.flag("starts_at_opening", default=False),
                rolls_to_working_day=section.flag("rolls_to_working_day", default=False),
                law=section.text("law", ""),
                extended_value=extended[0],
                extended_unit=extended[1],
            )
        )
    return tuple(found)


def _term(section: Section, key: str) -> tuple[int, TargetUnit]:
    text = section.text(key, example='"24 hours"')
    value, _, unit = text.partition(" ")
    if text and (not value.isdigit() or int(value) < 1 or unit not in _UNITS):
        section.wrong(key, f"is {text!r}", f'write like "24 hours": a whole number and one of {", ".join(_UNITS)}')
        return 1, "calendar_days"
    return int(value or 1), cast("TargetUnit", unit or "calendar_days")


def milestones(top: Section, zone: ZoneInfo, catalogue: Catalogue) -> tuple[Milestone, ...]:
    """`[milestones.CODE]`: at, ends_at (the city's local time), kind."""
    found = []
    for code, section in top.tables("milestones"):
        at = section.instant("at", zone)
        assert at is not None
        ends_at = section.instant("ends_at", zone, None)
        if ends_at is not None and ends_at < at:
            section.wrong("ends_at", "is before at", "end it after it begins, or leave ends_at out")
        found.append(
            Milestone(code, catalogue.of(section, "milestones", code), at, ends_at, section.text("kind", "event"))
        )
    return tuple(sorted(found, key=lambda milestone: milestone.at))


def sources(top: Section) -> DataSources:
    """`[sources]`: osm (a name in pyrosm's index), osm_url, gtfs_urls, tile_url."""
    with top.table("sources") as section:
        return DataSources(
            osm=section.text("osm", "") or None,
            osm_url=section.text("osm_url", "") or None,
            gtfs_urls=tuple(str(url) for url in section.take("gtfs_urls", list, [])),
            tile_url=section.text("tile_url", "") or None,
        )


def published(top: Section) -> tuple[PublishedFigure, ...]:
    """`[[published]]`: kpi, value, tolerance, days, note, kind, filters."""
    return tuple(
        PublishedFigure(
            kpi=section.text("kpi"),
            value=section.number("value"),
            tolerance=section.number("tolerance", 0.1),
            days=section.take("days", int, 80),
            note=section.text("note", ""),
            kind=section.choice("kind", ("equals", "at_least", "at_most"), "equals"),
            filters={key: str(value) for key, value in section.free("filters").items()},
        )
        for section in top.lists("published")
    )
