"""Roll-ups held in the process: what they cost in memory, and that they follow the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from dashboard import queries
from dashboard.filters import Filters
from dashboard.queries import Reader
from dashboard.queries.held import Held
from etl.tables.rollups import ROLLUPS, rollup_state
from tests.dashboard.small_city import DAYS, FIRST, NOW

WHOLE = Filters("demo", FIRST, FIRST + timedelta(days=DAYS))
CONTACTS = ROLLUPS["contacts"]["topic"]


@contextmanager
def spoken(read: Reader) -> Iterator[list[str]]:
    """Collect the statements that name a roll-up of contacts."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM rollup_contacts" in statement:
            said.append(statement)

    event.listen(read.engine, "before_cursor_execute", note)
    yield said
    event.remove(read.engine, "before_cursor_execute", note)


def holding(city: Reader, budget: int = 1 << 30) -> Reader:
    """Give a reader of the city with a memory of its own, all read."""
    held = Held(budget=budget)
    held.fill(city)
    return replace(city, held=held, kept={}, fresh_s=0)


def settle() -> None:
    """Wait until nothing is read beside any more."""
    for thread in threading.enumerate():
        if thread.name == "roll-ups":
            thread.join(timeout=30)


def test_what_is_held_is_not_asked_of_the_database(city: Reader) -> None:
    read = holding(city)
    with spoken(city) as said:
        queries.breakdown(read, WHOLE, "contacts", "topic", now=NOW)
    assert not said
    with spoken(city) as said:
        queries.breakdown(city, WHOLE, "contacts", "topic", now=NOW)
    assert said


def test_what_has_changed_is_asked_of_the_database_and_read_beside(city: Reader) -> None:
    read = holding(city)
    before = queries.total(read, WHOLE, "contacts", now=NOW)
    with city.engine.begin() as connection:
        for table in ROLLUPS["contacts"].values():
            connection.execute(update(table).values(contacts=table.c.contacts + 1))
        moment = NOW + timedelta(minutes=1)
        connection.execute(
            update(rollup_state).where(rollup_state.c.name.like("rollup_contacts_%")).values(updated_at=moment)
        )
    try:
        changed = queries.total(read, WHOLE, "contacts", now=NOW)
        assert changed > before, "the first to ask is told by the database"
        settle()
        with spoken(city) as said:
            assert queries.total(read, WHOLE, "contacts", now=NOW) == changed
        assert not said, "the next one by what is held"
    finally:
        with city.engine.begin() as connection:
            for table in ROLLUPS["contacts"].values():
                connection.execute(update(table).values(contacts=table.c.contacts - 1))
            connection.execute(update(rollup_state).values(updated_at=NOW))


def test_a_question_on_a_connection_of_its_own_has_them_read_too(city: Reader) -> None:
    read = replace(city, held=Held(budget=1 << 30), kept={}, fresh_s=0)
    with read.connect() as connection:
        expected = queries.total(replace(read, session=connection), WHOLE, "contacts", now=NOW)
    settle()
    with spoken(city) as said:
        assert queries.total(read, WHOLE, "contacts", now=NOW) == expected
    assert not said


def test_what_no_longer_fits_is_let_go(city: Reader) -> None:
    read = holding(city)
    assert read.held is not None
    whole = read.held.size
    read.held.budget = 20_000
    read.held.fill(read)
    assert 0 < read.held.size <= 20_000 < whole


@pytest.mark.parametrize("budget", [0, 20_000])
def test_no_more_is_held_than_may_be(city: Reader, budget: int) -> None:
    read = holding(city, budget)
    assert read.held is not None
    assert read.held.size <= budget
    assert (read.held.size > 0) == (budget > 0)
    with spoken(city) as said:
        found = queries.breakdown(read, WHOLE, "contacts", "topic", now=NOW)
    assert said, "what does not fit is asked of the database"
    assert found.equals(queries.breakdown(city, WHOLE, "contacts", "topic", now=NOW))
