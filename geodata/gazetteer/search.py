"""Reading the gazetteer: prefix search as one types, the house number as its own field, and "what is here"."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geodata.errors import SearchError
from geodata.gazetteer.read import Entry, Kind
from geodata.gazetteer.text import fold
from geodata.network.streets import haversine_m

CANDIDATES = 300
"""Rows ranked in Python; ranking all matches in SQL costs ten times as much."""

KIND_RANK = {"place": 0, "street": 1, "stop": 2, "address": 3, "poi": 4}
COLUMNS = "kind, names, lon, lat, street, house_number, city, postcode, category"
NEAR_DEG = 0.004


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with what it was ranked by; 0 is an exact name."""

    entry: Entry
    rank: float


class Gazetteer:
    """A read-only gazetteer file; one connection per thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    @classmethod
    def open(cls, path: Path) -> Gazetteer:
        """Open a file.

        Raises `SearchError` where it is missing or not a gazetteer.
        """
        gazetteer = cls(path)
        try:
            gazetteer._connection().execute("SELECT count(*) FROM entry").fetchone()
        except sqlite3.Error as error:
            cure = "Build it: python -m geodata build"
            raise SearchError(f"The gazetteer {path} cannot be opened ({error}). {cure}") from error
        return gazetteer

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            self._local.connection = sqlite3.connect(uri, uri=True)
        connection: sqlite3.Connection = self._local.connection
        return connection

    def entries(self, *kinds: Kind) -> Iterator[Entry]:
        """All entries, or those of some kinds, in file order."""
        marks = ", ".join("?" * len(kinds)) or "kind"
        query = f"SELECT {COLUMNS} FROM entry WHERE kind IN ({marks}) ORDER BY id"  # noqa: S608 - only "?" and names
        for row in self._connection().execute(query, kinds):
            yield _entry(row)

    def search(self, text: str, *, limit: int = 8, near: tuple[float, float] | None = None) -> list[Found]:
        """Entries whose words begin as typed, the best first; `near` (lat, lon) breaks ties by distance.

        A number at the end is the house number; where no such house is known, the street is still found.
        """
        words = fold(text).split()
        numbers = [word for word in words if re.match(r"\d", word)]
        names = [word for word in words if word not in numbers] or words
        found = self._matches(names, numbers if len(names) < len(words) else [])
        if not found and len(names) < len(words):
            found = self._matches(names, [])
        ranked = [Found(entry, self._rank(entry, names, numbers, near)) for entry in found]
        return sorted(ranked, key=lambda one: (one.rank, one.entry.name))[:limit]

    def _matches(self, names: list[str], numbers: list[str]) -> list[Entry]:
        if not names:
            return []
        terms = [f'words : "{word}"*' for word in names] + [f'house_number : "{word}"*' for word in numbers]
        query = f"""SELECT {COLUMNS} FROM entry WHERE id IN
            (SELECT rowid FROM entry_words WHERE entry_words MATCH ? LIMIT {CANDIDATES})"""  # noqa: S608 - constants
        return [_entry(row) for row in self._connection().execute(query, [" AND ".join(terms)])]

    @staticmethod
    def _rank(entry: Entry, names: list[str], numbers: list[str], near: tuple[float, float] | None) -> float:
        folded = fold(entry.street or entry.name).split()
        rank = 0.0 if folded == names else 1.0 if folded[: len(names)] == names else 2.0
        if numbers and entry.house_number:
            rank += 0.0 if fold(entry.house_number) == " ".join(numbers) else 0.5
        elif numbers or entry.house_number:
            rank += 1.5
        rank += 0.1 * KIND_RANK[entry.kind]
        return rank + (min(_distance_m(entry, near), 50_000) / 500_000 if near else 0.0)

    def nearest(self, lat: float, lon: float, *, kinds: tuple[Kind, ...] = ("address", "stop", "poi")) -> Entry | None:
        """The nearest entry within about 400 m: what a click on the map is called."""
        box = (lon - NEAR_DEG, lon + NEAR_DEG, lat - NEAR_DEG, lat + NEAR_DEG)
        query = f"""SELECT {COLUMNS} FROM entry WHERE id IN (SELECT id FROM entry_place
            WHERE west >= ? AND east <= ? AND south >= ? AND north <= ?)"""  # noqa: S608 - constants
        found = [entry for entry in map(_entry, self._connection().execute(query, box)) if entry.kind in kinds]
        return min(found, key=lambda entry: _distance_m(entry, (lat, lon)), default=None)


def _entry(row: tuple[str, str, float, float, str, str, str, str, str]) -> Entry:
    kind, names, *rest = row
    return Entry(kind, json.loads(names), *rest)  # type: ignore[arg-type]


def _distance_m(entry: Entry, at: tuple[float, float]) -> float:
    lon, lat, to_lon, to_lat = (np.array([value]) for value in (entry.lon, entry.lat, at[1], at[0]))
    return float(haversine_m(lon, lat, to_lon, to_lat)[0])
