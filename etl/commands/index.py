"""`python -m etl index CITY`: the public search index of a city, from its directory and its gazetteer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from sqlalchemy import ColumnElement, Connection, Table, and_, select

from etl.commands.common import JsonOption, command_errors, open_engine, say, settings_of
from etl.ids import city_id_of
from etl.schema import address, location, service, service_at_location
from geodata.network.files import GAZETTEER_FILE
from geodata.network.sources import network_dir
from geodata.search import Document, city_documents, institution_document, sqlite_index
from geodata.taxonomy import load_taxonomy

INDEX_FILE = "search.sqlite"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("index")(index)


def index(
    city: Annotated[str | None, typer.Argument(help="slug of the city profile (default: LINKA_CITY)")] = None,
    as_json: JsonOption = False,
) -> None:
    """Build the index that the social map searches: services, needs, institutions, addresses; no protected place."""
    with command_errors():
        settings = settings_of(city)
        path = settings.data_dir / settings.city / INDEX_FILE
        gazetteer = network_dir(settings.data_dir, settings.city) / GAZETTEER_FILE
        with open_engine(settings) as engine, engine.connect() as connection:
            institutions = list(_institutions(connection, city_id_of(settings.city)))
        path.parent.mkdir(parents=True, exist_ok=True)
        documents = city_documents(institutions, gazetteer if gazetteer.is_file() else None)
        count = sqlite_index(path).build(documents)
    if as_json:
        say({"city": settings.city, "file": str(path), "documents": count, "institutions": len(institutions)})
    else:
        typer.echo(f"{path}: {count:,} documents, {len(institutions):,} of them institutions")


def listed(city_id: int, table: Table) -> ColumnElement[bool]:
    """Whether a row is the city's, and its source still lists it."""
    return and_(table.c.city_id == city_id, table.c.withdrawn_at.is_(None))


def _institutions(connection: Connection, city_id: int) -> Iterator[Document]:
    """A document per public place; one with a protected service is protected itself."""
    services = connection.execute(
        select(service_at_location.c.location_id, service.c.service_code, service.c.is_protected)
        .join(service, service.c.id == service_at_location.c.service_id)
        .where(*(listed(city_id, table) for table in (service_at_location, service)))
    ).all()
    codes: dict[str, list[str]] = {}
    protected = {row.location_id for row in services if row.is_protected}
    for row in services:
        codes.setdefault(row.location_id, []).append(row.service_code or "")
    streets = {
        row.location_id: row.address_1
        for row in connection.execute(
            select(address.c.location_id, address.c.address_1).where(listed(city_id, address)).order_by(address.c.id)
        )
    }
    for place in connection.execute(select(location).where(listed(city_id, location)).order_by(location.c.id)):
        if place.is_protected or place.id in protected or not place.name:
            continue
        yield institution_document(
            place.id, place.name, services=sorted(filter(None, codes.get(place.id, ()))), taxonomy=load_taxonomy(),
            names=place.name_translations or {}, address=streets.get(place.id) or "", lon=place.lon, lat=place.lat,
        )  # fmt: skip
