"""Letters and words: one folding for Latin and Cyrillic, so that search compares what people mean, not how they type.

`fold` drops diacritics and merges the letters in which Ukrainian, Belarusian and Russian spellings differ; `skeleton`
writes a folded word in a small Latin alphabet on which the usual transliterations (GOST, ISO 9, passports, chat) agree.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

Script = Literal["latin", "cyrillic", "other"]

# Apostrophes stand inside Ukrainian and Belarusian words and are typed in many ways, or not at all.
_APOSTROPHES = re.compile("['’ʼ‘`´ʹ\u02bb\u00ad]")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_CYRILLIC_MERGES = str.maketrans(
    {
        "ґ": "г", "і": "и", "ї": "и", "ы": "и", "й": "и", "є": "е", "э": "е", "ё": "е", "ў": "у", "ъ": "", "ь": ""
    }
)  # fmt: skip
_LATIN_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
_TO_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "h", "д": "d", "е": "e", "ж": "z", "з": "z", "и": "i", "к": "k", "л": "l",
        "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c",
        "ч": "c", "ш": "s", "щ": "sc", "ю": "iu", "я": "ia"
    }
)  # fmt: skip
# Digraphs of the common transliterations, longest first, then single letters that schemes disagree on.
_DIGRAPHS = (
    ("shch", "sc"), ("sch", "sc"), ("zh", "z"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("ch", "c"), ("sh", "s")
)  # fmt: skip
_LETTERS = str.maketrans({"y": "i", "j": "i", "w": "v", "g": "h", "q": "k", "x": "s"})
_SOFT = re.compile(r"i+(?=[aeou])")
_DOUBLED = re.compile(r"(.)\1+")


def normalise(text: str) -> str:
    """Compatibility-composed, case-folded text without apostrophes and soft hyphens."""
    return _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())


def words(text: str) -> list[str]:
    """Normalised words in order; parts of a hyphenated word are words of their own."""
    return [part for word in _WORD.findall(normalise(text)) for part in word.split("-")]


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """A normalised word without diacritics, with the East Slavic letter variants merged."""
    merged = word.translate(_CYRILLIC_MERGES)
    bare = "".join(c for c in unicodedata.normalize("NFKD", merged) if not unicodedata.combining(c))
    return bare.translate(_LATIN_LETTERS)


def script(word: str) -> Script:
    """The script of the word's first letter; digits and the rest are `other`."""
    for letter in word:
        if "a" <= letter <= "z":
            return "latin"
        if "\u0400" <= letter <= "\u04ff":
            return "cyrillic"
    return "other"


@lru_cache(maxsize=65536)
def skeleton(folded: str) -> str:
    """A folded word in the reduced Latin alphabet (a to z, 0 to 9) on which transliterations agree."""
    latin = folded.translate(_TO_LATIN) if script(folded) == "cyrillic" else _reduce_digraphs(folded)
    latin = _DOUBLED.sub(r"\1", _SOFT.sub("", latin.translate(_LETTERS)))
    return "".join(c for c in latin if c.isascii() and c.isalnum())


def _reduce_digraphs(latin: str) -> str:
    for digraph, letter in _DIGRAPHS:
        latin = latin.replace(digraph, letter)
    return latin


def house_number(folded: str) -> str:
    """A folded house number with its letter in Latin: `12а` and `12a` are one house."""
    return folded.translate(_TO_LATIN)


def transliterate(word: str) -> str:
    """The Latin skeleton of any word: what `dom pracy` and `дом працы` have in common."""
    return " ".join(skeleton(fold(part)) for part in words(word))


@lru_cache(maxsize=65536)
def trigrams(ascii_word: str) -> frozenset[str]:
    """Trigrams as PostgreSQL's pg_trgm cuts them: two blanks before the word, one after."""
    padded = f"  {ascii_word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def similarity(left: str, right: str) -> float:
    """pg_trgm's similarity of two ASCII words, 0 to 1: shared trigrams over all trigrams."""
    a, b = trigrams(left), trigrams(right)
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)


@cache
def digits_only(word: str) -> bool:
    """True for house numbers and the like, which are never stemmed, completed or mended."""
    return word[:1].isdigit()
