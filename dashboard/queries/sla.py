"""Terms request by request: which are late, which end soon, why one is late, and what another term would have meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, func, literal_column, select, union_all

from dashboard.filters import Filters
from dashboard.queries.ask import facts_where
from dashboard.queries.errors import NotLoadedError
from dashboard.queries.executors import named
from dashboard.queries.nearest import Near, ends_then, latest, nearest, newest
from dashboard.queries.open_requests import HOUR_S, Mask, Whole, open_requests, seconds
from dashboard.queries.reader import Reader
from dashboard.queries.reference import reference
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.stocks import (
    is_overdue_3x,
    stock_conditions,
)
from etl.clock.explain import WriteDay, numbered_day
from etl.clock.update import Explained
from etl.clock.update import explain_request as explained
from etl.clock.words import words_of
from etl.clock.zones import calendar_length_s
from etl.errors import ClockError
from etl.rollup.branch import flag
from etl.rollup.families import FAMILIES
from etl.rollup.requests import DIMS, IS_OPEN
from etl.rollup.sql import epoch_s
from etl.schema import request, request_event, sla_result
from etl.tables.derived import IS_CLOSED_LATE, LATE_S

LISTED: Final = 40
"""Requests a list shows: as many as a person reads; the rows behind the figure hold all."""
_ID_LIMIT: Final = 2**63
_MOST_S: Final = 2**31 - 1


def late_requests(
    read: Reader, filters: Filters, *, now: datetime, limit: int = LISTED, offset: int = 0
) -> pd.DataFrame:
    """Requests due in the period and missed, the latest first: `id` (text), `source_key`, `created_at`, `due_at`,
    `resolved_at`, `late_min` (to `now` while open), `is_open`, `is_3x`, codes.
    """
    where, wanted = select_of(read, filters), limit + offset
    still = _late_open(read, where, now, wanted)
    found = pd.DataFrame()
    for days, least_s in latest(read, where, wanted, now=now):
        closed = _late_closed(read, days, now, least_s)
        found = read.frame(_latest_of([still, closed], wanted))
        if (found["late_s"] >= least_s).sum() >= wanted:
            break
    found = named(read, found.iloc[offset:].reset_index(drop=True))
    late_min = found.pop("late_s").astype("float64") / 60
    return found.assign(late_min=late_min, is_3x=found["is_3x"].astype(bool), is_open=found["resolved_at"].isna())


def _late_open(read: Reader, where: Selection, now: datetime, wanted: int) -> Select[Any]:
    """Those still open, the longest due first."""
    due_at, held = sla_result.c.due_at, open_requests(read, where)
    is_late = held.inside(where) & held.within(where, "due_on") & held.stock("overdue", now, read.today(now))
    due = held["due_s"][is_late].astype(np.int64)
    late_s: ColumnElement[int] = (literal_column(str(int(now.timestamp()))) - epoch_s(due_at)).label("late_s")
    return (
        _open_listing(read, where, nearest(due, due, limit=wanted), late_s, flag(is_overdue_3x(now)).label("is_3x"))
        .where(*stock_conditions(read, "overdue", now), where.is_asked(sla_result.c.due_on))
        .order_by(due_at, request.c.request_id)
    )


def _late_closed(read: Reader, where: Selection, now: datetime, least_s: int) -> Select[Any]:
    """Those closed at least so late, the latest first."""
    terms = sla_result.c
    # Closed at both ends: PostgreSQL has no statistics of it, and takes a third of all to lie in an open range.
    is_so_late = [LATE_S.between(least_s, _MOST_S)] if least_s else [terms.resolved_at.is_not(None)]
    return (
        _listing(LATE_S.label("late_s"), flag(terms.resolved_at > terms.late3_at).label("is_3x"))
        .where(terms.city_id == read.city_id, where.is_asked(terms.due_on), terms.due_at <= now)
        .where(IS_CLOSED_LATE, ~IS_OPEN, *is_so_late)
        .where(*where.conditions({name: DIMS[name] for name in where.dimensions}))
        .order_by(LATE_S.desc(), request.c.request_id)
    )


def due_soon(read: Reader, filters: Filters, *, now: datetime, limit: int = LISTED, offset: int = 0) -> pd.DataFrame:
    """Open requests with at most 24 hours of their term left, the least first: `id` (text), `source_key`, `created_at`,
    `due_at` (of one that waits: if it went on now), `left_min`, `is_paused`, codes. The filters hold, their period
    does not.
    """
    where = select_of(read, filters)
    soon = _soon(read, where, now)
    near = nearest(soon.left_s, soon.due_s, limit=limit, offset=offset)
    stopped_s = func.coalesce(epoch_s(sla_result.c.paused_at), literal_column(str(int(now.timestamp()))))
    left_s = epoch_s(sla_result.c.due_at) - stopped_s
    statement = (
        _open_listing(read, where, near, sla_result.c.is_paused, left_s.label("left_s"))
        .where(*stock_conditions(read, "due_24h", now), left_s.between(near.low, near.high))
        .order_by(left_s, request.c.request_id)
        .limit(limit)
        .offset(offset - near.before)
    )
    found = named(read, read.frame(statement))
    left = found.pop("left_s").astype("float64")
    due = pd.Timestamp(now) + pd.to_timedelta(left, unit="s")
    is_paused = found["is_paused"].astype(bool)
    return found.assign(due_at=found["due_at"].mask(is_paused, due), left_min=left / 60, is_paused=is_paused)


def due_by_hour(read: Reader, filters: Filters, *, now: datetime, start: datetime) -> pd.DataFrame:
    """Columns `hour` (whole hours from `start` on), `n`, `paused` (of those wait): the same counted, all of them."""
    soon = _soon(read, select_of(read, filters), now)
    hours = (seconds(now) + soon.left_s - seconds(start)) // HOUR_S
    frame = pd.DataFrame({"hour": hours, "n": 1, "paused": soon.waits.astype(np.int64)})
    return frame.groupby("hour", as_index=False)[["n", "paused"]].sum()


@dataclass(frozen=True, slots=True, eq=False)
class _Soon:
    """Open requests with at most 24 hours left: how much, when their term ends (from `EPOCH_S`), and who `waits`."""

    left_s: Whole
    due_s: Whole
    waits: Mask


def _soon(read: Reader, where: Selection, now: datetime) -> _Soon:
    held = open_requests(read, where)
    is_soon = held.inside(where) & held.stock("due_24h", now, read.today(now))
    due, paused = (held[name][is_soon].astype(np.int64) for name in ("due_s", "paused_s"))
    waits = held["is_paused"][is_soon].astype(np.bool_)
    return _Soon(due - np.where(waits, paused, seconds(now)), due, waits)


def _open_listing(read: Reader, where: Selection, near: Near, *more: Any) -> Select[Any]:
    return (
        _listing(*more)
        .where(sla_result.c.city_id == read.city_id, ends_then(near.ends), IS_OPEN)
        .where(*where.conditions({name: DIMS[name] for name in where.dimensions}))
    )


def _latest_of(parts: Sequence[Select[Any]], wanted: int) -> Select[Any]:
    """The latest of lists that are ordered so: of each no more are read than all may show."""
    rows = union_all(*(select(one.limit(wanted).subquery()) for one in parts)).subquery("listed")
    return select(rows).order_by(rows.c.late_s.desc(), rows.c.id).limit(wanted)


def _listing(*more: Any) -> Select[Any]:
    return select(
        request.c.request_id.label("id"), request.c.source_key, request.c.created_at, sla_result.c.due_at,
        sla_result.c.late3_at, sla_result.c.resolved_at, request.c.topic_id, request.c.request_class_id,
        request.c.executor_id, request.c.territory_id, *more,
    ).select_from(sla_result.join(request, request.c.request_id == sla_result.c.request_id))  # fmt: skip


@dataclass(frozen=True)
class Story:
    """Why a request is on time or late.

    `segments`: `kind` (working, night, day_off, holiday, pause, closed), `start_at`, `end_at` (city's time),
    `executor` (code), `label` (pause reason or holiday in words), `minutes`; without gaps. `marks`: `kind`
    (of `MARKS`), `at`. `term_min`: the term as the calendar tells it, `target_min` the minutes it really has.
    """

    id: str
    source_key: str
    text: str
    verdict: str
    remaining_min: int | None
    target_min: int | None
    term_min: int | None
    created_at: datetime
    due_at: datetime | None
    late3_at: datetime | None
    resolved_at: datetime | None
    topic: str
    request_class: str
    executor: str
    territory: str
    segments: pd.DataFrame
    marks: pd.DataFrame


MARKS: Final = ("created", "extended", "closed", "reopened", "returned", "cancelled")


def story(
    read: Reader, request_id: str, *, now: datetime, lang: str, write_day: WriteDay = numbered_day
) -> Story | None:
    """The story of one request (its id as text), its days as `write_day` does; None where the city has no such one."""
    number = _whole(request_id)
    if number is None:
        return None
    if read.profile is None:
        raise NotLoadedError("a request's story replays the clock: make the reader with Reader.of(engine, profile)")
    listed = _listing(sla_result.c.target_min, sla_result.c.started_at, request.c.closed_at)
    is_it = (request.c.request_id == number, request.c.city_id == read.city_id)
    found = named(read, read.frame(listed.where(*is_it)))
    try:
        with read.connect() as connection:
            told = explained(connection, read.profile, number, now=now, lang=lang, write_day=write_day)
    except ClockError:
        return None
    if found.empty:
        return None
    return _story(read, found.iloc[0], told, number, lang)


def _story(read: Reader, row: Any, told: Explained, number: int, lang: str) -> Story:
    return Story(
        id=str(number),
        source_key=str(row["source_key"]),
        text=told.text,
        verdict=told.verdict,
        remaining_min=told.remaining_min,
        target_min=None if pd.isna(row["target_min"]) else int(row["target_min"]),
        term_min=_term_min(read, row),
        created_at=_in_zone(read, row["created_at"]) or told.timeline[0].start_at,
        due_at=_in_zone(read, row["due_at"]),
        late3_at=_in_zone(read, row["late3_at"]),
        resolved_at=_in_zone(read, row["resolved_at"]),
        topic=row["topic"],
        request_class=row["request_class"],
        executor=row["executor"],
        territory=row["territory"],
        segments=_segments(read, told, lang),
        marks=_marks(read, number),
    )


def _term_min(read: Reader, row: Any) -> int | None:
    if pd.isna(row["target_min"]) or read.profile is None:
        return None
    start_s = int(pd.Timestamp(row["started_at"] if pd.notna(row["started_at"]) else row["created_at"]).timestamp())
    return calendar_length_s(start_s, int(row["target_min"]) * 60, read.profile.zone) // 60


def _segments(read: Reader, told: Explained, lang: str) -> pd.DataFrame:
    words, names = words_of(lang), reference(read)
    rows = [
        (
            one.kind,
            one.start_at,
            one.end_at,
            names.code_of("executor", one.executor_id),
            words.reason(one.label) if one.kind == "pause" and one.label else one.label,
            (one.end_at.timestamp() - one.start_at.timestamp()) / 60,
        )
        for one in told.timeline
    ]
    return pd.DataFrame(rows, columns=["kind", "start_at", "end_at", "executor", "label", "minutes"])


def _marks(read: Reader, number: int) -> pd.DataFrame:
    found = read.frame(
        select(request_event.c.kind, request_event.c.at)
        .where(request_event.c.request_id == number, request_event.c.kind.in_(MARKS))
        .order_by(request_event.c.at, request_event.c.event_no)
    )
    return found.assign(at=pd.Series([_in_zone(read, at) for at in found["at"]], dtype="object"))


def _in_zone(read: Reader, at: Any) -> datetime | None:
    return None if at is None or pd.isna(at) else at.astimezone(read.zone)


def _whole(text: str) -> int | None:
    try:
        number = int(text)
    except ValueError:
        return None
    return number if -_ID_LIMIT <= number < _ID_LIMIT else None


def replayable(read: Reader, where: Selection, limit: int, *, now: datetime) -> Any:
    """The condition on `request` that holds for the last `limit` requests received in a selection."""
    branch = FAMILIES["created"].branches[0]
    near = newest(read, where, "created", "requests", limit, now=now)
    chosen = (
        select(request.c.request_id)
        .select_from(request)
        .where(*facts_where(read, branch, near, now))
        .order_by(request.c.created_at.desc(), request.c.request_id)
        .limit(limit)
    )
    return request.c.request_id.in_(chosen)
