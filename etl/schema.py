"""The contract both sides read: every table of Linka, gathered from `etl.tables`.

Instants are UTC, days are the city's, geometry is EPSG:4326. The same schema runs on SQLite and on PostgreSQL with
PostGIS, where tables with `lon` and `lat` also get a generated `geom` column (see `etl.tables.ddl`).
"""

from __future__ import annotations

from sqlalchemy import Table

from etl.tables import ddl
from etl.tables.base import POINT, metadata
from etl.tables.derived import backlog_snapshot, clock_state, sla_executor_time, sla_result
from etl.tables.directory import (
    DIRECTORY_TABLES,
    accessibility_observation,
    address,
    attribute,
    cost_option,
    eligibility_rule,
    hsds_contact,
    language,
    listed_row,
    location,
    organization,
    phone,
    required_document,
    schedule,
    service,
    service_area,
    service_at_location,
    taxonomy_term,
)
from etl.tables.facts import (
    EVENT_KINDS,
    OUTCOMES,
    contact,
    contact_daily,
    decision,
    decision_edit,
    followup,
    incident,
    need_outcome,
    queue_ticket,
    request,
    request_event,
)
from etl.tables.operations import app_user, audit_event, data_report, load_reject, load_run, unmapped_value
from etl.tables.reference import (
    calendar,
    calendar_exception,
    caller_group,
    channel,
    city_table,
    executor,
    line,
    milestone,
    request_class,
    sla_policy,
    territory,
    topic,
    topic_alias,
)
from etl.tables.rollups import ROLLUPS, rollup_state

ddl.attach(metadata)

FACT_TABLES: tuple[Table, ...] = (
    contact,
    contact_daily,
    request,
    request_event,
    followup,
    queue_ticket,
    need_outcome,
    incident,
)

__all__ = [
    "DIRECTORY_TABLES",
    "EVENT_KINDS",
    "FACT_TABLES",
    "OUTCOMES",
    "POINT",
    "ROLLUPS",
    "accessibility_observation",
    "address",
    "app_user",
    "attribute",
    "audit_event",
    "backlog_snapshot",
    "calendar",
    "calendar_exception",
    "caller_group",
    "channel",
    "city_table",
    "clock_state",
    "contact",
    "contact_daily",
    "cost_option",
    "data_report",
    "ddl",
    "decision",
    "decision_edit",
    "eligibility_rule",
    "executor",
    "followup",
    "hsds_contact",
    "incident",
    "language",
    "line",
    "listed_row",
    "load_reject",
    "load_run",
    "location",
    "metadata",
    "milestone",
    "need_outcome",
    "organization",
    "phone",
    "queue_ticket",
    "request",
    "request_class",
    "request_event",
    "required_document",
    "rollup_state",
    "schedule",
    "service",
    "service_area",
    "service_at_location",
    "sla_executor_time",
    "sla_policy",
    "sla_result",
    "taxonomy_term",
    "territory",
    "topic",
    "topic_alias",
    "unmapped_value",
]
