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
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 22
_SAMPLE = 1 << 20
_ARCHIVES = (
    (b"\x1f\x8b", "a gzip archive: give it its own ending (.csv.gz)"),
    (b"PK\x03\x04", "a zip archive or a workbook: give it its own ending (.zip, .xlsx)"),
    (b"PAR1", "a Parquet file: give it its own ending (.parquet)"),
    (b"\xd0\xcf\x11\xe0", "a workbook of old Excel: save it as .xlsx or CSV"),
)
_HALF = 0.3
"""Of the bytes at even (or odd) places being zero: UTF-16 without its mark, as some programs write it."""
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
    for mark, what in _ARCHIVES:
        if head.startswith(mark):
            raise SourceError(f"{path.name}: is no text but {what}")
    for name, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(head) > 1 and head[start::2].count(0) > _HALF * len(head) / 2:
            return name
    return "utf-8" if _is_utf8(path) else _code_page(_telling_bytes(path))


def _is_utf8(path: Path) -> bool:
    """Whether it is UTF-8 throughout; raises `SourceError` naming the line of a byte that no text has."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    try:
        with path.open("rb") as handle:
            while block := handle.read(_BLOCK):
                if 0 in block:
                    lines += block[: block.index(0)].count(b"\n")
                    raise SourceError(
                        f"{path.name}, line {lines}: holds a NUL byte, which no text has: remove it, and load again; "
                        "or is it no text at all?"
                    )
                lines += block.count(b"\n")
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
