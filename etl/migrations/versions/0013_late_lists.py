"""The latest of each day get an index of their own; the one by due instant of all requests had no reader.

Open requests by due instant keep theirs (`ix_sla_result_open`).
"""

from __future__ import annotations

from alembic import op

from etl import schema

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NEW = "ix_sla_result_late"
UNUSED = "ix_sla_result_city_id_due_at"


def upgrade() -> None:
    op.drop_index(UNUSED, table_name="sla_result")
    for index in schema.sla_result.indexes:
        if index.name == NEW:
            index.create(op.get_bind())


def downgrade() -> None:
    op.drop_index(NEW, table_name="sla_result")
    op.create_index(UNUSED, "sla_result", ["city_id", "due_at"])
