"""Numbers, days and durations as a reader of each language writes them; the one place that formats for the screen.

Groups of three digits are set apart by a thin no-break space in every language (SI's way), so that columns align and
a comma is never read as a decimal point.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_time, format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit

THIN: Final = "\u202f"
NO_BREAK: Final = "\u00a0"
MINUS: Final = "\u2212"
NONE: Final = "–"
BRITISH: Final = "en_GB"
"""English is written with the day first and the clock of 24 hours, as in Europe."""


def _locale(lang: str) -> str:
    return BRITISH if lang == "en" else lang


def number(value: object, lang: str, *, digits: int | None = None) -> str:
    """A number with thin spaces; `digits` after the decimal mark, by default none for whole numbers and one else."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return NONE
    places = digits if digits is not None else 0 if float(value).is_integer() or abs(value) >= 100 else 1
    pattern = "#,##0." + "0" * places if places else "#,##0"
    text = format_decimal(abs(round(value, places)), format=pattern, locale=_locale(lang))
    group = Locale.parse(_locale(lang)).number_symbols["latn"]["group"]
    text = text.replace(group, THIN)
    return f"{MINUS}{text}" if round(value, places) < 0 else text


def percent(value: float | None, lang: str, *, digits: int | None = None) -> str:
    """A percentage that runs from 0 to 100, with its sign."""
    if value is None or not math.isfinite(value):
        return NONE
    return f"{number(float(value), lang, digits=_percent_digits(value) if digits is None else digits)}{THIN}%"


def _percent_digits(value: float) -> int:
    return 1 if 0 < abs(value) < 10 and not float(value).is_integer() else 0


def signed(value: float, lang: str, *, digits: int | None = None) -> str:
    """A difference with its sign; zero has a plus-minus."""
    text = number(abs(value), lang, digits=digits)
    if not any(letter in "123456789" for letter in text):
        return f"±{text}"
    return f"+{text}" if value > 0 else f"{MINUS}{text}"


def signed_percent(value: float | None, lang: str) -> str:
    """A relative difference in percent with its sign."""
    return NONE if value is None or not math.isfinite(value) else f"{signed(value, lang, digits=0)}{THIN}%"


def change_pct(value: float | None, before: float | None) -> float | None:
    """Relative difference in percent; None where there is nothing to compare with."""
    if value is None or not before:
        return None
    return (value - before) / before * 100


def day(value: date, lang: str) -> str:
    """A day in words with its year: 3 March 2026."""
    return format_date(value, format="long", locale=_locale(lang))


@lru_cache(maxsize=4_000)
def day_short(value: date, lang: str) -> str:
    """A day without its year: 3 Mar."""
    return format_date(value, format=_skeleton(lang, "MMMd"), locale=_locale(lang))


def day_year(value: date, lang: str) -> str:
    """A day in short form with its year: 3 Mar 2026."""
    return format_date(value, format="medium", locale=_locale(lang))


def weekday(value: date, lang: str) -> str:
    """A weekday and day: Tue 3 Mar."""
    return format_date(value, format=_skeleton(lang, "MMMEd"), locale=_locale(lang))


def month(value: date, lang: str) -> str:
    """A month with its year."""
    return format_date(value, format=_skeleton(lang, "yMMMM"), locale=_locale(lang))


def month_short(value: date, lang: str) -> str:
    """A month with its year in short form: Mar 2026."""
    return format_date(value, format=_skeleton(lang, "yMMM"), locale=_locale(lang))


def quarter(value: date, lang: str) -> str:
    """A quarter with its year."""
    return format_date(value, format=_skeleton(lang, "yQQQ"), locale=_locale(lang))


@cache
def _skeleton(lang: str, wanted: str) -> str:
    return str(Locale.parse(_locale(lang)).datetime_skeletons[wanted])


def period(first: date, last: date, lang: str) -> str:
    """A period in words, both ends inclusive: 1–30 November 2026."""
    if first == last:
        return day(first, lang)
    return str(format_interval(first, last, skeleton="yMMMd", locale=_locale(lang)))


def grain_label(value: date, grain: str, lang: str) -> str:
    """The name of one step of a time series of that grain (`value` is its first day)."""
    if grain == "month":
        return month(value, lang)
    if grain == "quarter":
        return quarter(value, lang)
    if grain == "week":
        return period(value, value + timedelta(days=6), lang)
    return weekday(value, lang)


def instant(at: datetime, lang: str, zone: ZoneInfo) -> str:
    """A moment in the city's own time."""
    local = at.astimezone(zone)
    return f"{_medium(local.date(), lang)}, {_clock(local.hour, local.minute, lang)}"


def clock(at: datetime, lang: str, zone: ZoneInfo) -> str:
    """Hours and minutes in the city's own time."""
    local = at.astimezone(zone)
    return _clock(local.hour, local.minute, lang)


# Lists spell the same days, minutes and lengths thousands of times, and Babel reads its pattern anew each time.
@lru_cache(maxsize=20_000)
def _medium(value: date, lang: str) -> str:
    return format_date(value, format="medium", locale=_locale(lang))


@lru_cache(maxsize=8 * 24 * 60)
def _clock(hour: int, minute: int, lang: str) -> str:
    return format_time(time(hour, minute), format="HH:mm", locale=_locale(lang))


def ago(at: datetime, now: datetime, lang: str) -> str:
    """How long ago: 5 minutes ago."""
    return str(format_timedelta(at - now, add_direction=True, locale=_locale(lang)))


def duration(seconds: float | None, lang: str) -> str:
    """A length of time in its two largest units: 2 d 5 h, 5 min 20 s."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    parts = []
    rest = round(abs(seconds))
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        count, rest = divmod(rest, size)
        if count:
            parts.append(_unit(count, name, lang))
        if len(parts) == 2 or (parts and not count):
            break
    text = " ".join(parts) or _unit(0, "second", lang)
    return f"{MINUS}{text}" if seconds < 0 else text


@lru_cache(maxsize=20_000)
def _unit(count: int, name: str, lang: str) -> str:
    text = str(format_unit(count, f"duration-{name}", length="short", locale=_locale(lang)))
    if count >= 1_000:  # digits are grouped by a thin space here as everywhere
        text = text.replace(Locale.parse(_locale(lang)).number_symbols["latn"]["group"], THIN, 1)
    return text.replace(" ", NO_BREAK)


def weekday_names(lang: str, *, width: str = "abbreviated") -> list[str]:
    """Names of the weekdays, Monday first."""
    names = Locale.parse(_locale(lang)).days["stand-alone"][width]
    return [str(names[place]) for place in range(7)]
