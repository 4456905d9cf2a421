"""Rows of HSDS, of any version, as rows of our directory tables; older names of columns become those of HSDS 3."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from etl.checks.reasons import CURES
from etl.schema import metadata
from etl.sources.directory import Row, directory_id, stamped
from etl.sources.hsds_read import link_column, linked_tables
from etl.transforms.text import fold
from geodata.accessibility.observations import LINK_OF
from geodata.taxonomy import load_taxonomy

RENAMED: Mapping[str, Mapping[str, str]] = {
    "organization": {"url": "website"},
    "service": {
        "website": "url", "eligibility": "eligibility_description", "fees": "fees_description",
        "assured_date": "assured_on",
    },
    "address": {"address": "address_1", "type": "address_type", "street_1": "address_1"},
    "phone": {"number_type": "type", "department": "description"},
    "language": {"language": "name"},
    "schedule": {"dtstart": "valid_from", "until": "valid_to", "start_date": "valid_from", "end_date": "valid_to",
                 "closed": "is_closed"},
    "location": {"short_desc": "description"},
    "taxonomy_term": {"vocabulary": "taxonomy", "taxonomy_id": "id"},
    "attribute": {"taxonomy_id": "taxonomy_term_id"},
}  # fmt: skip
"""What other versions call a column of ours; our own name wins where both are there."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "organization": ("name",),
    "service": ("name",),
    "phone": ("number",),
    "required_document": ("document",),
    "taxonomy_term": ("name",),
}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_NAMES = {name: _DAYS[i] for i, name in enumerate(
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))}  # fmt: skip
# Ohana's words for what a place has, as properties of ours.
_ACCESS = {
    "disabled_parking": "disabled_parking", "ramp": "step_free_entrance", "wheelchair": "step_free_entrance",
    "restroom": "accessible_toilet", "elevator": "lift", "tape_braille": "guidance_inside",
    "deaf_interpreter": "written_communication",
}  # fmt: skip
_TIME = re.compile(r"^(\d{1,2}):(\d{2})")


@dataclass(slots=True)
class HsdsRows:
    """Makes rows for one file; `side` gathers rows that a cell of another row held, by table."""

    source: str
    side: dict[str, list[Row]] = field(default_factory=dict)
    repairs: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: list[tuple[Any, ...]] = field(default_factory=list)
    refused_ids: list[str] = field(default_factory=list)
    _words: dict[str, str] = field(default_factory=dict)

    def make(self, table: str, raw: Row) -> Row | None:
        """The row of `table`, or None where it is refused (with reason, in `refused`)."""
        named = _renamed(table, raw)
        missing = [name for name in NEEDED.get(table, ()) if not named.get(name)]
        if missing:
            self.refuse(table, raw, missing[0], "missing_name")
            return None
        key = key_of(table, named)
        row = stamped(self.source, key)
        for column in metadata.tables[table].c:
            if column.name in named and column.name not in row:
                row[column.name] = self._value(column.name, column.type.python_type, named[column.name])
        for other in linked_tables(table):
            if named.get(link_column(other)) not in (None, ""):  # a document that does not say it takes nothing back
                row[_our_link(other)] = self.link(other, named[link_column(other)])
        adapt = _ADAPTERS.get(table)
        if adapt is not None:
            adapt(self, row, named)
        return row

    def refuse(self, table: str, raw: Row, column: str, reason: str) -> None:
        """Note a refused row; what a directory publishes is public, so the row is shown as it came."""
        shown = {name: value for name, value in raw.items() if not name.startswith("_")}
        self.refused_ids.append(directory_id(self.source, key_of(table, _renamed(table, raw))))
        value = shown.get(column)
        self.refused.append((raw.get("_row_no"), f"{table}.{column}", value, reason, CURES[reason], shown))

    def link(self, table: str, id_: Any) -> str | None:
        """The id of a row of `table` by the publisher's own."""
        return None if id_ in (None, "") else directory_id(self.source, f"{table}-{id_}")

    def add_side(self, table: str, key: str, **values: Any) -> None:
        """A row that was held in a cell."""
        self.side.setdefault(table, []).append(stamped(self.source, key, **values))

    def service_code(self, *texts: object) -> str | None:
        """The code of our taxonomy whose name or word one of the texts is."""
        if not self._words:
            self._words = _taxonomy_words()
        return next((self._words[key] for text in texts if (key := fold(str(text or ""))) in self._words), None)

    def _value(self, name: str, kind: type, value: Any) -> Any:
        if value is None or value == "":
            return None
        if kind is float:
            return self.number(name, value)
        if kind is bool:
            return fold(str(value)) in ("true", "t", "1", "yes", "y")
        if kind is date:
            return self._dated(name, str(value))
        if kind is datetime:
            return self._moment(name, str(value))
        if name in ("opens_at", "closes_at"):
            found = _TIME.match(str(value).strip())
            return f"{int(found[1]):02d}:{found[2]}" if found else str(value)
        return value if kind in (dict, list) else str(value).strip().strip('"')

    def number(self, name: str, value: Any) -> float | None:
        """The number, None where there is none; one that cannot be read is dropped and counted."""
        if value in (None, ""):
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            self.repairs[f"bad_{name}_dropped"] += 1
            return None

    def _dated(self, name: str, value: str) -> date | None:
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            self.repairs[f"bad_{name}_dropped"] += 1
            return None

    def _moment(self, name: str, value: str) -> datetime | None:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.repairs[f"bad_{name}_dropped"] += 1
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def key_of(table: str, row: Row) -> str:
    """The key of a row in its source: table and id, or what the row says where the publisher gave no id."""
    id_ = row.get("id")
    if id_ not in (None, ""):
        return f"{table}-{id_}"
    said = sorted(
        (name, str(value)) for name, value in row.items() if not name.startswith("_") and value not in (None, "")
    )
    return f"{table}-{directory_id(table, repr(said))}"


def _our_link(table: str) -> str:
    return "hsds_contact_id" if table == "hsds_contact" else f"{table}_id"


def _renamed(table: str, raw: Row) -> Row:
    row = dict(raw)
    for old, new in RENAMED.get(table, {}).items():
        if row.get(old) not in (None, "") and row.get(new) in (None, ""):
            row[new] = row[old]
    return row


def _taxonomy_words() -> dict[str, str]:
    words: dict[str, str] = {}
    for service in load_taxonomy().leaves():
        for text in (service.code, service.code.replace("_", " "), *service.names.values()):
            words.setdefault(fold(text), service.code)
    return words


def _pieces(text: object) -> Iterator[str]:
    yield from (piece.strip() for piece in re.split(r"[,;|]", str(text or "")) if piece.strip())


def _service(made: HsdsRows, row: Row, raw: Row) -> None:
    key = row["source_key"]
    code = made.service_code(raw.get("service_code"), row["name"], *_pieces(raw.get("keywords")))
    row["service_code"] = code
    if code is None:
        made.unmapped[("service", row["name"])] += 1
    row["is_protected"] = bool(code and load_taxonomy().services[code].is_protected)
    row["status"] = row.get("status") or "active"
    if raw.get("location_id") not in (None, ""):  # Ohana: a service belongs to one place
        made.add_side(
            "service_at_location", f"service_at_location-{key}", service_id=row["id"],
            location_id=made.link("location", raw["location_id"]),
        )  # fmt: skip
    for text in _pieces(raw.get("languages")):
        made.add_side("language", f"language-{key}-{text}", service_id=row["id"], name=text)
    for text in _pieces(raw.get("required_documents")):
        made.add_side("required_document", f"required_document-{key}-{text}", service_id=row["id"], document=text)
    for text in _pieces(raw.get("service_areas")):
        made.add_side("service_area", f"service_area-{key}-{text}", service_id=row["id"], name=text)
    for text in _pieces(raw.get("taxonomy_ids")):
        made.add_side(
            "attribute", f"attribute-{key}-{text}", link_id=row["id"], link_entity="service",
            taxonomy_term_id=made.link("taxonomy_term", text),
        )  # fmt: skip


def _location(made: HsdsRows, row: Row, raw: Row) -> None:
    row["lon"], row["lat"] = (
        made.number("longitude", raw.get("longitude")),
        made.number("latitude", raw.get("latitude")),
    )
    row["location_type"] = row.get("location_type") or (
        "virtual" if fold(str(raw.get("virtual") or "")) in ("true", "t") else "physical"
    )
    for text in _pieces(raw.get("languages")):
        made.add_side("language", f"language-{row['source_key']}-{text}", location_id=row["id"], name=text)
    seen = dict.fromkeys(_ACCESS[word] for word in map(fold, _pieces(raw.get("accessibility"))) if word in _ACCESS)
    for name in seen:
        made.add_side(
            "accessibility_observation", f"accessibility_observation-{row['source_key']}-{name}",
            location_id=row["id"], link=LINK_OF[name], property=name, value="yes",
        )  # fmt: skip


def _address(made: HsdsRows, row: Row, raw: Row) -> None:
    del made
    if not row.get("address_type"):
        row["address_type"] = "postal" if str(raw.get("_file", "")).startswith("postal") else "physical"


def _phone(made: HsdsRows, row: Row, raw: Row) -> None:
    for text in _pieces(raw.get("language")):
        made.add_side("language", f"language-{row['source_key']}-{text}", phone_id=row["id"], name=text, code=text[:3])


def _schedule(made: HsdsRows, row: Row, raw: Row) -> None:
    del made
    weekday = fold(str(raw.get("weekday") or ""))
    if weekday:
        day = _DAYS[int(weekday) - 1] if weekday.isdigit() and 1 <= int(weekday) <= 7 else _DAY_NAMES.get(weekday)
        row["byday"], row["freq"] = day, "WEEKLY"
    row["purpose"] = row.get("purpose") or "open"


def _term(made: HsdsRows, row: Row, raw: Row) -> None:
    row["code"] = row.get("code") or str(raw.get("id"))
    if raw.get("parent_id"):
        row["parent_id"] = made.link("taxonomy_term", raw["parent_id"])


def _organization(made: HsdsRows, row: Row, raw: Row) -> None:
    if raw.get("parent_organization_id"):
        row["parent_organization_id"] = made.link("organization", raw["parent_organization_id"])


def _attribute(made: HsdsRows, row: Row, raw: Row) -> None:
    entity = str(raw.get("link_entity") or "service")
    row["link_entity"] = entity
    row["link_id"] = made.link(entity, raw.get("link_id") or raw.get("service_id"))
    row["taxonomy_term_id"] = made.link("taxonomy_term", raw.get("taxonomy_term_id"))


def _accessibility(made: HsdsRows, row: Row, raw: Row) -> None:
    """Free text says nothing that can be counted: it is kept as a note, and the value stays unknown."""
    del made
    texts = [str(raw[name]) for name in ("accessibility", "description", "details") if raw.get(name)]
    row.update(link="inside", property="description", value="unknown", note=" ".join(texts) or None)


_ADAPTERS: Mapping[str, Callable[[HsdsRows, Row, Row], None]] = {
    "organization": _organization,
    "service": _service,
    "location": _location,
    "address": _address,
    "phone": _phone,
    "schedule": _schedule,
    "taxonomy_term": _term,
    "attribute": _attribute,
    "accessibility_observation": _accessibility,
}
