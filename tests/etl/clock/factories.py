"""A small invented city for the clock: every kind of calendar and term, holidays written out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from etl.clock.policies import PolicyBook
from geodata.profile import Interval, SlaPolicy, WorkCalendar

ZONE = ZoneInfo("Europe/Bratislava")
HOLIDAYS = {
    date.fromisoformat(day): "holiday"
    for day in (
        "2020-12-25", "2020-12-26", "2024-01-01", "2024-01-06", "2024-03-29", "2024-04-01", "2024-05-01", "2024-05-08",
        "2024-11-01", "2024-12-24", "2024-12-25", "2024-12-26", "2025-01-01", "2025-01-06", "2025-04-18", "2025-04-21",
    )
}  # fmt: skip
TOPICS: dict[str, str | None] = {"water": None, "leak": "water", "big_leak": "leak", "light": None}


def hours(*spans: str) -> tuple[Interval, ...]:
    """Intervals from texts such as "9-14" or "12:30-16:30"; 24 is midnight."""

    def moment(text: str) -> time:
        hour, _, minute = text.partition(":")
        return time(int(hour) % 24, int(minute or 0))

    return tuple((moment(span.split("-")[0]), moment(span.split("-")[1])) for span in spans)


def calendar(code: str, weekly: Sequence[tuple[Interval, ...]], **options: Any) -> WorkCalendar:
    """A working calendar; `weekly` has seven days or is repeated over Monday to Friday."""
    week = tuple(weekly) if len(weekly) == 7 else (*(tuple(weekly) * 5), (), ())
    return WorkCalendar(code, {"en": code}, week, **options)


CALENDARS: Mapping[str, WorkCalendar] = {
    "centre": calendar("centre", [hours("9-14")]),
    "office": calendar("office", [hours("8-12", "12:30-16:30")] * 4 + [hours("8-12"), (), ()]),
    "town": calendar("town", [hours("8-16")]),
    "night": calendar("night", [hours("0-6", "22-24")] * 7, observes_holidays=False),
    "always": calendar("always", [hours("0-24")] * 7, observes_holidays=False, is_always_open=True),
    "special": calendar(
        "special",
        [hours("9-14")],
        exceptions={
            date(2024, 6, 5): hours("9-12"),
            date(2024, 6, 8): hours("9-13"),
            date(2024, 6, 12): hours("9-18"),
        },
    ),
}


def policy(
    code: str, value: int, unit: str, clock: str = "working", calendar: str = "centre", **options: Any
) -> SlaPolicy:
    """A policy for the class of its own name, version 1, valid since 2000."""
    values: dict[str, Any] = {
        "code": code, "version": 1, "request_class": code, "topic": None, "target_value": value, "target_unit": unit,
        "clock": clock, "calendar": calendar, "valid_from": date(2000, 1, 1), "valid_to": None,
    }  # fmt: skip
    return SlaPolicy(**(values | options))


_VER = policy("ver", 10, "hours", valid_to=date(2024, 6, 10))
POLICIES = (
    policy("w10", 10, "hours"),
    policy("w1d", 1, "working_days", starts_at_opening=True),
    policy("w3d", 3, "working_days"),
    policy("office2d", 2, "working_days", calendar="office"),
    policy("wdcal", 2, "working_days", "calendar"),
    policy("special10", 10, "hours", calendar="special"),
    policy("town12", 12, "hours", calendar="town"),
    policy("u24", 24, "hours", "calendar"),
    policy("v24", 24, "hours", "calendar", starts_at_opening=True),
    policy("a90", 90, "minutes", "calendar", "always"),
    policy("n4", 4, "hours", calendar="night"),
    policy("z0", 0, "minutes"),
    policy("c15", 15, "calendar_days", "calendar", rolls_to_working_day=True),
    policy("c15x", 15, "calendar_days", "calendar"),
    policy("e15", 15, "calendar_days", "calendar", extended_value=45, extended_unit="calendar_days"),
    policy("m1", 1, "months", "calendar"),
    policy("m1r", 1, "months", "calendar", rolls_to_working_day=True),
    _VER,
    replace(_VER, version=2, target_value=5, valid_from=date(2024, 6, 10), valid_to=None),
    policy("topical", 20, "hours"),
    policy("water", 5, "hours", request_class="topical", topic="water"),
    policy("big_leak", 2, "hours", request_class="topical", topic="big_leak"),
)


def book(policies: Sequence[SlaPolicy] = POLICIES) -> PolicyBook:
    """The invented city's policy book."""
    return PolicyBook("testville", ZONE, tuple(policies), CALENDARS, TOPICS, lambda years: HOLIDAYS)


def moment(text: str) -> datetime:
    """An instant: local time of the city, or with its offset."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZONE)


def event(text: str) -> dict[str, Any]:
    """An event of a request file from "when kind [reason] [key=value ...]"."""
    words = text.split()
    stamp = words.pop(0) if "T" in words[0] else f"{words.pop(0)}T{words.pop(0)}"
    made: dict[str, Any] = {"at": moment(stamp).isoformat(), "kind": words.pop(0)}
    for word in words:
        key, is_pair, value = word.partition("=")
        if not is_pair:
            made["reason"] = word
        elif key == "minutes":
            made["extended_minutes"] = int(value)
        elif key == "to":
            made["extended_to"] = moment(value).isoformat()
        else:
            made[key] = value
    return made


def request(request_class: str, *events: str, topic: str | None = None, key: Any = 1) -> dict[str, Any]:
    """A request of a request file."""
    return {"id": key, "topic": topic, "class": request_class, "events": [event(text) for text in events]}
