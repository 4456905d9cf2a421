"""Derived tables: rebuilt or kept current by the ETL, never written by a page. Roll-ups are in `etl.tables.rollups`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    literal_column,
)

from etl.tables.base import BigId, city, day, instant, metadata, reference
from etl.tables.expressions import seconds_between

sla_result = Table(
    "sla_result",
    metadata,
    Column("request_id", BigId, primary_key=True, autoincrement=False, comment="request it is of"),
    city(),
    reference("sla_policy_id", "policy version used; null: no policy fits"),
    instant("started_at", "when the clock started"),
    instant("due_at", "when the term is used up (open: if nothing pauses it)"),
    day("due_on", "day the term is used up; null also while an open request waits (paused before its term ended)"),
    instant("late3_at", "closed later is three times late: three terms used, its clock open, not before due_at"),
    instant("resolved_at", "when it was closed for good; null: open or cancelled"),
    day("resolved_on", "day it was closed for good"),
    Column("target_min", Integer, comment="term in minutes of its own clock"),
    Column("working_min", Integer, comment="working minutes used until counted_at, pauses left out"),
    Column("calendar_min", Integer, comment="calendar minutes used until counted_at, pauses left out"),
    instant("counted_at", "until when the minutes count: closed, cancelled, or the last event of an open request"),
    Column("paused_min", Integer, nullable=False, default=0, comment="calendar minutes paused"),
    Column("late_min", Integer, comment="closed late: minutes of its own clock beyond due_at; else 0"),
    Column("verdict", Text, comment="closed: on_time, late, late_3x; cancelled; open: null, decided at reading time"),
    Column("is_paused", Boolean, nullable=False, default=False, comment="true: open and its clock stands still"),
    instant("paused_at", "open and paused: since when; it is overdue only if due_at lies before"),
    Column("duration_bucket", SmallInteger, comment="log bucket of calendar_min, see etl.sketch"),
    Column("events", SmallInteger, nullable=False, comment="events replayed"),
    Column("executor_changes", SmallInteger, nullable=False, default=0, comment="times another executor got it"),
    Column("returns", SmallInteger, nullable=False, default=0, comment="times it was returned for rework"),
    Column("reopens", SmallInteger, nullable=False, default=0, comment="times it was reopened"),
    Index(None, "city_id", "due_on"),
    Index(None, "city_id", "resolved_on"),
    comment="What the clock says of each request, from its events and the policy version of its time",
)

LATE_S: Final = seconds_between(sla_result.c.due_at, sla_result.c.resolved_at)
"""By how much a closed request was late, seconds."""
IS_CLOSED_LATE: Final = sla_result.c.verdict.in_([literal_column("'late'", Text), literal_column("'late_3x'", Text)])
"""Not bound: SQLite takes an index of some rows only for a condition that it can read."""

Index(
    "ix_sla_result_late",
    sla_result.c.city_id,
    sla_result.c.due_on,
    LATE_S,
    sqlite_where=IS_CLOSED_LATE,
    postgresql_where=IS_CLOSED_LATE,
)
"""The latest of each day are read from its end, so that a list of them does not look at all that were late."""

sla_executor_time = Table(
    "sla_executor_time",
    metadata,
    Column("request_id", BigId, primary_key=True, autoincrement=False, comment="request it is of"),
    Column("executor_id", Integer, primary_key=True, autoincrement=False, comment="executor that had it; 0: nobody"),
    city(),
    Column("working_min", Integer, nullable=False, comment="working minutes it had the request"),
    Column("calendar_min", Integer, nullable=False, comment="calendar minutes it had the request"),
    comment="How long each executor had a request",
)

backlog_snapshot = Table(
    "backlog_snapshot",
    metadata,
    Column("city_id", SmallInteger, primary_key=True, autoincrement=False, comment="city of the row"),
    day("day_on", "day, at the city's closing hour", primary_key=True),
    *(
        Column(name, Integer, primary_key=True, autoincrement=False, comment=what)
        for name, what in (
            ("executor_id", "who has it; 0: nobody"),
            ("topic_id", "topic; 0: none"),
            ("request_class_id", "class; 0: none"),
            ("territory_id", "territory; 0: unknown"),
        )
    ),
    Column(
        "age_band",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="days open: 0 under 1, 1 to 3, 2 to 7, 3 to 30, 4 to 90, 5 more",
    ),
    Column(
        "term_band",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="share of the term used: 0 under half, 1 to 100 %, 2 overdue, 3 over three times, 9 no term",
    ),
    Column("n_open", Integer, nullable=False, comment="open requests"),
    Column("is_backfilled", Boolean, nullable=False, comment="true: computed later from events, not on the day"),
    comment="Open requests at the end of each day, kept, not recomputed",
)
clock_state = Table(
    "clock_state",
    metadata,
    Column("city_id", SmallInteger, primary_key=True, autoincrement=False, comment="city of the row"),
    Column("name", Text, primary_key=True, comment="what is kept current: clock, rollup, snapshot"),
    Column("version", Text, nullable=False, comment="hash of the policies and code version it was computed with"),
    Column("load_id", BigInteger, nullable=False, comment="last load it covers"),
    instant("updated_at", "when", nullable=False),
    comment="How far the derived tables have come",
)
