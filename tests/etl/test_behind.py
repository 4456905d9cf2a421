"""What is done behind a load's back is done in order, and what stops it stops the load."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from etl.behind import DEPTH, working_behind

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def test_work_is_done_in_order_before_anybody_uses_the_connection(engine: Engine) -> None:
    done: list[int] = []

    def work(connection: Connection, number: int) -> None:
        connection.execute(text("SELECT 1"))
        done.append(number)

    with engine.connect() as connection, working_behind(connection) as behind:
        for number in range(3 * DEPTH):
            behind.do(work, number)
        assert behind.connection is connection
        assert done == list(range(3 * DEPTH))
        behind.do(work, -1)
    assert done[-1] == -1


def test_what_stops_the_work_is_raised_as_it_is(postgis_engine: Engine) -> None:
    def fail(_connection: Connection) -> None:
        raise ZeroDivisionError("the work")

    def run(*, is_awaited: bool) -> None:
        with postgis_engine.connect() as connection, working_behind(connection) as behind:
            behind.do(fail)
            _ = is_awaited and behind.connection

    for is_awaited in (True, False):
        with pytest.raises(ZeroDivisionError, match="the work"):
            run(is_awaited=is_awaited)


def test_a_block_that_fails_drops_what_has_not_begun(postgis_engine: Engine) -> None:
    begun, gate, done = threading.Event(), threading.Event(), list[int]()

    def work(_connection: Connection, number: int) -> None:
        begun.set()
        gate.wait()
        done.append(number)

    def run() -> None:
        with postgis_engine.connect() as connection, working_behind(connection) as behind:
            behind.do(work, 1)
            behind.do(work, 2)
            begun.wait()
            threading.Timer(0.2, gate.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert done == [1]
