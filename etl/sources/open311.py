"""Service requests from an Open311 server: all of a period the first time, afterwards what has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import func, inspect, select

from etl.db import make_engine
from etl.errors import SourceError
from etl.ids import city_id_of
from etl.maps import load_map
from etl.prepared import FileBatches
from etl.schema import request
from etl.settings import Settings
from etl.sources.naming import own_name
from etl.sources.open311_client import MOST_ROWS, Client
from etl.sources.open311_rows import COLUMNS
from etl.sources.tabular import context_of, open_tabular
from etl.transforms.raw import RawChunk, RawFile, text_table
from etl.transforms.tabular import prepared_chunks
from geodata.profile import CityProfile

SOURCE = "open311"
OVERLAP = timedelta(hours=1)
"""Asked again at each incremental load: servers' clocks differ and rows appear late."""


def open_open311(
    paths: Sequence[str], *, profile: CityProfile, settings: Settings, options: Mapping[str, str]
) -> Iterator[FileBatches]:
    """Each endpoint (the address before `/requests.json`).

    Options: `publisher`, `jurisdiction`, `api_key`, `format` (json, xml), `start`, `end`, `page_size`, `attempts`,
    `wait_s`, `incremental` (no: by creation). Without `start`, a source that was loaded before is asked for what was
    updated since, else for everything since the city's centre opened.
    """
    publisher = options.get("publisher")
    source = own_name(settings, profile.slug, f"{SOURCE}:{publisher}" if publisher else SOURCE)
    column_map = replace(load_map(SOURCE), source=source)
    for address in paths:
        if Path(address).is_file():  # refused rows, mended
            yield from open_tabular(column_map, [address], profile=profile, settings=settings, options=options)
            continue
        client = _client(address, options)
        start, end, by = _period(source, profile, settings, options)
        file = RawFile(client.name, None, None, COLUMNS, _chunks(client, start, end, by, settings.chunk_rows))
        context = context_of(column_map, profile=profile, settings=settings, options=options)
        yield FileBatches(client.name, None, None, prepared_chunks(file, context), source)


def _client(address: str, options: Mapping[str, str]) -> Client:
    if not address.startswith(("http://", "https://")):
        raise SourceError(
            f"{address}: is no web address; give the one before /requests.json, e.g. https://HOST/open311/v2"
        )
    base, form = address.rstrip("/"), options.get("format", "json").lower()
    for suffix in ("json", "xml"):
        if base.endswith(f"/requests.{suffix}"):
            base, form = base.removesuffix(f"/requests.{suffix}"), options.get("format", suffix)
    if form not in ("json", "xml"):
        raise SourceError(f"--option format={form}: write json or xml")
    return Client(
        base,
        jurisdiction=options.get("jurisdiction"),
        api_key=options.get("api_key"),
        form=form,
        page_size=min(_whole(options, "page_size", MOST_ROWS), MOST_ROWS),
        attempts=_whole(options, "attempts", 5),
        wait_s=_number(options, "wait_s", 1.0),
    )


def _whole(options: Mapping[str, str], name: str, default: int) -> int:
    text = options.get(name, str(default))
    if not text.isdigit() or not int(text):
        raise SourceError(f"--option {name}={text}: write a whole number of 1 or more")
    return int(text)


def _number(options: Mapping[str, str], name: str, default: float) -> float:
    try:
        return max(0.0, float(options.get(name, default)))
    except ValueError as error:
        raise SourceError(f"--option {name}={options[name]}: write a number") from error


def _period(
    source: str, profile: CityProfile, settings: Settings, options: Mapping[str, str]
) -> tuple[datetime, datetime, str]:
    end = _moment(options, "end", profile) or datetime.now(UTC)
    start = _moment(options, "start", profile)
    is_incremental = options.get("incremental", "yes").lower() not in ("no", "false", "0")
    if start is None and is_incremental:
        newest = newest_update(settings, profile.slug, source)
        if newest is not None:
            return newest - OVERLAP, end, "updated"
    return start or datetime.combine(profile.opened_on, time(), profile.zone), end, "created"


def _moment(options: Mapping[str, str], name: str, profile: CityProfile) -> datetime | None:
    text = options.get(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SourceError(
            f"--option {name}={text}: write a day or moment as 2024-01-31 or 2024-01-31T12:00Z"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=profile.zone)


def newest_update(settings: Settings, city: str, source: str) -> datetime | None:
    """The newest update that the tables hold of the source; None where they hold nothing."""
    engine = make_engine(settings.database_url.value)
    try:
        if not inspect(engine).has_table(request.name):
            return None
        columns = request.c
        statement = select(func.max(columns.source_updated_at)).where(
            columns.city_id == city_id_of(city), columns.source == source
        )
        with engine.connect() as connection:
            newest: datetime | None = connection.scalar(statement)
        return newest
    finally:
        engine.dispose()


def _chunks(client: Client, start: datetime, end: datetime, by: str, chunk_rows: int) -> Iterator[RawChunk]:
    held: list[list[str | None]] = []
    next_no = 1
    for page in client.requests_between(start, end, by=by):
        held += [[row[name] for name in COLUMNS] for row in page]
        while len(held) >= chunk_rows:
            yield _chunk(held[:chunk_rows], next_no)
            next_no, held = next_no + chunk_rows, held[chunk_rows:]
    if held or next_no == 1:
        yield _chunk(held, next_no)


def _chunk(rows: list[list[str | None]], next_no: int) -> RawChunk:
    return RawChunk(text_table(COLUMNS, rows), np.arange(next_no, next_no + len(rows), dtype=np.int64))
