"""Comparing and shortening words of sources: the same word in any case, spacing or accent is one word."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LONGEST = 60
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "ё": "io", "є": "ie", "ж": "zh",
        "з": "z", "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
        "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
        "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    }
)  # fmt: skip


def fold(word: str) -> str:
    """The word as it is compared: no case, single blanks, no accents on Latin letters."""
    text = " ".join(word.casefold().split())
    kept: list[str] = []
    for letter in unicodedata.normalize("NFD", text):
        is_accent = unicodedata.combining(letter) and kept and kept[-1] < "\u0400"
        if not is_accent:
            kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept))


def code_of(word: str) -> str:
    """A code made of a name: Latin letters, digits and underscores; a long one ends in a hash, so that none meet."""
    text = fold(word).translate(_CYRILLIC)
    code = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    if code and len(code) <= _LONGEST:
        return code
    digest = hashlib.blake2b(fold(word).encode(), digest_size=4).hexdigest()
    return f"{code[:_LONGEST]}_{digest}".strip("_")
