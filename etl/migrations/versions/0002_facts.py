"""Fact tables: what happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.tables import ddl, types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column(
            "contact_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="64-bit hash of (source, source_key)",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column(
            "arrived_at", types.UtcDateTime(), nullable=False, comment="when the contact reached the centre, UTC"
        ),
        sa.Column("arrived_on", sa.Date(), nullable=False, comment="day of arrival, local day of the city"),
        sa.Column("arrived_hour", sa.SmallInteger(), nullable=False, comment="hour of arrival, 0 to 23, city's time"),
        sa.Column("arrived_weekday", sa.SmallInteger(), nullable=False, comment="0 Monday to 6 Sunday, city's time"),
        sa.Column("channel_id", sa.Integer(), nullable=True, comment="how it came"),
        sa.Column("line_id", sa.Integer(), nullable=True, comment="line or counter it came to"),
        sa.Column("topic_id", sa.Integer(), nullable=True, comment="what it was about"),
        sa.Column("territory_id", sa.Integer(), nullable=True, comment="where the caller or the matter is"),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=False,
            comment="consultation (solved in the contact), request, abandoned, unprocessed, transferred, other",
        ),
        sa.Column(
            "answered_at", types.UtcDateTime(), nullable=True, comment="when a person answered; null: nobody did, UTC"
        ),
        sa.Column(
            "handled_at",
            types.UtcDateTime(),
            nullable=True,
            comment="when a message was heard or read and settled; null: not yet, or not a message, UTC",
        ),
        sa.Column("wait_s", sa.Integer(), nullable=True, comment="time in the queue, seconds"),
        sa.Column("talk_s", sa.Integer(), nullable=True, comment="time of the talk, seconds"),
        sa.Column("caller_group_mask", sa.Integer(), nullable=False, comment="groups of the caller, one bit each"),
        sa.Column("is_on_behalf", sa.Boolean(), nullable=False, comment="true: called for somebody else"),
        sa.Column(
            "request_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="request that came of it",
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact")),
        comment="Every call, e-mail, voice message, chat, form, app message and walk-in",
    )
    op.create_index(op.f("ix_contact_city_id_arrived_on"), "contact", ["city_id", "arrived_on"], unique=False)
    op.create_index(op.f("ix_contact_load_id"), "contact", ["load_id"], unique=False)
    op.create_table(
        "contact_daily",
        sa.Column(
            "contact_daily_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="64-bit hash of (source, source_key)",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("day_on", sa.Date(), nullable=False, comment="day the figures are of, local day of the city"),
        sa.Column("line_id", sa.Integer(), nullable=True, comment="line they are of; null: the whole centre"),
        sa.Column("offered", sa.Integer(), nullable=False, comment="calls that reached the queue"),
        sa.Column("answered", sa.Integer(), nullable=False, comment="calls a person answered"),
        sa.Column("abandoned", sa.Integer(), nullable=False, comment="calls that left the queue unanswered"),
        sa.Column(
            "wait_total_s",
            sa.Float(),
            nullable=True,
            comment="summed waiting of answered calls, seconds (average times answered)",
        ),
        sa.Column(
            "answered_in_time",
            sa.Float(),
            nullable=True,
            comment="calls answered within answer_within_s (service level times offered)",
        ),
        sa.Column(
            "answer_within_s",
            sa.Integer(),
            nullable=True,
            comment="threshold of the service level, seconds; null: not told by the source",
        ),
        sa.PrimaryKeyConstraint("contact_daily_id", name=op.f("pk_contact_daily")),
        comment="Daily figures of a contact centre that gives no single calls",
    )
    op.create_index(op.f("ix_contact_daily_city_id_day_on"), "contact_daily", ["city_id", "day_on"], unique=False)
    op.create_table(
        "followup",
        sa.Column(
            "followup_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="64-bit hash of (source, source_key)",
        ),
        sa.Column(
            "request_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="request it asks about",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("tried_at", types.UtcDateTime(), nullable=False, comment="when the caller was phoned back, UTC"),
        sa.Column("tried_on", sa.Date(), nullable=False, comment="day of the try, local day of the city"),
        sa.Column("is_reached", sa.Boolean(), nullable=False, comment="true: somebody answered"),
        sa.Column(
            "is_confirmed",
            sa.Boolean(),
            nullable=True,
            comment="true: the caller confirms it was done; null: not reached or not said",
        ),
        sa.Column(
            "is_satisfied",
            sa.Boolean(),
            nullable=True,
            comment="true: the caller is content; null: not reached or not said",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="reason of a denial, as a code"),
        sa.PrimaryKeyConstraint("followup_id", "request_id", name=op.f("pk_followup")),
        comment="Calls back after a request was closed",
    )
    op.create_index(op.f("ix_followup_city_id_tried_on"), "followup", ["city_id", "tried_on"], unique=False)
    op.create_index(op.f("ix_followup_request_id"), "followup", ["request_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column(
            "incident_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="64-bit hash of (source, source_key)",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("topic_id", sa.Integer(), nullable=True, comment="what it is about"),
        sa.Column("territory_id", sa.Integer(), nullable=True, comment="where it is"),
        sa.Column("name", sa.Text(), nullable=False, comment="short name"),
        sa.Column("started_at", types.UtcDateTime(), nullable=False, comment="when it began, UTC"),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True, comment="when it was over, UTC"),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident")),
        comment="One outage behind many calls",
    )
    op.create_table(
        "need_outcome",
        sa.Column(
            "need_outcome_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="64-bit hash of (source, source_key)",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("at", types.UtcDateTime(), nullable=False, comment="when the need ended so, UTC"),
        sa.Column("on_day", sa.Date(), nullable=False, comment="day it ended so, local day of the city"),
        sa.Column("service_code", sa.Text(), nullable=True, comment="service looked for, a code of the taxonomy"),
        sa.Column("territory_id", sa.Integer(), nullable=True, comment="where the need is"),
        sa.Column("outcome", sa.Text(), nullable=False, comment="how it ended"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="institution referred to"),
        sa.Column("caller_group_mask", sa.Integer(), nullable=False, comment="groups of the caller, one bit each"),
        sa.PrimaryKeyConstraint("need_outcome_id", name=op.f("pk_need_outcome")),
        comment="How needs ended: the unmet-need ledger and the referrals; no personal data",
    )
    op.create_index(op.f("ix_need_outcome_city_id_on_day"), "need_outcome", ["city_id", "on_day"], unique=False)
    op.create_table(
        "queue_ticket",
        sa.Column(
            "queue_ticket_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="64-bit hash of (source, source_key)",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("line_id", sa.Integer(), nullable=True, comment="counter"),
        sa.Column("topic_id", sa.Integer(), nullable=True, comment="matter"),
        sa.Column("territory_id", sa.Integer(), nullable=True, comment="municipality of the visitor"),
        sa.Column("issued_at", types.UtcDateTime(), nullable=False, comment="when the ticket was drawn, UTC"),
        sa.Column("issued_on", sa.Date(), nullable=False, comment="day the ticket was drawn, local day of the city"),
        sa.Column("issued_hour", sa.SmallInteger(), nullable=False, comment="hour of issue, 0 to 23, city's time"),
        sa.Column(
            "called_at",
            types.UtcDateTime(),
            nullable=True,
            comment="when the visitor was called; null: left before, UTC",
        ),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True, comment="when the service ended, UTC"),
        sa.Column("wait_s", sa.Integer(), nullable=True, comment="waiting time, seconds"),
        sa.Column("service_s", sa.Integer(), nullable=True, comment="service time, seconds"),
        sa.PrimaryKeyConstraint("queue_ticket_id", name=op.f("pk_queue_ticket")),
        comment="Numbered tickets of a client centre",
    )
    op.create_index(op.f("ix_queue_ticket_city_id_issued_on"), "queue_ticket", ["city_id", "issued_on"], unique=False)
    op.create_table(
        "request",
        sa.Column(
            "request_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="64-bit hash of (source, source_key)",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column(
            "contact_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="contact it came of",
        ),
        sa.Column("topic_id", sa.Integer(), nullable=True, comment="what it is about"),
        sa.Column("source_topic", sa.Text(), nullable=True, comment="the source's own name of the topic"),
        sa.Column("request_class_id", sa.Integer(), nullable=True, comment="class, which decides the term"),
        sa.Column("channel_id", sa.Integer(), nullable=True, comment="how it came"),
        sa.Column("territory_id", sa.Integer(), nullable=True, comment="where the matter is"),
        sa.Column("executor_id", sa.Integer(), nullable=True, comment="who has it now"),
        sa.Column("caller_group_mask", sa.Integer(), nullable=False, comment="groups of the caller, one bit each"),
        sa.Column("is_on_behalf", sa.Boolean(), nullable=False, comment="true: asked for somebody else"),
        sa.Column("status", sa.Text(), nullable=False, comment="status now"),
        sa.Column("created_at", types.UtcDateTime(), nullable=False, comment="when it was received, UTC"),
        sa.Column("created_on", sa.Date(), nullable=False, comment="day it was received, local day of the city"),
        sa.Column("created_hour", sa.SmallInteger(), nullable=False, comment="hour of receipt, 0 to 23, city's time"),
        sa.Column("created_weekday", sa.SmallInteger(), nullable=False, comment="0 Monday to 6 Sunday, city's time"),
        sa.Column(
            "source_due_at", types.UtcDateTime(), nullable=True, comment="when it is due as the source says, UTC"
        ),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True, comment="when it was closed last; null: open, UTC"),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="day it was closed, local day of the city"),
        sa.Column(
            "source_updated_at", types.UtcDateTime(), nullable=True, comment="when the source changed it last, UTC"
        ),
        sa.Column(
            "caller_hash",
            sa.Text(),
            nullable=True,
            comment="salted hash of the caller, to tell repeats; never a name or number",
        ),
        sa.Column("lon", sa.Float(), nullable=True, comment="longitude, degrees, EPSG:4326"),
        sa.Column("lat", sa.Float(), nullable=True, comment="latitude, degrees, EPSG:4326"),
        sa.Column(
            "incident_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="incident it is part of",
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request")),
        comment="Requests that were filed and sent to an executor (Open311 service requests)",
        info={"point": True},
    )
    op.create_index(op.f("ix_request_city_id_closed_on"), "request", ["city_id", "closed_on"], unique=False)
    op.create_index(op.f("ix_request_city_id_created_on"), "request", ["city_id", "created_on"], unique=False)
    op.create_index(
        op.f("ix_request_city_id_topic_id_created_on"), "request", ["city_id", "topic_id", "created_on"], unique=False
    )
    op.create_index(op.f("ix_request_load_id"), "request", ["load_id"], unique=False)
    op.create_table(
        "request_event",
        sa.Column(
            "request_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="request it belongs to",
        ),
        sa.Column(
            "event_no",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="0, 1, 2 ... in order of being known",
        ),
        sa.Column("at", types.UtcDateTime(), nullable=False, comment="when it happened, UTC"),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="created, assigned, paused, resumed, extended, closed, reopened, returned, cancelled",
        ),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=True,
            comment="why, as a code of the profile (waiting_for_caller, weather, ...)",
        ),
        sa.Column(
            "executor_id", sa.Integer(), nullable=True, comment="executor from then on (created, assigned, returned)"
        ),
        sa.Column("request_class_id", sa.Integer(), nullable=True, comment="class from then on; null: unchanged"),
        sa.Column("extended_to_at", types.UtcDateTime(), nullable=True, comment="new due moment of an extension, UTC"),
        sa.Column(
            "extended_min",
            sa.Integer(),
            nullable=True,
            comment="length added by an extension, minutes of its policy's clock",
        ),
        sa.Column(
            "known_at",
            types.UtcDateTime(),
            nullable=False,
            comment="when the tables first held it; equal to at for the first load of a source, UTC",
        ),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote it"),
        sa.PrimaryKeyConstraint("request_id", "event_no", name=op.f("pk_request_event")),
        comment="The life of each request, appended, never rewritten",
    )
    op.create_index(op.f("ix_request_event_at"), "request_event", ["at"], unique=False)
    _run(ddl.point_statements("request"))


def downgrade() -> None:
    op.drop_table("request_event")
    op.drop_table("request")
    op.drop_table("queue_ticket")
    op.drop_table("need_outcome")
    op.drop_table("incident")
    op.drop_table("followup")
    op.drop_table("contact_daily")
    op.drop_table("contact")


def _run(statements: tuple[str, ...]) -> None:
    """Run what only PostGIS gets."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)
