"""Reads the values of a map file into a `ColumnMap`, collecting every problem so that one look mends them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from etl.errors import MapError
from etl.maps.types import ADDABLE, FIELDS, INSTANTS, REQUIRED, VOCABULARIES, ColumnMap, Extent, ReadOptions
from etl.transforms.text import fold
from geodata.profile import ExecutorKind

KEYS = (
    "source", "title", "publisher", "licence", "table", "time_zone", "extent", "fields", "formats", "words", "add",
    "executor_kinds", "defaults", "ignore", "personal", "read", "drop_whole_degrees", "clock_skew_s",
)  # fmt: skip
FORMAT_KEYS = ("instant", "day", "answered", *INSTANTS)


class _Problems:
    """What is wrong with one map, told together."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.found: list[str] = []

    def add(self, key: str, what: str, cure: str) -> None:
        self.found.append(f"{key} {what}: {cure}")

    def report(self) -> None:
        if self.found:
            raise MapError(f"{self.where}: " + "; ".join(self.found))


def parse(values: Mapping[str, Any], *, name: str, where: str) -> ColumnMap:
    """The checked map; raises `MapError` that lists every problem with its key and cure."""
    problems = _Problems(where)
    for key in values:
        if key not in KEYS:
            problems.add(key, "is not a key of a map", f"use one of {', '.join(KEYS)}")
    table = _table(values, problems)
    fields, key_parts = _fields(values, table, problems)
    made = ColumnMap(
        source=str(values.get("source", name)),
        title=str(values.get("title", name)),
        table=table,
        fields=fields,
        key=key_parts,
        time_zone=_zone(values, problems),
        extent=_extent(values, problems),
        formats=_formats(values, problems),
        words=_words(values, problems),
        add=_add(values, problems),
        executor_kinds=_kinds(values, problems),
        defaults=_defaults(values, table, problems),
        ignore=frozenset(_texts(values, "ignore", problems)),
        keep=frozenset(_texts(_section(values, "personal", problems, allowed=("keep",)), "keep", problems)),
        read=_read(values, problems),
        drop_whole_degrees=values.get("drop_whole_degrees") is True,
        clock_skew_s=_number(values, "clock_skew_s", 300, problems),
    )
    problems.report()
    return made


def _section(
    values: Mapping[str, Any], key: str, problems: _Problems, *, allowed: tuple[str, ...] | None = None
) -> Mapping[str, Any]:
    found = values.get(key, {})
    if not isinstance(found, Mapping):
        problems.add(key, "is not a table", f"write a section [{key}]")
        return {}
    for name in found:
        if allowed is not None and name not in allowed:
            problems.add(f"{key}.{name}", "is not known", f"use one of {', '.join(allowed)}")
    return found


def _texts(values: Mapping[str, Any], key: str, problems: _Problems) -> tuple[str, ...]:
    found = values.get(key, ())
    listed = (found,) if isinstance(found, str) else tuple(found) if isinstance(found, list | tuple) else None
    if listed is None or not all(isinstance(item, str) for item in listed):
        problems.add(key, f"is {found!r}", "write a text or a list of texts")
        return ()
    return listed


def _number(values: Mapping[str, Any], key: str, default: int, problems: _Problems) -> int:
    found = values.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        problems.add(key, f"is {found!r}", "write a whole number, 0 or more")
        return default
    return found


def _table(values: Mapping[str, Any], problems: _Problems) -> str:
    table = values.get("table")
    if table not in FIELDS:
        problems.add("table", f"is {table!r}", f"write one of {', '.join(FIELDS)}")
        problems.report()
    return str(table)


def _fields(
    values: Mapping[str, Any], table: str, problems: _Problems
) -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, ...], ...]]:
    section = dict(_section(values, "fields", problems, allowed=FIELDS[table]))
    key_parts = _key(section.pop("key", ()), problems)
    fields = {name: _texts(section, name, problems) for name in section if name in FIELDS[table]}
    missing = [name for name in REQUIRED[table] if not (key_parts if name == "key" else fields.get(name))]
    if missing:
        problems.add("fields", f"lack {', '.join(missing)}", f"name their columns; a row of {table} is nothing without")
    if ("lon" in fields) != ("lat" in fields):
        problems.add("fields", "have one of lon and lat", "name both columns or none")
    if table == "territory" and not ({"code", "name"} & set(fields)):
        problems.add("fields", "lack code and name", "name the column of at least one, areas are found by it")
    return fields, key_parts


def _key(found: Any, problems: _Problems) -> tuple[tuple[str, ...], ...]:
    """A text or list is one part with alternatives; `{ parts = [...] }` joins several columns."""
    parts = found.get("parts", ()) if isinstance(found, Mapping) else [found] if found else ()
    return tuple(_texts({"fields.key": part}, "fields.key", problems) for part in parts)


def _zone(values: Mapping[str, Any], problems: _Problems) -> str | None:
    found = values.get("time_zone")
    if found is None:
        return None
    try:
        return ZoneInfo(str(found)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.add("time_zone", f"is {found!r}", "use an IANA name such as America/New_York")
        return None


def _extent(values: Mapping[str, Any], problems: _Problems) -> Extent | None:
    found = values.get("extent")
    if found is None:
        return None
    is_box = isinstance(found, list) and len(found) == 4 and all(isinstance(n, int | float) for n in found)
    if not is_box or not (found[0] < found[2] and found[1] < found[3]):
        problems.add("extent", f"is {found!r}", "write [west, south, east, north] in degrees")
        return None
    return (float(found[0]), float(found[1]), float(found[2]), float(found[3]))


def _formats(values: Mapping[str, Any], problems: _Problems) -> dict[str, tuple[str, ...]]:
    section = _section(values, "formats", problems, allowed=FORMAT_KEYS)
    formats = {name: _texts(section, name, problems) for name in section}
    for name, listed in formats.items():
        for form in listed:
            if "%" not in form and form not in ("epoch_s", "epoch_ms", "excel"):
                cure = "write it as %d.%m.%Y %H:%M, or epoch_s, epoch_ms, excel"
                problems.add(f"formats.{name}", f"is {form!r}", cure)
    return formats


def _words(values: Mapping[str, Any], problems: _Problems) -> dict[str, dict[str, str]]:
    section = _section(values, "words", problems, allowed=tuple(VOCABULARIES))
    words: dict[str, dict[str, str]] = {}
    for vocabulary in section:
        ours = VOCABULARIES.get(vocabulary, ())
        table = _section(section, vocabulary, problems, allowed=ours or None)
        words[vocabulary] = {}
        for code in table:
            for word in _texts(table, code, problems):
                if words[vocabulary].setdefault(fold(word), code) != code:
                    problems.add(f"words.{vocabulary}", f"gives {word!r} two meanings", "keep one")
    return words


def _add(values: Mapping[str, Any], problems: _Problems) -> frozenset[str]:
    listed = _texts(values, "add", problems)
    for name in listed:
        if name not in ADDABLE:
            problems.add("add", f"names {name!r}", f"only {', '.join(ADDABLE)} can grow from a source")
    return frozenset(listed)


def _kinds(values: Mapping[str, Any], problems: _Problems) -> dict[str, str]:
    section = _section(values, "executor_kinds", problems, allowed=get_args(ExecutorKind))
    return {fold(name): kind for kind in section for name in _texts(section, kind, problems)}


def _defaults(values: Mapping[str, Any], table: str, problems: _Problems) -> dict[str, str]:
    section = _section(values, "defaults", problems, allowed=FIELDS[table])
    return {name: str(value) for name, value in section.items()}


def _read(values: Mapping[str, Any], problems: _Problems) -> ReadOptions:
    allowed = tuple(found.name for found in fields_of(ReadOptions))
    section = dict(_section(values, "read", problems, allowed=allowed))
    separator = section.get("separator")
    if separator is not None and (not isinstance(separator, str) or len(separator) != 1):
        problems.add("read.separator", f"is {separator!r}", 'write one character, a tab as "\\t"')
        separator = None
    decimal = section.get("decimal", ".")
    if decimal not in (".", ","):
        problems.add("read.decimal", f"is {decimal!r}", 'write "." or ","')
        decimal = "."
    return ReadOptions(
        separator=separator,
        encoding=section.get("encoding"),
        sheet=section.get("sheet"),
        skip_rows=_number(section, "skip_rows", 0, problems),
        null_values=_texts(section, "null_values", problems),
        decimal=decimal,
        query=section.get("query"),
    )
