"""The directory of services, named as in HSDS 3 (Open Referral); `hsds_contact` is HSDS's `contact`.

Every row keeps the id of its publisher made unique by its source. A missing fact is NULL and read as
unknown, never as "fine". A row that its source no longer lists stays, with the moment it went (`withdrawn_at`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Float, Index, Integer, SmallInteger, Table, Text

from etl.tables.base import POINT, city, day, instant, lon_lat, metadata, provenance, reference
from etl.tables.types import Json


def _id(name: str = "id", what: str = "id, UUIDv5 of (source, source_key)") -> Column[Any]:
    return Column(name, Text, primary_key=True, comment=what)


def _listed() -> tuple[Column[Any], ...]:
    return (
        *provenance(),
        instant("withdrawn_at", "since when its source no longer lists it; null: it does"),
    )


def _link(name: str, to: str) -> Column[Any]:
    return Column(name, Text, index=True, comment=f"{to} it belongs to")


def _text(name: str, what: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, Text, nullable=nullable, comment=what)


def _names(what: str) -> Column[Any]:
    return Column(f"{what}_translations", Json, comment=f"{what} by language code, JSON object")


organization = Table(
    "organization",
    metadata,
    _id(),
    city(),
    *_listed(),
    _text("name", "name", nullable=False),
    _names("name"),
    _text("alternate_name", "other name"),
    _text("description", "what it does"),
    _text("email", "public e-mail"),
    _text("website", "URL"),
    _text("legal_status", "legal form"),
    _text("parent_organization_id", "organization above it"),
    instant("last_modified", "when the publisher changed it"),
    comment="HSDS organization: who provides services",
)

service = Table(
    "service",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("organization_id", "organization"),
    _text("program_id", "HSDS program"),
    _text("service_code", "code in the taxonomy of services"),
    _text("name", "name", nullable=False),
    _names("name"),
    _text("alternate_name", "other name"),
    _text("description", "what it is, in plain words"),
    _names("description"),
    _text("url", "URL"),
    _text("email", "public e-mail"),
    _text("status", "active, inactive, defunct, temporarily closed"),
    _text("application_process", "how to apply"),
    _text("fees_description", "what it costs"),
    Column("is_free", Boolean, comment="true: free of charge; null: unknown"),
    _text("eligibility_description", "who is entitled, in plain words"),
    Column("minimum_age", Float, comment="years"),
    Column("maximum_age", Float, comment="years"),
    Column("caller_group_mask", Integer, comment="groups it is for; null: everybody or unknown"),
    Column("is_protected", Boolean, nullable=False, default=False, comment="true: never shown to the public"),
    day("assured_on", "day the facts were last checked"),
    instant("last_modified", "when the publisher changed it"),
    comment="HSDS service: a kind of help that an organization gives",
)

location = Table(
    "location",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("organization_id", "organization"),
    _text("location_type", "physical, postal or virtual"),
    _text("name", "name"),
    _names("name"),
    _text("alternate_name", "other name"),
    _text("description", "about the place"),
    _text("transportation", "how to get there"),
    *lon_lat(),
    reference("territory_id", "territory it lies in"),
    _text("kind", "kind of institution, e.g. the OSM tag amenity=social_facility"),
    Column("is_protected", Boolean, nullable=False, default=False, comment="true: place never shown to the public"),
    _text("opening_hours", "hours as an OSM opening_hours text"),
    _text("osm_id", "OSM element, e.g. n123"),
    day("closed_from", "temporary closure: first day"),
    day("closed_to", "temporary closure: last day"),
    _text("closed_reason", "temporary closure: why"),
    day("assured_on", "day the facts were last checked"),
    instant("last_modified", "when the publisher changed it"),
    Index(None, "city_id"),
    info=POINT,
    comment="HSDS location: a place where services are given",
)

address = Table(
    "address",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("location_id", "location"),
    _text("attention", "addressee"),
    _text("address_1", "street and house number"),
    _text("address_2", "more"),
    _text("city", "town"),
    _text("region", "district of the town"),
    _text("state_province", "region or state"),
    _text("postal_code", "postal code"),
    _text("country", "ISO 3166-1 alpha-2"),
    _text("address_type", "physical, postal or virtual"),
    comment="HSDS address of a location",
)

service_at_location = Table(
    "service_at_location",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("service_id", "service"),
    _link("location_id", "location"),
    _text("description", "about the service there"),
    comment="HSDS service_at_location: which service is given where",
)

phone = Table(
    "phone",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("location_id", "location"),
    _link("service_id", "service"),
    _link("organization_id", "organization"),
    _link("hsds_contact_id", "contact"),
    _link("service_at_location_id", "service at location"),
    _text("number", "number", nullable=False),
    _text("extension", "extension"),
    _text("type", "voice, fax, text, cell, textphone"),
    _text("description", "what it is for"),
    comment="HSDS phone",
)

hsds_contact = Table(
    "hsds_contact",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("organization_id", "organization"),
    _link("service_id", "service"),
    _link("location_id", "location"),
    _link("service_at_location_id", "service at location"),
    _text("name", "name of the official or desk"),
    _text("title", "job title"),
    _text("department", "department"),
    _text("email", "public e-mail"),
    Column("takes_applications", Boolean, comment="true: takes the applications for the service"),
    comment="HSDS contact: the official or desk to turn to",
)

schedule = Table(
    "schedule",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("service_id", "service"),
    _link("location_id", "location"),
    _link("service_at_location_id", "service at location"),
    day("valid_from", "first day it holds"),
    day("valid_to", "last day it holds"),
    _text("freq", "RFC 5545: WEEKLY or MONTHLY"),
    _text("byday", "RFC 5545: MO,TU,..."),
    _text("bymonthday", "RFC 5545"),
    _text("opens_at", "local time HH:MM"),
    _text("closes_at", "local time HH:MM"),
    _text("opening_hours", "the same as an OSM opening_hours text, where the source has it"),
    Column("is_closed", Boolean, comment="true: closed in that time (an exception)"),
    _text("purpose", "open, or intake: hours in which applications are taken"),
    _text("description", "in words"),
    comment="HSDS schedule: opening and intake hours",
)

required_document = Table(
    "required_document",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("service_id", "service"),
    _text("document", "document needed", nullable=False),
    _text("uri", "URL"),
    _names("document"),
    comment="HSDS required_document",
)

cost_option = Table(
    "cost_option",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("service_id", "service"),
    _text("option", "who pays it"),
    Column("amount", Float, comment="price in currency"),
    _text("currency", "ISO 4217"),
    _text("amount_description", "price in words"),
    day("valid_from", "first day"),
    day("valid_to", "last day"),
    comment="HSDS cost_option",
)

language = Table(
    "language",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("service_id", "service"),
    _link("location_id", "location"),
    _link("phone_id", "phone"),
    _text("name", "language in words"),
    _text("code", "ISO 639-1 or 639-3"),
    _text("note", "e.g. sign language"),
    comment="HSDS language in which a service is given",
)

service_area = Table(
    "service_area",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("service_id", "service"),
    _link("service_at_location_id", "service at location"),
    _text("name", "name"),
    _text("description", "in words"),
    reference("territory_id", "territory served"),
    comment="HSDS service_area: who may come from where",
)

taxonomy_term = Table(
    "taxonomy_term",
    metadata,
    _id(),
    city(),
    *_listed(),
    _text("code", "code", nullable=False),
    _text("name", "name", nullable=False),
    _names("name"),
    _text("description", "meaning"),
    _text("parent_id", "term above"),
    _text("taxonomy", "name of the taxonomy"),
    comment="HSDS taxonomy_term",
)

attribute = Table(
    "attribute",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("link_id", "row of any directory table"),
    _text("link_entity", "table of that row", nullable=False),
    _text("taxonomy_term_id", "term"),
    _text("link_type", "kind of the link"),
    _text("value", "value"),
    comment="HSDS attribute: terms and values attached to any row",
)

eligibility_rule = Table(
    "eligibility_rule",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("service_id", "service"),
    _text("service_code", "code in the taxonomy, where the rule is for every such service"),
    Column("rule", Json, nullable=False, comment="rule as data, see geodata.eligibility"),
    _text("law", "law the rule comes from"),
    _text("fallback_service_code", "service to offer instead"),
    comment="Who is entitled to a service, as a rule in three-valued logic",
)

accessibility_observation = Table(
    "accessibility_observation",
    metadata,
    _id(),
    city(),
    *_listed(),
    _link("location_id", "location"),
    _text("link", "parking, way, entrance or inside", nullable=False),
    _text("property", "what was looked at, e.g. step_free", nullable=False),
    Column(
        "value",
        Text,
        CheckConstraint("value in ('yes','no','limited','unknown')", name="value"),
        nullable=False,
        comment="yes, no, limited or unknown",
    ),
    _text("note", "in words"),
    day("observed_on", "day it was seen"),
    comment="What somebody saw of a place's accessibility; no row means unknown",
)

listed_row = Table(
    "listed_row",
    metadata,
    Column("city_id", SmallInteger, primary_key=True, autoincrement=False, comment="city of the row"),
    Column("source", Text, primary_key=True, comment="source that lists it"),
    Column("series", Text, primary_key=True, comment="file of the source, without what changes from export to export"),
    Column("table_name", Text, primary_key=True, comment="directory table of the row"),
    Column("id", Text, primary_key=True, comment="row of that table"),
    comment="What the newest export of each series of a directory lists: what the next one lacks is withdrawn",
)

DIRECTORY_TABLES: tuple[Table, ...] = (
    organization,
    service,
    location,
    address,
    service_at_location,
    phone,
    hsds_contact,
    schedule,
    required_document,
    cost_option,
    language,
    service_area,
    taxonomy_term,
    attribute,
    eligibility_rule,
    accessibility_observation,
)
