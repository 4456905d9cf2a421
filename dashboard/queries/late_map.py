"""What the map of the late asks: open requests that are late or urgent, with their places, and where all came from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, null, or_, select

from dashboard.filters import Filters
from dashboard.queries.nearest import ends_then, nearest, newest
from dashboard.queries.open_requests import NEVER, Mask, OpenRequests, open_requests
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.series import BY, coded
from dashboard.queries.stocks import IS_UNDECIDED, is_overdue, is_overdue_3x
from etl.rollup.requests import DIMS, IS_OPEN
from etl.schema import request, request_class, sla_result

MOST_MARKS: Final = 2_000
"""Requests of each state that one map takes, the longest due first; beyond, the filters must narrow."""
MOST_PLACES: Final = 50_000
"""Requests of the period, the newest first, that are looked through for clusters."""
STATES: Final = ("late_3x", "late", "urgent")
"""What an open request is, the worst first; it is only one of them."""
Box = tuple[float, float, float, float]
"""West, south, east, north."""


def late_or_urgent(read: Reader, filters: Filters, *, now: datetime, box: Box | None = None) -> pd.DataFrame:
    """Open requests at `now` past their term or of an urgent class, whatever the period; those without a place too.

    Columns: `request_id, source_key, created_at, due_at, late3_at, lon, lat, topic, territory, executor,
    request_class` (codes), `state` of `STATES`: at most `MOST_MARKS` of each, the longest due first. `box`: only there.
    """
    where, state = select_of(read, filters), _state_sql(read, now)
    is_near = _is_near(read, where, now) if box is None else _is_in(box)
    found = read.frame(
        select(
            request.c.request_id, request.c.source_key, request.c.created_at, sla_result.c.due_at,
            sla_result.c.late3_at, request.c.lon, request.c.lat, request.c.topic_id, request.c.territory_id,
            request.c.executor_id, request.c.request_class_id, state.label("state"),
        )
        .select_from(request.join(sla_result, sla_result.c.request_id == request.c.request_id))
        .where(sla_result.c.city_id == read.city_id, IS_OPEN, IS_UNDECIDED, is_near, state.is_not(None))
        .where(*where.conditions({name: DIMS[name] for name in where.dimensions}))
        .order_by(sla_result.c.due_at, request.c.request_id)
    )  # fmt: skip
    first = found[found.groupby("state").cumcount() < MOST_MARKS].reset_index(drop=True)
    return _coded(read, first, ("topic", "territory", "executor", "request_class"))


def _state_sql(read: Reader, now: datetime) -> ColumnElement[str | None]:
    is_late, urgent = is_overdue(now), request.c.request_class_id.in_(_urgent_classes(read))
    return case((and_(is_late, is_overdue_3x(now)), "late_3x"), (is_late, "late"), (urgent, "urgent"), else_=null())


def _is_near(read: Reader, where: Selection, now: datetime) -> ColumnElement[bool]:
    """The condition on `sla_result` that holds for the longest due of each state."""
    held, of_state = _states(read, where, now)
    due = [held["due_s"][is_it].astype(np.int64) for is_it in of_state.values()]
    ends = np.unique(np.concatenate([nearest(one, one, limit=MOST_MARKS).ends for one in due]))
    has_end = ends != NEVER
    is_then = ends_then(ends[has_end])
    return is_then if has_end.all() else or_(is_then, sla_result.c.due_at.is_(None))


def _is_in(box: Box) -> ColumnElement[bool]:
    return and_(request.c.lon.between(box[0], box[2]), request.c.lat.between(box[1], box[3]))


def _states(read: Reader, where: Selection, now: datetime) -> tuple[OpenRequests, dict[str, Mask]]:
    """The open requests, and which of them are in which of `STATES`."""
    held, today = open_requests(read, where), read.today(now)
    with read.connect() as connection:
        urgent = np.array(connection.scalars(_urgent_classes(read)).all(), dtype=np.int64)
    inside, late, is_3x = held.inside(where), held.stock("overdue", now, today), held.stock("late3", now, today)
    is_urgent = held["is_undecided"].astype(np.bool_) & np.isin(held["request_class_id"], urgent)
    return held, {
        "late_3x": inside & late & is_3x,
        "late": inside & late & ~is_3x,
        "urgent": inside & is_urgent & ~late,
    }


def counts(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Columns `territory` (code) and `STATES`: how many there are of each, all of them counted."""
    held, of_state = _states(read, select_of(read, filters), now)
    by = ["territory_id"]
    parts = {state: held.counted(is_it, by).set_index(by)["n"] for state, is_it in of_state.items()}
    both = pd.DataFrame(parts).fillna(0).astype("int64").rename_axis("territory_id").reset_index()
    return coded(read, both, "territory").rename(columns={"code": "territory"})


def received_places(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Columns `request_id`, `created_at`, `lon`, `lat`, `topic` of the period's requests that have a place.

    The newest `MOST_PLACES` of them.
    """
    where = newest(read, select_of(read, filters), "created", "geocoded", MOST_PLACES, now=now)
    found = read.frame(
        select(request.c.request_id, request.c.created_at, request.c.lon, request.c.lat, request.c.topic_id)
        .where(request.c.city_id == read.city_id, request.c.lon.is_not(None), request.c.created_at <= now)
        .where(where.is_asked(request.c.created_on))
        .where(*where.conditions({name: DIMS[name] for name in where.dimensions}))
        .order_by(request.c.created_at.desc(), request.c.request_id)
        .limit(MOST_PLACES)
    )
    return _coded(read, found, ("topic",))


def _urgent_classes(read: Reader) -> Select[Any]:
    return select(request_class.c.request_class_id).where(
        request_class.c.city_id == read.city_id, request_class.c.kind == "urgent"
    )


def _coded(read: Reader, found: pd.DataFrame, kinds: tuple[str, ...]) -> pd.DataFrame:
    for kind in kinds:
        numbers: dict[str, Any] = {BY[kind]: found[BY[kind]].fillna(0).astype("int64")}
        found = coded(read, found.assign(**numbers), kind).rename(columns={"code": kind})
    return found
