"""`python -m etl grant ROLE`: the narrow rights of the public process for a PostgreSQL role."""

from __future__ import annotations

from typing import Annotated

import typer

from etl.commands.common import command_errors, open_engine, settings_of
from etl.errors import DatabaseError
from etl.public_role import ADDED, PUBLIC_READER, grant


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("grant")(give)


def give(role: Annotated[str, typer.Argument(help="name of a PostgreSQL role, e.g. linka_public")]) -> None:
    """Let a role read the directory and published counts, add reports and unmet needs, and nothing else.

    The public process uses it by LINKA_PUBLIC_DATABASE_URL. Run it again after an upgrade.
    """
    with command_errors(), open_engine(settings_of()) as engine, engine.begin() as connection:
        if connection.dialect.name != "postgresql":
            raise DatabaseError("SQLite has no roles: there the public process is held to the same rights by itself")
        grant(connection, role)
    print(f"{role}: reads {len(PUBLIC_READER.read)} tables of directory and counts, adds to {' and '.join(ADDED)}")
