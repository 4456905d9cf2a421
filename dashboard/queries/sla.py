"""Terms request by request: which are late, which end soon, why one is late, and what another term would have meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import Select, case, func, literal_column, select

from dashboard.filters import Filters
from dashboard.queries.ask import facts_where
from dashboard.queries.errors import NotLoadedError
from dashboard.queries.executors import named
from dashboard.queries.reader import Reader
from dashboard.queries.reference import reference
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.stocks import is_overdue_3x, open_where, stock_conditions
from etl.clock.explain import WriteDay, numbered_day
from etl.clock.update import Explained
from etl.clock.update import explain_request as explained
from etl.clock.words import words_of
from etl.clock.zones import calendar_length_s
from etl.errors import ClockError
from etl.rollup.branch import flag
from etl.rollup.families import FAMILIES
from etl.rollup.sql import epoch_s
from etl.schema import request, request_event, sla_result

LISTED: Final = 40
"""Requests a list shows: as many as a person reads; the rows behind the figure hold all."""
_DUE: Final = FAMILIES["due"].branches[0]
_ID_LIMIT: Final = 2**63


def late_requests(
    read: Reader, filters: Filters, *, now: datetime, limit: int = LISTED, offset: int = 0
) -> pd.DataFrame:
    """Requests due in the period and missed, the latest first: `id` (text), `source_key`, `created_at`, `due_at`,
    `resolved_at`, `late_min` (to `now` while open), `is_open`, `is_3x`, codes.
    """
    is_open = sla_result.c.resolved_at.is_(None)
    ends = case((is_open, literal_column(str(int(now.timestamp())))), else_=epoch_s(sla_result.c.resolved_at))
    late_min = ((ends - epoch_s(sla_result.c.due_at)) / 60).label("late_min")
    is_3x = case((is_open, flag(is_overdue_3x(now))), else_=flag(sla_result.c.resolved_at > sla_result.c.late3_at))
    where = select_of(read, filters)
    statement = (
        _listing(late_min, is_3x.label("is_3x"))
        .where(*facts_where(read, _DUE, where, now), _DUE.measure("late_closed") + _DUE.measure("open") == 1)
        .order_by(late_min.desc(), request.c.request_id)
        .limit(limit)
        .offset(offset)
    )
    found = named(read, read.frame(statement))
    late = found["late_min"].astype("float64")
    return found.assign(late_min=late, is_3x=found["is_3x"].astype(bool), is_open=found["resolved_at"].isna())


def due_soon(read: Reader, filters: Filters, *, now: datetime, limit: int = LISTED, offset: int = 0) -> pd.DataFrame:
    """Open requests with at most 24 hours of their term left, the least first: `id` (text), `source_key`, `created_at`,
    `due_at` (of one that waits: if it went on now), `left_min`, `is_paused`, codes. The filters hold, their period
    does not.
    """
    where = select_of(read, filters)
    stopped_s = func.coalesce(epoch_s(sla_result.c.paused_at), literal_column(str(int(now.timestamp()))))
    left_s = epoch_s(sla_result.c.due_at) - stopped_s
    statement = (
        _listing(sla_result.c.is_paused, left_s.label("left_s"))
        .where(*open_where(read, where), *stock_conditions(read, "due_24h", now))
        .order_by(left_s, request.c.request_id)
        .limit(limit)
        .offset(offset)
    )
    found = named(read, read.frame(statement))
    left = found.pop("left_s").astype("float64")
    due = pd.Timestamp(now) + pd.to_timedelta(left, unit="s")
    is_paused = found["is_paused"].astype(bool)
    return found.assign(due_at=found["due_at"].mask(is_paused, due), left_min=left / 60, is_paused=is_paused)


def _listing(*more: Any) -> Select[Any]:
    return select(
        request.c.request_id.label("id"), request.c.source_key, request.c.created_at, sla_result.c.due_at,
        sla_result.c.late3_at, sla_result.c.resolved_at, request.c.topic_id, request.c.request_class_id,
        request.c.executor_id, request.c.territory_id, *more,
    ).select_from(_DUE.source_of(["open"]))  # fmt: skip


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


def replayable(read: Reader, where: Selection, limit: int) -> Any:
    """The condition on `request` that holds for the last `limit` requests received in a selection."""
    branch = FAMILIES["created"].branches[0]
    columns = {name: branch.dims.get(name, branch.dimension(name)) for name in where.dimensions}
    chosen = (
        select(request.c.request_id)
        .select_from(branch.source)
        .where(branch.city_id == read.city_id, branch.day_on.between(where.from_on, where.to_on))
        .where(*where.conditions(columns))
        .order_by(request.c.created_at.desc(), request.c.request_id)
        .limit(limit)
    )
    return request.c.request_id.in_(chosen)
