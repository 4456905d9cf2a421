"""Will I make it: the arrival against the service's own intake hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.routing import Itinerary, Leg, Place, will_i_make_it
from geodata.routing.promise import MIN_STAY

NINE = datetime(2022, 9, 14, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def arriving(at: datetime) -> Itinerary:
    place = Place("x", 8.7, 49.4)
    leg = Leg("foot", place, place, at - HOUR, at, 100.0, ((8.7, 49.4), (8.7, 49.4)), ())
    return Itinerary("foot", (leg,))


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (NINE - timedelta(minutes=20), "wait"),
        (NINE, "yes"),
        (NINE + 2 * HOUR, "yes"),
        (NINE + 3 * HOUR - MIN_STAY, "yes"),
        (NINE + 3 * HOUR - timedelta(minutes=9), "wait"),
        (NINE + 3 * HOUR + timedelta(minutes=1), "wait"),
        (NINE + 8 * HOUR, "no"),
    ],
)
def test_the_answer_by_arrival(at: datetime, answer: str) -> None:
    windows = [(NINE + 4 * HOUR, NINE + 6 * HOUR), (NINE, NINE + 3 * HOUR)]
    assert will_i_make_it(arriving(at), windows).answer == answer


def test_too_late_names_the_next_opening_and_the_last_useful_arrival() -> None:
    tomorrow = (NINE + timedelta(days=1), NINE + timedelta(days=1, hours=3))
    verdict = will_i_make_it(arriving(NINE + 5 * HOUR), [(NINE, NINE + 3 * HOUR), tomorrow])
    assert verdict.answer == "no"
    assert verdict.next_opening_at == tomorrow[0]
    assert verdict.latest_arrival_at == NINE + 3 * HOUR - MIN_STAY


def test_early_says_how_long_to_wait_and_in_time_how_much_is_left() -> None:
    windows = [(NINE, NINE + 3 * HOUR)]
    assert will_i_make_it(arriving(NINE - timedelta(minutes=20)), windows).wait_s == 1200
    assert will_i_make_it(arriving(NINE + HOUR), windows).spare_s == 7200


def test_unknown_hours_are_unknown_and_no_hours_are_no() -> None:
    assert will_i_make_it(arriving(NINE), None).answer == "unknown"
    closed = will_i_make_it(arriving(NINE), [])
    assert (closed.answer, closed.next_opening_at) == ("no", None)


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 600)), max_size=6),
    st.integers(-500, 5000),
)
def test_yes_means_the_desk_is_open_on_arrival(spans: list[tuple[int, int]], minute: int) -> None:
    windows = [(NINE + timedelta(minutes=a), NINE + timedelta(minutes=a + length)) for a, length in spans]
    at = NINE + timedelta(minutes=minute)
    verdict = will_i_make_it(arriving(at), windows)
    is_open = any(start <= at <= max(start, end - MIN_STAY) for start, end in windows)
    assert (verdict.answer == "yes") == is_open
    if verdict.next_opening_at:
        assert verdict.next_opening_at > at
