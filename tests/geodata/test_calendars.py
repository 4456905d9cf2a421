from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from geodata.calendars import exceptions_of, holidays_of, intervals_on, moved_workdays_of
from geodata.cities import load_profile
from geodata.errors import ProfileError
from geodata.profile import WorkCalendar

NINE_TO_TWO = ((time(9), time(14)),)
CENTRE = WorkCalendar("centre", {"sk": "Centrum"}, (*(NINE_TO_TWO,) * 5, (), ()))


def test_slovak_holidays_are_named_in_slovak() -> None:
    days = holidays_of(load_profile("banska-bystrica"), [2020])
    assert days[date(2020, 4, 13)] == "Veľkonočný pondelok"


def test_ukraine_has_holidays_before_martial_law_and_none_under_it() -> None:
    profile = load_profile("cherkasy")
    assert date(2021, 8, 24) in holidays_of(profile, [2021])
    assert not [day for day in holidays_of(profile, [2023]) if day.year == 2023]


def test_belarus_keeps_its_own_days_and_only_the_years_asked() -> None:
    days = holidays_of(load_profile("minsk"), [2026])
    assert date(2026, 7, 3) in days
    assert {day.year for day in days} == {2026}


def test_holidays_are_named_in_the_language_asked_for_else_in_the_citys() -> None:
    profile = load_profile("banska-bystrica")
    names = {lang: holidays_of(profile, [2020], lang)[date(2020, 4, 13)] for lang in ("en", "uk", "be")}
    assert names == {"en": "Easter Monday", "uk": "Великодній понеділок", "be": "Veľkonočný pondelok"}


def test_a_saturday_worked_for_a_moved_day_off_has_that_days_hours() -> None:
    profile = load_profile("minsk")
    moved = moved_workdays_of(profile, [2026])
    assert moved == {date(2026, 4, 25): date(2026, 4, 20)}
    office, public = profile.calendars["office"], holidays_of(profile, [2026])
    found = exceptions_of(office, public, moved)
    assert found[date(2026, 4, 25)][0] == office.weekly[0]
    assert found[date(2026, 4, 20)][0] == ()
    assert moved_workdays_of(load_profile("banska-bystrica"), [2026]) == {}


def test_a_country_without_known_holidays_is_named_with_a_cure() -> None:
    profile = replace(load_profile("demo"), country="XX")
    with pytest.raises(ProfileError, match=r"city\.toml: country: .*XX.*ISO 3166"):
        holidays_of(profile, [2026])


def test_own_exceptions_go_before_extra_holidays_and_those_before_public_ones() -> None:
    public = {date(2026, 5, 1): "Sviatok práce", date(2026, 5, 8): "Deň víťazstva"}
    calendar = replace(
        CENTRE, exceptions={date(2026, 5, 8): ((time(9), time(11)),)}, extra_holidays={date(2026, 5, 4): "Moved day"}
    )
    found = exceptions_of(calendar, public)
    assert found[date(2026, 5, 1)] == ((), "Sviatok práce")
    assert found[date(2026, 5, 4)] == ((), "Moved day")
    assert found[date(2026, 5, 8)] == (((time(9), time(11)),), "Deň víťazstva")


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [
        (CENTRE, date(2026, 5, 5), NINE_TO_TWO),
        (CENTRE, date(2026, 5, 1), ()),
        (CENTRE, date(2026, 5, 2), ()),
        (replace(CENTRE, observes_holidays=False), date(2026, 5, 1), NINE_TO_TWO),
    ],
    ids=["a working day", "a holiday", "a Saturday", "a holiday that is not observed"],
)
def test_intervals_of_a_day(calendar: WorkCalendar, day: date, expected: object) -> None:
    assert intervals_on(calendar, day, {date(2026, 5, 1): "Sviatok práce"}) == expected


def test_a_calendar_that_never_closes_has_no_exceptions() -> None:
    always = replace(CENTRE, weekly=(((time(0), time(0)),),) * 7, is_always_open=True)
    assert exceptions_of(always, {date(2026, 5, 1): "Sviatok práce"}) == {}
