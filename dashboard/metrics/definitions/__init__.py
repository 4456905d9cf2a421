"""Names and definitions of the figures, one file per language; English where a text is missing (a test forbids it)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "sk", "uk", "be", "ru")


@cache
def texts(lang: str) -> Mapping[str, Mapping[str, str]]:
    """`name` and `definition` by figure, and the reasons and words the figures command needs under `_words`."""
    if lang not in LANGUAGES:
        lang = "en"
    return tomllib.loads(files(__package__).joinpath(f"{lang}.toml").read_text(encoding="utf-8"))


def text_of(kpi: str, part: str, lang: str) -> str:
    """A text of a figure."""
    return texts(lang).get(kpi, {}).get(part) or texts("en")[kpi][part]
