"""The metadata, and the few column shapes that every table is made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Integer, MetaData, SmallInteger, Text

from etl.tables.types import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

POINT = {"point": True}
"""`Table.info` of tables with `lon` and `lat`: on PostGIS they get a generated `geom` column and its GiST index."""


def city() -> Column[int]:
    """The city a row belongs to; a database may hold several."""
    return Column("city_id", SmallInteger, nullable=False, comment="city of the row, see table city")


def reference(name: str, what: str, *, nullable: bool = True, **options: Any) -> Column[int]:
    """A reference to a row of a reference table by its 31-bit id."""
    return Column(name, Integer, nullable=nullable, comment=what, **options)


def provenance() -> tuple[Column[Any], ...]:
    """Where a row comes from; (`source`, `source_key`) is unique and the fact's id is its hash."""
    return (
        Column("source", Text, nullable=False, comment="name of the source the row came from"),
        Column("source_key", Text, nullable=False, comment="key of the row in its source"),
        Column("load_id", Integer, nullable=False, comment="load that wrote the row last, see table load_run"),
        Column("is_simulated", Boolean, nullable=False, default=False, comment="true: made by the simulator"),
    )


def lon_lat() -> tuple[Column[Any], ...]:
    """A place in EPSG:4326."""
    return (
        Column("lon", Float, comment="longitude, degrees, EPSG:4326"),
        Column("lat", Float, comment="latitude, degrees, EPSG:4326"),
    )


def instant(name: str, what: str, *, nullable: bool = True) -> Column[Any]:
    """A moment, UTC."""
    return Column(name, UtcDateTime, nullable=nullable, comment=f"{what}, UTC")


def day(name: str, what: str, *, nullable: bool = True, primary_key: bool = False) -> Column[Any]:
    """A day in the city's own calendar."""
    return Column(
        name,
        Date,
        nullable=nullable and not primary_key,
        primary_key=primary_key,
        comment=f"{what}, local day of the city",
    )


BigId = BigInteger().with_variant(Integer, "sqlite")
"""64-bit key; on SQLite an INTEGER so that it is the row id."""
