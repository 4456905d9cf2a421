"""The public search index of a city: what it holds, where it lives, and whether it is still of today's directory.

One index serves both database engines: by default a file beside the city's network (a few milliseconds a question and
no rights in the database), or by `LINKA_SEARCH=database` a schema of the PostgreSQL database, for several machines.
Either carries a stamp of what it was made from; whoever finds the stamp old makes the index anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import cast

from sqlalchemy import Connection, Engine, func, select

from etl.ids import city_id_of
from etl.schema import address, location, service, service_at_location
from etl.settings import Settings
from geodata.network.files import GAZETTEER_FILE
from geodata.network.sources import network_dir
from geodata.search import FORMAT, Document, city_documents, institution_document, postgres_index, sqlite_index
from geodata.search.index import StoreIndex
from geodata.search.postgres import Connection as DriverConnection
from geodata.taxonomy import digest, load_taxonomy

INDEX_FILE = "search.sqlite"
MADE_FROM = (location, service, service_at_location, address)
LOCK_AGE_S = 900


def index_path(settings: Settings) -> Path:
    """Where the city's index file lives."""
    return settings.data_dir / settings.city / INDEX_FILE


def where(settings: Settings) -> str:
    """The index's place in words."""
    return f"database schema search_{settings.city}" if settings.search == "database" else str(index_path(settings))


def open_index(settings: Settings, engine: Engine) -> StoreIndex:
    """The city's index, which may not have been made yet."""
    if settings.search == "database" and engine.dialect.name == "postgresql":
        return postgres_index(lambda: _lent(engine), settings.city)
    return sqlite_index(index_path(settings))


@contextmanager
def _lent(engine: Engine) -> Iterator[DriverConnection]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield cast("DriverConnection", connection.connection.driver_connection)


def wanted_stamp(connection: Connection, settings: Settings) -> str:
    """What an index of now would carry: it differs as soon as directory, gazetteer, words or keys have changed."""
    city_id = city_id_of(settings.city)
    parts: list[object] = [FORMAT, digest()]
    for table in MADE_FROM:
        rows = select(func.max(table.c.load_id), func.count(), func.count(table.c.withdrawn_at))
        parts.append(tuple(connection.execute(rows.where(table.c.city_id == city_id)).one()))
    gazetteer = _gazetteer(settings)
    parts.append((gazetteer.stat().st_mtime_ns, gazetteer.stat().st_size) if gazetteer else None)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _gazetteer(settings: Settings) -> Path | None:
    path = network_dir(settings.data_dir, settings.city) / GAZETTEER_FILE
    return path if path.is_file() else None


def rebuild(engine: Engine, settings: Settings) -> tuple[int, int]:
    """Make the index anew, in one step; returns how many documents it holds and how many of them are institutions.

    Readers keep the old one until the new one is whole.
    """
    with engine.connect() as connection:
        stamp = wanted_stamp(connection, settings)
        places = list(institutions(connection, city_id_of(settings.city)))
    return open_index(settings, engine).build(city_documents(places, _gazetteer(settings)), stamp=stamp), len(places)


def refresh(engine: Engine, settings: Settings) -> bool:
    """Make the index anew where it is old and nobody else on this machine is at it; True where it was made.

    Raises `OSError` where its folder cannot be written to.
    """
    lock = index_path(settings).with_suffix(".making")
    lock.parent.mkdir(parents=True, exist_ok=True)
    if not _locked(lock):
        return False
    try:
        with engine.connect() as connection:
            stamp = wanted_stamp(connection, settings)
        if open_index(settings, engine).stamp() == stamp:
            return False
        rebuild(engine, settings)
    finally:
        lock.unlink(missing_ok=True)
    return True


def _locked(lock: Path) -> bool:
    try:
        if time() - lock.stat().st_mtime > LOCK_AGE_S:  # its maker died
            lock.unlink(missing_ok=True)
    except FileNotFoundError:
        pass
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def institutions(connection: Connection, city_id: int) -> Iterator[Document]:
    """A document per public place that its source still lists; one with a protected service is protected itself."""
    services = connection.execute(
        select(service_at_location.c.location_id, service.c.service_code, service.c.is_protected)
        .join(service, service.c.id == service_at_location.c.service_id)
        .where(service_at_location.c.city_id == city_id)
        .where(service_at_location.c.withdrawn_at.is_(None), service.c.withdrawn_at.is_(None))
    ).all()
    codes: dict[str, list[str]] = {}
    protected = {row.location_id for row in services if row.is_protected}
    for row in services:
        codes.setdefault(row.location_id, []).append(row.service_code or "")
    streets = {
        row.location_id: row.address_1
        for row in connection.execute(
            select(address.c.location_id, address.c.address_1)
            .where(address.c.city_id == city_id, address.c.withdrawn_at.is_(None))
            .order_by(address.c.id)
        )
    }
    listed = select(location).where(location.c.city_id == city_id, location.c.withdrawn_at.is_(None))
    for place in connection.execute(listed.order_by(location.c.id)):
        if place.is_protected or place.id in protected or not place.name:
            continue
        yield institution_document(
            place.id, place.name, services=sorted(filter(None, codes.get(place.id, ()))), taxonomy=load_taxonomy(),
            names=place.name_translations or {}, address=streets.get(place.id) or "", lon=place.lon, lat=place.lat,
        )  # fmt: skip
