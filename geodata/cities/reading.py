"""Reads TOML with a check on every key and gathers all that is wrong first, so that one run shows every cure."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import localedata

from geodata.errors import ProfileError
from geodata.profile import Names

_REQUIRED: Any = object()


@dataclass
class Problems:
    """What is wrong with a profile so far; `report` raises it all at once."""

    slug: str
    found: list[str] = field(default_factory=list)

    def add(self, file: str, key: str, what: str, cure: str) -> None:
        """Note one problem: where it is, what it is and how it is mended."""
        self.found.append(f"{file}: {key}: {what}; {cure}")

    def report(self) -> None:
        """Raise `ProfileError` if anything was found."""
        if self.found:
            raise ProfileError(f"the profile {self.slug} is wrong:\n  " + "\n  ".join(dict.fromkeys(self.found)))


def read_toml(path: Path, problems: Problems) -> dict[str, Any]:
    """The file as a table; a syntax error ends the reading, as nothing after it can be trusted."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.add(path.name, "syntax", str(error), "write valid TOML in UTF-8")
        problems.report()
        raise


def is_language(code: str) -> bool:
    """Whether `code` is a language code that is in use (ISO 639-1 as in CLDR)."""
    return len(code) == 2 and code.islower() and bool(localedata.exists(code))


class Section:
    """One TOML table whose keys are taken one by one; what nobody took is an unknown key."""

    def __init__(self, values: object, *, file: str, key: str, problems: Problems) -> None:
        """`key` is the dotted path of the table in `file`, empty at the top."""
        self.file, self.key, self.problems = file, key, problems
        self._taken: set[str] = set()
        self._values: Mapping[str, Any] = {}
        if isinstance(values, Mapping):
            self._values = values
        else:
            self.wrong("", f"is {values!r}, not a table", "write a table of keys and values")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def path(self, key: str) -> str:
        """The dotted path of `key`, as messages name it."""
        return ".".join(part for part in (self.key, key) if part) or "(top)"

    def wrong(self, key: str, what: str, cure: str) -> None:
        """Note a problem with `key`."""
        self.problems.add(self.file, self.path(key), what, cure)

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = _REQUIRED, *, example: str = "") -> Any:
        """The value of `key` if it is of `kind`; a missing or mistyped one is noted and an empty value returned."""
        self._taken.add(key)
        first = kind[0] if isinstance(kind, tuple) else kind
        if key not in self._values:
            if default is not _REQUIRED:
                return default
            self.wrong(key, "is missing", f"write {key} = {example or first.__name__}")
            return _empty(first)
        value = self._values[key]
        is_number_for_flag = isinstance(value, bool) and bool not in (kind if isinstance(kind, tuple) else (kind,))
        if is_number_for_flag or not isinstance(value, kind):
            self.wrong(key, f"is {value!r}", f"write it like {example or first.__name__}")
            return _empty(first) if default is _REQUIRED else default
        return value

    def text(self, key: str, default: str = _REQUIRED, *, example: str = '"..."') -> str:
        """A text."""
        return str(self.take(key, str, default, example=example))

    def number(self, key: str, default: float = _REQUIRED) -> float:
        """A number."""
        return float(self.take(key, (float, int), default, example="1.5"))

    def whole(self, key: str, default: int | None = _REQUIRED, *, least: int = 0) -> Any:
        """A whole number, `least` or more; `None` only where that is the default."""
        value = self.take(key, int, default, example=str(least))
        if value is not None and value < least:
            self.wrong(key, f"is {value}", f"write a whole number, {least} or more")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str = _REQUIRED) -> Any:
        """One of a few words; the first of them stands in for a wrong one."""
        value = self.text(key, default, example=f'"{allowed[0]}"')
        if value not in allowed:
            if value:
                self.wrong(key, f"is {value!r}", f"use one of {', '.join(allowed)}")
            return allowed[0]
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return bool(self.take(key, bool, default, example="true"))

    def numbers(self, key: str, length: int, default: tuple[float, ...] = _REQUIRED) -> tuple[float, ...]:
        """A list of `length` numbers."""
        shape = "[" + ", ".join(["0.0"] * length) + "]"
        if key not in self._values and default is not _REQUIRED:
            return default
        value = self.take(key, list, example=shape)
        if len(value) != length or not all(isinstance(v, int | float) for v in value):
            if value:
                self.wrong(key, f"is {value!r}", f"write {length} numbers like {shape}")
            return (0.0,) * length
        return tuple(float(v) for v in value)

    def day(self, key: str, default: date | None = _REQUIRED) -> date | None:
        """A day; `None` only where that is the default."""
        value: date | None = self.take(key, date, default, example="2026-01-31")
        return value.date() if isinstance(value, datetime) else value

    def instant(self, key: str, zone: ZoneInfo, default: datetime | None = _REQUIRED) -> datetime | None:
        """A moment as UTC; a local one is the city's own time."""
        value: datetime | None = self.take(key, datetime, default, example="2026-01-31T08:00:00")
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)

    def names(self, key: str, own: str, catalogue: Names | None = None) -> Names:
        """A text by language: as written, over the catalogue's; a plain text is in the city's own language."""
        written = self.take(key, (dict, str), {}) if key in self._values else {}
        given = {own: written} if isinstance(written, str) else dict(written)
        for code, text in given.items():
            if not is_language(code):
                self.wrong(
                    f"{key}.{code}", "is not a language code", "use ISO 639-1: uk for Ukrainian, be for Belarusian"
                )
            if not isinstance(text, str) or not text.strip():
                self.wrong(f"{key}.{code}", f"is {text!r}", "write the name or leave the language out")
        if catalogue and own not in catalogue and "en" in catalogue:
            catalogue = {own: catalogue["en"], **catalogue}
        merged = {**(catalogue or {}), **given}
        if own not in merged:
            self.wrong(key, f"has no name in {own}, the city's own language", f'write {key} = {{ {own} = "..." }}')
        return merged

    def tables(self, key: str) -> Iterator[tuple[str, Section]]:
        """The tables under `key` by code; a list of codes stands for tables that say nothing of their own."""
        value = self.take(key, (dict, list), {}, example=f"[{key}.CODE]")
        if isinstance(value, list):
            if len(set(map(str, value))) != len(value):
                self.wrong(key, "names a code twice", "keep each code once")
            value = {str(code): {} for code in value}
        for code, table in value.items():
            with Section(table, file=self.file, key=self.path(f"{key}.{code}"), problems=self.problems) as section:
                yield code, section

    def lists(self, key: str) -> Iterator[Section]:
        """The tables of a `[[key]]` list."""
        for position, table in enumerate(self.take(key, list, [], example=f"[[{key}]]"), 1):
            path = self.path(f"{key}[{position}]")
            with Section(table, file=self.file, key=path, problems=self.problems) as section:
                yield section

    def table(self, key: str) -> Section:
        """The table of `key`; empty where there is none."""
        found: object = self.take(key, dict, {})
        return Section(found, file=self.file, key=self.path(key), problems=self.problems)

    def free(self, key: str) -> Mapping[str, Any]:
        """The table of `key` as it stands."""
        found: Mapping[str, Any] = self.take(key, dict, {})
        return found

    def items(self) -> Mapping[str, Any]:
        """Every key and value, all counted as taken."""
        self._taken.update(self._values)
        return self._values

    def __enter__(self) -> Section:
        return self

    def __exit__(self, *_error: object) -> None:
        self.finish()

    def finish(self) -> None:
        """Note the keys that nobody took."""
        for key in self._values:
            if key not in self._taken:
                close = difflib.get_close_matches(key, self._taken, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(sorted(self._taken))}"
                self.wrong(key, "is an unknown key", hint)


def _empty(kind: type) -> Any:
    blanks: dict[type, object] = {date: date(1970, 1, 1), datetime: datetime(1970, 1, 1, tzinfo=UTC)}
    return blanks.get(kind) or kind()
