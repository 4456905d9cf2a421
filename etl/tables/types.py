"""Column types that mean the same on SQLite and PostgreSQL: UTC instants, WGS 84 geometry, JSON.

SQLite drops the offset of aware datetimes without converting them, and the plain GeoAlchemy2 column breaks
`create_all` there; so both types are our own, each a few lines (compare Nominatim's `geometry.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import shapely
from sqlalchemy import JSON, DateTime, types
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import base as pg_base
from sqlalchemy.engine import Dialect

SRID = 4326
Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


class UtcDateTime(types.TypeDecorator[datetime]):
    """An instant: aware datetimes in, UTC-aware datetimes out; `timestamptz` on PostgreSQL, naive UTC on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses naive datetimes (`ValueError`); pandas' NaT becomes NULL (psycopg would store year 48113)."""
        if value is None or value != value:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: instants are stored in UTC, give it a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The same instant, UTC-aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Geometry(types.UserDefinedType[bytes]):
    """A WGS 84 geometry given and taken as WKB bytes: `geometry(KIND,4326)` on PostGIS, a blob on SQLite."""

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY", srid: int = SRID) -> None:
        """`kind` is the PostGIS geometry type, e.g. `MULTIPOLYGON`."""
        self.kind = kind
        self.srid = srid

    def get_col_spec(self, **_kw: Any) -> str:
        """The PostGIS column type."""
        return f"geometry({self.kind},{self.srid})"

    def bind_processor(self, dialect: Dialect) -> Callable[[bytes | None], bytes | str | None]:
        """WKB to hex EWKB with the SRID on PostgreSQL, as it is on SQLite."""
        if dialect.name != "postgresql":
            return lambda value: value

        def to_ewkb(value: bytes | None) -> str | None:
            if value is None:
                return None
            geometry = shapely.set_srid(self._of_kind(shapely.from_wkb(value)), SRID)
            return str(shapely.to_wkb(geometry, hex=True, include_srid=True))

        return to_ewkb

    def _of_kind(self, shape: Any) -> Any:
        return shapely.multipolygons([shape]) if self.kind == "MULTIPOLYGON" and shape.geom_type == "Polygon" else shape

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bytes | None]:
        """WKB bytes that `shapely.from_wkb` reads, whatever the engine returned."""

        def to_wkb(value: Any) -> bytes | None:
            if value is None:
                return None
            return bytes.fromhex(value) if isinstance(value, str) else bytes(value)

        return to_wkb


class _BlobVariant(types.TypeDecorator[bytes]):
    """Holds the SQLite form of `Geometry`."""

    impl = types.LargeBinary
    cache_ok = True


def geometry(kind: str) -> types.TypeEngine[bytes]:
    """A geometry column type for both engines."""
    return Geometry(kind).with_variant(_BlobVariant(), "sqlite")


class _Reflected(Geometry):
    """What reflection makes of `geometry(Point,4326)`."""

    def __init__(self, kind: str = "GEOMETRY", srid: str = "4326") -> None:
        super().__init__(kind.upper(), int(srid))


pg_base.ischema_names.setdefault("geometry", _Reflected)  # so that reflection and Alembic know the type
