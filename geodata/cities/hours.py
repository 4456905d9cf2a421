"""Opening hours as a profile writes them: `Mo-Th 08:00-12:00,13:00-16:00; Fr 08:00-13:00` or `24/7`."""

from __future__ import annotations

import re
from datetime import time
from itertools import pairwise

from geodata.profile import Interval

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALWAYS = "24/7"
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
Weekly = tuple[tuple[Interval, ...], ...]


def parse_week(text: str) -> Weekly:
    """Seven days, Monday first; raises `ValueError` saying what could not be read."""
    if text.strip() == ALWAYS:
        return (((time(0), time(0)),),) * 7
    week: list[tuple[Interval, ...]] = [()] * 7
    for rule in filter(None, (part.strip() for part in text.split(";"))):
        days, _, spans = rule.partition(" ")
        for day in _days(days):
            week[day] = parse_day(spans)
    return tuple(week)


def parse_day(text: str) -> tuple[Interval, ...]:
    """The intervals of one day; an empty text or "closed" is a day off."""
    if text.strip() in ("", "closed"):
        return ()
    intervals = tuple(_interval(part.strip()) for part in text.split(","))
    for (_, before_ends), (starts, _) in pairwise(intervals):
        if before_ends == time(0) or starts < before_ends:
            raise ValueError(f"{text!r} overlaps itself")
    return intervals


def _days(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        start, end = DAYS.index(first), DAYS.index(last or first)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day or a range of {', '.join(DAYS)}") from error
    return range(start, end + 1)


def _interval(text: str) -> Interval:
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not like 08:00-16:00")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    try:
        opens, closes = time(from_hour, from_minute), time(to_hour % 24 if to_minute == 0 else to_hour, to_minute)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time of day") from error
    if closes != time(0) and closes <= opens:
        raise ValueError(f"{text!r} ends before it begins")
    return opens, closes
