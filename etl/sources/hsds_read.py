"""HSDS in all its shapes as one: rows by table, nested objects taken apart, each row with its links to others.

JSON of HSDS 3 nests what its tabular form spreads over files; here both become the same rows, and an object that
appears in several places is one row that has all of its links.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from etl.errors import SourceError
from etl.sources.delimited import sniff

Row = dict[str, Any]
_HEAD = 1 << 16

TABLES: Mapping[str, str] = {
    **dict.fromkeys(("organization", "organizations"), "organization"),
    **dict.fromkeys(("service", "services"), "service"),
    **dict.fromkeys(("location", "locations"), "location"),
    **dict.fromkeys(("address", "addresses", "physical_addresses", "postal_addresses"), "address"),
    **dict.fromkeys(
        ("service_at_location", "service_at_locations", "services_at_location", "services_at_locations"),
        "service_at_location",
    ),
    **dict.fromkeys(("phone", "phones"), "phone"),
    **dict.fromkeys(("contact", "contacts"), "hsds_contact"),
    **dict.fromkeys(("schedule", "schedules", "regular_schedules", "holiday_schedules"), "schedule"),
    **dict.fromkeys(("required_document", "required_documents", "documents_required"), "required_document"),
    **dict.fromkeys(("cost_option", "cost_options"), "cost_option"),
    **dict.fromkeys(("language", "languages"), "language"),
    **dict.fromkeys(("service_area", "service_areas"), "service_area"),
    **dict.fromkeys(("taxonomy_term", "taxonomy_terms", "taxonomy"), "taxonomy_term"),
    **dict.fromkeys(("attribute", "attributes", "service_attributes", "services_taxonomy", "service_taxonomy"),
        "attribute",),
    **dict.fromkeys(("accessibility", "accessibility_for_disabilities"), "accessibility_observation"),
    "eligibility": "eligibility",
    "eligibilities": "eligibility",
}  # fmt: skip
"""Our table by the name of a file or a JSON key."""

FILE_OF: Mapping[str, str] = {"hsds_contact": "contacts"}
"""The name of a table's file where it is not the table's own."""

KNOWN_TABLES = frozenset(TABLES.values())


@dataclass(slots=True)
class RawDirectory:
    """`rows` by table; `repeated` are (table, row number, row) whose id came before; `left_out` counts other tables.

    `is_whole`: what was read is all that the publisher has to list, not one object or one page of several.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    repeated: list[tuple[str, int, Row]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    is_whole: bool = True
    _places: dict[tuple[str, str], Row] = field(default_factory=dict)
    _read: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, row: Row, *, is_nested: bool) -> None:
        """Add a row; one whose id is known is merged where it is nested, else it is a repeat."""
        listed = self.rows.setdefault(table, [])
        self._read[table] += 1
        row["_row_no"] = self._read[table]
        id_ = row.get("id")
        known = self._places.get((table, str(id_))) if id_ not in (None, "") else None
        if known is None:
            if id_ not in (None, ""):
                self._places[(table, str(id_))] = row
            listed.append(row)
        elif is_nested:
            known.update({name: value for name, value in row.items() if known.get(name) in (None, "")})
        else:
            self.repeated.append((table, self._read[table], row))


def read_json(text: bytes, into: RawDirectory, *, name: str) -> None:
    """A document of HSDS 3: one object, a page with `contents`, an array, or a tabular package in JSON."""
    try:
        found = json.loads(text.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SourceError(f"{name}: is not JSON: {error}") from error
    if isinstance(found, Mapping) and found and all(str(key).endswith(".csv") for key in found):
        for file, rows in found.items():
            _add_rows(str(file), rows if isinstance(rows, list) else [], into)
        return
    listed = found.get("contents", [found]) if isinstance(found, Mapping) else found
    if isinstance(found, Mapping) and ("contents" not in found or str(found.get("total_pages") or 1) != "1"):
        into.is_whole = False
    if not isinstance(listed, list) or not all(isinstance(item, Mapping) for item in listed):
        raise SourceError(f"{name}: is no HSDS document: an object, or a page with `contents`, is wanted")
    for item in listed:
        table = _kind(item)
        if table is None:
            raise SourceError(
                f"{name}: holds an object that is no organization, service, location or service_at_location of HSDS 3"
            )
        _take(table, item, {}, into)


def _kind(item: Mapping[str, Any]) -> str | None:
    """Which object of HSDS it is, by what only that one has."""
    if {"latitude", "longitude", "addresses", "location_type", "accessibility"} & set(item):
        return "location"
    if "service" in item or ("location" in item and "name" not in item):
        return "service_at_location"
    marks = {
        "organization",
        "organization_id",
        "program",
        "application_process",
        "fees_description",
        "service_at_locations",
    }
    if marks & set(item) or ("status" in item and "name" in item):
        return "service"
    return "organization" if "name" in item else None


def _take(table: str, item: Mapping[str, Any], links: Mapping[str, Any], into: RawDirectory) -> None:
    """One object with all that is nested in it; `links` are the ids of the objects around it."""
    row: Row = dict(links)
    nested: list[tuple[str, Any]] = []
    for name, value in item.items():
        if isinstance(value, Mapping):
            row[f"{name}_id"] = value.get("id")
            nested.append((name, [value]))
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            nested.append((name, value))
        elif not isinstance(value, list):
            row[name] = value
    into.add(table, row, is_nested=True)
    for name, values in nested:
        inner = TABLES.get(name)
        if inner is None:
            into.left_out[name] += len(values)
            continue
        for value in values:
            _take(inner, value, _links_within(table, row, inner), into)


_ABOVE: Mapping[str, tuple[str, ...]] = {
    "organization": (),
    "service": ("organization",),
    "location": ("organization",),
    "service_at_location": ("service", "location"),
    "address": ("location",),
    "phone": ("organization", "service", "location", "service_at_location", "hsds_contact"),
    "hsds_contact": ("organization", "service", "location", "service_at_location"),
    "schedule": ("service", "location", "service_at_location"),
    "required_document": ("service",),
    "cost_option": ("service",),
    "language": ("service", "location", "phone"),
    "service_area": ("service", "service_at_location"),
    "accessibility_observation": ("location",),
    "taxonomy_term": (),
    "attribute": (),
}
"""Which rows a row may name as what it belongs to."""


def link_column(table: str) -> str:
    """The column of HSDS that names a row of `table`."""
    return "contact_id" if table == "hsds_contact" else f"{table}_id"


def _links_within(table: str, row: Row, inner: str) -> Row:
    if inner == "attribute":
        return {"link_id": row.get("id"), "link_entity": table}
    return {link_column(table): row.get("id")} if table in _ABOVE[inner] else {}


def linked_tables(table: str) -> tuple[str, ...]:
    """The tables whose rows a row of `table` may belong to."""
    return _ABOVE[table]


def read_csv(text: bytes, file: str, into: RawDirectory, *, name: str, encoding: str = "utf-8-sig") -> None:
    """One file of a tabular package; its name says its table."""
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: {file} is not UTF-8 ({error}); HSDS wants UTF-8, save it so") from error
    csv.field_size_limit(1 << 24)
    try:
        rows = list(csv.DictReader(io.StringIO(decoded, newline=""), delimiter=sniff(decoded[:_HEAD], where=name)))
    except csv.Error as error:
        raise SourceError(f"{name}: {file} cannot be read as CSV: {error}") from error
    _add_rows(file, rows, into)


def _add_rows(file: str, rows: list[Any], into: RawDirectory) -> None:
    stem = stem_of(file)
    table = TABLES.get(stem)
    if table is None:
        into.left_out[stem] += len(rows)
        return
    into.rows.setdefault(table, [])
    for row in rows:
        plain = {str(key): value for key, value in row.items() if key is not None and not isinstance(value, list)}
        into.add(table, {**plain, "_file": stem}, is_nested=False)


def stem_of(file: str) -> str:
    """The table's name in a file's name, without a publisher's prefix: `ohana_phones.csv` is phones."""
    stem = file.rsplit("/", 1)[-1].lower().removesuffix(".csv")
    while stem not in TABLES and "_" in stem:
        shorter = stem.split("_", 1)[1]
        if shorter in TABLES or any(shorter.endswith(f"_{known}") for known in TABLES):
            stem = shorter
        else:
            break
    return stem
