"""Directory rows that their source no longer lists: since when, and what each series of exports listed last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.tables import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "organization", "service", "location", "address", "service_at_location", "phone", "hsds_contact", "schedule",
    "required_document", "cost_option", "language", "service_area", "taxonomy_term", "attribute", "eligibility_rule",
    "accessibility_observation",
)  # fmt: skip


def upgrade() -> None:
    for table in TABLES:
        op.add_column(
            table,
            sa.Column(
                "withdrawn_at",
                types.UtcDateTime(),
                nullable=True,
                comment="since when its source no longer lists it; null: it does, UTC",
            ),
        )
    op.add_column(
        "load_run",
        sa.Column(
            "rows_withdrawn",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="rows of a directory that its source no longer lists, marked and kept",
        ),
    )
    op.create_table(
        "listed_row",
        sa.Column("city_id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="city of the row"),
        sa.Column("source", sa.Text(), nullable=False, comment="source that lists it"),
        sa.Column(
            "series",
            sa.Text(),
            nullable=False,
            comment="file of the source, without what changes from export to export",
        ),
        sa.Column("table_name", sa.Text(), nullable=False, comment="directory table of the row"),
        sa.Column("id", sa.Text(), nullable=False, comment="row of that table"),
        sa.PrimaryKeyConstraint("city_id", "source", "series", "table_name", "id", name=op.f("pk_listed_row")),
        comment="What the newest export of each series of a directory lists: what the next one lacks is withdrawn",
    )


def downgrade() -> None:
    op.drop_table("listed_row")
    with op.batch_alter_table("load_run") as batch:
        batch.drop_column("rows_withdrawn")
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("withdrawn_at")
