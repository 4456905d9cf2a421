"""Roll-ups: what a load keeps current is what a rebuild makes, row for row."""

import sys
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, delete, func, select, update

from etl import rollup
from etl.bulk import append_frame
from etl.ids import city_id_of
from etl.rollup.facts import SHARED
from etl.schema import contact, followup, queue_ticket, request, sla_result
from etl.tables.rollups import ROLLUPS, rollup_state
from etl.touched import Touched
from geodata.cities import load_profile
from tests.dashboard.small_city import NOW, Frames, write_city

PROFILE = load_profile("demo")


def contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    held: dict[str, list[tuple[object, ...]]] = {}
    for grains in ROLLUPS.values():
        for table in grains.values():
            held[table.name] = [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
    states = select(rollup_state.c.name, rollup_state.c.version, rollup_state.c.n_rows).order_by(rollup_state.c.name)
    return held | {"rollup_state": [tuple(row) for row in connection.execute(states)]}


def change(connection: Connection) -> Touched:
    """Close, move, cancel, add and delete rows of every kind, and note the days as a loader does: before and after."""
    touched = Touched()
    some = select(request.c.request_id, request.c.closed_on, sla_result.c.due_on).join(
        sla_result, sla_result.c.request_id == request.c.request_id
    )
    rows = connection.execute(some.where(request.c.status == "open").order_by(request.c.request_id).limit(10)).all()
    ids = [row.request_id for row in rows]
    touched.add_requests(np.array(ids))
    touched.add_days("due_days", [row.due_on for row in rows])
    later = date(2026, 4, 20)
    connection.execute(
        update(request)
        .where(request.c.request_id.in_(ids))
        .values(status="closed", closed_at=NOW, closed_on=NOW.date())
    )
    connection.execute(
        update(sla_result)
        .where(sla_result.c.request_id.in_(ids))
        .values(verdict="late", resolved_at=NOW, resolved_on=NOW.date(), due_on=later, due_at=NOW - timedelta(hours=30))
    )
    touched.add_days("closed_days", [NOW.date()])
    touched.add_days("due_days", [later])
    frames = Frames(PROFILE, np.random.default_rng(9))
    fresh = frames.contacts(30).assign(contact_id=np.arange(30))
    append_frame(connection, contact, fresh)
    touched.add_rows("contact", fresh)
    gone = select(contact.c.contact_id, contact.c.arrived_on).where(contact.c.wait_s > 250).limit(5)
    lost = connection.execute(gone).all()
    connection.execute(delete(contact).where(contact.c.contact_id.in_([row.contact_id for row in lost])))
    touched.add_days("contact_days", [row.arrived_on for row in lost])
    answered = connection.execute(
        select(followup.c.followup_id, followup.c.request_id, followup.c.tried_on).limit(5)
    ).all()
    connection.execute(
        update(followup)
        .where(followup.c.followup_id.in_([row.followup_id for row in answered]))
        .values(is_reached=True, is_confirmed=False)
    )
    about = [row.request_id for row in answered]
    touched.add_days("followup_days", [row.tried_on for row in answered])
    touched.add_requests(np.array(about))
    terms = select(sla_result.c.due_on).where(sla_result.c.request_id.in_(about))
    touched.add_days("due_days", [day for day in connection.scalars(terms) if day])
    tickets = frames.tickets(20).assign(queue_ticket_id=np.arange(20))
    append_frame(connection, queue_ticket, tickets)
    touched.add_rows("queue_ticket", tickets)
    return touched


@pytest.fixture
def fine_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set from how many facts on fine roll-ups are kept."""
    return lambda facts: monkeypatch.setattr(sys.modules["etl.rollup.update"], "FINE_FROM", facts)


def test_what_a_load_keeps_current_is_what_a_rebuild_makes(engine: Engine, fine_from: Callable[[int], None]) -> None:
    fine_from(1)
    write_city(engine)
    with engine.begin() as connection:
        rollup.rebuild(connection, PROFILE, now=NOW)
        first = contents(connection)
        touched = change(connection)
        written = rollup.update(connection, PROFILE, touched=touched, now=NOW)
        kept = contents(connection)
        whole = rollup.rebuild(connection, PROFILE, now=NOW)
        assert kept == contents(connection)
    assert kept != first
    assert 0 < written < whole


def test_a_rebuild_twice_gives_the_same(engine: Engine) -> None:
    write_city(engine)
    with engine.begin() as connection:
        rollup.rebuild(connection, PROFILE, now=NOW)
        first = contents(connection)
        rollup.rebuild(connection, PROFILE, now=NOW)
        assert contents(connection) == first


def test_an_update_builds_what_was_never_built(sqlite_engine: Engine) -> None:
    write_city(sqlite_engine)
    with sqlite_engine.begin() as connection:
        assert not rollup.is_current(connection, city_id_of("demo"))
        rollup.update(connection, PROFILE, touched=Touched(), now=NOW)
        assert rollup.is_current(connection, city_id_of("demo"))
        first = contents(connection)
        rollup.rebuild(connection, PROFILE, now=NOW)
        assert contents(connection) == first


def test_a_fine_roll_up_comes_and_goes_with_the_number_of_facts(
    engine: Engine, fine_from: Callable[[int], None]
) -> None:
    write_city(engine)
    with engine.begin() as connection:
        held = connection.scalar(select(func.count()).select_from(contact))
        assert held
        fine_from(held + 10)
        rollup.rebuild(connection, PROFILE, now=NOW)
        few = contents(connection)
        assert few["rollup_contacts_fine"] == []
        assert "rollup_contacts_fine" not in {row[0] for row in few["rollup_state"]}
        fresh = Frames(PROFILE, np.random.default_rng(9)).contacts(10).assign(contact_id=np.arange(10))
        touched = Touched()
        append_frame(connection, contact, fresh)
        touched.add_rows("contact", fresh)
        rollup.update(connection, PROFILE, touched=touched, now=NOW)
        many = contents(connection)
        assert sum(row[-1] for row in many["rollup_contacts_fine"]) == sum(
            row[-1] for row in many["rollup_contacts_channel"]
        )
        rollup.rebuild(connection, PROFILE, now=NOW)
        assert contents(connection) == many
        connection.execute(delete(contact).where(contact.c.contact_id.in_(range(10))))
        rollup.update(connection, PROFILE, touched=touched, now=NOW)
        assert contents(connection) == few


def test_another_threshold_of_a_line_makes_roll_ups_stale(sqlite_engine: Engine) -> None:
    from etl.schema import line

    write_city(sqlite_engine)
    with sqlite_engine.begin() as connection:
        rollup.rebuild(connection, PROFILE, now=NOW)
        connection.execute(update(line).values(answer_within_s=77))
        assert not rollup.is_current(connection, city_id_of("demo"))


def test_nothing_touched_writes_nothing(sqlite_engine: Engine) -> None:
    write_city(sqlite_engine)
    with sqlite_engine.begin() as connection:
        rollup.rebuild(connection, PROFILE, now=NOW)
        assert rollup.update(connection, PROFILE, touched=Touched(), now=NOW) == 0


def test_every_family_is_read_with_exactly_one_group() -> None:
    assert sorted(family for group in SHARED for family in group) == sorted(ROLLUPS)
