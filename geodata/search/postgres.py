"""The production engine: PostgreSQL full text over the keys and pg_trgm over the vocabulary.

The tables live in a schema of their own (`search_<namespace>`), replaced in one transaction. Connections come from the
caller: this module knows psycopg's parameter style and nothing of engines, pools or sessions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from geodata.errors import SearchError
from geodata.search.store import Bands, Clauses, Count, Counts, Search, StoredDocument, StoredEntry, StoredTerm

_LAST = "\U0010ffff"
_NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,40}")
_SCHEMA = """
CREATE TABLE {s}.doc (doc_id int, kind text, id text, payload text, lon float8, lat float8);
CREATE TABLE {s}.entry (
    entry_id int, doc_id int, field text, lang text, text text, keys text, kind text, prior float8,
    tsv tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(keys, ' '))) STORED
);
CREATE TABLE {s}.term (term_id int, word text, skeleton text);
CREATE TABLE {s}.key_count (key text COLLATE "C", n int, places int);
CREATE TABLE {s}.band (places_from int, entry_count int);
CREATE TABLE {s}.about (stamp text);
"""
_INDEXES = """
ALTER TABLE {s}.doc ADD PRIMARY KEY (doc_id);
ALTER TABLE {s}.entry ADD PRIMARY KEY (entry_id);
ALTER TABLE {s}.key_count ADD PRIMARY KEY (key);
CREATE INDEX ON {s}.entry USING gin (tsv) WITH (fastupdate = off);
CREATE TABLE {s}.topic AS SELECT * FROM {s}.entry
WHERE entry_id < (SELECT CASE WHEN places_from = 0 THEN entry_count ELSE places_from END FROM {s}.band);
CREATE INDEX ON {s}.topic USING gin (tsv) WITH (fastupdate = off);
CREATE FUNCTION {s}.topics(wanted tsquery, first int, last int, most int) RETURNS SETOF {s}.topic
LANGUAGE sql STABLE SET enable_seqscan = off BEGIN ATOMIC
    SELECT * FROM {s}.topic WHERE tsv @@ wanted AND entry_id >= first AND entry_id < last ORDER BY entry_id LIMIT most;
END;
CREATE INDEX ON {s}.term USING gin (skeleton gin_trgm_ops);
ANALYZE {s}.doc; ANALYZE {s}.entry; ANALYZE {s}.topic; ANALYZE {s}.term; ANALYZE {s}.key_count;
"""


_WALK = """
SELECT entry_id, doc_id, field, lang, text, keys, kind, prior FROM {s}.entry
WHERE tsv @@ %s::tsquery AND entry_id >= %s AND entry_id < %s ORDER BY entry_id LIMIT %s
"""
# `+ 0` hides the primary key from the planner, so that it takes the GIN index.
_LOOK_UP = _WALK.replace("AND entry_id", "AND entry_id + 0").replace("BY entry_id", "BY entry_id + 0")
# The topics in a table of their own: a question of many beginnings of words is not asked of every address. The planner
# holds matching for cheap and would read the whole table (100 ms) where the GIN index takes 0.5: the function
# forbids it, for that table alone.
_TOPICS = "SELECT entry_id, doc_id, field, lang, text, keys, kind, prior FROM {s}.topics(%s::tsquery, %s, %s, %s)"
# One statement for all that is known of a query's words: each statement costs more than what it reads.
_COUNTS = """
SELECT NULL, places_from, entry_count FROM {s}.band
UNION ALL SELECT key, n, places FROM {s}.key_count WHERE key = ANY(%s)
UNION ALL SELECT p.first || '*', c.n, c.places
FROM unnest(%s::text[] COLLATE "C", %s::text[] COLLATE "C") AS p (first, last), LATERAL (
    SELECT COALESCE(SUM(n), 0)::int AS n, COALESCE(SUM(places), 0)::int AS places
    FROM {s}.key_count WHERE key >= p.first AND key < p.last
) c
"""
_NO_TABLE = "42P01"


class Connection(Protocol):
    """What is used of a psycopg 3 connection."""

    def cursor(self) -> Any:
        """A cursor with `execute`, `fetchall` and `copy`."""

    def transaction(self) -> AbstractContextManager[Any]:
        """A block whose work is kept as a whole, also on a connection that commits by itself."""


Connect = Callable[[], AbstractContextManager[Connection]]


class PostgresStore:
    """A search index in a PostgreSQL database that has the extension pg_trgm.

    `connect()` lends a connection for the time of a block. Best one that commits by itself (autocommit): a question is
    one statement, and a transaction about it would send three.
    """

    def __init__(self, connect: Connect, namespace: str) -> None:
        if not _NAMESPACE.fullmatch(namespace.replace("-", "_")):
            raise SearchError(f"'{namespace}' cannot name a search schema: use lower-case letters, digits and '-'")
        self._connect = connect
        self._schema = f"search_{namespace.replace('-', '_')}"

    @contextmanager
    def writer(self) -> Iterator[_PostgresWriter]:
        """Write into a schema beside and rename it at the end, all in one transaction."""
        fresh = f"{self._schema}_new"
        with self._connect() as connection, connection.transaction(), connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {fresh} CASCADE")
            cursor.execute(f"CREATE SCHEMA {fresh}")
            cursor.execute(_SCHEMA.format(s=fresh))
            yield _PostgresWriter(cursor, fresh)
            cursor.execute(_INDEXES.format(s=fresh))
            cursor.execute(f"DROP SCHEMA IF EXISTS {self._schema} CASCADE")
            cursor.execute(f"ALTER SCHEMA {fresh} RENAME TO {self._schema}")

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._connect() as connection, connection.cursor() as cursor:
            # Unprepared: a generic plan knows nothing of the words.
            cursor.execute(sql.format(s=self._schema), values, prepare=False)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def stamp(self) -> str:
        """The stamp of the index; empty where there is none."""
        if not self._rows("SELECT 1 WHERE to_regclass(%s) IS NOT NULL", (f"{self._schema}.about",)):
            return ""
        return str(self._rows("SELECT stamp FROM {s}.about")[0][0])

    def counts(self, keys: Collection[str], prefixes: Collection[str]) -> Counts:
        """How many entries hold each key and each prefix; raises `SearchError` when there is no such schema."""
        begun = sorted(prefixes)
        try:
            rows = self._rows(_COUNTS, (list(keys), begun, [p + _LAST for p in begun]))
        except Exception as error:  # of any driver: the connection is the caller's, and all but this state goes on up
            if getattr(error, "sqlstate", None) != _NO_TABLE:
                raise
            raise SearchError(f"the database has no search index '{self._schema}': build the city first") from error
        found = {key: Count(*rest) for key, *rest in rows}
        bands = Bands(*found.pop(None))
        return Counts(bands, found, {p: found.pop(f"{p}*") for p in begun})

    def near_terms(self, skeleton: str) -> list[StoredTerm]:
        """Words that share enough trigrams with the skeleton, by pg_trgm's own operator and threshold."""
        rows = self._rows("SELECT word, skeleton FROM {s}.term WHERE skeleton %% %s ORDER BY term_id", (skeleton,))
        return [StoredTerm(*row) for row in rows]

    def find(self, searches: Sequence[Search]) -> list[StoredEntry]:
        """What each search finds, lowest ids first, one after the other.

        A single key (a common word) is walked by id until enough are found; for the rest the planner is kept from
        doing so, which took 60 ms where the GIN index takes 0.2.
        """
        sql = " UNION ALL ".join(f"({_statement(search)})" for search in searches)
        values = [v for s in searches for v in (_tsquery(s.clauses), s.first, s.last, s.limit)]
        return [StoredEntry(*row) for row in sorted(self._rows(sql, values))] if searches else []

    def documents(self, doc_ids: Collection[int]) -> dict[int, StoredDocument]:
        """Documents by id."""
        sql = "SELECT doc_id, kind, id, payload, lon, lat FROM {s}.doc WHERE doc_id = ANY(%s)"
        return {row[0]: StoredDocument(*row) for row in self._rows(sql, (list(doc_ids),))}


def _statement(search: Search) -> str:
    is_walked = len(search.clauses) == 1 and len(search.clauses[0]) == 1
    return _TOPICS if search.first == 0 else _WALK if is_walked else _LOOK_UP


class _PostgresWriter:
    def __init__(self, cursor: Any, schema: str) -> None:
        self._cursor = cursor
        self._schema = schema

    def add(self, documents: Sequence[StoredDocument], entries: Sequence[StoredEntry]) -> None:
        """Copy some documents with their entries."""
        docs = ((d.doc_id, d.kind, d.id, d.payload, d.lon, d.lat) for d in documents)
        self._copy("doc (doc_id, kind, id, payload, lon, lat)", docs)
        self._copy("entry (entry_id, doc_id, field, lang, text, keys, kind, prior)", entries)

    def finish(
        self, terms: Iterable[StoredTerm], key_counts: Iterable[tuple[str, Count]], bands: Bands, stamp: str
    ) -> None:
        """Copy the vocabulary, the key counts, the bands and the stamp."""
        self._copy("term (term_id, word, skeleton)", ((i, t.word, t.skeleton) for i, t in enumerate(terms)))
        self._copy("key_count (key, n, places)", ((key, *n) for key, n in key_counts))
        self._copy("band (places_from, entry_count)", [(bands.places_from, bands.entry_count)])
        self._copy("about (stamp)", [(stamp,)])

    def _copy(self, target: str, rows: Iterable[tuple[object, ...]]) -> None:
        with self._cursor.copy(f"COPY {self._schema}.{target} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _tsquery(clauses: Clauses) -> str:
    return " & ".join("(" + " | ".join(_alternative(key) for key in clause) + ")" for clause in clauses)


def _alternative(key: str) -> str:
    return f"'{key[:-1]}':*" if key.endswith("*") else f"'{key}'"
