"""Public holidays of a profile's country, and which intervals of a day a work calendar leaves open.

Days off come from the `holidays` library, which knows moved days and suspensions (Ukraine has had no public holidays
since March 2022, under martial law), and the weekend days that are worked for them (Belarus and Ukraine move days so).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

from geodata.errors import ProfileError
from geodata.profile import CityProfile, Interval, WorkCalendar

_MOVED_FROM = re.compile(r"substituted from (\d\d)/(\d\d)/(\d{4})")
_NONE_MOVED: Mapping[date, date] = MappingProxyType({})


def holidays_of(profile: CityProfile, years: Iterable[int], lang: str | None = None) -> dict[date, str]:
    """Public holidays in `years` by day, named in `lang` where the library has it, else in the city's own languages.

    Raises `ProfileError` for a country or subdivision that the library does not know.
    """
    spoken = tuple(dict.fromkeys([*([lang] if lang else []), *profile.languages, "en"]))
    return dict(_holidays(profile.slug, profile.country, profile.subdivision, spoken, tuple(sorted(set(years)))))


def moved_workdays_of(profile: CityProfile, years: Iterable[int]) -> dict[date, date]:
    """Weekend days in `years` that are worked, by day, each with the weekday that is off in its place."""
    named = _holidays(profile.slug, profile.country, profile.subdivision, ("en",), tuple(sorted(set(years))))
    found = ((off, _MOVED_FROM.search(name)) for off, name in named)
    worked = ((date(int(match[3]), int(match[1]), int(match[2])), off) for off, match in found if match)
    return {day: off for day, off in worked if day.weekday() >= 5}


@lru_cache(maxsize=64)
def _holidays(
    slug: str, country: str, subdivision: str | None, wanted: tuple[str, ...], years: tuple[int, ...]
) -> tuple[tuple[date, str], ...]:
    try:
        spoken = {
            name.partition("_")[0]: name
            for name in holidays.country_holidays(country, subdiv=subdivision).supported_languages
        }
        chosen = next((spoken[lang] for lang in wanted if lang in spoken), None)
        found = holidays.country_holidays(country, subdiv=subdivision, years=years, language=chosen, expand=False)
    except NotImplementedError as error:
        where = f"{country}-{subdivision}" if subdivision else country
        raise ProfileError(
            f"{slug}: city.toml: country: no public holidays are known of {where}; "
            "write an ISO 3166 code that the library `holidays` has, or set observes_holidays = false"
        ) from error
    return tuple(sorted((day, str(name)) for day, name in found.items()))


def exceptions_of(
    calendar: WorkCalendar,
    public_holidays: Mapping[date, str],
    moved_workdays: Mapping[date, date] = _NONE_MOVED,
) -> dict[date, tuple[tuple[Interval, ...], str]]:
    """Days on which `calendar` differs from its week: intervals that hold (none: closed) and the reason.

    The calendar's own exceptions go before its extra holidays, and those before public holidays. A day of
    `moved_workdays` has the hours of the day that is off in its place, where the week leaves it closed.
    """
    found: dict[date, tuple[tuple[Interval, ...], str]] = {}
    if calendar.is_always_open:
        return found
    if calendar.observes_holidays:
        found.update({day: ((), name) for day, name in public_holidays.items()})
        worked = ((day, calendar.weekly[off.weekday()]) for day, off in moved_workdays.items())
        found.update({day: (hours, "") for day, hours in worked if not calendar.weekly[day.weekday()]})
    found.update({day: ((), name) for day, name in calendar.extra_holidays.items()})
    for day, intervals in calendar.exceptions.items():
        found[day] = (intervals, found[day][1] if day in found else "")
    return found


def intervals_on(calendar: WorkCalendar, day: date, public_holidays: Mapping[date, str]) -> tuple[Interval, ...]:
    """The open intervals of `day` in the city's time; a full day is one interval from midnight to midnight."""
    exception = exceptions_of(calendar, public_holidays).get(day)
    return exception[0] if exception is not None else calendar.weekly[day.weekday()]
