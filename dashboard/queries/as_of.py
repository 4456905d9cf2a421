"""The city as it was known at a past moment: the same questions, on a scratch database that holds what was known then.

A figure asked "as of" an instant is computed by the very definitions of today's figures; only the rows differ: status,
executor and class come from the events known by then, and the clock replays them. Topics and places are as noted today.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, CompoundSelect, Connection, Table, create_engine, insert, or_, select, union
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable

from dashboard.filters import Filters
from dashboard.queries.errors import NotLoadedError
from dashboard.queries.reader import Reader
from etl import schema
from etl.bulk import append_frame, read_frame
from etl.clock.policies import PolicyBook, book_of
from etl.clock.replay import replay
from etl.clock.tables import history_of_rows, result_rows
from etl.rollup.requests import IS_OPEN
from etl.schema import contact, contact_daily, followup, need_outcome, queue_ticket, request, request_event, sla_result

_REFERENCE: Final = (
    schema.city_table, schema.territory, schema.topic, schema.channel, schema.line, schema.caller_group,
    schema.request_class, schema.executor, schema.milestone,
)  # fmt: skip
_TABLES: Final = (
    *_REFERENCE, contact, contact_daily, followup, need_outcome, queue_ticket, request, request_event, sla_result,
    schema.load_run, schema.clock_state, schema.load_reject, schema.rollup_state,
    schema.backlog_snapshot,
)  # fmt: skip
_AT_ONCE: Final = 100_000
"""Requests whose clocks are replayed together."""
_ENDS: Final = ("closed", "cancelled")
_STARTS: Final = ("created", "reopened", "returned")


@contextmanager
def reader_as_of(read: Reader, filters: Filters, as_of: datetime) -> Iterator[Reader]:
    """A reader of the city as it was known at `as_of`, good for questions about the period of `filters`."""
    if read.profile is None:
        raise NotLoadedError(
            "a question as of a moment replays the clock: make the reader with Reader.of(engine, profile)"
        )
    scratch = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    try:
        with read.connect() as source, scratch.begin() as target:
            for table in _TABLES:
                target.execute(CreateTable(table))
            _copy(source, target, read, book_of(read.profile), filters, as_of)
            for table in _TABLES:
                for index in table.indexes:
                    index.create(target)
        yield replace(read, engine=scratch, clock=lambda: as_of, uses_rollups=False, kept={}, session=None, held=None)
    finally:
        scratch.dispose()


def _copy(
    source: Connection, target: Connection, read: Reader, book: PolicyBook, filters: Filters, as_of: datetime
) -> None:
    for table in _REFERENCE:
        rows = [dict(row) for row in source.execute(select(table).where(table.c.city_id == read.city_id)).mappings()]
        if rows:
            target.execute(insert(table), rows)
    loads = schema.load_run
    append_frame(target, loads, _read(source, loads, [loads.c.city_id == read.city_id, loads.c.started_at <= as_of]))
    first = min(filters.from_on, read.today(as_of))
    for table, day, at in (
        (contact_daily, contact_daily.c.day_on, None),
        (queue_ticket, queue_ticket.c.issued_on, queue_ticket.c.issued_at),
        (need_outcome, need_outcome.c.on_day, need_outcome.c.at),
    ):
        known = [day >= first, day <= read.today(as_of)] if at is None else [day >= first, at <= as_of]
        known.append(_was_known(table, as_of))
        append_frame(target, table, _read(source, table, [table.c.city_id == read.city_id, *known]))
    append_frame(target, contact, _contacts(source, read, first, as_of))
    chosen = _chosen(read, first, as_of)
    filed, events = _requests(source, read, chosen, as_of)
    append_frame(target, request, filed)
    append_frame(target, request_event, events)
    for start in range(0, len(filed), _AT_ONCE):
        history = history_of_rows(some := filed.iloc[start : start + _AT_ONCE], _events_of(events, some))
        results = replay(history.requests, history.events, book)
        append_frame(target, sla_result, result_rows(results, book, read.city_id))
    tried = [followup.c.tried_at <= as_of, _was_known(followup, as_of), followup.c.request_id.in_(chosen)]
    calls = _read(source, followup, [followup.c.city_id == read.city_id, *tried])
    append_frame(target, followup, calls[calls["request_id"].isin(filed["request_id"])])


def _was_known(table: Table, as_of: datetime) -> ColumnElement[bool]:
    return or_(table.c.known_at.is_(None), table.c.known_at <= as_of)


def _read(source: Connection, table: Table, where: list[ColumnElement[bool]]) -> pd.DataFrame:
    columns = [column for column in table.c if column.name != "geom"]
    return read_frame(source, select(*columns).where(*where))


def _contacts(source: Connection, read: Reader, first: date, as_of: datetime) -> pd.DataFrame:
    """Contacts arrived by then; messages handled later are unprocessed."""
    waiting = or_(contact.c.outcome == "unprocessed", contact.c.handled_at > as_of)
    where = [
        contact.c.city_id == read.city_id,
        contact.c.arrived_at <= as_of,
        _was_known(contact, as_of),
        or_(contact.c.arrived_on >= first, waiting),
    ]
    found = _read(source, contact, where)
    moment = pd.Timestamp(as_of)
    is_later = found["handled_at"] > moment
    found.loc[is_later, "outcome"] = "unprocessed"
    found["handled_at"] = found["handled_at"].mask(is_later)
    found["answered_at"] = found["answered_at"].mask(is_later | (found["answered_at"] > moment))
    return found


def _chosen(read: Reader, first: date, as_of: datetime) -> CompoundSelect[Any]:
    """The ids of requests that may count in the period or stand open at `as_of`: each way by an index of its own."""
    of_city = select(request.c.request_id).where(request.c.city_id == read.city_id, request.c.created_at <= as_of)
    due = select(sla_result.c.request_id).where(sla_result.c.city_id == read.city_id, sla_result.c.due_on >= first)
    return union(
        of_city.where(request.c.created_on >= first),
        of_city.where(IS_OPEN),
        of_city.where(request.c.closed_on >= first),
        due,
        select(request_event.c.request_id).where(request_event.c.known_at > as_of),
    )


def _requests(
    source: Connection, read: Reader, chosen: CompoundSelect[Any], as_of: datetime
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The chosen requests received by `as_of`, as known then, and their known events."""
    received = [request.c.city_id == read.city_id, request.c.created_at <= as_of]
    filed = _read(source, request, [*received, request.c.request_id.in_(chosen)])
    events = _events_of(_read(source, request_event, [request_event.c.request_id.in_(chosen)]), filed)
    known = events[(events["known_at"] <= pd.Timestamp(as_of)) & (events["at"] <= pd.Timestamp(as_of))]
    was_unknown = ~filed["request_id"].isin(known["request_id"]) & filed["request_id"].isin(events["request_id"])
    filed = filed[~was_unknown]
    return (_state_then(filed, known, read) if len(known) else filed), known


def _events_of(events: pd.DataFrame, requests: pd.DataFrame) -> pd.DataFrame:
    """Those of the events that are of some of the requests."""
    return events[events["request_id"].isin(requests["request_id"])]


def _state_then(filed: pd.DataFrame, known: pd.DataFrame, read: Reader) -> pd.DataFrame:
    """Status, closing, executor and class by the last known event that says so; where none does, as noted."""
    ordered = known.sort_values(["request_id", "event_no"])
    turns = ordered[ordered["kind"].isin((*_STARTS, *_ENDS))].groupby("request_id").last()
    said = ordered.groupby("request_id")[["executor_id", "request_class_id"]].last()
    kind = filed["request_id"].map(turns["kind"])
    ended_at = filed["request_id"].map(turns["at"]).where(kind.isin(_ENDS))
    made = filed.copy()
    made["status"] = kind.where(kind.isin(_ENDS), "open").where(kind.notna(), filed["status"])
    made["closed_at"] = ended_at.where(kind.notna(), filed["closed_at"])
    local = made["closed_at"].dt.tz_convert(str(read.zone)).dt.tz_localize(None).dt.normalize()
    made["closed_on"] = local.astype("datetime64[us]")
    for column in ("executor_id", "request_class_id"):
        made[column] = filed["request_id"].map(said[column]).astype("Int32").fillna(filed[column])
    return made
