"""Public holidays of a profile's country, and which intervals of a day a work calendar leaves open.

Days off come from the `holidays` library, which knows moved days and suspensions (Ukraine has had no public holidays
since March 2022, under martial law).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import holidays

from geodata.errors import ProfileError
from geodata.profile import CityProfile, Interval, WorkCalendar


def holidays_of(profile: CityProfile, years: Iterable[int]) -> dict[date, str]:
    """Public holidays in `years` by day, named in the city's own language where the library has it.

    Raises `ProfileError` for a country or subdivision that the library does not know.
    """
    return dict(
        _holidays(profile.slug, profile.country, profile.subdivision, profile.languages[0], tuple(sorted(set(years))))
    )


@lru_cache(maxsize=64)
def _holidays(
    slug: str, country: str, subdivision: str | None, language: str, years: tuple[int, ...]
) -> tuple[tuple[date, str], ...]:
    try:
        spoken = holidays.country_holidays(country, subdiv=subdivision).supported_languages
        chosen = language if language in spoken else "en_US" if "en_US" in spoken else None
        found = holidays.country_holidays(country, subdiv=subdivision, years=years, language=chosen, expand=False)
    except NotImplementedError as error:
        where = f"{country}-{subdivision}" if subdivision else country
        raise ProfileError(
            f"{slug}: city.toml: country: no public holidays are known of {where}; "
            "write an ISO 3166 code that the library `holidays` has, or set observes_holidays = false"
        ) from error
    return tuple(sorted((day, str(name)) for day, name in found.items()))


def exceptions_of(
    calendar: WorkCalendar, public_holidays: Mapping[date, str]
) -> dict[date, tuple[tuple[Interval, ...], str]]:
    """Days on which `calendar` differs from its week: intervals that hold (none: closed) and the reason.

    The calendar's own exceptions go before its extra holidays, and those before public holidays.
    """
    found: dict[date, tuple[tuple[Interval, ...], str]] = {}
    if calendar.is_always_open:
        return found
    if calendar.observes_holidays:
        found.update({day: ((), name) for day, name in public_holidays.items()})
    found.update({day: ((), name) for day, name in calendar.extra_holidays.items()})
    for day, intervals in calendar.exceptions.items():
        found[day] = (intervals, found[day][1] if day in found else "")
    return found


def intervals_on(calendar: WorkCalendar, day: date, public_holidays: Mapping[date, str]) -> tuple[Interval, ...]:
    """The open intervals of `day` in the city's time; a full day is one interval from midnight to midnight."""
    exception = exceptions_of(calendar, public_holidays).get(day)
    return exception[0] if exception is not None else calendar.weekly[day.weekday()]
