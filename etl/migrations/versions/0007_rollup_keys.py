"""Roll-ups keyed by day, percentiles packed into sketches, indexes of their own for what waits: open requests, unhandled messages.

The tables of the roll-ups are made anew and empty; the next load, or `python -m etl rollup --rebuild`, fills them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl import schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    for name in sa.inspect(bind).get_table_names():
        if name.startswith("rollup"):
            op.drop_table(name)
    schema.metadata.create_all(bind, tables=[t for t in schema.metadata.sorted_tables if t.name.startswith("rollup")])
    waits = sa.text("outcome = 'unprocessed'")
    op.create_index(
        "ix_contact_unprocessed", "contact", ["city_id", "arrived_at"], sqlite_where=waits, postgresql_where=waits
    )
    is_open = sa.text("status = 'open'")
    columns = ["city_id", "created_on", "created_at", "executor_id"]
    op.create_index("ix_request_open", "request", columns, sqlite_where=is_open, postgresql_where=is_open)


def downgrade() -> None:
    op.drop_index("ix_contact_unprocessed", table_name="contact")
    op.drop_index("ix_request_open", table_name="request")
