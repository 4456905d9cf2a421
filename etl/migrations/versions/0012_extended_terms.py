"""A policy's extended term ("45 days in all, with notice") stands in the tables, too, not in the profile alone.

`python -m etl init`, or the next load, fills it from the profile.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl import schema

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = {"extended_value": sa.Integer, "extended_unit": sa.Text}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("sla_policy", sa.Column(name, kind(), comment=schema.sla_policy.c[name].comment))
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("sla_result", "late3_at", comment=schema.sla_result.c.late3_at.comment)


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("sla_policy", name)
