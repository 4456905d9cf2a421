"""What the public process may do in the database: read the directory and counts, add two kinds of rows, nothing else.

Contacts, requests and everything else about people is out of its reach: on PostgreSQL by the rights of its role, on
SQLite, which has no roles, by an authorizer on each of its connections. Both follow the lists of this module.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from etl.errors import DatabaseError
from etl.schema import metadata

DIRECTORY = (
    "accessibility_observation", "address", "attribute", "cost_option", "eligibility_rule", "hsds_contact", "language",
    "location", "organization", "phone", "required_document", "schedule", "service", "service_area",
    "service_at_location", "taxonomy_term",
)  # fmt: skip
REFERENCE = (
    "alembic_version", "calendar", "calendar_exception", "caller_group", "channel", "city", "contact_daily", "executor",
    "line", "load_run", "milestone", "request_class", "territory", "topic",
)  # fmt: skip
COUNTS = tuple(name for name in metadata.tables if name.startswith("rollup_"))
"""Roll-ups: counts by day and code, of which the pages publish four figures of thirty days."""
ADDED = ("data_report", "need_outcome")


@dataclass(frozen=True, slots=True)
class Rights:
    """Names of tables that may be read and tables that rows may be added to."""

    read: frozenset[str]
    insert: frozenset[str]


PUBLIC_READER = Rights(frozenset((*DIRECTORY, *REFERENCE, *COUNTS)), frozenset())
PUBLIC_WRITER = Rights(frozenset({"alembic_version"}), frozenset(ADDED))


def grant(connection: Connection, role: str) -> None:
    """Give `role` the rights of the public process and take every other right on our tables from it (PostgreSQL).

    Raises `DatabaseError` where there is no such role, or where it may pass over all rights.
    """
    found = connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    if found is None:
        raise DatabaseError(f"there is no role {role!r}: run CREATE ROLE {role} LOGIN PASSWORD '...' first")
    if found.rolsuper:
        raise DatabaseError(f"the role {role!r} is a superuser, whom no right binds: name another one")
    quote = connection.dialect.identifier_preparer.quote
    name, database = quote(role), quote(str(connection.engine.url.database))
    there = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")).scalars()
    held = set(there)
    read = ", ".join(quote(table) for table in sorted(PUBLIC_READER.read & held))
    schema = quote(connection.execute(text("SELECT current_schema()")).scalar_one())
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {name}",
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT ON {read} TO {name}",
        f"GRANT INSERT ON {', '.join(ADDED)} TO {name}",
        f"GRANT USAGE ON SEQUENCE data_report_data_report_id_seq TO {name}",
    ]
    indexes = connection.execute(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'search\\_%'")).scalars()
    for index in map(quote, indexes.all()):
        statements += [
            f"GRANT USAGE ON SCHEMA {index} TO {name}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {index} TO {name}",
        ]
        statements.append(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {index} GRANT SELECT ON TABLES TO {name}")
    for statement in statements:
        connection.execute(text(statement))
