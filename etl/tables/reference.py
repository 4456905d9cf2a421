"""Reference tables: what a city is made of, written from its profile and read by everything."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from etl.tables.base import POINT, city, day, instant, lon_lat, metadata, reference
from etl.tables.types import Json, geometry


def _names() -> tuple[Column[str], Column[object]]:
    return (
        Column("name", Text, nullable=False, comment="name in the city's own language"),
        Column("names", Json, nullable=False, comment="name by language code, JSON object"),
    )


city_table = Table(
    "city",
    metadata,
    Column("city_id", SmallInteger, primary_key=True, autoincrement=False, comment="small id made from the slug"),
    Column("slug", Text, nullable=False, unique=True, comment="folder name of the profile, e.g. kryvyi-rih"),
    *_names(),
    Column("country", Text, nullable=False, comment="ISO 3166-1 alpha-2"),
    Column("time_zone", Text, nullable=False, comment="IANA time zone, e.g. Europe/Kyiv"),
    Column("languages", Json, nullable=False, comment="language codes, the city's own first"),
    Column("profile_hash", Text, nullable=False, comment="hash of the profile the reference rows were written from"),
    instant("updated_at", "when the profile was written", nullable=False),
    comment="A city whose profile has been loaded",
)

territory = Table(
    "territory",
    metadata,
    Column("territory_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile"),
    reference("parent_id", "area it lies in"),
    Column("level", Text, nullable=False, comment="district, municipality, quarter, ..."),
    *_names(),
    Column("population", Integer, comment="residents"),
    Column("population_65_plus", Integer, comment="residents aged 65 and over"),
    *lon_lat(),
    Column("geometry", geometry("MULTIPOLYGON"), comment="outline, EPSG:4326"),
    Column("is_approximate", Boolean, nullable=False, comment="true: outline made from centre points, not surveyed"),
    Column("source", Text, nullable=False, comment="where the outline comes from"),
    UniqueConstraint("city_id", "code"),
    info=POINT,
    comment="Areas of a city as a tree, with residents",
)

topic = Table(
    "topic",
    metadata,
    Column("topic_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile; 'unmapped' gathers unknown source values"),
    reference("parent_id", "topic above"),
    Column("level", SmallInteger, nullable=False, comment="1 is the top of the tree"),
    Column("path", Text, nullable=False, comment="codes from the top, joined by /"),
    *_names(),
    UniqueConstraint("city_id", "code"),
    comment="Topics as a tree, at most three levels",
)

topic_alias = Table(
    "topic_alias",
    metadata,
    Column("city_id", SmallInteger, primary_key=True, comment="city of the row"),
    Column("source", Text, primary_key=True, comment="source whose words these are"),
    Column("value", Text, primary_key=True, comment="value as the source writes it"),
    reference("topic_id", "topic it means", nullable=False),
    comment="What a source's own topic names mean",
)

executor = Table(
    "executor",
    metadata,
    Column("executor_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile or made from the source's name"),
    Column(
        "kind",
        Text,
        CheckConstraint("kind in ('city','district','utility','state','partner')", name="kind"),
        nullable=False,
        comment="city, district, utility, state or partner",
    ),
    reference("territory_id", "area a district body serves"),
    *_names(),
    UniqueConstraint("city_id", "code"),
    comment="Bodies that carry requests out",
)

channel = Table(
    "channel",
    metadata,
    Column("channel_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile"),
    Column("kind", Text, nullable=False, comment="phone, email, voice_message, chat, web_form, app, walk_in, ..."),
    *_names(),
    UniqueConstraint("city_id", "code"),
    comment="Ways to reach the centre",
)

line = Table(
    "line",
    metadata,
    Column("line_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile"),
    *_names(),
    Column("number", Text, comment="public phone number"),
    Column("calendar_code", Text, nullable=False, comment="hours of the line, see table calendar"),
    Column("answer_within_s", Integer, nullable=False, comment="threshold of the answer service level, seconds"),
    UniqueConstraint("city_id", "code"),
    comment="Phone lines and counters",
)

caller_group = Table(
    "caller_group",
    metadata,
    Column("caller_group_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile"),
    Column("bit", SmallInteger, nullable=False, comment="place of the group in caller_group_mask"),
    *_names(),
    UniqueConstraint("city_id", "code"),
    comment="Groups of callers counted apart: seniors, displaced people, veterans, ...",
)

request_class = Table(
    "request_class",
    metadata,
    Column("request_class_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile; 'standard' always exists"),
    Column(
        "kind",
        Text,
        CheckConstraint("kind in ('consultation','urgent','statutory','other')", name="kind"),
        nullable=False,
        comment="consultation, urgent, statutory or other",
    ),
    Column("position", SmallInteger, nullable=False, comment="order on the screen"),
    *_names(),
    UniqueConstraint("city_id", "code"),
    comment="Classes of request, each with its own term",
)

calendar = Table(
    "calendar",
    metadata,
    Column("calendar_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile"),
    *_names(),
    Column("weekly", Json, nullable=False, comment="seven lists (Monday first) of [from, to] local times"),
    Column("observes_holidays", Boolean, nullable=False, comment="true: public holidays are days off"),
    Column("is_always_open", Boolean, nullable=False, comment="true: round the clock"),
    UniqueConstraint("city_id", "code"),
    comment="Working calendars",
)

calendar_exception = Table(
    "calendar_exception",
    metadata,
    Column(
        "calendar_id",
        Integer,
        ForeignKey("calendar.calendar_id", ondelete="CASCADE"),
        primary_key=True,
        comment="calendar it changes",
    ),
    day("day_on", "day that differs", primary_key=True),
    city(),
    Column("intervals", Json, nullable=False, comment="list of [from, to] local times; empty means closed"),
    Column("name", Text, nullable=False, comment="holiday or reason"),
    comment="Public holidays, shortened and longer days",
)

sla_policy = Table(
    "sla_policy",
    metadata,
    Column(
        "sla_policy_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code, version)"
    ),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile"),
    Column("version", SmallInteger, nullable=False, comment="version of the policy, from 1"),
    reference("topic_id", "topic it is for (and all below); null: every topic of the class"),
    reference("request_class_id", "class it is for", nullable=False),
    Column("target_value", Integer, nullable=False, comment="length of the term in target_unit"),
    Column(
        "target_unit",
        Text,
        CheckConstraint(
            "target_unit in ('minutes','hours','working_days','calendar_days','months')", name="target_unit"
        ),
        nullable=False,
        comment="unit of the term",
    ),
    Column(
        "clock",
        Text,
        CheckConstraint("clock in ('calendar','working')", name="clock"),
        nullable=False,
        comment="calendar: counts round the clock; working: counts the calendar's hours",
    ),
    reference("calendar_id", "calendar of the clock", nullable=False),
    Column("starts_at_opening", Boolean, nullable=False, comment="true: starts at the next opening"),
    Column("rolls_to_working_day", Boolean, nullable=False, comment="true: an end on a day off moves on"),
    Column("law", Text, nullable=False, comment="law or rule the term comes from"),
    day("valid_from", "first day it holds", nullable=False),
    day("valid_to", "first day it no longer holds"),
    Column("extended_value", Integer, comment="length of the whole term once it is extended; null: not said"),
    Column("extended_unit", Text, comment="unit of the extended term, as of target_unit; null: none"),
    UniqueConstraint("city_id", "code", "version"),
    comment="Terms by class and topic, with their versions",
)

milestone = Table(
    "milestone",
    metadata,
    Column("milestone_id", Integer, primary_key=True, autoincrement=False, comment="31-bit id of (city, code)"),
    city(),
    Column("code", Text, nullable=False, comment="code in the profile"),
    Column("kind", Text, nullable=False, comment="law, campaign, siren, outage, opening, ..."),
    *_names(),
    instant("at", "when it happened or began", nullable=False),
    instant("ends_at", "when it ended"),
    UniqueConstraint("city_id", "code"),
    comment="Events drawn on time series",
)
