"""The directory of services, as in HSDS 3."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.tables import ddl, types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="location it belongs to"),
        sa.Column("attention", sa.Text(), nullable=True, comment="addressee"),
        sa.Column("address_1", sa.Text(), nullable=True, comment="street and house number"),
        sa.Column("address_2", sa.Text(), nullable=True, comment="more"),
        sa.Column("city", sa.Text(), nullable=True, comment="town"),
        sa.Column("region", sa.Text(), nullable=True, comment="district of the town"),
        sa.Column("state_province", sa.Text(), nullable=True, comment="region or state"),
        sa.Column("postal_code", sa.Text(), nullable=True, comment="postal code"),
        sa.Column("country", sa.Text(), nullable=True, comment="ISO 3166-1 alpha-2"),
        sa.Column("address_type", sa.Text(), nullable=True, comment="physical, postal or virtual"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        comment="HSDS address of a location",
    )
    op.create_index(op.f("ix_address_location_id"), "address", ["location_id"], unique=False)
    op.create_table(
        "attribute",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("link_id", sa.Text(), nullable=True, comment="row of any directory table it belongs to"),
        sa.Column("link_entity", sa.Text(), nullable=False, comment="table of that row"),
        sa.Column("taxonomy_term_id", sa.Text(), nullable=True, comment="term"),
        sa.Column("link_type", sa.Text(), nullable=True, comment="kind of the link"),
        sa.Column("value", sa.Text(), nullable=True, comment="value"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute")),
        comment="HSDS attribute: terms and values attached to any row",
    )
    op.create_index(op.f("ix_attribute_link_id"), "attribute", ["link_id"], unique=False)
    op.create_table(
        "cost_option",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column("option", sa.Text(), nullable=True, comment="who pays it"),
        sa.Column("amount", sa.Float(), nullable=True, comment="price in currency"),
        sa.Column("currency", sa.Text(), nullable=True, comment="ISO 4217"),
        sa.Column("amount_description", sa.Text(), nullable=True, comment="price in words"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="first day, local day of the city"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day, local day of the city"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_option")),
        comment="HSDS cost_option",
    )
    op.create_index(op.f("ix_cost_option_service_id"), "cost_option", ["service_id"], unique=False)
    op.create_table(
        "hsds_contact",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("organization_id", sa.Text(), nullable=True, comment="organization it belongs to"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="location it belongs to"),
        sa.Column("service_at_location_id", sa.Text(), nullable=True, comment="service at location it belongs to"),
        sa.Column("name", sa.Text(), nullable=True, comment="name of the official or desk"),
        sa.Column("title", sa.Text(), nullable=True, comment="job title"),
        sa.Column("department", sa.Text(), nullable=True, comment="department"),
        sa.Column("email", sa.Text(), nullable=True, comment="public e-mail"),
        sa.Column(
            "takes_applications", sa.Boolean(), nullable=True, comment="true: takes the applications for the service"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hsds_contact")),
        comment="HSDS contact: the official or desk to turn to",
    )
    op.create_index(op.f("ix_hsds_contact_location_id"), "hsds_contact", ["location_id"], unique=False)
    op.create_index(op.f("ix_hsds_contact_organization_id"), "hsds_contact", ["organization_id"], unique=False)
    op.create_index(
        op.f("ix_hsds_contact_service_at_location_id"), "hsds_contact", ["service_at_location_id"], unique=False
    )
    op.create_index(op.f("ix_hsds_contact_service_id"), "hsds_contact", ["service_id"], unique=False)
    op.create_table(
        "language",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="location it belongs to"),
        sa.Column("phone_id", sa.Text(), nullable=True, comment="phone it belongs to"),
        sa.Column("name", sa.Text(), nullable=True, comment="language in words"),
        sa.Column("code", sa.Text(), nullable=True, comment="ISO 639-1 or 639-3"),
        sa.Column("note", sa.Text(), nullable=True, comment="e.g. sign language"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language")),
        comment="HSDS language in which a service is given",
    )
    op.create_index(op.f("ix_language_location_id"), "language", ["location_id"], unique=False)
    op.create_index(op.f("ix_language_phone_id"), "language", ["phone_id"], unique=False)
    op.create_index(op.f("ix_language_service_id"), "language", ["service_id"], unique=False)
    op.create_table(
        "location",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("organization_id", sa.Text(), nullable=True, comment="organization it belongs to"),
        sa.Column("location_type", sa.Text(), nullable=True, comment="physical, postal or virtual"),
        sa.Column("name", sa.Text(), nullable=True, comment="name"),
        sa.Column("name_translations", types.Json, nullable=True, comment="name by language code, JSON object"),
        sa.Column("alternate_name", sa.Text(), nullable=True, comment="other name"),
        sa.Column("description", sa.Text(), nullable=True, comment="about the place"),
        sa.Column("transportation", sa.Text(), nullable=True, comment="how to get there"),
        sa.Column("lon", sa.Float(), nullable=True, comment="longitude, degrees, EPSG:4326"),
        sa.Column("lat", sa.Float(), nullable=True, comment="latitude, degrees, EPSG:4326"),
        sa.Column("territory_id", sa.Integer(), nullable=True, comment="territory it lies in"),
        sa.Column(
            "kind", sa.Text(), nullable=True, comment="kind of institution, e.g. the OSM tag amenity=social_facility"
        ),
        sa.Column("is_protected", sa.Boolean(), nullable=False, comment="true: place never shown to the public"),
        sa.Column("opening_hours", sa.Text(), nullable=True, comment="hours as an OSM opening_hours text"),
        sa.Column("osm_id", sa.Text(), nullable=True, comment="OSM element, e.g. n123"),
        sa.Column(
            "closed_from", sa.Date(), nullable=True, comment="temporary closure: first day, local day of the city"
        ),
        sa.Column("closed_to", sa.Date(), nullable=True, comment="temporary closure: last day, local day of the city"),
        sa.Column("closed_reason", sa.Text(), nullable=True, comment="temporary closure: why"),
        sa.Column(
            "assured_on", sa.Date(), nullable=True, comment="day the facts were last checked, local day of the city"
        ),
        sa.Column("last_modified", types.UtcDateTime(), nullable=True, comment="when the publisher changed it, UTC"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        comment="HSDS location: a place where services are given",
        info={"point": True},
    )
    op.create_index(op.f("ix_location_city_id"), "location", ["city_id"], unique=False)
    op.create_index(op.f("ix_location_organization_id"), "location", ["organization_id"], unique=False)
    op.create_table(
        "organization",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("name", sa.Text(), nullable=False, comment="name"),
        sa.Column("name_translations", types.Json, nullable=True, comment="name by language code, JSON object"),
        sa.Column("alternate_name", sa.Text(), nullable=True, comment="other name"),
        sa.Column("description", sa.Text(), nullable=True, comment="what it does"),
        sa.Column("email", sa.Text(), nullable=True, comment="public e-mail"),
        sa.Column("website", sa.Text(), nullable=True, comment="URL"),
        sa.Column("legal_status", sa.Text(), nullable=True, comment="legal form"),
        sa.Column("parent_organization_id", sa.Text(), nullable=True, comment="organization above it"),
        sa.Column("last_modified", types.UtcDateTime(), nullable=True, comment="when the publisher changed it, UTC"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        comment="HSDS organization: who provides services",
    )
    op.create_table(
        "phone",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="location it belongs to"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column("organization_id", sa.Text(), nullable=True, comment="organization it belongs to"),
        sa.Column("hsds_contact_id", sa.Text(), nullable=True, comment="contact it belongs to"),
        sa.Column("service_at_location_id", sa.Text(), nullable=True, comment="service at location it belongs to"),
        sa.Column("number", sa.Text(), nullable=False, comment="number"),
        sa.Column("extension", sa.Text(), nullable=True, comment="extension"),
        sa.Column("type", sa.Text(), nullable=True, comment="voice, fax, text, cell, textphone"),
        sa.Column("description", sa.Text(), nullable=True, comment="what it is for"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
        comment="HSDS phone",
    )
    op.create_index(op.f("ix_phone_hsds_contact_id"), "phone", ["hsds_contact_id"], unique=False)
    op.create_index(op.f("ix_phone_location_id"), "phone", ["location_id"], unique=False)
    op.create_index(op.f("ix_phone_organization_id"), "phone", ["organization_id"], unique=False)
    op.create_index(op.f("ix_phone_service_at_location_id"), "phone", ["service_at_location_id"], unique=False)
    op.create_index(op.f("ix_phone_service_id"), "phone", ["service_id"], unique=False)
    op.create_table(
        "required_document",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column("document", sa.Text(), nullable=False, comment="document needed"),
        sa.Column("uri", sa.Text(), nullable=True, comment="URL"),
        sa.Column("document_translations", types.Json, nullable=True, comment="document by language code, JSON object"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_required_document")),
        comment="HSDS required_document",
    )
    op.create_index(op.f("ix_required_document_service_id"), "required_document", ["service_id"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="location it belongs to"),
        sa.Column("service_at_location_id", sa.Text(), nullable=True, comment="service at location it belongs to"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="first day it holds, local day of the city"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day it holds, local day of the city"),
        sa.Column("freq", sa.Text(), nullable=True, comment="RFC 5545: WEEKLY or MONTHLY"),
        sa.Column("byday", sa.Text(), nullable=True, comment="RFC 5545: MO,TU,..."),
        sa.Column("bymonthday", sa.Text(), nullable=True, comment="RFC 5545"),
        sa.Column("opens_at", sa.Text(), nullable=True, comment="local time HH:MM"),
        sa.Column("closes_at", sa.Text(), nullable=True, comment="local time HH:MM"),
        sa.Column(
            "opening_hours",
            sa.Text(),
            nullable=True,
            comment="the same as an OSM opening_hours text, where the source has it",
        ),
        sa.Column("is_closed", sa.Boolean(), nullable=True, comment="true: closed in that time (an exception)"),
        sa.Column(
            "purpose", sa.Text(), nullable=True, comment="open, or intake: hours in which applications are taken"
        ),
        sa.Column("description", sa.Text(), nullable=True, comment="in words"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        comment="HSDS schedule: opening and intake hours",
    )
    op.create_index(op.f("ix_schedule_location_id"), "schedule", ["location_id"], unique=False)
    op.create_index(op.f("ix_schedule_service_at_location_id"), "schedule", ["service_at_location_id"], unique=False)
    op.create_index(op.f("ix_schedule_service_id"), "schedule", ["service_id"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("organization_id", sa.Text(), nullable=True, comment="organization it belongs to"),
        sa.Column("program_id", sa.Text(), nullable=True, comment="HSDS program"),
        sa.Column("service_code", sa.Text(), nullable=True, comment="code in the taxonomy of services"),
        sa.Column("name", sa.Text(), nullable=False, comment="name"),
        sa.Column("name_translations", types.Json, nullable=True, comment="name by language code, JSON object"),
        sa.Column("alternate_name", sa.Text(), nullable=True, comment="other name"),
        sa.Column("description", sa.Text(), nullable=True, comment="what it is, in plain words"),
        sa.Column(
            "description_translations", types.Json, nullable=True, comment="description by language code, JSON object"
        ),
        sa.Column("url", sa.Text(), nullable=True, comment="URL"),
        sa.Column("email", sa.Text(), nullable=True, comment="public e-mail"),
        sa.Column("status", sa.Text(), nullable=True, comment="active, inactive, defunct, temporarily closed"),
        sa.Column("application_process", sa.Text(), nullable=True, comment="how to apply"),
        sa.Column("fees_description", sa.Text(), nullable=True, comment="what it costs"),
        sa.Column("is_free", sa.Boolean(), nullable=True, comment="true: free of charge; null: unknown"),
        sa.Column("eligibility_description", sa.Text(), nullable=True, comment="who is entitled, in plain words"),
        sa.Column("minimum_age", sa.Float(), nullable=True, comment="years"),
        sa.Column("maximum_age", sa.Float(), nullable=True, comment="years"),
        sa.Column(
            "caller_group_mask", sa.Integer(), nullable=True, comment="groups it is for; null: everybody or unknown"
        ),
        sa.Column("is_protected", sa.Boolean(), nullable=False, comment="true: never shown to the public"),
        sa.Column(
            "assured_on", sa.Date(), nullable=True, comment="day the facts were last checked, local day of the city"
        ),
        sa.Column("last_modified", types.UtcDateTime(), nullable=True, comment="when the publisher changed it, UTC"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        comment="HSDS service: a kind of help that an organization gives",
    )
    op.create_index(op.f("ix_service_organization_id"), "service", ["organization_id"], unique=False)
    op.create_table(
        "service_area",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column("service_at_location_id", sa.Text(), nullable=True, comment="service at location it belongs to"),
        sa.Column("name", sa.Text(), nullable=True, comment="name"),
        sa.Column("description", sa.Text(), nullable=True, comment="in words"),
        sa.Column("territory_id", sa.Integer(), nullable=True, comment="territory served"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_area")),
        comment="HSDS service_area: who may come from where",
    )
    op.create_index(
        op.f("ix_service_area_service_at_location_id"), "service_area", ["service_at_location_id"], unique=False
    )
    op.create_index(op.f("ix_service_area_service_id"), "service_area", ["service_id"], unique=False)
    op.create_table(
        "service_at_location",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("service_id", sa.Text(), nullable=True, comment="service it belongs to"),
        sa.Column("location_id", sa.Text(), nullable=True, comment="location it belongs to"),
        sa.Column("description", sa.Text(), nullable=True, comment="about the service there"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_at_location")),
        comment="HSDS service_at_location: which service is given where",
    )
    op.create_index(op.f("ix_service_at_location_location_id"), "service_at_location", ["location_id"], unique=False)
    op.create_index(op.f("ix_service_at_location_service_id"), "service_at_location", ["service_id"], unique=False)
    op.create_table(
        "taxonomy_term",
        sa.Column("id", sa.Text(), nullable=False, comment="id, UUIDv5 of (source, source_key)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the source the row came from"),
        sa.Column("source_key", sa.Text(), nullable=False, comment="key of the row in its source"),
        sa.Column("load_id", sa.Integer(), nullable=False, comment="load that wrote the row last, see table load_run"),
        sa.Column("is_simulated", sa.Boolean(), nullable=False, comment="true: made by the simulator"),
        sa.Column("code", sa.Text(), nullable=False, comment="code"),
        sa.Column("name", sa.Text(), nullable=False, comment="name"),
        sa.Column("name_translations", types.Json, nullable=True, comment="name by language code, JSON object"),
        sa.Column("description", sa.Text(), nullable=True, comment="meaning"),
        sa.Column("parent_id", sa.Text(), nullable=True, comment="term above"),
        sa.Column("taxonomy", sa.Text(), nullable=True, comment="name of the taxonomy"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taxonomy_term")),
        comment="HSDS taxonomy_term",
    )
    _run(ddl.point_statements("location"))
    _run((ddl.trigram_statement("organization", "name"),))
    _run((ddl.trigram_statement("service", "name"),))
    _run((ddl.trigram_statement("location", "name"),))
    _run((ddl.trigram_statement("address", "address_1"),))


def downgrade() -> None:
    op.drop_table("taxonomy_term")
    op.drop_table("service_at_location")
    op.drop_table("service_area")
    op.drop_table("service")
    op.drop_table("schedule")
    op.drop_table("required_document")
    op.drop_table("phone")
    op.drop_table("organization")
    op.drop_table("location")
    op.drop_table("language")
    op.drop_table("hsds_contact")
    op.drop_table("cost_option")
    op.drop_table("attribute")
    op.drop_table("address")


def _run(statements: tuple[str, ...]) -> None:
    """Run what only PostGIS gets."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)
