"""`etl check` says what is stale or does not add up, and the command that cures it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, delete, select, update

from etl import quality, rollup, snapshot
from etl.clock.update import update as run_clock
from etl.schema import request, request_event, rollup_state
from geodata.cities import load_profile
from geodata.profile import CityProfile
from tests.dashboard.small_city import NOW, write_city

PROFILE = load_profile("demo")


@pytest.fixture(scope="module")
def kept(open_engine: Callable[[str], AbstractContextManager[Engine]]) -> Iterator[Engine]:
    with open_engine("sqlite") as engine:
        write_city(engine)
        with engine.begin() as connection:
            run_clock(connection, PROFILE, request_ids=None, now=NOW)
            rollup.rebuild(connection, PROFILE, now=NOW)
            snapshot.take(connection, PROFILE, now=NOW)
        yield engine


@pytest.fixture
def city(kept: Engine) -> Iterator[Connection]:
    """A connection to the city whose changes are forgotten."""
    with kept.connect() as connection:
        yield connection
        connection.rollback()


def broken(connection: Connection, profile: CityProfile = PROFILE) -> dict[str, str]:
    """Cures of the broken rules among those that a derived table may break."""
    named = ("backlog_identity", "clock_is_current", "rollups_are_current")
    found = quality.check(connection, profile, now=NOW)
    return {finding.id: finding.cure for finding in found if finding.is_broken and finding.id in named}


def test_what_is_computed_is_current_at_first(city: Connection) -> None:
    assert broken(city) == {}


@pytest.mark.parametrize("part", ["term", "calendar"])
def test_changed_terms_and_calendars_ask_for_the_clock(city: Connection, part: str) -> None:
    first, *others = PROFILE.policies
    changed = replace(PROFILE, policies=(replace(first, target_value=first.target_value + 1), *others))
    if part == "calendar":
        office = replace(PROFILE.calendars["office"], extra_holidays={date(2026, 3, 9): "moved"})
        changed = replace(PROFILE, calendars={**PROFILE.calendars, "office": office})
    assert broken(city, changed) == {"clock_is_current": "python -m etl clock"}
    run_clock(city, changed, request_ids=None, now=NOW)
    assert broken(city, changed) == {}


def test_roll_ups_of_other_definitions_ask_to_be_rebuilt(city: Connection) -> None:
    city.execute(update(rollup_state).values(version="older"))
    assert broken(city) == {"rollups_are_current": "python -m etl rollup --rebuild"}


def test_a_backlog_that_does_not_add_up_names_the_day_to_take_it_anew_from(city: Connection) -> None:
    # a source whose history was there when the days were kept is taken back
    gone = select(request.c.request_id).where(request.c.source_key.like("%7"))
    city.execute(delete(request_event).where(request_event.c.request_id.in_(gone)))
    city.execute(delete(request).where(request.c.source_key.like("%7")))
    cure = broken(city)["backlog_identity"]
    assert cure.startswith("python -m etl snapshot --from 2026-03-")
    taken = snapshot.take(city, PROFILE, now=NOW, from_on=date.fromisoformat(cure.split()[-1]))
    assert taken.backfilled == taken.days - 1
    assert "backlog_identity" not in broken(city)
