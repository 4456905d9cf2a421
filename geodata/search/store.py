"""What an engine must be able to do for the index: hold entries and answer four small questions in a fixed order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from geodata.search.types import Field, Kind

# A query as conjunctions of alternatives: each inner tuple holds whole keys, and prefixes ending in `*`.
Clauses = Sequence[Sequence[str]]


@dataclass(frozen=True)
class StoredDocument:
    """A document as stored; `payload` is JSON with titles, subtitles and services."""

    doc_id: int
    kind: Kind
    id: str
    payload: str
    lon: float | None
    lat: float | None


class StoredEntry(NamedTuple):
    """One wording of a document; `keys` are four per word, joined by blanks. `kind` and `prior` are the document's,
    so that documents can be put in order before any of them is fetched.
    """

    entry_id: int
    doc_id: int
    field: Field
    lang: str
    text: str
    keys: str
    kind: Kind
    prior: float


class StoredTerm(NamedTuple):
    """A word of the index's vocabulary and the Latin skeleton by which near words are found."""

    word: str
    skeleton: str


@dataclass(frozen=True)
class Bands:
    """First entry id of the places (topics come before) and the number of entries."""

    places_from: int
    entry_count: int


class Count(NamedTuple):
    """In how many entries a key occurs, and in how many of those of places."""

    entries: int
    places: int


NONE = Count(0, 0)


@dataclass(frozen=True)
class Counts:
    """What an index knows of the keys of a query: absent keys are left out, every prefix asked for is there."""

    bands: Bands
    keys: Mapping[str, Count]
    prefixes: Mapping[str, Count]


class Search(NamedTuple):
    """Ask for the entries from `first` up to but without `last` that satisfy every clause, at most `limit`."""

    clauses: Clauses
    first: int
    last: int
    limit: int


class Writer(Protocol):
    """Takes a new index piece by piece; nothing is seen by readers before it is whole."""

    def add(self, documents: Sequence[StoredDocument], entries: Sequence[StoredEntry]) -> None:
        """Store some documents with their entries."""

    def finish(
        self, terms: Iterable[StoredTerm], key_counts: Iterable[tuple[str, Count]], bands: Bands, stamp: str
    ) -> None:
        """Store the vocabulary, how often each key occurs, the bands, and the stamp."""


class Store(Protocol):
    """One engine. Every list comes in ascending id, so that both engines cut at the same place."""

    def writer(self) -> AbstractContextManager[Writer]:
        """A writer whose work replaces the index when the block ends well."""

    def stamp(self) -> str:
        """The stamp of the index; empty where there is none."""

    def counts(self, keys: Collection[str], prefixes: Collection[str]) -> Counts:
        """How many entries hold each key, and a key that starts so (one entry counts once per key).

        Raises `SearchError` when there is no index.
        """

    def near_terms(self, skeleton: str) -> list[StoredTerm]:
        """All words whose skeleton has a trigram similarity of at least 0.3."""

    def find(self, searches: Sequence[Search]) -> list[StoredEntry]:
        """What each search finds, lowest ids first, one after the other."""

    def documents(self, doc_ids: Collection[int]) -> dict[int, StoredDocument]:
        """Documents by id."""
