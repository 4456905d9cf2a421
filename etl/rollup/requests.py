"""Requests as families, each by the day its figures belong to: received, due, closed, called back, how long it took."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from etl.rollup.branch import REOPEN_DAYS, Branch, Family, flag, one
from etl.rollup.sql import epoch_s, minutes_between
from etl.schema import contact, followup, request, request_event, sla_result, topic
from etl.sketch import bucket_sql
from etl.tables.rollups import NO_DAY

_DAY_S: Final = 86_400
_no_integer = literal_column("0", Integer)

# The line is that of the contact a request came of; it is looked up only where somebody asks for it.
_line = select(contact.c.line_id).where(contact.c.contact_id == request.c.contact_id).scalar_subquery()

DIMS: Final[dict[str, ColumnElement[int]]] = {
    "topic_id": request.c.topic_id,
    "territory_id": request.c.territory_id,
    "channel_id": request.c.channel_id,
    "line_id": _line,
    "request_class_id": request.c.request_class_id,
    "executor_id": request.c.executor_id,
    "caller_group_mask": request.c.caller_group_mask,
    "hour": request.c.created_hour,
}

LISTED: Final[dict[str, ColumnElement[Any]]] = {
    "id": request.c.request_id, "source": request.c.source, "source_key": request.c.source_key,
    "at": request.c.created_at,
    "status": request.c.status, "closed_at": request.c.closed_at, "due_at": sla_result.c.due_at,
    "verdict": sla_result.c.verdict, "late_min": sla_result.c.late_min, "lon": request.c.lon, "lat": request.c.lat,
}  # fmt: skip

_with_result = request.outerjoin(sla_result, sla_result.c.request_id == request.c.request_id)
_is_closed = request.c.status == "closed"
IS_OPEN = request.c.status == literal_column("'open'", Text)  # not bound, so that the index of open ones fits
_late = sla_result.c.verdict.in_(("late", "late_3x"))
_on_time = sla_result.c.verdict == "on_time"
_ran_on = or_(sla_result.c.paused_at.is_(None), sla_result.c.paused_at > sla_result.c.late3_at)


def _last_answered(name: str) -> Subquery:
    """The last answered call back of each request that has one."""
    call, later = followup.alias(f"{name}_call"), followup.alias(f"{name}_later")
    is_later = or_(
        later.c.tried_at > call.c.tried_at,
        and_(later.c.tried_at == call.c.tried_at, later.c.followup_id > call.c.followup_id),
    )
    has_later = exists().where(later.c.request_id == call.c.request_id, later.c.is_reached, is_later)
    chosen = (call.c.request_id, call.c.followup_id, call.c.is_confirmed)
    return select(*chosen).where(call.c.is_reached, ~has_later).subquery(name)


def _reopened_soon() -> ColumnElement[bool]:
    """True where the request was reopened, or returned after closing, within `REOPEN_DAYS` of a closing."""
    again, closing = request_event.alias("again"), request_event.alias("closing")
    pair = and_(
        again.c.request_id == request.c.request_id,
        again.c.kind.in_(("reopened", "returned")),
        closing.c.request_id == again.c.request_id,
        closing.c.kind == "closed",
        closing.c.event_no < again.c.event_no,
        epoch_s(again.c.at) - epoch_s(closing.c.at) <= REOPEN_DAYS * _DAY_S,
    )
    return exists().where(pair).correlate(request)


CREATED = Family(
    "created",
    (
        Branch(
            source=_with_result,
            city_id=request.c.city_id,
            day_on=request.c.created_on,
            dims=DIMS,
            measures={
                "requests": one(),
                "geocoded": flag(request.c.lon.is_not(None)),
                "with_topic": flag(
                    and_(
                        request.c.topic_id.is_not(None),
                        request.c.topic_id.not_in(select(topic.c.topic_id).where(topic.c.code == "unmapped")),
                    )
                ),
                "with_executor": flag(request.c.executor_id.is_not(None)),
                "marked_closed": flag(_is_closed),
                "with_closing_time": flag(and_(_is_closed, request.c.closed_at.is_not(None))),
                "cancelled": flag(request.c.status == "cancelled"),
                "transfers": func.coalesce(sla_result.c.executor_changes, _no_integer),
                "bounced": flag(func.coalesce(sla_result.c.returns, _no_integer) > 0),
                "simulated": flag(request.c.is_simulated),
            },
            listed=LISTED,
        ),
    ),
)

_due_call = _last_answered("due_call")
_due_lean = sla_result.join(request, request.c.request_id == sla_result.c.request_id)
_due_source = _due_lean.outerjoin(_due_call, _due_call.c.request_id == request.c.request_id)
_counts_as_due = or_(IS_OPEN, sla_result.c.verdict.in_(("on_time", "late", "late_3x")))

DUE = Family(
    "due",
    (
        Branch(
            source=_due_source,
            city_id=sla_result.c.city_id,
            day_on=sla_result.c.due_on,
            dims=DIMS,
            measures={
                "due": one(),
                "met": flag(and_(_on_time, ~IS_OPEN)),
                "late_closed": flag(and_(_late, ~IS_OPEN)),
                "late_3x_closed": flag(and_(sla_result.c.verdict == "late_3x", ~IS_OPEN)),
                "open": flag(IS_OPEN),
                "checked": flag(and_(~IS_OPEN, _due_call.c.followup_id.is_not(None))),
                "confirmed_on_time": flag(and_(_on_time, ~IS_OPEN, _due_call.c.is_confirmed)),
                "simulated": flag(request.c.is_simulated),
            },
            where=(sla_result.c.due_on.is_not(None), _counts_as_due),
            at=sla_result.c.due_at,
            listed=LISTED,
            lean=_due_lean,
            heavy=frozenset({"checked", "confirmed_on_time"}),
        ),
        # Open requests without a term, or waiting before it ended: due on no day, but part of the stock.
        Branch(
            source=sla_result.join(request, request.c.request_id == sla_result.c.request_id),
            city_id=sla_result.c.city_id,
            day_on=literal(NO_DAY, Date),
            dims=DIMS,
            measures={"open": one(), "simulated": flag(request.c.is_simulated)},
            where=(sla_result.c.due_on.is_(None), IS_OPEN),
            at=sla_result.c.due_at,
            listed=LISTED,
        ),
    ),
)

CLOSED = Family(
    "closed",
    (
        Branch(
            source=_with_result,
            city_id=request.c.city_id,
            day_on=request.c.closed_on,
            dims=DIMS,
            measures={
                "closed": one(),
                "closed_on_time": flag(_on_time),
                "closed_late": flag(_late),
                "simulated": flag(request.c.is_simulated),
            },
            where=(_is_closed, request.c.closed_on.is_not(None)),
            listed=LISTED,
        ),
    ),
)

_review = _last_answered("review")
_is_last = _review.c.followup_id == followup.c.followup_id
_is_denied = and_(followup.c.is_reached, followup.c.is_confirmed.is_(False))

FOLLOWUPS = Family(
    "followups",
    (
        Branch(
            source=followup.join(request, request.c.request_id == followup.c.request_id)
            .outerjoin(sla_result, sla_result.c.request_id == request.c.request_id)
            .outerjoin(_review, and_(_review.c.request_id == followup.c.request_id, _is_last)),
            city_id=followup.c.city_id,
            day_on=followup.c.tried_on,
            dims=DIMS,
            measures={
                "followups": one(),
                "reached": flag(followup.c.is_reached),
                "said": flag(and_(followup.c.is_reached, followup.c.is_confirmed.is_not(None))),
                "confirmed": flag(and_(followup.c.is_reached, followup.c.is_confirmed)),
                "denied": flag(_is_denied),
                "rated": flag(and_(followup.c.is_reached, followup.c.is_satisfied.is_not(None))),
                "satisfied": flag(and_(followup.c.is_reached, followup.c.is_satisfied)),
                "reviewed": flag(_review.c.followup_id.is_not(None)),
                # The events are looked at only where the clock saw a reopening or a return.
                "false_closures": case(
                    (_review.c.followup_id.is_(None), _no_integer),
                    (_is_denied, one()),
                    (func.coalesce(sla_result.c.reopens + sla_result.c.returns, _no_integer) == 0, _no_integer),
                    else_=flag(_reopened_soon()),
                ),
                "simulated": flag(followup.c.is_simulated),
            },
            listed={
                **LISTED, "tried_at": followup.c.tried_at, "is_reached": followup.c.is_reached,
                "is_confirmed": followup.c.is_confirmed, "is_satisfied": followup.c.is_satisfied,
                "reason": followup.c.reason,
            },
        ),
    ),
)  # fmt: skip

_ended_at = func.coalesce(
    request.c.closed_at, request.c.source_updated_at, request.c.created_at, type_=request.c.closed_at.type
)

DURATIONS = Family(
    "durations",
    (
        Branch(
            source=_with_result,
            city_id=request.c.city_id,
            day_on=request.c.created_on,
            dims={**DIMS, "bucket": bucket_sql(minutes_between(request.c.created_at, _ended_at))},
            measures={"n": flag(_is_closed), "n_cancelled": flag(request.c.status == "cancelled")},
            where=(or_(and_(_is_closed, request.c.closed_at.is_not(None)), request.c.status == "cancelled"),),
            listed=LISTED,
        ),
    ),
)

WORK_DURATIONS = Family(
    "work_durations",
    (
        replace(
            DURATIONS.branches[0],
            dims={**DIMS, "bucket": bucket_sql(sla_result.c.working_min)},
            where=(*DURATIONS.branches[0].where, sla_result.c.working_min.is_not(None)),
        ),
    ),
)

LATENESS = Family(
    "lateness",
    (
        Branch(
            source=sla_result.join(request, request.c.request_id == sla_result.c.request_id),
            city_id=sla_result.c.city_id,
            day_on=sla_result.c.due_on,
            dims={**DIMS, "bucket": bucket_sql(minutes_between(sla_result.c.due_at, sla_result.c.resolved_at))},
            measures={"n": one()},
            where=(_late, ~IS_OPEN, sla_result.c.resolved_at.is_not(None), sla_result.c.due_on.is_not(None)),
            at=sla_result.c.due_at,
            listed=LISTED,
        ),
    ),
)


# Open requests that have used up three times their term: few, so they are counted as they are.
LATE3 = Family(
    "late3",
    (
        Branch(
            source=sla_result.join(request, request.c.request_id == sla_result.c.request_id),
            city_id=sla_result.c.city_id,
            day_on=sla_result.c.due_on,
            dims=DIMS,
            measures={"n": one()},
            where=(sla_result.c.verdict.is_(None), IS_OPEN, sla_result.c.late3_at.is_not(None), _ran_on),
            at=sla_result.c.late3_at,
            listed=LISTED,
        ),
    ),
)


def age_min(since: ColumnElement[Any], now_epoch_s: int) -> ColumnElement[int]:
    """Whole minutes from an instant column to now, not below 0."""
    age = (literal(now_epoch_s) - epoch_s(since)) // 60
    return cast(case((age < 0, _no_integer), else_=age), Integer)
