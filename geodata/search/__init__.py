"""Directory search: one interface, two engines (SQLite, PostgreSQL), the same hits on both.

Engines only generate candidates by exact keys, prefixes and trigrams; words are analysed and hits are ranked in Python,
so that a city may change its engine without changing what its people find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from geodata.search.documents import institution_document, place_document, topic_documents
from geodata.search.index import StoreIndex
from geodata.search.places import gazetteer_documents
from geodata.search.postgres import Connect, PostgresStore
from geodata.search.sqlite import SqliteStore
from geodata.search.types import Answer, Document, Hit, Kind, Phrase, SearchIndex, Why
from geodata.taxonomy import digest, load_taxonomy

FORMAT = 4
"""Counts up when keys or tables of an index change: an index of another format is made anew."""

__all__ = [
    "FORMAT",
    "Answer",
    "Document",
    "Hit",
    "Kind",
    "Phrase",
    "SearchIndex",
    "Why",
    "city_documents",
    "gazetteer_documents",
    "institution_document",
    "place_document",
    "postgres_index",
    "sqlite_index",
    "topic_documents",
    "topic_index",
]


def sqlite_index(path: Path) -> StoreIndex:
    """The index in a SQLite file (which `build` makes)."""
    return StoreIndex(SqliteStore(path))


def postgres_index(connect: Connect, namespace: str) -> StoreIndex:
    """The index in the schema `search_<namespace>` of a PostgreSQL database."""
    return StoreIndex(PostgresStore(connect, namespace))


def city_documents(institutions: Iterable[Document], gazetteer: Path | None = None) -> Iterator[Document]:
    """Everything a city's index holds: shared topics, its institutions and, where built, its gazetteer."""
    yield from topic_documents(load_taxonomy())
    yield from institutions
    if gazetteer is not None:
        yield from gazetteer_documents(gazetteer)


def topic_index(path: Path | None = None) -> StoreIndex:
    """An index of the shared services and needs alone: what is there before a city is built.

    Kept in the file at `path` and made anew where its words are not today's; in memory for `None`. Raises `OSError`
    where the file cannot be written.
    """
    index, stamp = StoreIndex(SqliteStore(path)), f"{FORMAT} {digest()}"
    if path is None or index.stamp() != stamp:
        index.build(topic_documents(load_taxonomy()), stamp=stamp)
    return index
