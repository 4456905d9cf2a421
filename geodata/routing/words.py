"""Routes in words, per language: templates are data (`locales/<language>.toml`), this file only fills them in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

LANGUAGES = ("sk", "uk", "be", "ru", "en")
FALLBACK = "en"
_FOLDER = Path(__file__).parent / "locales"
UNITS = {"be": ("м", "км"), "ru": ("м", "км"), "uk": ("м", "км")}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    lang: str
    texts: Mapping[str, Any]

    def step(self, kind: str, street: str, **values: str) -> str:
        """An instruction; where the street has no name, the template that needs none."""
        steps = self.texts["steps"]
        template = steps[kind] if street or f"{kind}_unnamed" not in steps else steps[f"{kind}_unnamed"]
        return str(template).format(street=street, **values)

    def heading(self, degrees: float) -> str:
        """A compass direction, 0 is north."""
        return str(self.texts["headings"][round(degrees / 45) % 8])

    def vehicle(self, mode: str) -> str:
        """The vehicle's name in the case the instructions need."""
        return str(self.texts["vehicles"].get(mode, mode))

    def count(self, kind: str, n: int) -> str:
        """A number with its noun in the right form."""
        forms = self.texts["count"][kind]
        return str(forms.get(Locale.parse(self.lang).plural_form(n), forms["other"])).format(n=n)

    def unknown(self, kind: str, **values: str) -> str:
        """Something on the way that is not known."""
        return str(self.texts["unknown"][kind]).format(**values)

    def error(self, code: str, **values: date) -> str:
        """Why there is no route, one sentence."""
        days = {key: format_date(day, "long", locale=self.lang) for key, day in values.items()}
        return str(self.texts["errors"][code]).format(**days)

    def place(self, end: str) -> str:
        """The word for an end without a name: "start" or "destination"."""
        return str(self.texts[end])

    def distance(self, metres: float) -> str:
        """Metres or kilometres, rounded as people say them."""
        metre, kilometre = UNITS.get(self.lang, ("m", "km"))
        if metres < 950:
            step = 5 if metres < 100 else 10 if metres < 300 else 50
            return f"{max(step, round(metres / step) * step)} {metre}"
        return f"{format_decimal(round(metres / 1000, 1), locale=self.lang)} {kilometre}"

    def time(self, at: datetime) -> str:
        """The clock time in the zone the instant carries."""
        return str(format_time(at, "HH:mm", locale=self.lang))


@cache
def words(lang: str) -> Words:
    """The words of a language, else of English."""
    code = lang if lang in LANGUAGES else FALLBACK
    return Words(code, tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8")))
