"""Addresses, streets, stops and places of a city's gazetteer file as search documents."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from geodata.errors import SearchError
from geodata.search.documents import place_document
from geodata.search.types import Document, Kind

# A point of interest without a service of ours is a landmark: people give it as a place.
_KINDS: dict[str, Kind] = {"address": "address", "street": "street", "place": "place", "stop": "stop", "poi": "place"}


def gazetteer_documents(path: Path) -> Iterator[Document]:
    """Documents of every entry of a gazetteer file, `id` being the entry's id there.

    Raises `SearchError` where the file is missing or no gazetteer.
    """
    if not path.is_file():
        raise SearchError(f"there is no gazetteer at {path}: run `python -m geodata build` first")
    sql = "SELECT id, kind, name, names, city, postcode, lon, lat FROM entry ORDER BY id"
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            rows = connection.execute(sql).fetchall()
        except sqlite3.DatabaseError as error:
            raise SearchError(f"{path} is not a gazetteer ({error}): build the city anew") from error
    for entry_id, kind, name, names, city, postcode, lon, lat in rows:
        if name:
            within = " ".join(part for part in (postcode, city) if part)
            yield place_document(_KINDS[kind], entry_id, name, names=_languages(names), lon=lon, lat=lat, within=within)


def _languages(text: str) -> dict[str, str]:
    names: dict[str, str] = json.loads(text)
    return {lang: name for lang, name in names.items() if lang}
