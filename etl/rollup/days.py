"""Which days of which family a load has touched: the loader's days, and those that follow from the touched requests."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, select

from etl import bulk
from etl.rollup.families import FAMILIES
from etl.schema import followup, request
from etl.tables.rollups import NO_DAY, SHAPES
from etl.touched import Touched

MANY_REQUESTS = 300_000
"""From so many touched requests on, every day of the city is taken: cheaper than looking for theirs."""
_SLICE = 100_000

Days = Mapping[str, set[date]]


def touched_days(
    connection: Connection, city_id: int, touched: Touched, families: Collection[str] = tuple(SHAPES)
) -> Days:
    """The days to recompute by family."""
    of_rows = {
        "contacts": touched.contact_days | touched.contact_daily_days,
        "waits": set(touched.contact_days),
        "tickets": set(touched.ticket_days),
        "ticket_waits": set(touched.ticket_days),
        "ticket_services": set(touched.ticket_days),
    }
    found = of_rows if of_rows.keys() >= set(families) else {**of_rows, **_of_requests(connection, city_id, touched)}
    return {name: found[name] for name in families}


def _of_requests(connection: Connection, city_id: int, touched: Touched) -> Days:
    ids = np.union1d(touched.request_ids, touched.related_ids)
    if len(ids) > MANY_REQUESTS:
        return all_days(connection, city_id)
    created, closed, tried = _days_of_requests(connection, ids)
    created |= touched.created_days
    due = touched.due_days | ({NO_DAY} if len(ids) or touched.created_days else set())
    return {
        "created": created,
        "durations": created,
        "work_durations": created,
        "due": due,
        "lateness": set(touched.due_days),
        "closed": closed | touched.closed_days | touched.resolved_days,
        "followups": tried | touched.followup_days,
    }


def _days_of_requests(connection: Connection, ids: Any) -> tuple[set[date], set[date], set[date]]:
    """Days on which requests were received, closed, and called back about."""
    created: set[date] = set()
    closed: set[date] = set()
    tried: set[date] = set()
    for start in range(0, len(ids), _SLICE):
        with bulk.temporary_ids(connection, request.c.request_id, ids[start : start + _SLICE]) as stage:
            of_request = stage.c.request_id == request.c.request_id
            days = select(request.c.created_on, request.c.closed_on).join(stage, of_request).distinct()
            found = bulk.read_frame(connection, days)
            calls = select(followup.c.tried_on).join(stage, stage.c.request_id == followup.c.request_id).distinct()
            called = bulk.read_frame(connection, calls)
        created |= _dates(found["created_on"])
        closed |= _dates(found["closed_on"])
        tried |= _dates(called["tried_on"])
    return created, closed, tried


def _dates(days: pd.Series) -> set[date]:
    return set(pd.to_datetime(days).dropna().dt.date)


def all_days(connection: Connection, city_id: int, families: Iterable[str] = tuple(SHAPES)) -> Days:
    """Every day of the families that has rows."""
    return {name: days_of(connection, city_id, name) for name in families}


def days_of(connection: Connection, city_id: int, family: str) -> set[date]:
    """The days of a family that have rows, and perhaps some that have none."""
    days: set[date] = set()
    for branch in FAMILIES[family].branches:
        column = branch.day_on
        if not isinstance(column, Column):  # the day of rows without one
            days.add(NO_DAY)
            continue
        facts = column.table  # without the branch's joins and conditions, which cost more than a day without rows
        found = connection.scalars(select(column).where(facts.c.city_id == city_id).distinct())
        days |= {day for day in found if day is not None}
    return days
