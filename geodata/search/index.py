"""The search index: the same steps over either engine, so that both give the same hits in the same order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rapidfuzz.distance import OSA

from geodata.search import building
from geodata.search.keys import QueryWord, query_words
from geodata.search.ranking import Question, Ranked, rank, rarity
from geodata.search.store import NONE, Bands, Clauses, Counts, Search, Store, StoredDocument, StoredEntry
from geodata.search.types import TOPIC_KINDS, Answer, Document, Hit, Kind
from geodata.text import fold, similarity, skeleton

_TOPIC_CANDIDATES = 1_500
_PLACE_CANDIDATES = 120
_COMMON = 3_000
_NEAR_WORDS = 8
_MIN_MENDED = 4
_LEAST_LIKENESS = 0.6
_LEAST_HELD = 1 / 3
_MOST_LEFT_OUT = 5
_GENERAL_TOPICS = ("counselling", "admin_services", "psychological_help", "humanitarian_aid", "legal_aid")


class StoreIndex:
    """A `SearchIndex` over a `Store`; safe for threads where the store is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def build(self, documents: Iterable[Document], *, is_staff: bool = False, stamp: str = "") -> int:
        """Replace the index by these documents; protected ones are left out unless it is for staff."""
        return building.build(self._store, documents, is_staff=is_staff, stamp=stamp)

    def stamp(self) -> str:
        """What the index was made from, as its maker said; empty where there is no index."""
        return self._store.stamp()

    def query(self, text: str, lang: str, limit: int = 10, kinds: Sequence[Kind] | None = None) -> list[Hit]:
        """The best hits, at most `limit`; empty for an empty text."""
        words = query_words(text, lang)
        counts = self._counts(words)
        if not words:
            return []
        question = self._question(words, lang, counts)
        return self._hits(rank(question, self._candidates(question, counts, kinds), kinds), lang, limit)

    def suggest(self, text: str, lang: str, limit: int = 5) -> list[Hit]:
        """Topics nearest to the text, each word taken alone and mended generously; else the most general ones."""
        words = query_words(text, lang)
        counts = self._counts(words)
        found: dict[str, Hit] = {}
        for word in words:
            question = self._question((word,), lang, counts, least_likeness=_LEAST_LIKENESS - 0.2)
            ranked = rank(question, self._candidates(question, counts, TOPIC_KINDS), TOPIC_KINDS)
            for hit in self._hits(ranked, lang, 2):
                found.setdefault(f"{hit.kind} {hit.id}", hit)
        best = sorted(found.values(), key=lambda h: (-h.score, h.kind, h.id))[:limit]
        return best or self._general(lang, limit)

    def answer(self, text: str, lang: str, limit: int = 10, kinds: Sequence[Kind] | None = None) -> Answer:
        """Hits and, only where there are none, suggestions."""
        hits = tuple(self.query(text, lang, limit, kinds))
        return Answer(text, lang, hits, () if hits else tuple(self.suggest(text, lang)))

    def _general(self, lang: str, limit: int) -> list[Hit]:
        from geodata.taxonomy import load_taxonomy

        services = load_taxonomy().services
        names = [services[code].name(lang) for code in _GENERAL_TOPICS][:limit]
        hits = [self.query(name, lang, 1, ("service",)) for name in names]
        return [replace(hit, score=0.0) for found in hits for hit in found]

    def _counts(self, words: Sequence[QueryWord]) -> Counts:
        prefixes = {prefix for word in words for prefix in (word.prefix, word.latin_prefix) if prefix is not None}
        return self._store.counts({key for word in words for key in word.keys}, prefixes)

    def _question(
        self, words: tuple[QueryWord, ...], lang: str, known: Counts, *, least_likeness: float = _LEAST_LIKENESS
    ) -> Question:
        found = [{key: known.keys[key].entries for key in word.keys if key in known.keys} for word in words]
        completed = [known.prefixes.get(word.prefix or "", NONE).entries for word in words]
        return Question(
            words=words,
            weights=tuple(rarity(max(f.values(), default=0), known.bands.entry_count) for f in found),
            counts=tuple(max(*f.values(), c, 0) for f, c in zip(found, completed, strict=True)),
            commonest=tuple(_commonest(w, f) for w, f in zip(words, found, strict=True)),
            near=tuple(
                {} if f or c else self._near(w, least_likeness) for w, f, c in zip(words, found, completed, strict=True)
            ),
            lang=lang,
        )

    def _near(self, word: QueryWord, least_likeness: float) -> dict[str, float]:
        """Words to try where nothing is known under the word: the likest first, with their likeness."""
        if word.is_number or len(word.word) < _MIN_MENDED:
            return {}
        latin = skeleton(fold(word.word))
        scored = [(_likeness(latin, t.skeleton), t.word) for t in self._store.near_terms(latin)]
        best = sorted((pair for pair in scored if pair[0] >= least_likeness), key=lambda p: (-p[0], p[1]))
        return {term: likeness for likeness, term in best[:_NEAR_WORDS]}

    def _candidates(self, question: Question, known: Counts, kinds: Sequence[Kind] | None) -> list[StoredEntry]:
        """Topics that hold any word; places that hold all of them, else those that hold fewer."""
        bands = known.bands
        searches: list[Search] = []
        if kinds is None or any(kind in TOPIC_KINDS for kind in kinds):
            pairs = zip(question.words, question.near, strict=True)
            anything = [[key for word, near in pairs for key in (*_alternatives(word, near), *_kin(word))]]
            searches.append(Search(anything, 0, bands.places_from, _TOPIC_CANDIDATES))
        clauses: Clauses = []
        if bands.places_from < bands.entry_count and (kinds is None or not set(kinds) <= set(TOPIC_KINDS)):
            clauses = _place_clauses(question, known)
            searches += _place_search(clauses, bands)
        found = self._store.find(searches)
        for weaker in _weaker(clauses):
            if found and found[-1].entry_id >= bands.places_from:
                break
            limit = _PLACE_CANDIDATES // len(weaker)
            found += sorted(set(self._store.find([s for c in weaker for s in _place_search(c, bands, limit)])))
        return found

    def _hits(self, ranked: list[Ranked], lang: str, limit: int) -> list[Hit]:
        best = sorted(ranked, key=lambda r: (-round(r.score + r.prior, 6), r.doc_id))[:limit]
        documents = self._store.documents([r.doc_id for r in best]) if best else {}
        return [_hit(r, documents[r.doc_id], lang) for r in best]


def _place_search(clauses: Clauses, bands: Bands, limit: int = _PLACE_CANDIDATES) -> list[Search]:
    return [Search(clauses, bands.places_from, bands.entry_count, limit)] if clauses else []


def _weaker(clauses: Clauses) -> Iterator[list[Clauses]]:
    """What to ask where no place holds all words: all but any one (`pharmacy` of a need, a street), then fewer."""
    if 1 < len(clauses) <= _MOST_LEFT_OUT:
        yield [[*clauses[:at], *clauses[at + 1 :]] for at in range(len(clauses))]
    for kept in range(len(clauses) - 1, 0, -1):
        yield [clauses[:kept]]


def _alternatives(word: QueryWord, near: Mapping[str, float]) -> list[str]:
    prefixes = [f"{p}*" for p in (word.prefix, word.latin_prefix) if p is not None]
    return [*word.keys, *prefixes, *(f"w{term}" for term in near)]


def _kin(word: QueryWord) -> tuple[str, ...]:
    return (f"w{word.kin}*",) if word.kin else ()


def _place_clauses(question: Question, known: Counts) -> Clauses:
    """Clauses, rarest first, of the words that some place holds; none where these are too little of the question.

    A common word (`street`) is asked for by its commonest form alone, for it costs much and tells little; it is left to
    the ranking where the rarer words find few enough without it.
    """
    held = [at for at, word in enumerate(question.words) if question.near[at] or _is_in_places(word, known)]
    if sum(question.weights[at] for at in held) < _LEAST_HELD * question.weight:
        return []
    order = sorted(held, key=lambda at: (question.counts[at], at))
    if question.counts[order[0]] <= _PLACE_CANDIDATES:
        order = [at for at in order if question.counts[at] <= _COMMON]
    return [
        _alternatives(question.words[at], question.near[at])
        if question.counts[at] <= _COMMON
        else [question.commonest[at]]
        for at in order
    ]


def _is_in_places(word: QueryWord, known: Counts) -> bool:
    begun = (known.prefixes.get(prefix or "", NONE) for prefix in (word.prefix, word.latin_prefix))
    return any(known.keys.get(key, NONE).places for key in word.keys) or any(count.places for count in begun)


def _commonest(word: QueryWord, counts: Mapping[str, int]) -> str:
    """The one key that finds most, or the prefix where no whole key finds anything."""
    return max(counts, key=lambda key: (counts[key], key)) if counts else f"{word.prefix}*"


def _likeness(left: str, right: str) -> float:
    """Likeness of two skeletons, 0 to 1: mistyped letters (swaps count once), helped by shared trigrams."""
    return max(OSA.normalized_similarity(left, right) - 0.1, similarity(left, right))


def _hit(ranked: Ranked, document: StoredDocument, lang: str) -> Hit:
    payload = json.loads(document.payload)
    return Hit(
        kind=document.kind,
        id=document.id,
        title=_in(payload["t"], lang),
        subtitle=_in(payload["s"], lang),
        score=round(min(max(ranked.score + ranked.prior, 0.0), 1.0), 4),
        why=ranked.why,
        lon=document.lon,
        lat=document.lat,
        services=tuple(payload["v"]),
    )


def _in(texts: Mapping[str, str], lang: str) -> str:
    return texts.get(lang) or texts.get("") or texts.get("en") or next(iter(texts.values()), "")
