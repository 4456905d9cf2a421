"""Ranking: how well entries and documents answer a query, in plain Python over a few hundred candidates.

The score of a document joins its best wording (how much of the query it covers, and how little else it says) with what
all its wordings cover together. Wordings weigh by where they stand. A word weighs more where fewer topics hold it;
among places, where fewer entries do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from geodata.search.keys import QueryWord
from geodata.search.store import StoredEntry
from geodata.search.types import TOPIC_KINDS, Field, How, Kind, Why
from geodata.text import script

# Tuned by hand on the shapes of queries, checked by tests/geodata/search/queries.
FIELD_WEIGHTS: Mapping[Field, float] = {
    "title": 1.0, "word": 0.95, "address": 0.85, "hint": 0.7, "service": 0.6, "about": 0.65, "need": 0.5, "parent": 0.3
}  # fmt: skip
_OTHER_LANGUAGE = 0.85
_BEST_SHARE = 0.55
_LEAST_COVERAGE = 0.1
_TOPICS = 110
"""About how many services and needs there are: a constant, so that the same words weigh the same in every city."""
_HELD = 0.7
_EXACT, _STEM, _TRANSLIT = 1.0, 0.95, 0.8
_PREFIX_FLOOR = 0.55
_ALIKE = 0.85
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


class _Matched(NamedTuple):
    """An entry, how well each word of the query is found in it and in which ways, the share of its own words that
    matched, and what its wording weighs.
    """

    entry: StoredEntry
    qualities: tuple[float, ...]
    hows: tuple[How, ...]
    share: float
    weight: float


def rarity(count: int, entry_count: int) -> float:
    """The weight of a word found in `count` of `entry_count` entries; an unknown word weighs like a rare one."""
    return math.log(2.0 + entry_count / (1.0 + count))


def rank(question: Question, entries: Sequence[StoredEntry], kinds: Sequence[Kind] | None = None) -> list[Ranked]:
    """Documents of these kinds with their score, unsorted; those that cover too little are left out."""
    by_document: dict[int, list[_Matched]] = {}
    for entry in entries:
        by_document.setdefault(entry.doc_id, []).append(_matched(question, entry))
    topics = [found for found in by_document.values() if found[0].entry.kind in TOPIC_KINDS]
    telling = _telling(question, topics)
    ranked = (
        _document(doc_id, found, telling if found[0].entry.kind in TOPIC_KINDS else question.weights)
        for doc_id, found in by_document.items()
        if kinds is None or found[0].entry.kind in kinds
    )
    return [r for r in ranked if r is not None]


def _telling(question: Question, topics: Sequence[Sequence[_Matched]]) -> tuple[float, ...]:
    """The weight of each word among topics: `mother` is said of half of them and tells little, however few entries
    hold it.
    """
    holding = [
        sum(any(found.qualities[at] >= _HELD for found in entries) for entries in topics)
        for at in range(len(question.words))
    ]
    return tuple(rarity(count, _TOPICS) for count in holding)


def _document(doc_id: int, entries: Sequence[_Matched], weights: Sequence[float]) -> Ranked | None:
    missing = [1.0] * len(weights)
    best_score, best = 0.0, entries[0]
    for found in entries:
        covered = sum(q * w for q, w in zip(found.qualities, weights, strict=True)) / sum(weights)
        score = found.weight * covered * (0.6 + 0.4 * found.share)
        # Every wording that holds a word is further evidence for it, each worth less than the one before.
        missing = [m * (1.0 - q * found.weight) for m, q in zip(missing, found.qualities, strict=True)]
        if score > best_score:
            best_score, best = score, found
    coverage = sum((1.0 - m) * w for m, w in zip(missing, weights, strict=True)) / sum(weights)
    if not best.hows or coverage < _LEAST_COVERAGE:
        return None
    score = _BEST_SHARE * best_score + (1 - _BEST_SHARE) * coverage
    return Ranked(doc_id, score, best.entry.prior, _why(best.entry, best.hows))


def _why(entry: StoredEntry, hows: Sequence[How]) -> Why:
    kinds: list[How] = [*hows, "synonym"] if entry.field in _SYNONYM_FIELDS else list(hows)
    return Why(term=entry.text, how=max(kinds, key=_SURPRISE.__getitem__), field=entry.field)


def _matched(question: Question, entry: StoredEntry) -> _Matched:
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
    weight = FIELD_WEIGHTS[entry.field] * (1.0 if entry.lang in ("", question.lang) else _OTHER_LANGUAGE)
    return _Matched(entry, tuple(qualities), tuple(hows), sum(used) / count, weight)


def _quality(word: QueryWord, near: Mapping[str, float], keys: Sequence[str], at: int) -> tuple[float, How | None]:
    stored = keys[at][1:]
    if stored == word.word:
        return _EXACT, "exact"
    if word.is_number:
        return 0.0, None
    if (len(keys[at + 1]) > 1 and keys[at + 1][1:] in word.lemmas) or keys[at + 2][1:] == word.stem:
        return _STEM, "stem"
    latin = keys[at + 3][1:]
    if stored[:1] != word.root[:1] and latin[:1] != word.skeleton[:1] and stored not in near:
        return 0.0, None  # most pairs: what begins otherwise, in any script, is another word
    best: tuple[float, How | None] = (0.0, None)
    if word.prefix is not None and stored.startswith(word.root):
        how: How = "prefix" if stored.startswith(word.word) else "stem"
        best = (_PREFIX_FLOOR + (_STEM - _PREFIX_FLOOR) * len(word.root) / len(stored), how)
    elif word.kin and stored.startswith(word.kin):
        best = (_KIN * len(word.kin) / len(stored), "stem")
    if stored in near:
        best = max(best, (_TYPO * near[stored], "typo"), key=lambda b: b[0])
    if latin and latin == word.skeleton:
        # In the same script it is the same word by its sound: a letter doubled or left out, `y` for `i`.
        return (_ALIKE, "typo") if word.script == script(stored) else (_TRANSLIT, "translit")
    if word.script != script(stored) and word.latin_prefix is not None and latin.startswith(word.skeleton):
        found = _TRANSLIT * (_PREFIX_FLOOR + (1 - _PREFIX_FLOOR) * len(word.skeleton) / len(latin))
        best = max(best, (found, "translit"), key=lambda b: b[0])
    return best
