"""Roll-ups: daily sums at a few grains.

They are derived, so no row of them is ever migrated: the tables are made as this program wants them, and
`python -m etl rollup --rebuild` fills them from the facts. A change of their shape is a migration that makes them anew.
"""

from __future__ import annotations

from alembic import op

from etl import schema

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema.metadata.create_all(op.get_bind(), tables=[t for t in schema.metadata.sorted_tables if _is_rollup(t.name)])


def downgrade() -> None:
    schema.metadata.drop_all(op.get_bind(), tables=[t for t in schema.metadata.sorted_tables if _is_rollup(t.name)])


def _is_rollup(name: str) -> bool:
    return name.startswith("rollup")
