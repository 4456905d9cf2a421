"""Contacts, their waits and the tickets of a client centre as families: call rows and daily aggregates in one sum."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, literal_column, or_, select

from etl.rollup.branch import ABANDON_AFTER_S, ANSWER_WITHIN_S, Branch, Family, flag, one
from etl.schema import contact, contact_daily, line, queue_ticket, request
from etl.sketch import bucket_sql

_answered = or_(
    contact.c.answered_at.is_not(None),
    contact.c.handled_at.is_not(None),
    contact.c.outcome.in_(("consultation", "request", "transferred")),
)
_abandoned = contact.c.outcome == "abandoned"
_queued = or_(contact.c.wait_s.is_not(None), _abandoned)
_waited = and_(contact.c.answered_at.is_not(None), contact.c.wait_s.is_not(None))
_threshold = func.coalesce(line.c.answer_within_s, literal_column(str(ANSWER_WITHIN_S), Integer))


# Class and executor are those of the request a contact became; they are looked up only where somebody asks for them.
_class = select(request.c.request_class_id).where(request.c.request_id == contact.c.request_id).scalar_subquery()
_executor = select(request.c.executor_id).where(request.c.request_id == contact.c.request_id).scalar_subquery()


def _amount(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(column, literal_column("0", Integer))


def _rounded(column: ColumnElement[Any]) -> ColumnElement[int]:
    # Not ROUND: PostgreSQL rounds halves to even, SQLite away from 0, and a figure must not depend on the engine.
    return cast(func.floor(func.coalesce(column, literal_column("0", Integer)) + literal_column("0.5")), Integer)


_CALLS = Branch(
    source=contact.outerjoin(line, line.c.line_id == contact.c.line_id),
    city_id=contact.c.city_id,
    day_on=contact.c.arrived_on,
    dims={
        "topic_id": contact.c.topic_id,
        "territory_id": contact.c.territory_id,
        "channel_id": contact.c.channel_id,
        "line_id": contact.c.line_id,
        "caller_group_mask": contact.c.caller_group_mask,
        "hour": contact.c.arrived_hour,
        "request_class_id": _class,
        "executor_id": _executor,
    },
    measures={
        "contacts": one(),
        "queued": flag(_queued),
        "answered": flag(_answered),
        "abandoned": flag(_abandoned),
        "abandoned_after": flag(and_(_abandoned, contact.c.wait_s >= ABANDON_AFTER_S)),
        "abandon_timed": flag(and_(_abandoned, contact.c.wait_s.is_not(None))),
        "consultations": flag(contact.c.outcome == "consultation"),
        "contact_requests": flag(contact.c.outcome == "request"),
        "unprocessed": flag(and_(contact.c.outcome == "unprocessed", contact.c.handled_at.is_(None))),
        "transferred": flag(contact.c.outcome == "transferred"),
        "other_outcomes": flag(contact.c.outcome == "other"),
        "by_call": flag(_answered),
        "level_offered": flag(_queued),
        "in_time_milli": 1000 * flag(and_(_waited, contact.c.wait_s <= _threshold)),
        "waited": flag(_waited),
        "wait_total_s": flag(_waited) * _amount(contact.c.wait_s),
        "talk_total_s": _amount(contact.c.talk_s),
        "on_behalf": flag(contact.c.is_on_behalf),
        "in_groups": flag(contact.c.caller_group_mask != 0),
        "simulated": flag(contact.c.is_simulated),
    },
    listed={
        "id": contact.c.contact_id, "source": contact.c.source,
        "source_key": contact.c.source_key,
        "at": contact.c.arrived_at, "outcome": contact.c.outcome,
        "wait_s": contact.c.wait_s, "talk_s": contact.c.talk_s,
        "answered_at": contact.c.answered_at, "handled_at": contact.c.handled_at, "request_id": contact.c.request_id,
    },
)  # fmt: skip

_DAYS = Branch(
    source=contact_daily,
    city_id=contact_daily.c.city_id,
    day_on=contact_daily.c.day_on,
    dims={"line_id": contact_daily.c.line_id},
    measures={
        "contacts": contact_daily.c.offered,
        "queued": contact_daily.c.offered,
        "answered": contact_daily.c.answered,
        "abandoned": contact_daily.c.abandoned,
        "level_offered": flag(contact_daily.c.answered_in_time.is_not(None)) * contact_daily.c.offered,
        "in_time_milli": _rounded(contact_daily.c.answered_in_time * 1000),
        "waited": flag(contact_daily.c.wait_total_s.is_not(None)) * contact_daily.c.answered,
        "wait_total_s": _rounded(contact_daily.c.wait_total_s),
        "simulated": flag(contact_daily.c.is_simulated) * contact_daily.c.offered,
    },
    listed={
        "id": contact_daily.c.contact_daily_id,
        "source": contact_daily.c.source,
        "source_key": contact_daily.c.source_key,
    },
)

CONTACTS = Family("contacts", (_CALLS, _DAYS))

WAITS = Family(
    "waits",
    (
        Branch(
            source=contact,
            city_id=contact.c.city_id,
            day_on=contact.c.arrived_on,
            dims={**_CALLS.dims, "bucket": bucket_sql(contact.c.wait_s)},
            measures={"n": one()},
            where=(_waited,),
            listed=_CALLS.listed,
        ),
    ),
)

_TICKET_DIMS = {
    "line_id": queue_ticket.c.line_id,
    "topic_id": queue_ticket.c.topic_id,
    "territory_id": queue_ticket.c.territory_id,
    "hour": queue_ticket.c.issued_hour,
}
_TICKET_COLUMNS = {
    "id": queue_ticket.c.queue_ticket_id, "source": queue_ticket.c.source, "source_key": queue_ticket.c.source_key,
    "at": queue_ticket.c.issued_at, "called_at": queue_ticket.c.called_at, "ended_at": queue_ticket.c.ended_at,
    "wait_s": queue_ticket.c.wait_s, "service_s": queue_ticket.c.service_s,
}  # fmt: skip

TICKETS = Family(
    "tickets",
    (
        Branch(
            source=queue_ticket,
            city_id=queue_ticket.c.city_id,
            day_on=queue_ticket.c.issued_on,
            dims=_TICKET_DIMS,
            measures={
                "tickets": one(),
                "served": flag(queue_ticket.c.called_at.is_not(None)),
                "walked_away": flag(queue_ticket.c.called_at.is_(None)),
                "simulated": flag(queue_ticket.c.is_simulated),
            },
            listed=_TICKET_COLUMNS,
        ),
    ),
)


def _ticket_sketch(name: str, value: ColumnElement[Any], known: ColumnElement[bool]) -> Family:
    return Family(
        name,
        (
            Branch(
                source=queue_ticket,
                city_id=queue_ticket.c.city_id,
                day_on=queue_ticket.c.issued_on,
                dims={**_TICKET_DIMS, "bucket": bucket_sql(value)},
                measures={"n": one()},
                where=(known,),
                listed=_TICKET_COLUMNS,
            ),
        ),
    )


TICKET_WAITS = _ticket_sketch(
    "ticket_waits",
    queue_ticket.c.wait_s,
    and_(queue_ticket.c.wait_s.is_not(None), queue_ticket.c.called_at.is_not(None)),
)
TICKET_SERVICES = _ticket_sketch("ticket_services", queue_ticket.c.service_s, queue_ticket.c.service_s.is_not(None))
