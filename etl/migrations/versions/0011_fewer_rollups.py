"""The roll-up of requests by hour goes: no page asks for it, and it had nearly half as many rows as the requests.

The definitions changed with it: the next load, or `python -m etl rollup --rebuild`, makes the others anew.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("rollup_created_hour", if_exists=True)


def downgrade() -> None:
    """Nothing: roll-ups are built by the definitions of their time, and requests by hour are counted from the facts."""
