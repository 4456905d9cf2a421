"""The directory in the words of HSDS 3 (Open Referral): nested for JSON, flat for the tabular package.

`FIELDS` says of every table we fill which columns the standard has there, of which type, and which it requires; the
package's schema and the tests follow it. Facts of the standard: docs.openreferral.org, schema 3.2.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from dashboard.directory.guide import Guide
from dashboard.queries.directory import Institution, Offer

ADDRESS = (
    "attention",
    "address_1",
    "address_2",
    "city",
    "region",
    "state_province",
    "postal_code",
    "country",
    "address_type",
)
SCHEDULE = ("valid_from", "valid_to", "freq", "byday", "bymonthday", "opens_at", "closes_at", "description")
EMPTY: tuple[Any, ...] = (None, "", [], {})
NAMESPACE = UUID("6f1c8a52-2f0b-5c1d-9a53-0c8e6a1d7b40")
FILE_OF = {
    "organization": "organizations", "service": "services", "service_at_location": "service_at_location",
    "location": "locations", "phone": "phones", "contact": "contacts", "address": "addresses", "schedule": "schedules",
    "required_document": "required_documents", "language": "languages", "accessibility": "accessibility",
    "cost_option": "cost_options",
}  # fmt: skip
"""The standard's names of its files, by table."""
FIELDS: dict[str, str] = {
    "organization": "id! name! description!",
    "service": "id! organization_id! name! alternate_name description url email status! application_process "
    "fees_description eligibility_description minimum_age# maximum_age# assured_date@",
    "service_at_location": "id! service_id! location_id!",
    "location": "id! location_type! name alternate_name description transportation latitude# longitude#",
    "phone": "id! location_id service_id number! type description",
    "contact": "id! service_id name title department email",
    "address": "id! location_id attention address_1! address_2 city! region state_province! postal_code! country! "
    "address_type!",
    "schedule": "id! service_id location_id valid_from@ valid_to@ freq byday bymonthday opens_at closes_at description",
    "required_document": "id! service_id document uri",
    "language": "id! service_id code",
    "accessibility": "id! location_id description details",
    "cost_option": "id! service_id! option currency amount# amount_description",
}
"""Columns by table; `!` the standard requires it, `#` a number, `@` a day."""
TYPE_OF = {"#": "number", "@": "date", "!": "string"}


def uuid_of(*parts: str) -> str:
    """The UUID that the standard wants of what has no id of its own here: the same parts give the same one."""
    return str(uuid5(NAMESPACE, "/".join(parts)))


def _clean(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in row.items()
        if value not in EMPTY
    }


def _status(row: Mapping[str, Any]) -> str:
    return str(row["status"]) if row["status"] in ("active", "inactive", "defunct", "temporarily closed") else "active"


def _phone(row: Mapping[str, Any]) -> dict[str, Any]:
    return _clean({"id": row["id"], "number": row["number"], "type": row["type"], "description": row["description"]})


def _schedules(rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [
        _clean(
            {
                "id": row["id"],
                **{name: row[name] for name in SCHEDULE},
                "description": row["description"] or row["opening_hours"],
            }
        )
        for row in rows
    ]


def location_of(place: Institution) -> dict[str, Any]:
    """A location in HSDS 3."""
    row = place.row
    hours = [{"id": uuid_of(place.id, "hours"), "description": row["opening_hours"]}] if row["opening_hours"] else []
    addresses = [
        {
            "address_1": "",
            "city": "",
            "state_province": "",
            "postal_code": "",
            "country": "",
            "address_type": "physical",
            "id": one["id"],
            **_clean({name: one[name] for name in ADDRESS}),
        }
        for one in place.addresses
    ]
    seen = [
        {
            "id": uuid_of(place.id, one.property, one.source),
            "description": f"{one.property}: {one.value}",
            "details": one.source,
        }
        for one in place.observations
    ]
    return _clean(
        {
            "id": place.id,
            "location_type": row["location_type"] or "physical",
            "name": place.name,
            "alternate_name": row["alternate_name"],
            "description": row["description"],
            "transportation": row["transportation"],
            "latitude": place.lat,
            "longitude": place.lon,
            "addresses": addresses,
            "phones": [_phone(one) for one in place.phones],
            "schedules": [*_schedules(place.schedules), *hours],
            "accessibility": seen,
        }
    )


def service_of(offer: Offer, places: list[Institution]) -> dict[str, Any]:
    """A service in HSDS 3 with its organization and where it is given."""
    row, first = offer.row, places[0]
    owner = first.organization or {"id": uuid_of(first.id, "organization"), "name": first.name, "description": None}
    return _clean(
        {
            "id": offer.service_id,
            "name": offer.name,
            "alternate_name": row["alternate_name"],
            "description": offer.description or None,
            "url": row["url"],
            "email": row["email"],
            "status": _status(row),
            "application_process": row["application_process"],
            "fees_description": row["fees_description"],
            "eligibility_description": row["eligibility_description"],
            "minimum_age": row["minimum_age"],
            "maximum_age": row["maximum_age"],
            "assured_date": row["assured_on"],
            "organization": _clean(
                {"id": owner["id"], "name": owner["name"], "description": owner["description"] or owner["name"]}
            ),
            "service_at_locations": [{"id": offer.id, "location": location_of(place)} for place in places],
            "phones": [_phone(one) for one in offer.phones],
            "schedules": _schedules(offer.schedules),
            "languages": [{"id": uuid_of(offer.service_id, code), "code": code} for code in offer.languages if code],
            "required_documents": [
                _clean({"id": one["id"], "document": one["document"], "uri": one["uri"]}) for one in offer.documents
            ],
            "cost_options": [
                _clean({name: one[name] for name in ("id", "option", "amount", "currency", "amount_description")})
                for one in offer.costs
            ],
            "contacts": [
                _clean({name: one[name] for name in ("id", "name", "title", "department", "email")})
                for one in offer.contacts
            ],
        }
    )


def services_of(guide: Guide) -> list[dict[str, Any]]:
    """Every public service once, with the places that give it."""
    offers: dict[str, Offer] = {}
    places: dict[str, list[Institution]] = {}
    for place in guide.directory().institutions.values():
        for offer in place.offers:
            offers.setdefault(offer.service_id, offer)
            places.setdefault(offer.service_id, []).append(place)
    return [service_of(offer, places[key]) for key, offer in offers.items() if not offer.row["is_protected"]]


def tabular_zip(guide: Guide) -> bytes:
    """The HSDS tabular package: one CSV per table and a `datapackage.json` with the types and keys of its columns."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        resources = []
        for table, rows in sorted(_tables(guide).items(), key=lambda pair: list(FIELDS).index(pair[0])):
            fields = [_field(text) for text in FIELDS[table].split()]
            out = io.StringIO()
            writer = csv.DictWriter(out, [field["name"] for field in fields], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
            name = f"{FILE_OF[table]}.csv"
            archive.writestr(_entry(name), out.getvalue())
            schema = {"primaryKey": "id", "fields": fields, "foreignKeys": _keys(fields)}
            resources.append({"name": table, "path": name, "profile": "tabular-data-resource", "schema": schema})
        package = {
            "name": f"linka-{guide.deps.profile.slug}",
            "profile": "tabular-data-package",
            "licenses": [{"name": "ODbL-1.0", "title": "Places of OpenStreetMap: Open Database License 1.0"}],
            "resources": resources,
        }
        archive.writestr(_entry("datapackage.json"), json.dumps(package, ensure_ascii=False, indent=1))
    return held.getvalue()


def _field(text: str) -> dict[str, Any]:
    name, mark = text.rstrip("!#@"), text[-1]
    field: dict[str, Any] = {"name": name, "type": TYPE_OF.get(mark, "string")}
    if name == "id" or name.endswith("_id"):
        field["format"] = "uuid"
    if mark == "!":
        field["constraints"] = {"required": True, **({"unique": True} if name == "id" else {})}
    return field


def _keys(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [field["name"].removesuffix("_id") for field in fields if field["name"].endswith("_id")]
    return [{"fields": f"{name}_id", "reference": {"resource": name, "fields": "id"}} for name in names]


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))  # a fixed time: the same data are the same bytes


def _tables(guide: Guide) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, dict[str, dict[str, Any]]] = {}

    def put(table: str, row: Mapping[str, Any]) -> None:
        rows.setdefault(table, {})[str(row["id"])] = _clean(
            {key: one for key, one in row.items() if not isinstance(one, list | dict)}
        )

    for found in services_of(guide):
        put("organization", found["organization"])
        put("service", {**found, "organization_id": found["organization"]["id"]})
        for link in found["service_at_locations"]:
            put(
                "service_at_location",
                {"id": link["id"], "service_id": found["id"], "location_id": link["location"]["id"]},
            )
        for table, key in (
            ("phone", "phones"),
            ("schedule", "schedules"),
            ("language", "languages"),
            ("required_document", "required_documents"),
            ("cost_option", "cost_options"),
            ("contact", "contacts"),
        ):
            for one in found.get(key, ()):
                put(table, {**one, "service_id": found["id"]})
    for place in guide.directory().institutions.values():
        found = location_of(place)
        put("location", found)
        for table, key in (
            ("address", "addresses"),
            ("phone", "phones"),
            ("schedule", "schedules"),
            ("accessibility", "accessibility"),
        ):
            for one in found.get(key, ()):
                put(table, {**one, "location_id": place.id})
    return {table: list(held.values()) for table, held in rows.items()}
