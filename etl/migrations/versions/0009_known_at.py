"""Facts know since when they are known, results of the clock until when they count.

`due_on` of requests that wait becomes null and `counted_at` is filled when `python -m etl clock` computes them anew,
which `python -m etl check` asks for. The new roll-ups are filled with it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl import schema
from etl.tables import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FACTS = ("contact", "contact_daily", "followup", "queue_ticket", "need_outcome")
KNOWN = "when the tables first held it; null: since it happened (first load of a source), UTC"
COUNTED = "until when the minutes count: closed, cancelled, or the last event of an open request, UTC"


def upgrade() -> None:
    for table in FACTS:
        op.add_column(table, sa.Column("known_at", types.UtcDateTime(), nullable=True, comment=KNOWN))
    op.add_column("sla_result", sa.Column("counted_at", types.UtcDateTime(), nullable=True, comment=COUNTED))
    op.create_index("ix_request_event_known_at", "request_event", ["known_at"], postgresql_using="brin")
    schema.metadata.create_all(op.get_bind(), tables=_new_rollups())
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        for column in ("due_on", "working_min", "calendar_min"):
            op.alter_column("sla_result", column, comment=schema.sla_result.c[column].comment)


def downgrade() -> None:
    schema.metadata.drop_all(op.get_bind(), tables=_new_rollups())
    op.drop_index("ix_request_event_known_at", table_name="request_event")
    op.drop_column("sla_result", "counted_at")
    for table in FACTS:
        op.drop_column(table, "known_at")


def _new_rollups() -> list[sa.Table]:
    return [table for table in schema.metadata.sorted_tables if table.name.startswith("rollup_work_durations")]
