"""The screen in five languages: one TOML file per area, every text with its five translations side by side.

Side by side, because a translator then sees what the others say, and a missing language is seen at a glance. Texts
that depend on a number are tables by CLDR plural category (`one`, `few`, `many`, `other`) and take `n`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from babel import Locale

from dashboard.errors import TranslationError
from dashboard.formats import number

LANGUAGES: Final = ("sk", "uk", "be", "ru", "en")
LANGUAGE_NAMES: Final = MappingProxyType(
    {"sk": "Slovenčina", "uk": "Українська", "be": "Беларуская", "ru": "Русский", "en": "English"}
)
FOLDER: Final = Path(__file__).parent / "locales"

Message = str | Mapping[str, str]


@cache
def catalogue(folder: Path = FOLDER) -> Mapping[str, Mapping[str, Message]]:
    """Every text by its dotted key, then by language; raises `TranslationError` where a language is missing."""
    found: dict[str, Mapping[str, Message]] = {}
    for path in sorted(folder.glob("*.toml")):
        for key, texts in _flatten(tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in found:
                raise TranslationError(f"{path.name}: {key} is defined twice; give one of them another name")
            missing = set(LANGUAGES) - set(texts)
            if missing:
                raise TranslationError(f"{path.name}: {key} has no {', '.join(sorted(missing))}; add the translation")
            found[key] = texts
    return MappingProxyType(found)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Mapping[str, Message]]]:
    if any(name in LANGUAGES for name in tree):
        return [(prefix, tree)]
    return [pair for name, inner in tree.items() for pair in _flatten(inner, f"{prefix}.{name}" if prefix else name)]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language: `t("volumes.title")`, `t("volumes.days", n=5)`."""

    lang: str

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`; numbers named `n` choose the plural form and are written in the reader's way."""
        try:
            message = catalogue()[key][self.lang]
        except KeyError as error:
            raise TranslationError(f"no text {key!r} in {self.lang}; add it to dashboard/locales") from error
        if not isinstance(message, str):
            message = message.get(plural(self.lang, values.get("n", 0)), message["other"])
        shown = {name: number(value, self.lang) if _is_number(value) else value for name, value in values.items()}
        return message.format_map(shown) if shown else message

    def has(self, key: str) -> bool:
        """True where the key exists."""
        return key in catalogue()


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def plural(lang: str, n: object) -> str:
    """The CLDR plural category of `n`: one, few, many or other."""
    return str(Locale(lang).plural_form(abs(n) if isinstance(n, int | float) else 0))


def choose(wanted: str | None, accept: str, fallback: tuple[str, ...]) -> str:
    """The language to speak: what the reader chose, else what the browser asks for, else the city's own.

    `accept` is an Accept-Language header; its qualities are kept, unknown languages are skipped.
    """
    if wanted in LANGUAGES:
        return str(wanted)
    for lang in _accepted(accept):
        if lang in LANGUAGES:
            return lang
    return next((lang for lang in fallback if lang in LANGUAGES), "en")


def _accepted(header: str) -> list[str]:
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        ranked.append((-weight, place, tag.split("-")[0].lower()))
    return [lang for _, _, lang in sorted(ranked)]
