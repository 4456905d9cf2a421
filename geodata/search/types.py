"""What goes into a search index and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["service", "need", "institution", "street", "address", "stop", "place"]
Field = Literal["title", "word", "hint", "need", "about", "parent", "service", "address"]
How = Literal["exact", "prefix", "stem", "synonym", "typo", "translit"]

# Order in which kinds are laid down: topics first, so that each band of the index is one range of entry ids.
KINDS: tuple[Kind, ...] = ("service", "need", "institution", "street", "stop", "place", "address")
TOPIC_KINDS: tuple[Kind, ...] = ("service", "need")


@dataclass(frozen=True)
class Phrase:
    """One searchable wording of a document; `lang` is None for proper names."""

    field: Field
    text: str
    lang: str | None = None


@dataclass(frozen=True)
class Document:
    """A thing that can be found. `titles` and `subtitles` are by language, key `''` for every other language."""

    kind: Kind
    id: str
    titles: Mapping[str, str]
    phrases: tuple[Phrase, ...]
    subtitles: Mapping[str, str] = field(default_factory=dict)
    lon: float | None = None
    lat: float | None = None
    services: tuple[str, ...] = ()
    prior: float = 0.0
    is_protected: bool = False


@dataclass(frozen=True)
class Why:
    """Why a hit matched: the wording that did, how, and in which part of the document."""

    term: str
    how: How
    field: Field


@dataclass(frozen=True)
class Hit:
    """One answer, best first; `score` is 0 to 1, comparable within one query only. `lon`, `lat` in EPSG:4326."""

    kind: Kind
    id: str
    title: str
    subtitle: str
    score: float
    why: Why
    lon: float | None
    lat: float | None
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Hits, and what to offer when there are none: the nearest topics (the caller adds the city's hot line)."""

    query: str
    lang: str
    hits: tuple[Hit, ...]
    suggestions: tuple[Hit, ...]


class SearchIndex(Protocol):
    """The one interface of both engines."""

    def build(self, documents: Iterable[Document], *, is_staff: bool = False) -> int:
        """Replace the index in one step by these documents and return how many were laid down.

        Protected documents are left out, unless the index is for staff.
        """

    def query(self, text: str, lang: str, limit: int = 10, kinds: Sequence[Kind] | None = None) -> list[Hit]:
        """The best hits, at most `limit`; empty for an empty text."""

    def suggest(self, text: str, lang: str, limit: int = 5) -> list[Hit]:
        """Topics to offer where a query found nothing: the nearest ones, else the most general."""

    def answer(self, text: str, lang: str, limit: int = 10, kinds: Sequence[Kind] | None = None) -> Answer:
        """Hits and, only where there are none, suggestions."""
