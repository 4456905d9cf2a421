"""Three indexes that no question uses go: each cost a load more than the table's own rows."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UNUSED = (("contact", "load_id"), ("request", "load_id"), ("request_event", "at"))


def upgrade() -> None:
    for table, column in UNUSED:
        op.drop_index(f"ix_{table}_{column}", table_name=table)


def downgrade() -> None:
    for table, column in UNUSED:
        op.create_index(f"ix_{table}_{column}", table, [column])
