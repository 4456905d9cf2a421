"""What only PostGIS gets: the generated point, its GiST index, and trigram indexes on names."""

from __future__ import annotations

from sqlalchemy import DDL, MetaData, Table, event

from etl.tables.base import POINT

TRIGRAM_COLUMNS = (("organization", "name"), ("service", "name"), ("location", "name"), ("address", "address_1"))

POINT_SQL = "ST_SetSRID(ST_MakePoint(lon, lat), 4326)"

EXTENSIONS = ("postgis", "pg_trgm")


def point_statements(table: str) -> tuple[str, ...]:
    """The DDL that adds a generated `geom` and its index to a table with `lon` and `lat`."""
    return (
        f"ALTER TABLE {table} ADD COLUMN geom geometry(Point,4326) GENERATED ALWAYS AS ({POINT_SQL}) STORED",
        f"CREATE INDEX ix_{table}_geom ON {table} USING gist (geom)",
    )


def outline_statements(table: str) -> tuple[str, ...]:
    """The DDL that indexes the outlines of a table with `geometry`."""
    return (f"CREATE INDEX ix_{table}_geometry ON {table} USING gist (geometry)",)


def trigram_statement(table: str, column: str) -> str:
    """The DDL of a trigram index for tolerant search."""
    return f"CREATE INDEX ix_{table}_{column}_trgm ON {table} USING gin ({column} gin_trgm_ops)"


def _listen(table: Table, statements: tuple[str, ...]) -> None:
    for statement in statements:
        event.listen(table, "after_create", DDL(statement).execute_if(dialect="postgresql"))


def attach(metadata: MetaData) -> None:
    """Hang the PostGIS-only statements on the tables; called once by `etl.schema` when all are defined."""
    for extension in EXTENSIONS:
        event.listen(
            metadata,
            "before_create",
            DDL(f"CREATE EXTENSION IF NOT EXISTS {extension}").execute_if(dialect="postgresql"),
        )
    for table in metadata.tables.values():
        if table.info == POINT:
            _listen(table, point_statements(table.name))
        if "geometry" in table.c:
            _listen(table, outline_statements(table.name))
    for name, column in TRIGRAM_COLUMNS:
        _listen(metadata.tables[name], (trigram_statement(name, column),))
