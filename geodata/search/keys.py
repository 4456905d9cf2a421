"""Keys: what a word is stored and looked up under, the same for both engines.

Every word of an entry has four keys, told apart by their first letter: `w` the folded word, `l` the lemma in the
entry's language, `s` the light stem by script, `t` the Latin skeleton of that stem. An engine stores and
finds keys and knows nothing of languages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from geodata.text import digits_only, fold, house_number, script, skeleton, words
from geodata.wordforms import LANGUAGES, is_stop, language, languages_of, lemma, light_stem, stop_skeletons

_MIN_PREFIX = 3
_MIN_ROOT = 5
_MIN_KIN = 4
_KIN_SHARE = 0.6
_MAX_WORDS = 12
_LONGEST = 40
_BLOCK = re.compile(r"(?<=\d)[\s,]*(?:корпус|корп|к)\.?\s*(?=\d)", re.IGNORECASE)
_FLAT = re.compile(r"(?<=\d)[\s,]*(?:квартира|кв|byt|flat|apt)\.?\s*\d+", re.IGNORECASE)
_HYPHEN = re.compile(r"(?<=\d)-(?=[^\W\d_]\b)")


@dataclass(frozen=True)
class QueryWord:
    """One word of a query with every key it may be found under, worked out once: ranking asks thousands of times."""

    word: str
    script: str
    lemmas: frozenset[str]
    stem: str
    skeleton: str
    is_number: bool

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Whole keys, best first; numbers are only ever looked up as they are."""
        if self.is_number:
            return (f"w{self.word}",)
        found = [f"w{self.word}", *(f"l{key}" for key in sorted(self.lemmas)), f"s{self.stem}", f"t{self.skeleton}"]
        return tuple(key for key in found if len(key) > 1)

    @cached_property
    def root(self) -> str:
        """What longer words of the same root begin with: the stem where it is long enough to tell, else the word."""
        return self.stem if len(self.stem) >= _MIN_ROOT else self.word

    @cached_property
    def kin(self) -> str:
        """What words made from the same root by other endings begin with (`rehabil` for `rehabilitačný`) or nothing."""
        first = self.stem[: max(_MIN_KIN, round(len(self.stem) * _KIN_SHARE))]
        return "" if self.is_number or len(first) < _MIN_KIN or first == self.root else first

    @cached_property
    def prefix(self) -> str | None:
        """The key of which stored keys may be longer (search as you type, and words derived from this one)."""
        return None if self.is_number or len(self.root) < _MIN_PREFIX else f"w{self.root}"

    @cached_property
    def latin_prefix(self) -> str | None:
        """The same across scripts."""
        return None if self.is_number or len(self.skeleton) < _MIN_PREFIX + 1 else f"t{self.skeleton}"


def query_words(text: str, lang: str) -> tuple[QueryWord, ...]:
    """The words of a query that carry its topic, first twelve, without repeats; a lone stop word stands for itself.

    Stop words are those of the asker's language and of those written in the same script: people mix them.
    """
    raw = list(dict.fromkeys(_tokens(text)))[:_MAX_WORDS]
    telling = tuple(_query_word(w, lang) for w in raw if not _tells_nothing(w, lang))
    if telling or len(raw) != 1:
        return telling
    # The beginning of a word being typed may look like a stop word; its forms (`je`: to be) would only mislead.
    return (replace(_query_word(raw[0], lang), lemmas=frozenset()),)


def _tokens(text: str) -> list[str]:
    """Words with the letter or block of a house joined to its number (`12 а`, `5 корп. 2`), without the flat and
    without what can be no word.
    """
    found: list[str] = []
    text = _HYPHEN.sub("", _BLOCK.sub("к", _FLAT.sub("", text)))
    raw = [w for w in words(text) if fold(w) and len(w) <= _LONGEST]
    for at, word in enumerate(raw):
        is_letter = len(word) == 1 and word.isalpha()
        # `5 в городе`: a letter that is also a small word belongs to the house at the end only.
        is_small = is_letter and at + 1 < len(raw) and is_stop(fold(word), languages_of(word))
        if is_letter and found and found[-1].isdigit() and not is_small:
            found[-1] += word
        else:
            found.append(word)
    return found


def _tells_nothing(word: str, lang: str) -> bool:
    folded = fold(word)
    if len(folded) == 1 and folded.isalpha():
        return True
    if script(folded) != "latin":
        return is_stop(folded, languages_of(word))
    if lang in languages_of(word):
        return is_stop(folded, (lang,))
    return is_stop(folded, languages_of(word)) or skeleton(folded) in stop_skeletons(lang)


@lru_cache(maxsize=8192)
def _query_word(word: str, lang: str) -> QueryWord:
    codes = languages_of(word)
    full = _written_out(fold(word), (lang, *codes))
    stem = light_stem(full)
    return QueryWord(
        word=full,
        script=script(full),
        lemmas=frozenset(lemma(word, code) for code in codes) - {""},
        stem=stem,
        skeleton=skeleton(stem),
        is_number=digits_only(full),
    )


def entry_words(text: str, lang: str | None) -> list[str]:
    """The telling words of an entry, normalised; all of them where none tells."""
    raw = _tokens(text)
    if lang is None:
        return raw
    return [w for w in raw if not is_stop(fold(w), (lang,))] or raw


@lru_cache(maxsize=131072)
def word_keys(word: str, lang: str | None) -> tuple[str, str, str, str]:
    """The four keys of one word of an entry; without a language there is no lemma (`l` alone)."""
    full = _written_out(fold(word), (lang,) if lang else LANGUAGES)
    if digits_only(full):
        return (f"w{full}", "l", "s", "t")
    stem = light_stem(full)
    return (f"w{full}", f"l{lemma(word, lang) if lang else ''}", f"s{stem}", f"t{skeleton(stem)}")


def _written_out(folded: str, codes: Sequence[str]) -> str:
    if digits_only(folded):
        return house_number(folded)
    return next((language(c).abbreviations[folded] for c in codes if folded in language(c).abbreviations), folded)


def entry_keys(text: str, lang: str | None) -> tuple[tuple[str, str, str, str], ...]:
    """The keys of every telling word of an entry, in order."""
    return tuple(word_keys(word, lang) for word in entry_words(text, lang))
