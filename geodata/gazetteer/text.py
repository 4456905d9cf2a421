"""Folds what people type and what signs say to one spelling: case, accents, abbreviations of street kinds."""

from __future__ import annotations

import re
import unicodedata

ABBREVIATIONS = {
    "ul": "ulica", "nam": "namestie", "tr": "trieda", "nabr": "nabrezie",
    "вул": "вулиця", "просп": "проспект", "пр": "проспект", "пл": "площа", "бул": "бульвар", "пров": "провулок",
    "ул": "улица", "пер": "переулок", "наб": "набережная", "ш": "шоссе",
    "зав": "завулак",
    "st": "street", "rd": "road", "ave": "avenue", "sq": "square", "str": "strasse",
}  # fmt: skip
"""Street kinds as they are shortened, folded; both spellings of a sign lead to one word."""

KIND_ENDINGS = (("straße", "strasse"), ("str.", "strasse"))


def fold(text: str) -> str:
    """Lower case without accents, punctuation as spaces, abbreviations written out."""
    text = text.casefold()
    for ending, full in KIND_ENDINGS:
        text = text.replace(ending, full)
    plain = "".join(_bare(letter) for letter in text).replace("ё", "е")
    words = re.findall(r"[^\W_]+(?:[/-]\w+)*", plain)
    return " ".join(ABBREVIATIONS.get(word, word) for word in words)


def _bare(letter: str) -> str:
    """A Latin letter without its accent; Cyrillic letters with marks (й, ї, ў) are letters of their own."""
    base = unicodedata.normalize("NFKD", letter)
    return base[0] if len(base) > 1 and base[0] < "\u0250" and unicodedata.combining(base[1]) else letter
