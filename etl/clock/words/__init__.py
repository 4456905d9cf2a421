"""The words of the clock's explanations, one TOML file per language beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("en", "sk", "uk", "be", "ru")


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences and pause reasons of one language."""

    sentences: dict[str, str]
    reasons: dict[str, str]

    def say(self, key: str, **values: object) -> str:
        """The sentence of `key` with its blanks filled in."""
        return self.sentences[key].format(**values)

    def reason(self, code: str) -> str:
        """A reason in words; one that has no translation is read as it was written."""
        return self.reasons.get(code, code.replace("_", " "))

    def span(self, seconds: int) -> str:
        """A length of time in hours and minutes, as a person says it; minutes begun are left out."""
        hours, minutes = divmod(max(seconds, 0) // 60, 60)
        said = [f"{hours} {self.sentences['hours']}"] if hours else []
        return " ".join([*said, f"{minutes} {self.sentences['minutes']}"] if minutes or not hours else said)


@lru_cache(maxsize=len(LANGUAGES))
def words_of(lang: str) -> Words:
    """The words of `lang`, English for a language that has none."""
    chosen = lang if lang in LANGUAGES else "en"
    data = tomllib.loads((files(__name__) / f"{chosen}.toml").read_text(encoding="utf-8"))
    reasons = data.pop("reasons")
    return Words(sentences=data, reasons=reasons)
