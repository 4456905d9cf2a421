"""Word forms: one key for all forms of a word, from a library where one knows the language, else from endings.

Slovak and Ukrainian: simplemma (lemmas). Russian and English: snowball. Belarusian: no library covers it, so the
endings of `geodata/language/be.toml` do. Beside the language's own key every word gets a light stem by script, which
joins Ukrainian, Belarusian and Russian forms of the same word and words the libraries do not know.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from threading import Lock

from geodata.text import digits_only, fold, script, skeleton, words

LANGUAGES = ("sk", "uk", "be", "ru", "en")
_BY_SCRIPT = {"latin": ("sk", "en"), "cyrillic": ("uk", "be", "ru"), "other": ()}
_SNOWBALL = {"ru": "russian", "en": "english"}
_LEMMATISED = frozenset({"sk", "uk"})
_MIN_STEM = 3
# A snowball stemmer keeps the word it works on; two threads at once would mix theirs.
_STEMMING = Lock()


@dataclass(frozen=True)
class Language:
    """Word lists of one language, all folded; endings longest first."""

    stop: frozenset[str]
    endings: tuple[str, ...]
    abbreviations: dict[str, str]


@cache
def language(code: str) -> Language:
    """The word lists of `geodata/language/<code>.toml`; an unknown language has empty ones."""
    file = resources.files("geodata.language").joinpath(f"{code}.toml")
    if not file.is_file():
        return Language(frozenset(), (), {})
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    endings = sorted({fold(e) for e in data["endings"].split()} - {""}, key=lambda e: (-len(e), e))
    return Language(
        stop=frozenset(fold(w) for stop in data["stop"].split() for w in words(stop)),
        endings=tuple(endings),
        abbreviations={fold(k): fold(v) for k, v in data["abbreviations"].items()},
    )


def languages_of(word: str) -> tuple[str, ...]:
    """The languages of ours that are written in the word's script."""
    return _BY_SCRIPT[script(fold(word))]


@cache
def _stemmer(code: str) -> object:
    import snowballstemmer

    return snowballstemmer.stemmer(_SNOWBALL[code])


@lru_cache(maxsize=65536)
def lemma(word: str, code: str) -> str:
    """The folded key that the forms of a normalised word share in one language; `''` where the script does not fit."""
    if digits_only(word) or code not in languages_of(word):
        return ""
    if code in _SNOWBALL:
        with _STEMMING:
            return fold(str(_stemmer(code).stemWord(word)))  # type: ignore[attr-defined]
    if code in _LEMMATISED:
        import simplemma

        # Some lemmas hold an apostrophe, a hyphen or a dot, which no key may.
        return fold("".join(words(simplemma.lemmatize(word, lang=code))))
    return cut_ending(fold(word), language(code).endings)


@lru_cache(maxsize=65536)
def light_stem(folded: str) -> str:
    """The folded word without its case ending, by script alone."""
    if digits_only(folded):
        return folded
    return cut_ending(folded, _script_endings(script(folded)))


@cache
def _script_endings(name: str) -> tuple[str, ...]:
    codes = {"latin": ("sk",), "cyrillic": ("uk", "ru")}.get(name, ())
    return tuple(sorted({e for code in codes for e in language(code).endings}, key=lambda e: (-len(e), e)))


def cut_ending(folded: str, endings: tuple[str, ...]) -> str:
    """The word without the longest ending that leaves at least three letters."""
    for ending in endings:
        if folded.endswith(ending) and len(folded) - len(ending) >= _MIN_STEM:
            return folded[: -len(ending)]
    return folded


def is_stop(folded: str, codes: tuple[str, ...]) -> bool:
    """True when the word carries no topic in any of the languages."""
    return any(folded in language(code).stop for code in codes)


@cache
def stop_skeletons(code: str) -> frozenset[str]:
    """A language's stop words as they are typed in Latin letters (`kuda`, `mne`)."""
    return frozenset(skeleton(word) for word in language(code).stop)
