"""Terms that a source gave its requests itself: how many ended in a period, and how many of those were met."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, and_, func, select

from dashboard.filters import Filters
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection, select_of
from etl.rollup.branch import flag, summed
from etl.rollup.families import FAMILIES
from etl.schema import request


def source_terms(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """One row, `due` and `met`: requests whose source gave the term itself, by that term; no withdrawn ones."""
    is_met = and_(request.c.status == "closed", request.c.closed_at <= request.c.source_due_at)
    rows = select(flag(is_met).label("met")).where(*ended_terms(read, select_of(read, filters), now)).subquery("terms")
    return read.frame(select(func.count().label("due"), summed(rows.c.met).label("met")).select_from(rows))


def ended_terms(read: Reader, where: Selection, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions on `request`: its source's term ended in the period and up to now, and it was not withdrawn."""
    branch, term = FAMILIES["created"].branches[0], request.c.source_due_at
    first = datetime.combine(where.from_on, time(0), tzinfo=read.zone)
    end = min(now, datetime.combine(where.to_on + timedelta(days=1), time(0), tzinfo=read.zone))
    columns = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    in_period = (request.c.city_id == read.city_id, request.c.status != "cancelled", term >= first, term < end)
    return [*in_period, *where.conditions(columns)]
