"""Operational tables: loads and their rejects, accounts, the audit trail, reports of wrong data."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Float, Index, Integer, SmallInteger, Table, Text

from etl.tables.base import city, instant, metadata
from etl.tables.types import Json

load_run = Table(
    "load_run",
    metadata,
    Column("load_id", Integer, primary_key=True, comment="serial number"),
    city(),
    Column("source", Text, nullable=False, comment="source loaded"),
    Column("file", Text, comment="file name or URL without credentials"),
    Column("file_hash", Text, comment="BLAKE2b of the file"),
    Column(
        "status",
        Text,
        CheckConstraint("status in ('running','done','failed')", name="status"),
        nullable=False,
        comment="running, done, failed",
    ),
    instant("started_at", "when it started", nullable=False),
    instant("ended_at", "when it ended"),
    instant("newest_at", "newest instant in the rows: how fresh the source is"),
    *(
        Column(name, BigInteger, nullable=False, default=0, comment=what)
        for name, what in (
            ("rows_read", "rows read"),
            ("rows_inserted", "rows that were new"),
            ("rows_updated", "rows that changed"),
            ("rows_unchanged", "rows already there"),
            ("rows_rejected", "rows kept in load_reject"),
            ("rows_withdrawn", "rows of a directory that its source no longer lists, marked and kept"),
        )
    ),
    Column("repairs", Json, comment="repaired rows by rule, JSON object"),
    Column("seconds", Float, comment="duration, seconds"),
    Column("is_simulated", Boolean, nullable=False, default=False, comment="true: made by the simulator"),
    Column("error", Text, comment="why it failed"),
    Index(None, "city_id", "source", "started_at"),
    comment="Every load: rows read = inserted + updated + unchanged + rejected",
)

load_reject = Table(
    "load_reject",
    metadata,
    Column("load_reject_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, comment="serial number"),
    Column("load_id", Integer, nullable=False, index=True, comment="load that refused the row"),
    city(),
    Column("source", Text, nullable=False, comment="source of the row"),
    Column("file", Text, comment="file name"),
    Column("row_no", BigInteger, comment="row in the file, the first below the header is 1"),
    Column("field", Text, comment="column at fault"),
    Column("value", Text, comment="value at fault, personal fields masked"),
    Column("reason", Text, nullable=False, comment="reason as a code"),
    Column("cure", Text, nullable=False, comment="what to do about it"),
    Column("raw", Json, comment="the row as it came, personal fields masked"),
    Column(
        "status",
        Text,
        CheckConstraint("status in ('open','mended','dismissed')", name="status"),
        nullable=False,
        default="open",
        comment="open, mended, dismissed",
    ),
    comment="Rows that were not loaded, with reason and cure; nothing is lost silently",
)

unmapped_value = Table(
    "unmapped_value",
    metadata,
    Column("city_id", SmallInteger, primary_key=True, autoincrement=False, comment="city of the row"),
    Column("source", Text, primary_key=True, comment="source of the value"),
    Column("field", Text, primary_key=True, comment="topic, channel, executor, territory, ..."),
    Column("value", Text, primary_key=True, comment="value as the source writes it"),
    Column("rows", BigInteger, nullable=False, comment="rows with the value in the last load that had it"),
    Column("load_id", Integer, nullable=False, comment="last load that had it"),
    comment="Values that no alias names yet; their rows are kept under 'unmapped'",
)

app_user = Table(
    "app_user",
    metadata,
    Column("app_user_id", Integer, primary_key=True, comment="serial number"),
    Column("login", Text, nullable=False, unique=True, comment="login name"),
    Column("password_hash", Text, nullable=False, comment="scrypt hash"),
    Column("role", Text, nullable=False, comment="leader, operator, planner, analyst, admin"),
    Column("scope", Json, comment="executors and territories the account may see; null: all"),
    Column("is_active", Boolean, nullable=False, default=True, comment="false: may not sign in"),
    instant("created_at", "when it was made", nullable=False),
    comment="Accounts of the staff process",
)

audit_event = Table(
    "audit_event",
    metadata,
    Column("audit_event_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, comment="serial number"),
    instant("at", "when", nullable=False),
    Column("login", Text, comment="who"),
    Column("action", Text, nullable=False, comment="what, e.g. export_rows"),
    Column("detail", Json, comment="of what; no personal data"),
    Index(None, "at"),
    comment="Who did what on the staff process",
)

data_report = Table(
    "data_report",
    metadata,
    Column("data_report_id", Integer, primary_key=True, comment="serial number"),
    city(),
    Column("location_id", Text, comment="institution it is about"),
    Column("field", Text, nullable=False, comment="hours, phone, address, accessibility, closed, other"),
    Column("text", Text, nullable=False, comment="what is wrong, in the reporter's words"),
    Column(
        "status",
        Text,
        CheckConstraint("status in ('new','accepted','rejected','done')", name="status"),
        nullable=False,
        comment="new, accepted, rejected, done",
    ),
    instant("reported_at", "when", nullable=False),
    instant("decided_at", "when staff decided"),
    comment="Reports of wrong directory data from the public",
)
