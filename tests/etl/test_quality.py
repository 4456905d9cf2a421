"""`etl check` says what is stale or does not add up, and the command that cures it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, delete, select, update

from etl import quality, rollup, snapshot
from etl.clock.update import update as run_clock
from etl.schema import request, request_event, rollup_state
from geodata.cities import load_profile
from geodata.profile import CityProfile
from tests.dashboard.small_city import NOW, write_city

PROFILE = load_profile("demo")


@pytest.fixture
def city(sqlite_engine: Engine) -> Engine:
    write_city(sqlite_engine)
    with sqlite_engine.begin() as connection:
        run_clock(connection, PROFILE, request_ids=None, now=NOW)
        rollup.rebuild(connection, PROFILE, now=NOW)
        snapshot.take(connection, PROFILE, now=NOW)
    return sqlite_engine


def broken(engine: Engine, profile: CityProfile = PROFILE) -> dict[str, str]:
    """Cures of the broken rules among those that a derived table may break."""
    named = ("backlog_identity", "clock_is_current", "rollups_are_current")
    with engine.connect() as connection:
        found = quality.check(connection, profile, now=NOW)
    return {finding.id: finding.cure for finding in found if finding.is_broken and finding.id in named}


def test_what_is_computed_is_current_at_first(city: Engine) -> None:
    assert broken(city) == {}


@pytest.mark.parametrize("part", ["term", "calendar"])
def test_changed_terms_and_calendars_ask_for_the_clock(city: Engine, part: str) -> None:
    first, *others = PROFILE.policies
    changed = replace(PROFILE, policies=(replace(first, target_value=first.target_value + 1), *others))
    if part == "calendar":
        office = replace(PROFILE.calendars["office"], extra_holidays={date(2026, 3, 9): "moved"})
        changed = replace(PROFILE, calendars={**PROFILE.calendars, "office": office})
    assert broken(city, changed) == {"clock_is_current": "python -m etl clock"}
    with city.begin() as connection:
        run_clock(connection, changed, request_ids=None, now=NOW)
    assert broken(city, changed) == {}


def test_roll_ups_of_other_definitions_ask_to_be_rebuilt(city: Engine) -> None:
    with city.begin() as connection:
        connection.execute(update(rollup_state).values(version="older"))
    assert broken(city) == {"rollups_are_current": "python -m etl rollup --rebuild"}


def test_a_backlog_that_does_not_add_up_names_the_day_to_take_it_anew_from(city: Engine) -> None:
    with city.begin() as connection:  # a source whose history was there when the days were kept is taken back
        gone = select(request.c.request_id).where(request.c.source_key.like("%7"))
        connection.execute(delete(request_event).where(request_event.c.request_id.in_(gone)))
        connection.execute(delete(request).where(request.c.source_key.like("%7")))
    cure = broken(city)["backlog_identity"]
    assert cure.startswith("python -m etl snapshot --from 2026-03-")
    with city.begin() as connection:
        taken = snapshot.take(connection, PROFILE, now=NOW, from_on=date.fromisoformat(cure.split()[-1]))
        assert taken.backfilled == taken.days - 1
    assert "backlog_identity" not in broken(city)
