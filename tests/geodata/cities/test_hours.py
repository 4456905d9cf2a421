from __future__ import annotations

from datetime import time

import pytest

from geodata.cities.hours import parse_day, parse_week


def test_a_week_with_ranges_breaks_and_single_days() -> None:
    week = parse_week("Mo-We 08:00-12:00,13:00-16:00; Fr 8:00-13:00")
    assert week[0] == week[2] == ((time(8), time(12)), (time(13), time(16)))
    assert week[4] == ((time(8), time(13)),)
    assert week[3] == week[5] == week[6] == ()


def test_round_the_clock_is_midnight_to_midnight_every_day() -> None:
    assert parse_week("24/7") == (((time(0), time(0)),),) * 7


def test_a_day_may_end_at_midnight() -> None:
    assert parse_day("20:00-24:00") == ((time(20), time(0)),)


@pytest.mark.parametrize("text", ["", "closed"])
def test_a_day_off(text: str) -> None:
    assert parse_day(text) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Monday 08:00-12:00", "not a day or a range"),
        ("Mo 8-12", "not like 08:00-16:00"),
        ("Mo 12:00-08:00", "ends before it begins"),
        ("Mo 08:00-12:00,11:00-13:00", "overlaps itself"),
        ("Mo 08:00-25:61", "not a time of day"),
    ],
)
def test_hours_that_cannot_be_read_say_why(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_week(text)
