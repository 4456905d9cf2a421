"""What the topics page asks besides the usual: topics by another dimension, and the sources' own new names."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd
from sqlalchemy import ColumnElement, func, select

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.measures import terms
from dashboard.queries.reader import Reader
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.series import BY, coded
from etl.rollup.requests import DIMS
from etl.schema import request

MOST_NEW: Final = 20
"""New names that are told."""
LATELY: Final = timedelta(days=28)
DAY: Final = timedelta(days=1)


def topics_by(read: Reader, filters: Filters, measure: str, by: str, *, now: datetime) -> pd.DataFrame:
    """Columns `topic`, `code`, `value`: the measure by topic and one more dimension (`group` counts in each group)."""
    where = select_of(read, filters)
    parts = [
        ask(read, where, family, [column], by=["topic_id", BY[by]], now=now).rename(columns={column: "value"})
        for family, column in terms(measure)
    ]
    found = coded(read, pd.concat(parts, ignore_index=True), "topic").rename(columns={"code": "topic"})
    return coded(read, found, by).groupby(["topic", "code"], as_index=False)[["value"]].sum()


def new_source_topics(read: Reader, filters: Filters, since: date) -> pd.DataFrame:
    """Columns `source_topic`, `value`: names in a source's own words that no request had before `since`, most first."""
    where = select_of(read, filters)
    fresh = _names(read, where, request.c.created_on.between(since, where.to_on))
    for before in (request.c.created_on.between(since - LATELY, since - DAY), request.c.created_on < since - LATELY):
        if not fresh.empty:  # nearly every name was there lately: all the years before are seldom looked through
            known = _names(read, where, before, request.c.source_topic.in_(fresh["source_topic"].tolist()))
            fresh = fresh[~fresh["source_topic"].isin(known["source_topic"])]
    return fresh.head(MOST_NEW).reset_index(drop=True)


def _names(read: Reader, where: Selection, *conditions: ColumnElement[bool]) -> pd.DataFrame:
    """Columns `source_topic`, `value` of some requests that pass the filters, most first."""
    found = (
        select(request.c.source_topic, func.count().label("value"))
        .where(request.c.city_id == read.city_id, request.c.source_topic.is_not(None), *conditions)
        .where(*where.conditions({name: DIMS[name] for name in where.dimensions}))
        .group_by(request.c.source_topic)
        .order_by(func.count().desc(), request.c.source_topic)
    )
    return read.frame(found)
