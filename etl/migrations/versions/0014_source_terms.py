"""Terms that a source gives itself are found by their end: most cities have none, and the index is empty there."""

from __future__ import annotations

from alembic import op

from etl import schema

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NEW = "ix_request_source_due"


def upgrade() -> None:
    for index in schema.request.indexes:
        if index.name == NEW:
            index.create(op.get_bind())


def downgrade() -> None:
    op.drop_index(NEW, table_name="request")
