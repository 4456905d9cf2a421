"""Snapshots: kept once, filled in later to the same numbers, and flows that add up to the change of the backlog."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, delete, func, select, update

from etl import snapshot
from etl.clock.update import update as run_clock
from etl.ids import city_id_of
from etl.schema import backlog_snapshot, request_event
from etl.snapshot import NO_TERM, closing_at, last_closed_day, term_bands
from geodata.cities import load_profile
from tests.dashboard.small_city import FIRST, NOW, write_city
from tests.etl.clock.rows import Event, write

PROFILE = load_profile("demo")
CITY = city_id_of("demo")


def held(engine: Engine) -> list[tuple[object, ...]]:
    columns = [column for column in backlog_snapshot.c if column.name != "is_backfilled"]
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]


def test_a_second_run_changes_nothing(engine: Engine) -> None:
    write_city(engine)
    with engine.begin() as connection:
        first = snapshot.take(connection, PROFILE, now=NOW)
    rows = held(engine)
    with engine.begin() as connection:
        assert snapshot.take(connection, PROFILE, now=NOW).days == 0
    assert first.days == (NOW.date() - FIRST).days
    assert first.backfilled == first.days - 1
    assert held(engine) == rows


def test_days_filled_in_later_say_what_was_said_on_the_day(engine: Engine) -> None:
    write_city(engine)
    with engine.begin() as connection:
        snapshot.take(connection, PROFILE, now=NOW)
    at_once = held(engine)
    with engine.begin() as connection:
        snapshot.forget(connection, CITY)
        for number in range((NOW.date() - FIRST).days):
            taken = snapshot.take(
                connection, PROFILE, now=datetime(2026, 3, 1, 22, tzinfo=UTC) + timedelta(days=number)
            )
            assert taken.backfilled == 0
    assert held(engine) == at_once


LIFE: list[Event] = [
    ("2026-06-01 10:00", "created", {}),
    ("2026-06-01 12:00", "paused", {"reason": "weather"}),
    ("2026-06-03 12:00", "resumed", {}),
    ("2026-06-04 06:00", "extended", {"extended_min": 48 * 60}),
    ("2026-06-08 12:00", "closed", {}),
]


def test_the_term_of_a_past_day_is_the_one_of_that_day_and_stands_still_in_a_pause(engine: Engine) -> None:
    days = [date(2026, 6, number) for number in range(1, 9)]
    bands = select(backlog_snapshot.c.day_on, backlog_snapshot.c.term_band).where(backlog_snapshot.c.n_open > 0)
    with engine.begin() as connection:
        write(connection, PROFILE, {"outage": ("urgent", LIFE[:1])})
        for day in days:  # evening by evening, each with what had happened by then
            known = sum(pd.Timestamp(at, tz="UTC") <= closing_at(PROFILE, day) for at, *_ in LIFE)
            connection.execute(delete(request_event))
            write(connection, PROFILE, {"outage": ("urgent", LIFE[:known])}, first_no=1)
            run_clock(connection, PROFILE, request_ids=None, now=closing_at(PROFILE, day))
            snapshot.take(connection, PROFILE, now=closing_at(PROFILE, day))
        at_once = connection.execute(bands.order_by("day_on")).all()
        snapshot.forget(connection, CITY)
        snapshot.take(connection, PROFILE, now=closing_at(PROFILE, days[-1]))
        assert connection.execute(bands.order_by("day_on")).all() == at_once
    # 2 of 24 h used on the 1st and 2nd (paused), 11 on the 3rd; 35 of 72 on the 4th, 59 on the 5th, 83 on the 6th.
    assert [band for _, band in at_once] == [0, 0, 0, 0, 1, 2, 2]


def test_inflow_less_outflow_is_the_change_of_the_backlog(engine: Engine) -> None:
    write_city(engine)
    with engine.begin() as connection:
        snapshot.take(connection, PROFILE, now=NOW)
        assert snapshot.identity(connection, CITY, profile=PROFILE).empty
        connection.execute(
            update(backlog_snapshot)
            .where(backlog_snapshot.c.day_on == date(2026, 3, 20), backlog_snapshot.c.executor_id != 0)
            .values(n_open=backlog_snapshot.c.n_open + 1)
        )
        wrong = snapshot.identity(connection, CITY, profile=PROFILE)
    assert list(wrong["day_on"]) == [date(2026, 3, 20), date(2026, 3, 21)]
    assert wrong["difference"].tolist()[0] == -wrong["difference"].tolist()[1] > 0


def test_the_backlog_is_what_the_events_leave_open(sqlite_engine: Engine) -> None:
    write_city(sqlite_engine)
    day = date(2026, 3, 25)
    closing = closing_at(PROFILE, day)
    with sqlite_engine.begin() as connection:
        snapshot.take(connection, PROFILE, now=NOW)
        counted = select(func.sum(backlog_snapshot.c.n_open)).where(backlog_snapshot.c.day_on == day)
        found = connection.scalar(counted)
        events = pd.read_sql(select(request_event.c.request_id, request_event.c.kind, request_event.c.at), connection)
    last = events[events["at"] <= closing].groupby("request_id")["kind"].last()
    assert found == (~last.isin(["closed", "cancelled"])).sum()


def test_what_became_known_late_counts_from_then(sqlite_engine: Engine) -> None:
    write_city(sqlite_engine)
    with sqlite_engine.begin() as connection:
        before = snapshot.standing(connection, PROFILE, [date(2026, 3, 25)])["n_open"].sum()
        is_closing = request_event.c.kind.in_(("closed", "cancelled"))
        closed_then = connection.scalar(
            select(func.count()).where(is_closing, request_event.c.at <= closing_at(PROFILE, date(2026, 3, 25)))
        )
        connection.execute(update(request_event).where(is_closing).values(known_at=NOW))
        after = snapshot.standing(connection, PROFILE, [date(2026, 3, 25)])["n_open"].sum()
    assert closed_then
    assert after > before


def test_the_closing_hour_is_the_citys_own() -> None:
    assert closing_at(PROFILE, date(2026, 3, 28)) == datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert closing_at(PROFILE, date(2026, 3, 29)) == datetime(2026, 3, 29, 21, tzinfo=UTC)
    assert last_closed_day(PROFILE, datetime(2026, 3, 29, 21, tzinfo=UTC)) == date(2026, 3, 29)
    assert last_closed_day(PROFILE, datetime(2026, 3, 29, 20, 59, tzinfo=UTC)) == date(2026, 3, 28)


@pytest.mark.parametrize(("now", "band"), [(0, 0), (49, 0), (50, 1), (99, 1), (100, 2), (299, 2), (300, 3), (1000, 3)])
def test_bands_of_the_term(now: int, band: int) -> None:
    one = np.array([0])
    assert term_bands(np.array([now]), one, one + 100, one + 300).tolist() == [band]
    assert term_bands(np.array([now]), one, one - 1, one - 1).tolist() == [NO_TERM]
