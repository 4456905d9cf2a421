"""Opening hours in words, in the five languages of `words.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from geodata.opening_hours import OpeningHours, Window

_DASH = "–"


@dataclass(frozen=True)
class DaysInWords:
    """One line of a week: days that share their hours (`Monday–Friday`) and the hours (`9:00–17:00`)."""

    days: str
    hours: str


@cache
def _words(lang: str) -> dict[str, Any]:
    file = resources.files("geodata.opening_hours").joinpath("words.toml")
    texts = tomllib.loads(file.read_text(encoding="utf-8"))
    words: dict[str, Any] = texts.get(lang, texts["en"])
    return words


def state_in_words(hours: OpeningHours, now: datetime, lang: str) -> str:
    """What holds at `now` and until when: `open until 17:00`, `closed, opens on Monday at 9:00`."""
    words, state = _words(lang), hours.state_at(now)
    if state.state == "unknown":
        return str(words["unknown_comment"].format(comment=state.comment) if state.comment else words["unknown"])
    if state.state == "open":
        return str(words["open_until"].format(time=_clock(state.until)) if state.until else words["open_always"])
    if state.comment:
        return str(words["closed_comment"].format(comment=state.comment))
    return _closed_in_words(hours, now, words)


def _closed_in_words(hours: OpeningHours, now: datetime, words: dict[str, Any]) -> str:
    opening = hours.next_opening(now)
    if opening is None:
        return str(words["closed"])
    ahead_days = (opening.date() - now.astimezone(hours.zone).date()).days
    if ahead_days == 0:
        return str(words["closed_until"].format(time=_clock(opening)))
    if ahead_days == 1:
        return str(words["closed_until_tomorrow"].format(time=_clock(opening)))
    day = words["on"][opening.weekday()] if ahead_days < 7 else f"{opening.day}. {opening.month}."
    return str(words["closed_until_day"].format(day=day, time=_clock(opening)))


def week_in_words(hours: OpeningHours, start_on: date, lang: str) -> list[DaysInWords]:
    """The week from `start_on`, days in a row with the same hours joined."""
    words = _words(lang)
    days = [start_on + timedelta(days=n) for n in range(7)]
    lines: list[tuple[list[date], str]] = []
    for day_on in days:
        text = _day_in_words(hours, day_on, words)
        if lines and lines[-1][1] == text:
            lines[-1][0].append(day_on)
        else:
            lines.append(([day_on], text))
    return [DaysInWords(_names(group, words), text) for group, text in lines]


def _names(group: list[date], words: dict[str, Any]) -> str:
    first, last = words["days"][group[0].weekday()], words["days"][group[-1].weekday()]
    return str(first) if len(group) == 1 else f"{first}{_DASH}{last}"


def _day_in_words(hours: OpeningHours, day_on: date, words: dict[str, Any]) -> str:
    windows = hours.windows(day_on)
    if windows:
        return ", ".join(_window(w, words) for w in windows)
    return str(words["day_closed"] if hours.is_known_on(day_on) else words["day_unknown"])


def _window(window: Window, words: dict[str, Any]) -> str:
    is_whole = window.start.hour == window.start.minute == window.end.hour == window.end.minute == 0
    return str(words["all_day"]) if is_whole else f"{_clock(window.start)}{_DASH}{_clock(window.end)}"


def _clock(at: datetime | None) -> str:
    return "" if at is None else f"{at.hour}:{at.minute:02d}"
