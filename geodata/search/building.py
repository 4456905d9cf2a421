"""Laying an index down: documents in a fixed order become entries with keys, a vocabulary and counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from geodata.errors import SearchError
from geodata.search.keys import entry_keys
from geodata.search.store import Bands, Count, Store, StoredDocument, StoredEntry, StoredTerm
from geodata.search.types import KINDS, TOPIC_KINDS, Document
from geodata.text import digits_only, skeleton

_BATCH = 5_000
_MIN_TERM = 4


def build(store: Store, documents: Iterable[Document], *, is_staff: bool, stamp: str = "") -> int:
    """Replace the store's index by these documents; protected ones only for staff. Returns how many there are.

    The order of entry ids is the order in which candidates are cut, so it is fixed: topics first, then places by kind
    and prior. Raises `SearchError` on two documents of the same kind and id.
    """
    kept = [d for d in documents if is_staff or not d.is_protected]
    kept.sort(key=lambda d: (KINDS.index(d.kind), -d.prior, d.id))
    _refuse_twins(kept)
    layer = _Layer()
    with store.writer() as writer:
        for start in range(0, len(kept), _BATCH):
            writer.add(*layer.lay(kept[start : start + _BATCH]))
        writer.finish(layer.terms(), layer.key_counts(), layer.bands(), stamp)
    return len(kept)


def _refuse_twins(documents: Sequence[Document]) -> None:
    seen = Counter((d.kind, d.id) for d in documents)
    twins = [f"{kind} {doc_id}" for (kind, doc_id), n in seen.items() if n > 1]
    if twins:
        raise SearchError(f"{len(twins)} documents come twice, for example {twins[:3]}: give each its own id")


class _Layer:
    """Counts ids, keys and words while batches of documents pass."""

    def __init__(self) -> None:
        self._topics: Counter[str] = Counter()
        self._places: Counter[str] = Counter()
        self._doc_count = 0
        self._entry_count = 0
        self._places_from: int | None = None

    def lay(self, documents: Sequence[Document]) -> tuple[list[StoredDocument], list[StoredEntry]]:
        docs: list[StoredDocument] = []
        entries: list[StoredEntry] = []
        for document in documents:
            if document.kind not in TOPIC_KINDS and self._places_from is None:
                self._places_from = self._entry_count
            docs.append(_stored(document, self._doc_count))
            entries.extend(self._entries(document))
            self._doc_count += 1
        return docs, entries

    def _entries(self, document: Document) -> Iterable[StoredEntry]:
        counts = self._topics if document.kind in TOPIC_KINDS else self._places
        for phrase in dict.fromkeys(document.phrases):
            keys = entry_keys(phrase.text, phrase.lang)
            if not keys:
                continue
            counts.update({key for word in keys for key in word if len(key) > 1})
            joined = " ".join(key for word in keys for key in word)
            yield StoredEntry(
                self._entry_count, self._doc_count, phrase.field, phrase.lang or "", phrase.text, joined,
                document.kind, document.prior,
            )  # fmt: skip
            self._entry_count += 1

    def key_counts(self) -> list[tuple[str, Count]]:
        both = self._topics + self._places
        return [(key, Count(n, self._places[key])) for key, n in sorted(both.items())]

    def terms(self) -> list[StoredTerm]:
        words = sorted({key[1:] for counts in (self._topics, self._places) for key in counts if key[0] == "w"})
        return [StoredTerm(w, skeleton(w)) for w in words if len(w) >= _MIN_TERM and not digits_only(w)]

    def bands(self) -> Bands:
        places_from = self._entry_count if self._places_from is None else self._places_from
        return Bands(places_from=places_from, entry_count=self._entry_count)


def _stored(document: Document, doc_id: int) -> StoredDocument:
    payload = {"t": dict(document.titles), "s": dict(document.subtitles), "v": document.services}
    return StoredDocument(
        doc_id=doc_id,
        kind=document.kind,
        id=document.id,
        payload=json.dumps(payload, ensure_ascii=False),
        lon=document.lon,
        lat=document.lat,
    )
