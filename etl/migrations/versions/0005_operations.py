"""Loads and their rejects, accounts, and what the clock derives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.tables import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("app_user_id", sa.Integer(), nullable=False, comment="serial number"),
        sa.Column("login", sa.Text(), nullable=False, comment="login name"),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="scrypt hash"),
        sa.Column("role", sa.Text(), nullable=False, comment="leader, operator, planner, analyst, admin"),
        sa.Column(
            "scope", types.Json, nullable=True, comment="executors and territories the account may see; null: all"
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False, comment="false: may not sign in"),
        sa.Column("created_at", types.UtcDateTime(), nullable=False, comment="when it was made, UTC"),
        sa.PrimaryKeyConstraint("app_user_id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
        comment="Accounts of the staff process",
    )
    op.create_table(
        "audit_event",
        sa.Column(
            "audit_event_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="serial number",
        ),
        sa.Column("at", types.UtcDateTime(), nullable=False, comment="when, UTC"),
        sa.Column("login", sa.Text(), nullable=True, comment="who"),
        sa.Column("action", sa.Text(), nullable=False, comment="what, e.g. export_rows"),
        sa.Column("detail", types.Json, nullable=True, comment="of what; no personal data"),
        sa.PrimaryKeyConstraint("audit_event_id", name=op.f("pk_audit_event")),
        comment="Who did what on the staff process",
    )
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
    op.create_table(
        "backlog_snapshot",
        sa.Column("city_id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="city of the row"),
        sa.Column(
            "day_on", sa.Date(), nullable=False, comment="day, at the city's closing hour, local day of the city"
        ),
        sa.Column("executor_id", sa.Integer(), autoincrement=False, nullable=False, comment="who has it; 0: nobody"),
        sa.Column("topic_id", sa.Integer(), autoincrement=False, nullable=False, comment="topic; 0: none"),
        sa.Column("request_class_id", sa.Integer(), autoincrement=False, nullable=False, comment="class; 0: none"),
        sa.Column("territory_id", sa.Integer(), autoincrement=False, nullable=False, comment="territory; 0: unknown"),
        sa.Column(
            "age_band",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="days open: 0 under 1, 1 to 3, 2 to 7, 3 to 30, 4 to 90, 5 more",
        ),
        sa.Column(
            "term_band",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="share of the term used: 0 under half, 1 to 100 %, 2 overdue, 3 over three times, 9 no term",
        ),
        sa.Column("n_open", sa.Integer(), nullable=False, comment="open requests"),
        sa.Column(
            "is_backfilled", sa.Boolean(), nullable=False, comment="true: computed later from events, not on the day"
        ),
        sa.PrimaryKeyConstraint(
            "city_id",
            "day_on",
            "executor_id",
            "topic_id",
            "request_class_id",
            "territory_id",
            "age_band",
            "term_band",
            name=op.f("pk_backlog_snapshot"),
        ),
        comment="Open requests at the end of each day, kept, not recomputed",
    )
    op.create_table(
        "clock_state",
        sa.Column("city_id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="city of the row"),
        sa.Column("name", sa.Text(), nullable=False, comment="what is kept current: clock, rollup, snapshot"),
        sa.Column(
            "version", sa.Text(), nullable=False, comment="hash of the policies and code version it was computed with"
        ),
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="last load it covers"),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False, comment="when, UTC"),
        sa.PrimaryKeyConstraint("city_id", "name", name=op.f("pk_clock_state")),
        comment="How far the derived tables have come",
    )
    op.create_table(
        "data_report",
        sa.Column("data_report_id", sa.Integer(), nullable=False, comment="serial number"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="institution it is about"),
        sa.Column("field", sa.Text(), nullable=False, comment="hours, phone, address, accessibility, closed, other"),
        sa.Column("text", sa.Text(), nullable=False, comment="what is wrong, in the reporter's words"),
        sa.Column("status", sa.Text(), nullable=False, comment="new, accepted, rejected, done"),
        sa.Column("reported_at", types.UtcDateTime(), nullable=False, comment="when, UTC"),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True, comment="when staff decided, UTC"),
        sa.PrimaryKeyConstraint("data_report_id", name=op.f("pk_data_report")),
        comment="Reports of wrong directory data from the public",
    )
    op.create_table(
        "load_reject",
        sa.Column(
            "load_reject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="serial number",
        ),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that refused the row"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="source of the row"),
        sa.Column("file", sa.Text(), nullable=True, comment="file name"),
        sa.Column("row_no", sa.BigInteger(), nullable=True, comment="row in the file, the first below the header is 1"),
        sa.Column("field", sa.Text(), nullable=True, comment="column at fault"),
        sa.Column("value", sa.Text(), nullable=True, comment="value at fault, personal fields masked"),
        sa.Column("reason", sa.Text(), nullable=False, comment="reason as a code"),
        sa.Column("cure", sa.Text(), nullable=False, comment="what to do about it"),
        sa.Column("raw", types.Json, nullable=True, comment="the row as it came, personal fields masked"),
        sa.Column("status", sa.Text(), nullable=False, comment="open, mended, dismissed"),
        sa.PrimaryKeyConstraint("load_reject_id", name=op.f("pk_load_reject")),
        comment="Rows that were not loaded, with reason and cure; nothing is lost silently",
    )
    op.create_index(op.f("ix_load_reject_load_id"), "load_reject", ["load_id"], unique=False)
    op.create_table(
        "load_run",
        sa.Column("load_id", sa.Integer(), nullable=False, comment="serial number"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="source loaded"),
        sa.Column("file", sa.Text(), nullable=True, comment="file name or URL without credentials"),
        sa.Column("file_hash", sa.Text(), nullable=True, comment="BLAKE2b of the file"),
        sa.Column("status", sa.Text(), nullable=False, comment="running, done, failed"),
        sa.Column("started_at", types.UtcDateTime(), nullable=False, comment="when it started, UTC"),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True, comment="when it ended, UTC"),
        sa.Column(
            "newest_at",
            types.UtcDateTime(),
            nullable=True,
            comment="newest instant in the rows: how fresh the source is, UTC",
        ),
        sa.Column("rows_read", sa.BigInteger(), nullable=False, comment="rows read"),
        sa.Column("rows_inserted", sa.BigInteger(), nullable=False, comment="rows that were new"),
        sa.Column("rows_updated", sa.BigInteger(), nullable=False, comment="rows that changed"),
        sa.Column("rows_unchanged", sa.BigInteger(), nullable=False, comment="rows already there"),
        sa.Column("rows_rejected", sa.BigInteger(), nullable=False, comment="rows kept in load_reject"),
        sa.Column("repairs", types.Json, nullable=True, comment="repaired rows by rule, JSON object"),
        sa.Column("seconds", sa.Float(), nullable=True, comment="duration, seconds"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("error", sa.Text(), nullable=True, comment="why it failed"),
        sa.PrimaryKeyConstraint("load_id", name=op.f("pk_load_run")),
        comment="Every load: rows read = inserted + updated + unchanged + rejected",
    )
    op.create_index(
        op.f("ix_load_run_city_id_source_started_at"), "load_run", ["city_id", "source", "started_at"], unique=False
    )
    op.create_table(
        "sla_executor_time",
        sa.Column(
            "request_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="request it is of",
        ),
        sa.Column(
            "executor_id", sa.Integer(), autoincrement=False, nullable=False, comment="executor that had it; 0: nobody"
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("working_min", sa.Integer(), nullable=False, comment="working minutes it had the request"),
        sa.Column("calendar_min", sa.Integer(), nullable=False, comment="calendar minutes it had the request"),
        sa.PrimaryKeyConstraint("request_id", "executor_id", name=op.f("pk_sla_executor_time")),
        comment="How long each executor had a request",
    )
    op.create_table(
        "sla_result",
        sa.Column(
            "request_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="request it is of",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("sla_policy_id", sa.Integer(), nullable=True, comment="policy version used; null: no policy fits"),
        sa.Column("started_at", types.UtcDateTime(), nullable=True, comment="when the clock started, UTC"),
        sa.Column(
            "due_at",
            types.UtcDateTime(),
            nullable=True,
            comment="when the term is used up (open: if nothing pauses it), UTC",
        ),
        sa.Column("due_on", sa.Date(), nullable=True, comment="day the term is used up, local day of the city"),
        sa.Column("late3_at", types.UtcDateTime(), nullable=True, comment="when three times the term is used up, UTC"),
        sa.Column(
            "resolved_at",
            types.UtcDateTime(),
            nullable=True,
            comment="when it was closed for good; null: open or cancelled, UTC",
        ),
        sa.Column("resolved_on", sa.Date(), nullable=True, comment="day it was closed for good, local day of the city"),
        sa.Column("target_min", sa.Integer(), nullable=True, comment="term in minutes of its own clock"),
        sa.Column(
            "working_min",
            sa.Integer(),
            nullable=True,
            comment="working minutes used until closed or last event, pauses left out",
        ),
        sa.Column(
            "calendar_min",
            sa.Integer(),
            nullable=True,
            comment="calendar minutes used until closed or last event, pauses left out",
        ),
        sa.Column("paused_min", sa.Integer(), nullable=False, comment="calendar minutes paused"),
        sa.Column(
            "late_min",
            sa.Integer(),
            nullable=True,
            comment="closed late: minutes of its own clock beyond due_at; else 0",
        ),
        sa.Column(
            "verdict",
            sa.Text(),
            nullable=True,
            comment="closed: on_time, late, late_3x; cancelled; open: null, decided at reading time",
        ),
        sa.Column("is_paused", sa.Boolean(), nullable=False, comment="true: open and its clock stands still"),
        sa.Column(
            "paused_at",
            types.UtcDateTime(),
            nullable=True,
            comment="open and paused: since when; it is overdue only if due_at lies before, UTC",
        ),
        sa.Column(
            "duration_bucket", sa.SmallInteger(), nullable=True, comment="log bucket of calendar_min, see etl.sketch"
        ),
        sa.Column("events", sa.SmallInteger(), nullable=False, comment="events replayed"),
        sa.Column("executor_changes", sa.SmallInteger(), nullable=False, comment="times another executor got it"),
        sa.Column("returns", sa.SmallInteger(), nullable=False, comment="times it was returned for rework"),
        sa.Column("reopens", sa.SmallInteger(), nullable=False, comment="times it was reopened"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_sla_result")),
        comment="What the clock says of each request, from its events and the policy version of its time",
    )
    op.create_index(op.f("ix_sla_result_city_id_due_at"), "sla_result", ["city_id", "due_at"], unique=False)
    op.create_index(op.f("ix_sla_result_city_id_due_on"), "sla_result", ["city_id", "due_on"], unique=False)
    op.create_index(op.f("ix_sla_result_city_id_resolved_on"), "sla_result", ["city_id", "resolved_on"], unique=False)
    op.create_index(
        "ix_sla_result_open",
        "sla_result",
        ["city_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("verdict IS NULL"),
        postgresql_where=sa.text("verdict IS NULL"),
    )
    op.create_table(
        "unmapped_value",
        sa.Column("city_id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="city of the row"),
        sa.Column("source", sa.Text(), nullable=False, comment="source of the value"),
        sa.Column("field", sa.Text(), nullable=False, comment="topic, channel, executor, territory, ..."),
        sa.Column("value", sa.Text(), nullable=False, comment="value as the source writes it"),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="rows with the value in the last load that had it"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="last load that had it"),
        sa.PrimaryKeyConstraint("city_id", "source", "field", "value", name=op.f("pk_unmapped_value")),
        comment="Values that no alias names yet; their rows are kept under 'unmapped'",
    )


def downgrade() -> None:
    op.drop_table("unmapped_value")
    op.drop_table("sla_result")
    op.drop_table("sla_executor_time")
    op.drop_table("load_run")
    op.drop_table("load_reject")
    op.drop_table("data_report")
    op.drop_table("clock_state")
    op.drop_table("backlog_snapshot")
    op.drop_table("audit_event")
    op.drop_table("app_user")
