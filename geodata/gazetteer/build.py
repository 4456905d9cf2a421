"""Writes the gazetteer file: a table of entries, an FTS5 index over folded words, a grid for "what is here"."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from geodata.gazetteer.read import Entry, read_entries
from geodata.gazetteer.text import fold
from geodata.network.files import GAZETTEER_FILE

SCHEMA = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, names TEXT NOT NULL, street TEXT NOT NULL,
    house_number TEXT NOT NULL, city TEXT NOT NULL, postcode TEXT NOT NULL, category TEXT NOT NULL,
    folded TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL);
CREATE VIRTUAL TABLE entry_words USING fts5(
    words, house_number, content='', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3');
CREATE VIRTUAL TABLE entry_place USING rtree(id, west, east, south, north);
"""


def build_gazetteer(pbf: Path, folder: Path) -> int:
    """Write the gazetteer of an extract into `folder` and say how many entries it has."""
    entries = read_entries(pbf)
    write_gazetteer(entries, folder / GAZETTEER_FILE)
    return len(entries)


def write_gazetteer(entries: Iterable[Entry], path: Path) -> None:
    """Write entries to a new SQLite file."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMA)
        rows = [(row, entry) for row, entry in enumerate(entries, start=1)]
        connection.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    row, e.kind, e.name, json.dumps(dict(e.names), ensure_ascii=False), e.street, e.house_number,
                    e.city, e.postcode, e.category, fold(e.name), e.lon, e.lat,
                )
                for row, e in rows
            ],
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO entry_words (rowid, words, house_number) VALUES (?, ?, ?)",
            [(row, _words(e), fold(e.house_number)) for row, e in rows],
        )
        connection.executemany(
            "INSERT INTO entry_place VALUES (?, ?, ?, ?, ?)", [(row, e.lon, e.lon, e.lat, e.lat) for row, e in rows]
        )


def _words(entry: Entry) -> str:
    texts = [entry.street or entry.name] if entry.kind == "address" else list(entry.names.values())
    return fold(" ".join([*texts, entry.city]))
