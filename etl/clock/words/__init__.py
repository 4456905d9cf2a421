"""The words of the clock's explanations, one TOML file per language beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

DAY_S = 86_400
MINUTES_TELL_TO_DAYS = 30
"""Beyond so many days, hours and minutes say nothing more."""
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
        """A length of time round the clock, as a person says it: days from two days on; minutes begun are left out."""
        days, rest = divmod(max(seconds, 0), DAY_S)
        if days < 2:
            return self._hours(max(seconds, 0))
        said = f"{days} {self.sentences['days']}"
        return said if rest < 60 or days > MINUTES_TELL_TO_DAYS else f"{said} {self._hours(rest)}"

    def work_span(self, seconds: int, day_s: int) -> str:
        """A length of working time in hours and minutes; long ones also in working days of `day_s` seconds."""
        said = self._hours(max(seconds, 0))
        if seconds < DAY_S or seconds < 3 * day_s:
            return said
        return f"{said} ({self.sentences['about_workdays'].format(days=round(seconds / day_s))})"

    def _hours(self, seconds: int) -> str:
        hours, minutes = divmod(seconds // 60, 60)
        said = [f"{hours} {self.sentences['hours']}"] if hours else []
        return " ".join([*said, f"{minutes} {self.sentences['minutes']}"] if minutes or not hours else said)


@lru_cache(maxsize=len(LANGUAGES))
def words_of(lang: str) -> Words:
    """The words of `lang`, English for a language that has none."""
    chosen = lang if lang in LANGUAGES else "en"
    data = tomllib.loads((files(__name__) / f"{chosen}.toml").read_text(encoding="utf-8"))
    reasons = data.pop("reasons")
    return Words(sentences=data, reasons=reasons)
