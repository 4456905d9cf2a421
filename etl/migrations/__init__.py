"""The schema's versions as Alembic scripts; `etl.migrate` runs them, there is no ini file."""
