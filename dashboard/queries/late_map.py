"""What the map of the late asks: open requests that are late or urgent, with their places, and where all came from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import or_, select

from dashboard.filters import Filters
from dashboard.queries.reader import Reader
from dashboard.queries.selection import select_of
from dashboard.queries.series import BY, coded
from dashboard.queries.stocks import is_overdue, is_overdue_3x
from etl.rollup.branch import flag
from etl.rollup.requests import DIMS
from etl.schema import request, request_class, sla_result

MOST_MARKS: Final = 20_000
"""Late and urgent requests that one map takes, the longest due first; beyond, the filters must narrow."""
MOST_PLACES: Final = 100_000
"""Requests of the period, the newest first, that are looked through for clusters."""


def late_or_urgent(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Open requests at `now` past their term or of an urgent class, whatever the period; those without a place too.

    Columns: `request_id, source_key, created_at, due_at, late3_at, lon, lat, topic, territory, executor,
    request_class` (codes), `state`: late_3x, late or urgent.
    """
    where = select_of(read, filters)
    urgent = select(request_class.c.request_class_id).where(
        request_class.c.city_id == read.city_id, request_class.c.kind == "urgent"
    )
    found = read.frame(
        select(
            request.c.request_id, request.c.source_key, request.c.created_at, sla_result.c.due_at,
            sla_result.c.late3_at, request.c.lon, request.c.lat, request.c.topic_id, request.c.territory_id,
            request.c.executor_id, request.c.request_class_id, flag(is_overdue(now)).label("is_late"),
            flag(is_overdue_3x(now)).label("is_3x"),
        )
        .select_from(request.join(sla_result, sla_result.c.request_id == request.c.request_id))
        .where(request.c.city_id == read.city_id, request.c.status == "open", sla_result.c.verdict.is_(None))
        .where(or_(is_overdue(now), request.c.request_class_id.in_(urgent)))
        .where(*where.conditions({name: DIMS[name] for name in where.dimensions}))
        .order_by(sla_result.c.due_at, request.c.request_id)
        .limit(MOST_MARKS)
    )  # fmt: skip
    found = _coded(read, found, ("topic", "territory", "executor", "request_class"))
    state = pd.Series("urgent", index=found.index, dtype=object)
    state = state.mask(found["is_late"] == 1, "late").mask(found["is_3x"] == 1, "late_3x")
    return found.drop(columns=["is_late", "is_3x"]).assign(state=state)


def received_places(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Columns `request_id`, `created_at`, `lon`, `lat`, `topic` of the period's requests that have a place."""
    where = select_of(read, filters)
    found = read.frame(
        select(request.c.request_id, request.c.created_at, request.c.lon, request.c.lat, request.c.topic_id)
        .where(request.c.city_id == read.city_id, request.c.lon.is_not(None), request.c.created_at <= now)
        .where(request.c.created_on.between(where.from_on, where.to_on))
        .where(*where.conditions({name: DIMS[name] for name in where.dimensions}))
        .order_by(request.c.created_at.desc())
        .limit(MOST_PLACES)
    )
    return _coded(read, found, ("topic",))


def _coded(read: Reader, found: pd.DataFrame, kinds: tuple[str, ...]) -> pd.DataFrame:
    for kind in kinds:
        numbers: dict[str, Any] = {BY[kind]: found[BY[kind]].fillna(0).astype("int64")}
        found = coded(read, found.assign(**numbers), kind).rename(columns={"code": kind})
    return found
