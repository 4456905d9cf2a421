"""What Alembic runs: the migrations of `versions/` on the connection that `etl.migrate` hands over."""

from __future__ import annotations

from alembic import context

from etl.migrate import SETTINGS

context.configure(connection=context.config.attributes["connection"], **SETTINGS)
with context.begin_transaction():
    context.run_migrations()
