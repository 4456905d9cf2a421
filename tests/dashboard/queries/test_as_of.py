"""A figure asked as of a moment is the figure that was shown at that moment."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, select

from dashboard.filters import Filters
from dashboard.metrics import REGISTRY, figures
from etl import rollup
from etl.clock.update import update as run_clock
from etl.schema import contact, contact_daily, followup, need_outcome, queue_ticket, request, request_event, sla_result
from geodata.cities import load_profile
from tests.dashboard import small_city
from tests.dashboard.small_city import NOW

THEN = datetime(2026, 3, 21, 15, 0, tzinfo=UTC)
PERIOD = Filters("demo", date(2026, 3, 3), date(2026, 3, 21))


@pytest.fixture(params=["sqlite", "postgis"])
def engine_then(
    request: pytest.FixtureRequest, open_engine: Callable[[str], AbstractContextManager[Engine]]
) -> Iterator[Engine]:
    with open_engine(request.param) as engine:
        yield engine


def _run(engine: Engine) -> None:
    profile = load_profile("demo")
    with engine.begin() as connection:
        run_clock(connection, profile, request_ids=None, now=NOW)
        rollup.rebuild(connection, profile, now=NOW)


FACTS = (contact, contact_daily, followup, queue_ticket, need_outcome)


def _arrive_late(engine: Engine) -> None:
    """Let every tenth fact of the past, and every tenth request with its events, be brought by a load after `THEN`."""
    late = THEN + timedelta(days=2)
    tenth = select(request.c.request_id).where(request.c.source_key.like("%3"))
    with engine.begin() as connection:
        for table in FACTS:
            connection.execute(table.update().where(table.c.source_key.like("%3")).values(known_at=late))
        connection.execute(
            request_event.update().where(request_event.c.request_id.in_(tenth), request_event.c.at <= late)
            .values(known_at=late)
        )  # fmt: skip


def _forget_the_future(engine: Engine) -> None:
    """Leave in the tables what was known at `THEN`: what came later is taken away by plain rules."""
    with engine.begin() as connection:
        for table in FACTS:
            connection.execute(delete(table).where(table.c.known_at > THEN))
        late = select(request_event.c.request_id).where(request_event.c.event_no == 0, request_event.c.known_at > THEN)
        unknown = list(connection.scalars(late))
        for table in (request, request_event, followup):
            connection.execute(delete(table).where(table.c.request_id.in_(unknown)))
        closed = {
            row.request_id for row in connection.execute(select(request.c.request_id).where(request.c.closed_at > THEN))
        }
        connection.execute(delete(contact).where(contact.c.arrived_at > THEN))
        connection.execute(delete(queue_ticket).where(queue_ticket.c.issued_at > THEN))
        connection.execute(delete(need_outcome).where(need_outcome.c.at > THEN))
        connection.execute(delete(contact_daily).where(contact_daily.c.day_on > THEN.date()))
        connection.execute(delete(followup).where(followup.c.tried_at > THEN))
        connection.execute(delete(request_event).where(request_event.c.at > THEN))
        connection.execute(delete(request).where(request.c.created_at > THEN))
        again = {
            row.request_id: row.at
            for row in connection.execute(
                select(request_event.c.request_id, request_event.c.at)
                .where(request_event.c.kind == "closed", request_event.c.request_id.in_(closed))
                .order_by(request_event.c.event_no)
            )
        }
        reopened = set(connection.scalars(select(request_event.c.request_id).where(request_event.c.kind == "reopened")))
        for one in closed:
            at = None if one in reopened else again.get(one)
            on = at and at.astimezone(load_profile("demo").zone).date()
            status = "closed" if at else "open"
            connection.execute(
                request.update().where(request.c.request_id == one).values(status=status, closed_at=at, closed_on=on)
            )
        connection.execute(delete(sla_result))
    _run(engine)


def test_figures_as_of_a_moment_are_those_of_that_moment(engine_then: Engine) -> None:
    read = small_city.write_city(engine_then, seed=5)
    _arrive_late(engine_then)
    _run(engine_then)
    told = [name for name in REGISTRY if name not in ("freshness_h", "rejected_rows")]
    later = figures(read, PERIOD, told, now=NOW, as_of=THEN)
    today = figures(read, PERIOD, told, now=NOW)
    _forget_the_future(engine_then)
    fresh = replace(read, kept={}, clock=lambda: THEN)
    then = figures(fresh, PERIOD, told, now=THEN)
    assert later == then
    assert later["backlog_open"] != today["backlog_open"]
    assert later["on_time_pct"].n <= today["on_time_pct"].n
    assert all(later[name].n < today[name].n for name in ("contacts", "requests", "followups_tried", "tickets"))
