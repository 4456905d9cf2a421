"""Brings a database to the newest version of the schema with Alembic, on either engine, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from etl.errors import DatabaseError
from etl.locks import writing
from etl.schema import city_table, metadata
from etl.tables.types import Geometry, UtcDateTime

FOLDER = Path(__file__).parent / "migrations"


def _include(_item: object, name: str | None, kind: str, reflected: bool, compare_to: object | None) -> bool:
    """Leave out what PostGIS brings and what `etl.tables.ddl` adds on PostGIS alone, which the metadata lacks."""
    return not (reflected and compare_to is None and (kind == "table" or _is_postgis_only(name or "", kind)))


def _is_postgis_only(name: str, kind: str) -> bool:
    return (kind == "column" and name == "geom") or (kind == "index" and name.endswith(("_geom", "_geometry", "_trgm")))


def _render(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Write our own column types by their names in new migrations."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "types.UtcDateTime()"
    if kind == "type" and isinstance(item, Geometry):
        return f"types.geometry({item.kind!r})"
    return False


SETTINGS: dict[str, Any] = {
    "target_metadata": metadata,
    "include_object": _include,
    "render_item": _render,
    "render_as_batch": True,
    "compare_type": True,
    "compare_server_default": False,
    "transaction_per_migration": False,
}
"""How Alembic is configured, for migrations and for comparing."""


def upgrade(engine: Engine, revision: str = "head") -> tuple[str | None, str | None]:
    """Run the migrations that are missing; returns the versions before and after.

    A database whose tables were made directly (`etl.db.create_all`) is taken for the newest version.
    """
    with writing(engine) as connection:
        before = version(connection)
        config = _config(connection)
        if before is None and inspect(connection).has_table(city_table.name):
            command.stamp(config, revision)
        else:
            command.upgrade(config, revision)
        return before, version(connection)


def downgrade(engine: Engine, revision: str) -> None:
    """Run migrations backwards; for tests and emergencies, it drops tables."""
    with writing(engine) as connection:
        command.downgrade(_config(connection), revision)


def version(connection: Connection) -> str | None:
    """The version the database is at, None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The version that this program needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def revisions() -> tuple[str, ...]:
    """All versions, the oldest first."""
    scripts = list(ScriptDirectory.from_config(_config(None)).walk_revisions())
    return tuple(script.revision for script in reversed(scripts))


def differences(connection: Connection) -> list[Any]:
    """What Alembic would change to make the database as the schema says: nothing, where it is up to date."""
    return list(compare_metadata(MigrationContext.configure(connection, opts=SETTINGS), metadata))


def is_empty(engine: Engine) -> bool:
    """Whether the database holds no tables of ours at all."""
    with engine.connect() as connection:
        return version(connection) is None and not inspect(connection).has_table(city_table.name)


def is_newest(connection: Connection) -> bool:
    """Whether the tables are those this program needs; tables that were made directly are taken for the newest."""
    held = version(connection)
    return held == newest() or (held is None and inspect(connection).has_table(city_table.name))


def require_newest(engine: Engine) -> None:
    """Raise `DatabaseError` with the cure unless the database is at the newest version."""
    with engine.connect() as connection:
        if is_newest(connection):
            return
        held = version(connection)
    state = "has no tables yet" if held is None else f"is at version {held}, the program needs {newest()}"
    raise DatabaseError(f"the database {state}: run `python -m etl init`")


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
