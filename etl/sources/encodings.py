"""Which encoding a text file is in: its BOM, else strict UTF-8, else the Windows code page whose letters make words.

Eastern European files come in cp1250 and cp1251 as often as in UTF-8, and every byte is a letter in both; so letters
are weighed: a true reading has vowels among consonants and lower case after upper, a false one does not.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from etl.errors import SourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 22
_SAMPLE = 1 << 20
# Letters beyond ASCII of Slovak, Czech, Polish, Hungarian, Romanian; and of Ukrainian, Belarusian, Russian.
_LATIN = "áäčďéěíĺľňóôöőřŕšťúůüűýžąćęłńśźżășțâîÁÄČĎÉĚÍĹĽŇÓÔÖŐŘŔŠŤÚŮÜŰÝŽĄĆĘŁŃŚŹŻ„“”–—’§°"
_CYRILLIC = "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюя"
_CYRILLIC_WORD = re.compile(f"[{_CYRILLIC}{_CYRILLIC.upper()}]{{3,}}")
_MIXED = re.compile(f"[a-zA-Z][{_CYRILLIC}{_CYRILLIC.upper()}]|[{_CYRILLIC}{_CYRILLIC.upper()}][a-zA-Z]")


def detect(path: Path) -> str:
    """The Python name of the file's encoding; raises `SourceError` for a file of bytes that are no text."""
    with path.open("rb") as handle:
        head = handle.read(_SAMPLE)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if b"\x00" in head:
        raise SourceError(f"{path.name}: holds bytes that no text has: is it a spreadsheet or an archive?")
    return "utf-8" if _is_utf8(path) else _code_page(_telling_bytes(path))


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as handle:
            while block := handle.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling_bytes(path: Path) -> bytes:
    """Lines with bytes beyond ASCII, from wherever in the file they are."""
    found = b""
    with path.open("rb") as handle:
        for line in handle:
            if not line.isascii():
                found += line
            if len(found) >= _SAMPLE:
                break
    return found


def _code_page(sample: bytes) -> str:
    cyrillic = sample.decode("cp1251", errors="replace")
    latin = sample.decode("cp1250", errors="replace")
    words = sum(len(word) for word in _CYRILLIC_WORD.findall(cyrillic))
    cyrillic_score = words - 4 * len(_MIXED.findall(cyrillic)) - 8 * cyrillic.count("\ufffd")
    latin_score = sum(latin.count(letter) for letter in _LATIN) - _strange(latin) - 8 * latin.count("\ufffd")
    return "cp1251" if cyrillic_score > latin_score else "cp1250"


def _strange(text: str) -> int:
    """Letters and signs beyond ASCII that none of those languages writes."""
    return sum(1 for letter in text if letter > "\x7f" and letter not in _LATIN)


def check_name(encoding: str, *, where: str) -> str:
    """The encoding if Python knows it, else `SourceError`."""
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise SourceError(f"{where}: there is no encoding {encoding!r}: use utf-8, cp1250, cp1251, ...") from error
