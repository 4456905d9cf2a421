"""Rules of entitlement, observations of accessibility, and the decision log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.tables import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accessibility_observation",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="location it belongs to"),
        sa.Column("link", sa.Text(), nullable=False, comment="parking, way, entrance or inside"),
        sa.Column("property", sa.Text(), nullable=False, comment="what was looked at, e.g. step_free"),
        sa.Column("value", sa.Text(), nullable=False, comment="yes, no, limited or unknown"),
        sa.Column("note", sa.Text(), nullable=True, comment="in words"),
        sa.Column("observed_on", sa.Date(), nullable=True, comment="day it was seen, local day of the city"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accessibility_observation")),
        comment="What somebody saw of a place's accessibility; no row means unknown",
    )
    op.create_index(
        op.f("ix_accessibility_observation_location_id"), "accessibility_observation", ["location_id"], unique=False
    )
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.Integer(), nullable=False, comment="serial number"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("decided_on", sa.Date(), nullable=False, comment="day of the meeting, local day of the city"),
        sa.Column("text", sa.Text(), nullable=False, comment="what was decided"),
        sa.Column("owner", sa.Text(), nullable=False, comment="who does it: an office, not a private person"),
        sa.Column("due_on", sa.Date(), nullable=False, comment="day it is to be done by, local day of the city"),
        sa.Column("status", sa.Text(), nullable=False, comment="open, done, dropped"),
        sa.Column("done_on", sa.Date(), nullable=True, comment="day it was done, local day of the city"),
        sa.Column("kpi", sa.Text(), nullable=True, comment="id of the figure it is meant to move"),
        sa.Column("filters", sa.Text(), nullable=False, comment="query string of the figure's filters"),
        sa.Column("kpi_value", sa.Float(), nullable=True, comment="the figure on the day of the decision"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("created_by", sa.Text(), nullable=False, comment="account that wrote it"),
        sa.Column("created_at", types.UtcDateTime(), nullable=False, comment="when it was written, UTC"),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision")),
        comment="What the daily meeting decided",
    )
    op.create_index(op.f("ix_decision_city_id_decided_on"), "decision", ["city_id", "decided_on"], unique=False)
    op.create_table(
        "decision_edit",
        sa.Column("decision_id", sa.Integer(), autoincrement=False, nullable=False, comment="decision that was edited"),
        sa.Column("edit_no", sa.Integer(), autoincrement=False, nullable=False, comment="1, 2, 3 ..."),
        sa.Column("at", types.UtcDateTime(), nullable=False, comment="when, UTC"),
        sa.Column("by", sa.Text(), nullable=False, comment="account that edited"),
        sa.Column("field", sa.Text(), nullable=False, comment="column that changed"),
        sa.Column("old", sa.Text(), nullable=True, comment="value before"),
        sa.Column("new", sa.Text(), nullable=True, comment="value after"),
        sa.PrimaryKeyConstraint("decision_id", "edit_no", name=op.f("pk_decision_edit")),
        comment="Who changed what of a decision, and when",
    )
    op.create_table(
        "eligibility_rule",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column(
            "service_code",
            sa.Text(),
            nullable=True,
            comment="code in the taxonomy, where the rule is for every such service",
        ),
        sa.Column("rule", types.Json, nullable=False, comment="rule as data, see geodata.eligibility"),
        sa.Column("law", sa.Text(), nullable=True, comment="law the rule comes from"),
        sa.Column("fallback_service_code", sa.Text(), nullable=True, comment="service to offer instead"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_rule")),
        comment="Who is entitled to a service, as a rule in three-valued logic",
    )
    op.create_index(op.f("ix_eligibility_rule_service_id"), "eligibility_rule", ["service_id"], unique=False)


def downgrade() -> None:
    op.drop_table("eligibility_rule")
    op.drop_table("decision_edit")
    op.drop_table("decision")
    op.drop_table("accessibility_observation")
