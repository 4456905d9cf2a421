"""Ranking: how well entries and documents answer a query, in plain Python over a few hundred candidates.

The score of a document joins its best wording (how much of the query it covers, and how little else it says) with what
all its wordings cover together. Rare words weigh more (inverse entry frequency), wordings weigh by where they stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geodata.search.keys import QueryWord
from geodata.search.store import StoredEntry
from geodata.search.types import Field, How, Kind, Why
from geodata.text import script

# Tuned by hand on the shapes of queries, checked by tests/geodata/search/queries.
FIELD_WEIGHTS: Mapping[Field, float] = {
    "title": 1.0, "word": 0.95, "address": 0.85, "hint": 0.7, "service": 0.6, "about": 0.55, "need": 0.5, "parent": 0.3
}  # fmt: skip
_OTHER_LANGUAGE = 0.85
_BEST_SHARE = 0.55
_LEAST_COVERAGE = 0.1
_EXACT, _STEM, _TRANSLIT = 1.0, 0.95, 0.8
_PREFIX_FLOOR = 0.55
_TYPO = 0.75
_KIN = 0.6
_SYNONYM_FIELDS = frozenset({"word", "hint", "need", "about", "service", "parent"})
# Which kind of match is named when several words matched in different ways: the one that surprises most.
_SURPRISE: Mapping[How, int] = {"exact": 0, "stem": 1, "prefix": 3, "translit": 4, "typo": 5, "synonym": 2}


@dataclass(frozen=True)
class Question:
    """A query prepared for ranking.

    Per word: its weight, about how many entries it finds, its commonest key, and near words with their likeness.
    """

    words: tuple[QueryWord, ...]
    weights: tuple[float, ...]
    counts: tuple[int, ...]
    commonest: tuple[str, ...]
    near: tuple[Mapping[str, float], ...]
    lang: str

    @property
    def weight(self) -> float:
        """What all words weigh together."""
        return sum(self.weights)


@dataclass(frozen=True)
class Ranked:
    """A document's place: its score before the prior, and why."""

    doc_id: int
    score: float
    prior: float
    why: Why


def rarity(count: int, entry_count: int) -> float:
    """The weight of a word found in `count` of `entry_count` entries; an unknown word weighs like a rare one."""
    return math.log(2.0 + entry_count / (1.0 + count))


def rank(question: Question, entries: Sequence[StoredEntry], kinds: Sequence[Kind] | None = None) -> list[Ranked]:
    """Documents of these kinds with their score, unsorted; those that cover too little are left out."""
    by_document: dict[int, list[StoredEntry]] = {}
    for entry in entries:
        if kinds is None or entry.kind in kinds:
            by_document.setdefault(entry.doc_id, []).append(entry)
    ranked = (_document(question, doc_id, found) for doc_id, found in by_document.items())
    return [r for r in ranked if r is not None]


def _document(question: Question, doc_id: int, entries: Sequence[StoredEntry]) -> Ranked | None:
    together = [0.0] * len(question.words)
    best_score, best_entry, best_hows = 0.0, entries[0], ()  # type: float, StoredEntry, tuple[How, ...]
    for entry in entries:
        weight = FIELD_WEIGHTS[entry.field] * (1.0 if entry.lang in ("", question.lang) else _OTHER_LANGUAGE)
        qualities, hows, share = _entry(question, entry)
        covered = sum(q * w for q, w in zip(qualities, question.weights, strict=True)) / question.weight
        score = weight * covered * (0.6 + 0.4 * share)
        together = [max(t, q * weight) for t, q in zip(together, qualities, strict=True)]
        if score > best_score:
            best_score, best_entry, best_hows = score, entry, hows
    coverage = sum(t * w for t, w in zip(together, question.weights, strict=True)) / question.weight
    if not best_hows or coverage < _LEAST_COVERAGE:
        return None
    score = _BEST_SHARE * best_score + (1 - _BEST_SHARE) * coverage
    return Ranked(doc_id, score, best_entry.prior, _why(best_entry, best_hows))


def _why(entry: StoredEntry, hows: Sequence[How]) -> Why:
    kinds: list[How] = [*hows, "synonym"] if entry.field in _SYNONYM_FIELDS else list(hows)
    return Why(term=entry.text, how=max(kinds, key=_SURPRISE.__getitem__), field=entry.field)


def _entry(question: Question, entry: StoredEntry) -> tuple[list[float], tuple[How, ...], float]:
    """Quality per query word, the ways they matched, and the share of the entry's words that matched."""
    keys = entry.keys.split(" ")
    count = len(keys) // 4
    used = [0.0] * count
    qualities: list[float] = []
    hows: list[How] = []
    for word, near in zip(question.words, question.near, strict=True):
        quality, how, place = 0.0, None, -1  # type: float, How | None, int
        for i in range(count):
            found, found_how = _quality(word, near, keys, 4 * i)
            if found > quality:
                quality, how, place = found, found_how, i
        qualities.append(quality)
        if how is not None:
            hows.append(how)
            used[place] = max(used[place], quality)
    return qualities, tuple(hows), sum(used) / count


def _quality(word: QueryWord, near: Mapping[str, float], keys: Sequence[str], at: int) -> tuple[float, How | None]:
    stored = keys[at][1:]
    if stored == word.word:
        return _EXACT, "exact"
    if word.is_number:
        return 0.0, None
    if (len(keys[at + 1]) > 1 and keys[at + 1][1:] in word.lemmas) or keys[at + 2][1:] == word.stem:
        return _STEM, "stem"
    best: tuple[float, How | None] = (0.0, None)
    if word.prefix is not None and stored.startswith(word.root):
        how: How = "prefix" if stored.startswith(word.word) else "stem"
        best = (_PREFIX_FLOOR + (_STEM - _PREFIX_FLOOR) * len(word.root) / len(stored), how)
    elif word.kin and stored.startswith(word.kin):
        best = (_KIN * len(word.kin) / len(stored), "stem")
    if stored in near:
        best = max(best, (_TYPO * near[stored], "typo"), key=lambda b: b[0])
    if word.script != script(stored) and word.skeleton:
        latin = keys[at + 3][1:]
        if latin == word.skeleton:
            return _TRANSLIT, "translit"
        if word.latin_prefix is not None and latin.startswith(word.skeleton):
            found = _TRANSLIT * (_PREFIX_FLOOR + (1 - _PREFIX_FLOOR) * len(word.skeleton) / len(latin))
            best = max(best, (found, "translit"), key=lambda b: b[0])
    return best
