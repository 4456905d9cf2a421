"""Decisions: who may write, what is kept of every change, and what a past day knew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from dashboard.decisions import DecisionError, changes_of, decided_by, new_decision
from dashboard.deps import Deps
from dashboard.errors import NotAllowedError
from dashboard.queries import NotLoadedError, Reader
from dashboard.queries import decisions as log
from dashboard.queries.decisions import Author, NewDecision
from tests.dashboard.small_city import NOW, write_city

STAFF = Author("M. K.", "staff")
DAY = date(2026, 4, 5)
MEETING = datetime(2026, 4, 6, 6, 0, tzinfo=UTC)


@pytest.fixture
def read(engine: Engine) -> Reader:
    return write_city(engine, contacts=60, requests=60)


def written(read: Reader, engine: Engine, **changed: object) -> int:
    values = {
        "decided_on": date(2026, 4, 3),
        "text": "Send generators",
        "owner": "City hall",
        "due_on": date(2026, 4, 4),
    }
    new = NewDecision(**{**values, **changed})  # type: ignore[arg-type]
    return log.add(engine, read.city_id, STAFF, new, at=datetime(2026, 4, 3, 7, 0, tzinfo=UTC))


def test_an_open_decision_is_carried_to_the_next_day_and_is_overdue_after_its_own(read: Reader, engine: Engine) -> None:
    written(read, engine)
    found = decided_by(read, read, DAY, as_of=NOW, moment=NOW)
    assert [(one.row["text"], one.is_overdue, one.days_open) for one in found] == [("Send generators", True, 3)]


def test_every_change_is_kept_with_who_and_when(read: Reader, engine: Engine) -> None:
    number = written(read, engine)
    at = datetime(2026, 4, 5, 7, 0, tzinfo=UTC)
    log.edit(
        engine, read.city_id, Author("A. B.", "leader"), number, {"due_on": date(2026, 4, 9), "text": "Send two"}, at=at
    )
    changes = log.edits(read)
    assert changes[["by", "field", "old", "new"]].to_numpy().tolist() == [
        ["A. B.", "due_on", "2026-04-04", "2026-04-09"], ["A. B.", "text", "Send generators", "Send two"],
    ]  # fmt: skip
    assert (changes["at"] == at).all()


def test_the_same_value_again_is_no_change(read: Reader, engine: Engine) -> None:
    number = written(read, engine)
    assert log.edit(engine, read.city_id, STAFF, number, {"owner": "City hall"}, at=NOW) == 0
    assert log.edits(read).empty


def test_a_past_day_reads_the_decision_as_it_stood(read: Reader, engine: Engine) -> None:
    number = written(read, engine)
    done = {"status": "done", "done_on": date(2026, 4, 5)}
    log.edit(engine, read.city_id, STAFF, number, done, at=datetime(2026, 4, 5, 7, 0, tzinfo=UTC))
    before = log.decisions(read, as_of=datetime(2026, 4, 4, 7, 0, tzinfo=UTC)).iloc[0]
    after = log.decisions(read, as_of=NOW).iloc[0]
    assert (before["status"], before["done_on"], before["edits"]) == ("open", None, 0)
    assert (after["status"], after["done_on"], after["edits"]) == ("done", date(2026, 4, 5), 2)
    assert log.decisions(read, as_of=datetime(2026, 4, 2, tzinfo=UTC)).empty


def test_what_is_done_is_told_once_more_and_then_leaves(read: Reader, engine: Engine) -> None:
    number = written(read, engine)
    log.edit(
        engine,
        read.city_id,
        STAFF,
        number,
        {"status": "done", "done_on": DAY},
        at=datetime(2026, 4, 5, 7, 0, tzinfo=UTC),
    )
    assert len(decided_by(read, read, DAY, as_of=NOW, moment=NOW)) == 1
    assert not decided_by(read, read, DAY + timedelta(days=1), as_of=NOW, moment=NOW)


def test_the_figure_it_is_meant_to_move_is_shown_since(read: Reader, engine: Engine) -> None:
    form = {"text": "More operators", "owner": "City hall", "due_on": "2026-04-08", "kpi": "contacts"}
    new = new_decision(read, form, decided_on=date(2026, 4, 3), query="channel=phone", now=NOW)
    assert new.kpi_value is not None
    log.add(engine, read.city_id, STAFF, new, at=datetime(2026, 4, 3, 7, 0, tzinfo=UTC))
    (found,) = decided_by(read, read, DAY, as_of=NOW, moment=NOW)
    assert found.before == new.kpi_value
    assert found.since is not None
    assert "channel=phone" in found.row["filters"]


@pytest.mark.parametrize("author", [Author("x", "operator"), Author(" ", "staff")])
def test_only_those_who_may_write_do(read: Reader, engine: Engine, author: Author) -> None:
    number = written(read, engine)
    with pytest.raises(NotAllowedError):
        log.edit(engine, read.city_id, author, number, {"text": "Mine"}, at=NOW)
    with pytest.raises(NotAllowedError):
        log.add(engine, read.city_id, author, NewDecision(DAY, "Mine", "Me", DAY), at=NOW)
    assert log.decisions(read, as_of=NOW)["text"].tolist() == ["Send generators"]


def test_who_wrote_it_and_when_cannot_be_changed(read: Reader, engine: Engine) -> None:
    number = written(read, engine)
    with pytest.raises(NotAllowedError, match="created_by"):
        log.edit(engine, read.city_id, STAFF, number, {"created_by": "Somebody"}, at=NOW)


def test_another_citys_decision_is_out_of_reach(read: Reader, engine: Engine) -> None:
    number = written(read, engine)
    with pytest.raises(NotLoadedError):
        log.edit(engine, read.city_id + 1, STAFF, number, {"text": "Mine"}, at=NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", " "),
        ("text", "x" * 501),
        ("owner", ""),
        ("due_on", "soon"),
        ("due_on", "2026-04-01"),
        ("kpi", "nonsense"),
    ],
)
def test_a_form_that_is_no_decision_names_the_input_at_fault(deps: Deps, name: str, value: str) -> None:
    form = {"text": "Do it", "owner": "City hall", "due_on": "2026-04-08", "kpi": "", name: value}
    with pytest.raises(DecisionError) as caught:
        new_decision(deps.read, form, decided_on=date(2026, 4, 3), query="", now=NOW)
    assert caught.value.field == name


def test_an_ended_decision_carries_its_day() -> None:
    changed = changes_of({"status": "dropped"}, decided_on=DAY, today=DAY)
    assert changed == {"status": "dropped", "done_on": DAY}
    assert changes_of({"status": "open"}, decided_on=DAY, today=DAY)["done_on"] is None
    with pytest.raises(DecisionError):
        changes_of({"status": "deleted"}, decided_on=DAY, today=DAY)
