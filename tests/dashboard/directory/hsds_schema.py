"""JSON Schema (2020-12) of HSDS 3 objects, written from the standard's field reference (docs.openreferral.org).

The standard's own files are CC BY-SA and stay out of this repository; that this schema says the same is held against
the standard's published examples, which must pass it whole. Stricter than theirs: what it does not name is refused, ids
are UUIDs, days are days.
"""

from __future__ import annotations

from typing import Any, Final

FIELDS: Final = {
    "organization": "id! name! description! alternate_name email& website~ tax_status tax_id year_incorporated# "
    "legal_status logo~ uri~ parent_organization_id",
    "program": "id! organization_id name! alternate_name description!",
    "service": "id! organization_id program_id name! alternate_name description url~ email& status! "
    "interpretation_services application_process fees_description wait_time fees accreditations "
    "eligibility_description minimum_age# maximum_age# assured_date@ assurer_email& licenses alert last_modified",
    "service_at_location": "id! service_id location_id description",
    "location": "id! location_type! url~ organization_id name alternate_name description transportation latitude# "
    "longitude# external_identifier? external_identifier_type",
    "phone": "id! location_id service_id organization_id contact_id service_at_location_id number! extension# type "
    "description",
    "contact": "id! organization_id service_id service_at_location_id location_id name title department email&",
    "address": "id! location_id attention address_1! address_2 city! region state_province! postal_code! country! "
    "address_type!",
    "schedule": "id! service_id location_id service_at_location_id valid_from@ valid_to@ dtstart@ timezone? until@ "
    "count# wkst freq interval# byday byweekno bymonthday byyearday description opens_at closes_at schedule_link~ "
    "attending_type notes",
    "funding": "id! organization_id service_id source",
    "service_area": "id! service_id name description extent extent_type uri~",
    "required_document": "id! service_id document uri~",
    "language": "id! service_id location_id phone_id name code note",
    "accessibility": "id! location_id description details url~",
    "cost_option": "id! service_id valid_from@ valid_to@ option currency amount# amount_description",
    "organization_identifier": "id! organization_id identifier_scheme identifier_type! identifier?",
    "attribute": "id! link_id taxonomy_term_id link_type link_entity value label",
    "taxonomy_term": "id! code name! description! parent_id taxonomy language taxonomy_id term_uri~",
    "taxonomy": "id! name! description! uri~ version",
    "metadata": "id! resource_id resource_type! last_action_date@ last_action_type! field_name! previous_value! "
    "replacement_value! updated_by!",
}
"""`!` required, `#` a number, `@` a day, `~` an address of the web, `&` of e-mail, `?` text or number."""
SHARED: Final = {"attributes": "attribute", "metadata": "metadata"}
LISTS: Final = {
    "organization": {
        "funding": "funding", "contacts": "contact", "phones": "phone", "locations": "location",
        "programs": "program", "organization_identifiers": "organization_identifier", "services": "service",
    },
    "service": {
        "phones": "phone", "schedules": "schedule", "service_areas": "service_area", "languages": "language",
        "service_at_locations": "service_at_location", "funding": "funding", "cost_options": "cost_option",
        "required_documents": "required_document", "contacts": "contact",
    },
    "service_at_location": {
        "service_areas": "service_area", "contacts": "contact", "phones": "phone", "schedules": "schedule",
    },
    "location": {
        "languages": "language", "addresses": "address", "contacts": "contact", "accessibility": "accessibility",
        "phones": "phone", "schedules": "schedule",
    },
    "contact": {"phones": "phone"},
    "phone": {"languages": "language"},
}  # fmt: skip
NESTED: Final = {
    "service": {"organization": "organization", "program": "program"},
    "service_at_location": {"location": "location", "service": "service"},
    "attribute": {"taxonomy_term": "taxonomy_term"},
    "taxonomy_term": {"taxonomy_detail": "taxonomy"},
}
PLACE_KINDS: Final = ["physical", "postal", "virtual"]
VALUES: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("service", "status"): {"enum": ["active", "inactive", "defunct", "temporarily closed"]},
    ("location", "location_type"): {"enum": PLACE_KINDS},
    ("address", "address_type"): {"enum": PLACE_KINDS},
    ("address", "country"): {"pattern": "^([A-Z]{2})?$"},
    ("schedule", "freq"): {"enum": ["WEEKLY", "MONTHLY"]},
    ("schedule", "byday"): {"pattern": "^(-?[0-9]*(MO|TU|WE|TH|FR|SA|SU))(,-?[0-9]*(MO|TU|WE|TH|FR|SA|SU))*$"},
    ("schedule", "opens_at"): {"pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-9]{2})?$"},
    ("schedule", "closes_at"): {"pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-9]{2})?$"},
}
TYPES: Final[dict[str, dict[str, Any]]] = {
    "#": {"type": "number"},
    "@": {"type": "string", "format": "date"},
    "~": {"type": "string", "pattern": "^https?://"},
    "&": {"type": "string", "format": "email"},
    "?": {"type": ["string", "number"]},
}
UUID: Final = {"type": "string", "format": "uuid"}


def schema(table: str, *, is_page: bool = False) -> dict[str, Any]:
    """The schema of one object, or of the standard's list page of such objects."""
    found: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {name: _object(name) for name in FIELDS},
    }
    item = {"$ref": f"#/$defs/{table}"}
    return found | (_page(item) if is_page else item)


def _object(table: str) -> dict[str, Any]:
    names = FIELDS[table].split()
    properties: dict[str, Any] = {text.rstrip("!#@~&?"): _field(table, text) for text in names}
    for key, part in (LISTS.get(table, {}) | SHARED).items():
        properties[key] = {"type": "array", "items": {"$ref": f"#/$defs/{part}"}}
    for key, part in NESTED.get(table, {}).items():
        properties[key] = {"$ref": f"#/$defs/{part}"}
    required = [text.rstrip("!") for text in names if text.endswith("!")]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _field(table: str, text: str) -> dict[str, Any]:
    name = text.rstrip("!#@~&?")
    if name == "id" or (name.endswith("_id") and name != "tax_id"):
        return UUID
    return TYPES.get(text[-1], {"type": "string"}) | VALUES.get((table, name), {})


def _page(item: dict[str, Any]) -> dict[str, Any]:
    count, flag = {"type": "integer", "minimum": 0}, {"type": "boolean"}
    numbers = dict.fromkeys(("total_items", "total_pages", "page_number", "size"), count)
    flags = dict.fromkeys(("first_page", "last_page", "empty"), flag)
    inside = {**numbers, **flags, "contents": {"type": "array", "items": item}}
    return {"type": "object", "properties": inside, "required": list(inside), "additionalProperties": False}
