"""Lists of requests agree with the figures they stand behind, and other terms change what they say they change."""

from __future__ import annotations

from datetime import timedelta

from dashboard import queries
from dashboard.filters import Filters
from dashboard.queries import Reader, executors, followups, sla, what_if
from tests.dashboard.small_city import DAYS, FIRST, NOW

WHOLE = Filters("demo", FIRST, FIRST + timedelta(days=DAYS))


def test_the_list_of_the_late_is_the_figure(city: Reader) -> None:
    found = sla.late_requests(city, WHOLE, now=NOW, limit=10_000)
    assert len(found) == queries.total(city, WHOLE, "late", now=NOW)
    assert found["late_min"].is_monotonic_decreasing
    assert int(found["is_3x"].sum()) == queries.total(city, WHOLE, "late_3x", now=NOW)


def test_what_ends_soon_is_the_stock(city: Reader) -> None:
    found = sla.due_soon(city, WHOLE, now=NOW, limit=10_000)
    assert len(found) == queries.total(city, WHOLE, "due_24h", now=NOW)
    assert found["left_min"].between(0, 1_440).all()


def test_the_ledger_is_the_figure(city: Reader) -> None:
    found = followups.false_closures(city, WHOLE, now=NOW, limit=10_000)
    assert len(found) == queries.total(city, WHOLE, "false_closures", now=NOW)
    assert followups.reasons(city, WHOLE, now=NOW)["value"].sum() == queries.total(
        city, WHOLE, "followups_denied", now=NOW
    )


def test_executors_add_up(city: Reader) -> None:
    found = executors.executors(city, WHOLE, now=NOW)
    assert found["requests"].sum() == queries.total(city, WHOLE, "with_executor", now=NOW)


def test_a_story_covers_the_whole_life_and_strangers_have_none(city: Reader) -> None:
    late = sla.late_requests(city, WHOLE, now=NOW, limit=1)
    told = sla.story(city, late["id"].iloc[0], now=NOW, lang="sk")
    assert told is not None
    ends, starts = told.segments["end_at"].iloc[:-1].tolist(), told.segments["start_at"].iloc[1:].tolist()
    assert ends == starts
    assert sla.story(city, "7", now=NOW, lang="sk") is None
    assert sla.story(city, "x", now=NOW, lang="sk") is None


def test_a_longer_term_never_lowers_the_share_on_time_of_those_closed(city: Reader) -> None:
    tried = what_if.terms_tried(city, WHOLE, now=NOW)
    assert set(tried["factor"]) == set(what_if.FACTORS)
    assert (tried["met"] <= tried["n"]).all()
    assert what_if.scaled_term(1, "months", 0.5) == (15, "calendar_days")
    assert what_if.scaled_term(24, "hours", 0.5) == (12, "hours")
    assert what_if.scaled_term(3, "working_days", 0.5) == (2, "working_days")
