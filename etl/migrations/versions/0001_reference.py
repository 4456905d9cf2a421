"""Reference tables: what a city is made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from etl.tables import ddl, types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for extension in ddl.EXTENSIONS:
            op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.create_table(
        "calendar",
        sa.Column(
            "calendar_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile"),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.Column("weekly", types.Json, nullable=False, comment="seven lists (Monday first) of [from, to] local times"),
        sa.Column("observes_holidays", sa.Boolean(), nullable=False, comment="true: public holidays are days off"),
        sa.Column("is_always_open", sa.Boolean(), nullable=False, comment="true: round the clock"),
        sa.PrimaryKeyConstraint("calendar_id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_calendar_city_id_code")),
        comment="Working calendars",
    )
    op.create_table(
        "caller_group",
        sa.Column(
            "caller_group_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile"),
        sa.Column("bit", sa.SmallInteger(), nullable=False, comment="place of the group in caller_group_mask"),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.PrimaryKeyConstraint("caller_group_id", name=op.f("pk_caller_group")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_caller_group_city_id_code")),
        comment="Groups of callers counted apart: seniors, displaced people, veterans, ...",
    )
    op.create_table(
        "channel",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile"),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="phone, email, voice_message, chat, web_form, app, walk_in, ..."
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channel")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_channel_city_id_code")),
        comment="Ways to reach the centre",
    )
    op.create_table(
        "city",
        sa.Column(
            "city_id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="small id made from the slug"
        ),
        sa.Column("slug", sa.Text(), nullable=False, comment="folder name of the profile, e.g. kryvyi-rih"),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.Column("country", sa.Text(), nullable=False, comment="ISO 3166-1 alpha-2"),
        sa.Column("time_zone", sa.Text(), nullable=False, comment="IANA time zone, e.g. Europe/Kyiv"),
        sa.Column("languages", types.Json, nullable=False, comment="language codes, the city's own first"),
        sa.Column(
            "profile_hash",
            sa.Text(),
            nullable=False,
            comment="hash of the profile the reference rows were written from",
        ),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False, comment="when the profile was written, UTC"),
        sa.PrimaryKeyConstraint("city_id", name=op.f("pk_city")),
        sa.UniqueConstraint("slug", name=op.f("uq_city_slug")),
        comment="A city whose profile has been loaded",
    )
    op.create_table(
        "executor",
        sa.Column(
            "executor_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile or made from the source's name"),
        sa.Column("kind", sa.Text(), nullable=False, comment="city, district, utility, state or partner"),
        sa.Column("territory_id", sa.Integer(), nullable=True, comment="area a district body serves"),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_executor")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_executor_city_id_code")),
        comment="Bodies that carry requests out",
    )
    op.create_table(
        "line",
        sa.Column("line_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile"),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.Column("number", sa.Text(), nullable=True, comment="public phone number"),
        sa.Column("calendar_code", sa.Text(), nullable=False, comment="hours of the line, see table calendar"),
        sa.Column(
            "answer_within_s", sa.Integer(), nullable=False, comment="threshold of the answer service level, seconds"
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_line")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_line_city_id_code")),
        comment="Phone lines and counters",
    )
    op.create_table(
        "milestone",
        sa.Column(
            "milestone_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile"),
        sa.Column("kind", sa.Text(), nullable=False, comment="law, campaign, siren, outage, opening, ..."),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.Column("at", types.UtcDateTime(), nullable=False, comment="when it happened or began, UTC"),
        sa.Column("ends_at", types.UtcDateTime(), nullable=True, comment="when it ended, UTC"),
        sa.PrimaryKeyConstraint("milestone_id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_milestone_city_id_code")),
        comment="Events drawn on time series",
    )
    op.create_table(
        "request_class",
        sa.Column(
            "request_class_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile; 'standard' always exists"),
        sa.Column("kind", sa.Text(), nullable=False, comment="consultation, urgent, statutory or other"),
        sa.Column("position", sa.SmallInteger(), nullable=False, comment="order on the screen"),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.PrimaryKeyConstraint("request_class_id", name=op.f("pk_request_class")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_request_class_city_id_code")),
        comment="Classes of request, each with its own term",
    )
    op.create_table(
        "sla_policy",
        sa.Column(
            "sla_policy_id",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="31-bit id of (city, code, version)",
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile"),
        sa.Column("version", sa.SmallInteger(), nullable=False, comment="version of the policy, from 1"),
        sa.Column(
            "topic_id",
            sa.Integer(),
            nullable=True,
            comment="topic it is for (and all below); null: every topic of the class",
        ),
        sa.Column("request_class_id", sa.Integer(), nullable=False, comment="class it is for"),
        sa.Column("target_value", sa.Integer(), nullable=False, comment="length of the term in target_unit"),
        sa.Column("target_unit", sa.Text(), nullable=False, comment="unit of the term"),
        sa.Column(
            "clock",
            sa.Text(),
            nullable=False,
            comment="calendar: counts round the clock; working: counts the calendar's hours",
        ),
        sa.Column("calendar_id", sa.Integer(), nullable=False, comment="calendar of the clock"),
        sa.Column("starts_at_opening", sa.Boolean(), nullable=False, comment="true: starts at the next opening"),
        sa.Column("rolls_to_working_day", sa.Boolean(), nullable=False, comment="true: an end on a day off moves on"),
        sa.Column("law", sa.Text(), nullable=False, comment="law or rule the term comes from"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="first day it holds, local day of the city"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="first day it no longer holds, local day of the city"),
        sa.PrimaryKeyConstraint("sla_policy_id", name=op.f("pk_sla_policy")),
        sa.UniqueConstraint("city_id", "code", "version", name=op.f("uq_sla_policy_city_id_code_version")),
        comment="Terms by class and topic, with their versions",
    )
    op.create_table(
        "territory",
        sa.Column(
            "territory_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"
        ),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column("code", sa.Text(), nullable=False, comment="code in the profile"),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="area it lies in"),
        sa.Column("level", sa.Text(), nullable=False, comment="district, municipality, quarter, ..."),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.Column("population", sa.Integer(), nullable=True, comment="residents"),
        sa.Column("population_65_plus", sa.Integer(), nullable=True, comment="residents aged 65 and over"),
        sa.Column("lon", sa.Float(), nullable=True, comment="longitude, degrees, EPSG:4326"),
        sa.Column("lat", sa.Float(), nullable=True, comment="latitude, degrees, EPSG:4326"),
        sa.Column("geometry", types.geometry("MULTIPOLYGON"), nullable=True, comment="outline, EPSG:4326"),
        sa.Column(
            "is_approximate",
            sa.Boolean(),
            nullable=False,
            comment="true: outline made from centre points, not surveyed",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="where the outline comes from"),
        sa.PrimaryKeyConstraint("territory_id", name=op.f("pk_territory")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_territory_city_id_code")),
        comment="Areas of a city as a tree, with residents",
        info={"point": True},
    )
    op.create_table(
        "topic",
        sa.Column("topic_id", sa.Integer(), autoincrement=False, nullable=False, comment="31-bit id of (city, code)"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column(
            "code", sa.Text(), nullable=False, comment="code in the profile; 'unmapped' gathers unknown source values"
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="topic above"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="1 is the top of the tree"),
        sa.Column("path", sa.Text(), nullable=False, comment="codes from the top, joined by /"),
        sa.Column("name", sa.Text(), nullable=False, comment="name in the city's own language"),
        sa.Column("names", types.Json, nullable=False, comment="name by language code, JSON object"),
        sa.PrimaryKeyConstraint("topic_id", name=op.f("pk_topic")),
        sa.UniqueConstraint("city_id", "code", name=op.f("uq_topic_city_id_code")),
        comment="Topics as a tree, at most three levels",
    )
    op.create_table(
        "topic_alias",
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row"),
        sa.Column("source", sa.Text(), nullable=False, comment="source whose words these are"),
        sa.Column("value", sa.Text(), nullable=False, comment="value as the source writes it"),
        sa.Column("topic_id", sa.Integer(), nullable=False, comment="topic it means"),
        sa.PrimaryKeyConstraint("city_id", "source", "value", name=op.f("pk_topic_alias")),
        comment="What a source's own topic names mean",
    )
    op.create_table(
        "calendar_exception",
        sa.Column("calendar_id", sa.Integer(), nullable=False, comment="calendar it changes"),
        sa.Column("day_on", sa.Date(), nullable=False, comment="day that differs, local day of the city"),
        sa.Column("city_id", sa.SmallInteger(), nullable=False, comment="city of the row, see table city"),
        sa.Column(
            "intervals", types.Json, nullable=False, comment="list of [from, to] local times; empty means closed"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="holiday or reason"),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["calendar.calendar_id"],
            name=op.f("fk_calendar_exception_calendar_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("calendar_id", "day_on", name=op.f("pk_calendar_exception")),
        comment="Public holidays, shortened and longer days",
    )
    _run(ddl.point_statements("territory"))
    _run(ddl.outline_statements("territory"))


def downgrade() -> None:
    op.drop_table("calendar_exception")
    op.drop_table("topic_alias")
    op.drop_table("topic")
    op.drop_table("territory")
    op.drop_table("sla_policy")
    op.drop_table("request_class")
    op.drop_table("milestone")
    op.drop_table("line")
    op.drop_table("executor")
    op.drop_table("city")
    op.drop_table("channel")
    op.drop_table("caller_group")
    op.drop_table("calendar")


def _run(statements: tuple[str, ...]) -> None:
    """Run what only PostGIS gets."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)
