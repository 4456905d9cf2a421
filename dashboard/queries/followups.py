"""Calls back: why callers deny that it was done, and the ledger of closings that were none."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy import func, select

from dashboard.filters import Filters
from dashboard.queries.ask import facts_where
from dashboard.queries.executors import named
from dashboard.queries.nearest import newest
from dashboard.queries.reader import Reader
from dashboard.queries.selection import select_of
from etl.rollup.families import FAMILIES
from etl.schema import followup, request

LISTED: Final = 40
_CALLS: Final = FAMILIES["followups"].branches[0]


def reasons(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Columns `code` (reason; "" where none was noted), `value`: denials of the period by reason, the most first."""
    where = facts_where(read, _CALLS, select_of(read, filters), now)
    statement = (
        select(followup.c.reason.label("code"), func.count().label("value"))
        .select_from(_CALLS.source)
        .where(*where, _CALLS.measure("denied") == 1)
        .group_by(followup.c.reason)
    )
    found = read.frame(statement)
    return found.assign(code=found["code"].fillna("")).sort_values(
        ["value", "code"], ascending=[False, True], ignore_index=True
    )


def false_closures(read: Reader, filters: Filters, *, now: datetime, limit: int = LISTED) -> pd.DataFrame:
    """The ledger, newest call first: `id` (text), `source_key`, `closed_at`, `tried_at`, `is_denied`, `reason`, codes.

    `is_denied` False: the caller did not deny it, but the request was reopened or returned within days of its closing.
    """
    near = newest(read, select_of(read, filters), "followups", "false_closures", limit, now=now)
    statement = (
        select(
            request.c.request_id.label("id"), request.c.source_key, request.c.closed_at, followup.c.tried_at,
            _CALLS.measure("denied").label("is_denied"), followup.c.reason, request.c.topic_id,
            request.c.request_class_id, request.c.executor_id, request.c.territory_id,
        )
        .select_from(_CALLS.source)
        .where(*facts_where(read, _CALLS, near, now), _CALLS.measure("false_closures") == 1)
        .order_by(followup.c.tried_at.desc(), request.c.request_id)
        .limit(limit)
    )  # fmt: skip
    found = named(read, read.frame(statement))
    return found.assign(is_denied=found["is_denied"].astype(bool), reason=found["reason"].fillna(""))
