"""The embedded engine: one SQLite file with FTS5 over the keys and a trigram table over the vocabulary."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from geodata.errors import SearchError
from geodata.search.store import Bands, Clauses, Count, Counts, Search, StoredDocument, StoredEntry, StoredTerm
from geodata.text import trigrams

_SCHEMA = """
CREATE TABLE doc (doc_id INTEGER PRIMARY KEY, kind TEXT, id TEXT, payload TEXT, lon REAL, lat REAL);
CREATE TABLE entry (
    entry_id INTEGER PRIMARY KEY, doc_id INTEGER, field TEXT, lang TEXT, text TEXT, keys TEXT, kind TEXT, prior REAL
);
CREATE VIRTUAL TABLE entry_fts USING fts5(
    keys, content='', columnsize=0, detail='none', prefix='4 5', tokenize='ascii'
);
CREATE TABLE term (term_id INTEGER PRIMARY KEY, word TEXT, skeleton TEXT, trigram_count INTEGER);
CREATE TABLE term_trigram (trigram TEXT, term_id INTEGER, PRIMARY KEY (trigram, term_id)) WITHOUT ROWID;
CREATE TABLE key_count (key TEXT PRIMARY KEY, n INTEGER, places INTEGER) WITHOUT ROWID;
CREATE TABLE band (places_from INTEGER, entry_count INTEGER);
CREATE TABLE about (stamp TEXT);
"""
# The tokenizer `ascii` takes every sign beyond ASCII as a letter: keys are folded already, and `unicode61` knows no
# letters younger than its Unicode, at which it would cut a key in two.
_LAST = "\U0010ffff"
# pg_trgm's default threshold; the exact cut is made in Python, above it.
_NEAR = """
SELECT t.word, t.skeleton FROM term_trigram g JOIN term t USING (term_id)
WHERE g.trigram IN ({marks}) GROUP BY t.term_id
HAVING COUNT(*) * 1.0 / (? + t.trigram_count - COUNT(*)) >= 0.3 ORDER BY t.term_id
"""


class SqliteStore:
    """A search index in a file (or in memory for `None`); readable from many threads, replaced as a whole."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._local = threading.local()
        self._memory: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    def _reader(self) -> sqlite3.Connection:
        if self._path is None:
            if self._memory is None:
                raise SearchError("the search index in memory is empty: call build() first")
            return self._memory
        if not self._path.is_file():
            raise SearchError(f"there is no search index at {self._path}: build the city first")
        stamp = self._path.stat().st_ino
        if getattr(self._local, "stamp", None) != stamp:
            # Each thread has its own connection; a replaced file has another inode and is opened anew.
            self.close()
            self._local.connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
            self._local.stamp = stamp
        connection: sqlite3.Connection = self._local.connection
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = self._local.stamp = None
        if self._memory is not None:
            self._memory.close()
            self._memory = None

    @contextmanager
    def writer(self) -> Iterator[_SqliteWriter]:
        """Write beside the file and put the new index in its place when all went well."""
        fresh = None if self._path is None else self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        if fresh is not None:
            fresh.parent.mkdir(parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
        connection = sqlite3.connect(fresh or ":memory:", check_same_thread=False, isolation_level=None)
        done = False
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN")
            yield _SqliteWriter(connection)
            connection.execute("COMMIT")
            done = True
        finally:
            if fresh is not None or not done:
                connection.close()
            if fresh is not None and not done:
                fresh.unlink(missing_ok=True)
        if fresh is not None and self._path is not None:
            fresh.replace(self._path)
        else:
            self.close()
            self._memory = connection

    def _rows(self, sql: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        if self._path is None:
            with self._lock:
                return self._reader().execute(sql, values).fetchall()
        return self._reader().execute(sql, values).fetchall()

    def stamp(self) -> str:
        """The stamp of the index; empty where there is none, or one of before there were stamps."""
        try:
            return str(self._rows("SELECT stamp FROM about", ())[0][0])
        except (SearchError, sqlite3.DatabaseError):
            return ""

    def counts(self, keys: Collection[str], prefixes: Collection[str]) -> Counts:
        """How many entries hold each key and each prefix; raises `SearchError` when the file is no index."""
        try:
            bands = self._rows("SELECT places_from, entry_count FROM band", ())
            whole = f"SELECT key, n, places FROM key_count WHERE key IN ({_marks(keys)})"  # noqa: S608 -- question marks
            found = {str(key): Count(*rest) for key, *rest in self._rows(whole, tuple(keys))}  # type: ignore[arg-type]
            begun = "SELECT COALESCE(SUM(n), 0), COALESCE(SUM(places), 0) FROM key_count WHERE key >= ? AND key < ?"
            started = {p: Count(*self._rows(begun, (p, p + _LAST))[0]) for p in prefixes}  # type: ignore[arg-type]
        except sqlite3.DatabaseError as error:
            raise SearchError(f"{self._path} is not a search index ({error}): build the city anew") from error
        return Counts(Bands(*bands[0]), found, started)  # type: ignore[arg-type]

    def near_terms(self, skeleton: str) -> list[StoredTerm]:
        """Words that share enough trigrams with the skeleton."""
        grams = sorted(trigrams(skeleton))
        rows = self._rows(_NEAR.format(marks=_marks(grams)), (*grams, len(grams)))
        return [StoredTerm(*row) for row in rows]  # type: ignore[arg-type]

    def find(self, searches: Sequence[Search]) -> list[StoredEntry]:
        """What each search finds, lowest ids first, one after the other."""
        sql = (
            "SELECT entry_id, doc_id, field, lang, text, keys, kind, prior FROM entry WHERE entry_id IN ("
            "SELECT rowid FROM entry_fts WHERE entry_fts MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid LIMIT ?"
            ") ORDER BY entry_id"
        )
        found = (self._rows(sql, (_match(clauses), first, last, limit)) for clauses, first, last, limit in searches)
        return [StoredEntry(*row) for rows in found for row in rows]  # type: ignore[arg-type]

    def documents(self, doc_ids: Collection[int]) -> dict[int, StoredDocument]:
        """Documents by id."""
        sql = f"SELECT doc_id, kind, id, payload, lon, lat FROM doc WHERE doc_id IN ({_marks(doc_ids)})"  # noqa: S608 -- only question marks
        return {row[0]: StoredDocument(*row) for row in self._rows(sql, tuple(doc_ids))}  # type: ignore[arg-type, misc]


class _SqliteWriter:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, documents: Sequence[StoredDocument], entries: Sequence[StoredEntry]) -> None:
        """Store some documents with their entries."""
        self._connection.executemany(
            "INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?)",
            [(d.doc_id, d.kind, d.id, d.payload, d.lon, d.lat) for d in documents],
        )
        self._connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", entries)
        self._connection.executemany(
            "INSERT INTO entry_fts (rowid, keys) VALUES (?, ?)", [(e.entry_id, e.keys) for e in entries]
        )

    def finish(
        self, terms: Iterable[StoredTerm], key_counts: Iterable[tuple[str, Count]], bands: Bands, stamp: str
    ) -> None:
        """Store the vocabulary, the key counts, the bands and the stamp."""
        for term_id, term in enumerate(terms):
            grams = trigrams(term.skeleton)
            self._connection.execute(
                "INSERT INTO term VALUES (?, ?, ?, ?)", (term_id, term.word, term.skeleton, len(grams))
            )
            self._connection.executemany("INSERT INTO term_trigram VALUES (?, ?)", [(g, term_id) for g in grams])
        self._connection.executemany("INSERT INTO key_count VALUES (?, ?, ?)", ((key, *n) for key, n in key_counts))
        self._connection.execute("INSERT INTO band VALUES (?, ?)", (bands.places_from, bands.entry_count))
        self._connection.execute("INSERT INTO about VALUES (?)", (stamp,))


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _match(clauses: Clauses) -> str:
    return " AND ".join("(" + " OR ".join(_alternative(key) for key in clause) + ")" for clause in clauses)


def _alternative(key: str) -> str:
    return f'"{key[:-1]}" *' if key.endswith("*") else f'"{key}"'
