"""Fact tables: what happened, one row each, never changed by a page.

(`source`, `source_key`) is unique because the primary key is its hash: a second unique index would only cost loading
time, and a distributed database refuses one without the distribution column. The loader checks for collisions.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Column, Float, Index, Integer, SmallInteger, Table, Text

from etl.tables.base import POINT, BigId, city, day, instant, lon_lat, metadata, provenance, reference

EVENT_KINDS = (
    "created",
    "assigned",
    "paused",
    "resumed",
    "extended",
    "closed",
    "reopened",
    "returned",
    "cancelled",
)
OUTCOMES = ("consultation", "request", "abandoned", "unprocessed", "transferred", "other")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ",".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


def known_at() -> Column[datetime]:
    """Since when a fact may count in an answer "as of" a moment."""
    return instant("known_at", "when the tables first held it; null: since it happened (first load of a source)")


contact = Table(
    "contact",
    metadata,
    Column("contact_id", BigId, primary_key=True, autoincrement=False, comment="64-bit hash of (source, source_key)"),
    city(),
    *provenance(),
    instant("arrived_at", "when the contact reached the centre", nullable=False),
    day("arrived_on", "day of arrival", nullable=False),
    Column("arrived_hour", SmallInteger, nullable=False, comment="hour of arrival, 0 to 23, city's time"),
    Column("arrived_weekday", SmallInteger, nullable=False, comment="0 Monday to 6 Sunday, city's time"),
    reference("channel_id", "how it came"),
    reference("line_id", "line or counter it came to"),
    reference("topic_id", "what it was about"),
    reference("territory_id", "where the caller or the matter is"),
    Column(
        "outcome",
        Text,
        _one_of("outcome", OUTCOMES),
        nullable=False,
        comment="consultation (solved in the contact), request, abandoned, unprocessed, transferred, other",
    ),
    instant("answered_at", "when a person answered; null: nobody did"),
    instant("handled_at", "when a message was heard or read and settled; null: not yet, or not a message"),
    Column("wait_s", Integer, comment="time in the queue, seconds"),
    Column("talk_s", Integer, comment="time of the talk, seconds"),
    Column("caller_group_mask", Integer, nullable=False, default=0, comment="groups of the caller, one bit each"),
    Column("is_on_behalf", Boolean, nullable=False, default=False, comment="true: called for somebody else"),
    Column("request_id", BigId, comment="request that came of it"),
    known_at(),
    Index(None, "city_id", "arrived_on"),
    comment="Every call, e-mail, voice message, chat, form, app message and walk-in",
)

Index(
    "ix_contact_unprocessed",
    contact.c.city_id,
    contact.c.arrived_at,
    sqlite_where=contact.c.outcome == "unprocessed",
    postgresql_where=contact.c.outcome == "unprocessed",
)
"""Messages that wait for somebody are few among all contacts."""

contact_daily = Table(
    "contact_daily",
    metadata,
    Column(
        "contact_daily_id", BigId, primary_key=True, autoincrement=False, comment="64-bit hash of (source, source_key)"
    ),
    city(),
    *provenance(),
    day("day_on", "day the figures are of", nullable=False),
    reference("line_id", "line they are of; null: the whole centre"),
    Column("offered", Integer, nullable=False, comment="calls that reached the queue"),
    Column("answered", Integer, nullable=False, comment="calls a person answered"),
    Column("abandoned", Integer, nullable=False, comment="calls that left the queue unanswered"),
    Column("wait_total_s", Float, comment="summed waiting of answered calls, seconds (average times answered)"),
    Column("answered_in_time", Float, comment="calls answered within answer_within_s (service level times offered)"),
    Column("answer_within_s", Integer, comment="threshold of the service level, seconds; null: not told by the source"),
    known_at(),
    Index(None, "city_id", "day_on"),
    comment="Daily figures of a contact centre that gives no single calls",
)

request = Table(
    "request",
    metadata,
    Column("request_id", BigId, primary_key=True, autoincrement=False, comment="64-bit hash of (source, source_key)"),
    city(),
    *provenance(),
    Column("contact_id", BigId, comment="contact it came of"),
    reference("topic_id", "what it is about"),
    Column("source_topic", Text, comment="the source's own name of the topic"),
    reference("request_class_id", "class, which decides the term"),
    reference("channel_id", "how it came"),
    reference("territory_id", "where the matter is"),
    reference("executor_id", "who has it now"),
    Column("caller_group_mask", Integer, nullable=False, default=0, comment="groups of the caller, one bit each"),
    Column("is_on_behalf", Boolean, nullable=False, default=False, comment="true: asked for somebody else"),
    Column("status", Text, _one_of("status", ("open", "closed", "cancelled")), nullable=False, comment="status now"),
    instant("created_at", "when it was received", nullable=False),
    day("created_on", "day it was received", nullable=False),
    Column("created_hour", SmallInteger, nullable=False, comment="hour of receipt, 0 to 23, city's time"),
    Column("created_weekday", SmallInteger, nullable=False, comment="0 Monday to 6 Sunday, city's time"),
    instant("source_due_at", "when it is due as the source says"),
    instant("closed_at", "when it was closed last; null: open"),
    day("closed_on", "day it was closed"),
    instant("source_updated_at", "when the source changed it last"),
    Column("caller_hash", Text, comment="salted hash of the caller, to tell repeats; never a name or number"),
    *lon_lat(),
    Column("incident_id", BigId, comment="incident it is part of"),
    Index(None, "city_id", "created_on"),
    Index(None, "city_id", "closed_on"),
    Index(None, "city_id", "topic_id", "created_on"),
    info=POINT,
    comment="Requests that were filed and sent to an executor (Open311 service requests)",
)

Index(
    "ix_request_source_due",
    request.c.city_id,
    request.c.source_due_at,
    sqlite_where=request.c.source_due_at.is_not(None),
    postgresql_where=request.c.source_due_at.is_not(None),
)

Index(
    "ix_request_open",
    request.c.city_id,
    request.c.created_on,
    request.c.created_at,
    request.c.executor_id,
    sqlite_where=request.c.status == "open",
    postgresql_where=request.c.status == "open",
)
"""The open ones are few: their ages are counted as they are, from the index alone."""

request_event = Table(
    "request_event",
    metadata,
    Column("request_id", BigId, primary_key=True, autoincrement=False, comment="request it belongs to"),
    Column(
        "event_no", SmallInteger, primary_key=True, autoincrement=False, comment="0, 1, 2 ... in order of being known"
    ),
    instant("at", "when it happened", nullable=False),
    Column("kind", Text, _one_of("kind", EVENT_KINDS), nullable=False, comment=", ".join(EVENT_KINDS)),
    Column("reason", Text, comment="why, as a code of the profile (waiting_for_caller, weather, ...)"),
    reference("executor_id", "executor from then on (created, assigned, returned)"),
    reference("request_class_id", "class from then on; null: unchanged"),
    instant("extended_to_at", "new due moment of an extension"),
    Column("extended_min", Integer, comment="length added by an extension, minutes of its policy's clock"),
    instant("known_at", "when the tables first held it; equal to at for the first load of a source", nullable=False),
    Column("load_id", Integer, nullable=False, comment="load that wrote it"),
    # Asked for what became known after a moment; rows come nearly in that order, so a block range index is enough.
    Index(None, "known_at", postgresql_using="brin"),
    comment="The life of each request, appended, never rewritten",
)

followup = Table(
    "followup",
    metadata,
    Column("followup_id", BigId, primary_key=True, autoincrement=False, comment="64-bit hash of (source, source_key)"),
    Column("request_id", BigId, primary_key=True, autoincrement=False, comment="request it asks about"),
    city(),
    *provenance(),
    instant("tried_at", "when the caller was phoned back", nullable=False),
    day("tried_on", "day of the try", nullable=False),
    Column("is_reached", Boolean, nullable=False, comment="true: somebody answered"),
    Column("is_confirmed", Boolean, comment="true: the caller confirms it was done; null: not reached or not said"),
    Column("is_satisfied", Boolean, comment="true: the caller is content; null: not reached or not said"),
    Column("reason", Text, comment="reason of a denial, as a code"),
    known_at(),
    Index(None, "request_id"),
    Index(None, "city_id", "tried_on"),
    comment="Calls back after a request was closed",
)

queue_ticket = Table(
    "queue_ticket",
    metadata,
    Column(
        "queue_ticket_id", BigId, primary_key=True, autoincrement=False, comment="64-bit hash of (source, source_key)"
    ),
    city(),
    *provenance(),
    reference("line_id", "counter"),
    reference("topic_id", "matter"),
    reference("territory_id", "municipality of the visitor"),
    instant("issued_at", "when the ticket was drawn", nullable=False),
    day("issued_on", "day the ticket was drawn", nullable=False),
    Column("issued_hour", SmallInteger, nullable=False, comment="hour of issue, 0 to 23, city's time"),
    instant("called_at", "when the visitor was called; null: left before"),
    instant("ended_at", "when the service ended"),
    Column("wait_s", Integer, comment="waiting time, seconds"),
    Column("service_s", Integer, comment="service time, seconds"),
    known_at(),
    Index(None, "city_id", "issued_on"),
    comment="Numbered tickets of a client centre",
)

need_outcome = Table(
    "need_outcome",
    metadata,
    Column(
        "need_outcome_id", BigId, primary_key=True, autoincrement=False, comment="64-bit hash of (source, source_key)"
    ),
    city(),
    *provenance(),
    instant("at", "when the need ended so", nullable=False),
    day("on_day", "day it ended so", nullable=False),
    Column("service_code", Text, comment="service looked for, a code of the taxonomy"),
    reference("territory_id", "where the need is"),
    Column(
        "outcome",
        Text,
        _one_of(
            "outcome",
            ("no_service", "not_entitled", "full", "closed_then", "not_accessible", "too_far", "referred", "helped"),
        ),
        nullable=False,
        comment="how it ended",
    ),
    Column("location_id", Text, comment="institution referred to"),
    Column("caller_group_mask", Integer, nullable=False, default=0, comment="groups of the caller, one bit each"),
    known_at(),
    Index(None, "city_id", "on_day"),
    comment="How needs ended: the unmet-need ledger and the referrals; no personal data",
)

incident = Table(
    "incident",
    metadata,
    Column("incident_id", BigId, primary_key=True, autoincrement=False, comment="64-bit hash of (source, source_key)"),
    city(),
    *provenance(),
    reference("topic_id", "what it is about"),
    reference("territory_id", "where it is"),
    Column("name", Text, nullable=False, comment="short name"),
    instant("started_at", "when it began", nullable=False),
    instant("ended_at", "when it was over"),
    comment="One outage behind many calls",
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", Integer, primary_key=True, comment="serial number"),
    city(),
    day("decided_on", "day of the meeting", nullable=False),
    Column("text", Text, nullable=False, comment="what was decided"),
    Column("owner", Text, nullable=False, comment="who does it: an office, not a private person"),
    day("due_on", "day it is to be done by", nullable=False),
    Column(
        "status", Text, _one_of("status", ("open", "done", "dropped")), nullable=False, comment="open, done, dropped"
    ),
    day("done_on", "day it was done"),
    Column("kpi", Text, comment="id of the figure it is meant to move"),
    Column("filters", Text, nullable=False, default="", comment="query string of the figure's filters"),
    Column("kpi_value", Float, comment="the figure on the day of the decision"),
    Column("is_simulated", Boolean, nullable=False, default=False, comment="true: made by the simulator"),
    Column("created_by", Text, nullable=False, comment="account that wrote it"),
    instant("created_at", "when it was written", nullable=False),
    Index(None, "city_id", "decided_on"),
    comment="What the daily meeting decided",
)

decision_edit = Table(
    "decision_edit",
    metadata,
    Column("decision_id", Integer, primary_key=True, autoincrement=False, comment="decision that was edited"),
    Column("edit_no", Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 ..."),
    instant("at", "when", nullable=False),
    Column("by", Text, nullable=False, comment="account that edited"),
    Column("field", Text, nullable=False, comment="column that changed"),
    Column("old", Text, comment="value before"),
    Column("new", Text, comment="value after"),
    comment="Who changed what of a decision, and when",
)
