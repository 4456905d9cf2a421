"""Writes a city profile into the reference tables: what the profile says is upserted, what loads have added stays.

Terms, milestones and calendar days that the profile no longer has are removed; rows that facts may point to never are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from etl import schema
from etl.ids import city_id_of, reference_ids
from geodata.calendars import exceptions_of, holidays_of, moved_workdays_of
from geodata.profile import CityProfile, Interval, Names, text_in

YEARS_AHEAD = 3
UNMAPPED = "unmapped"
UNMAPPED_NAMES = {
    "en": "Not mapped yet",
    "sk": "Zatiaľ nepriradené",
    "uk": "Ще не зіставлено",
    "be": "Яшчэ не супастаўлена",
    "ru": "Ещё не сопоставлено",
}
_PARAMETERS = 900  # SQLite's old limit is 999 bound values in a statement
Row = dict[str, Any]


def write_profile(connection: Connection, profile: CityProfile, *, now: datetime | None = None) -> int:
    """Write every reference row of `profile` and give its `city_id`; writing an unchanged profile costs one query.

    Calendars get their exceptions and public holidays from the year before `opened_on` to three years after `now`.
    """
    moment = now or datetime.now(UTC)
    city_id = city_id_of(profile.slug)
    stamp = profile_hash(profile, moment.year)
    known = connection.execute(
        select(schema.city_table.c.slug, schema.city_table.c.profile_hash).where(schema.city_table.c.city_id == city_id)
    ).one_or_none()
    if known is not None and known.slug != profile.slug:
        raise ValueError(
            f"cities {known.slug} and {profile.slug} share the id {city_id}: rename the newer one's folder"
        )
    if known is not None and known.profile_hash == stamp:
        return city_id
    for table, rows in reference_rows(
        profile, range(profile.opened_on.year - 1, moment.year + YEARS_AHEAD + 1)
    ).items():
        if table in (schema.sla_policy, schema.milestone, schema.calendar_exception):
            connection.execute(delete(table).where(table.c.city_id == city_id))
        _upsert(connection, table, rows)
    _upsert(connection, schema.city_table, [_city_row(profile, stamp, moment)])
    return city_id


def profile_hash(profile: CityProfile, year: int) -> str:
    """Changes with anything in the profile, with the year (holidays run ahead of it) and with the form of the rows."""
    return hashlib.blake2b(f"2|{year}|{profile!r}".encode(), digest_size=16).hexdigest()


def reference_rows(profile: CityProfile, years: Sequence[int]) -> dict[Table, list[Row]]:
    """The rows of every reference table, parents before those that refer to them."""
    ids = _ids(profile)
    return {
        schema.territory: _territories(profile, ids),
        schema.topic: _topics(profile, ids),
        schema.executor: [
            _row(
                profile,
                ids,
                "executor",
                e.code,
                e.names,
                kind=e.kind,
                territory_id=ids["territory"].get(e.territory or ""),
            )
            for e in profile.executors
        ],
        schema.channel: [_row(profile, ids, "channel", c.code, c.names, kind=c.kind) for c in profile.channels],
        schema.line: [
            _row(
                profile,
                ids,
                "line",
                line.code,
                line.names,
                number=line.number,
                calendar_code=line.calendar,
                answer_within_s=line.answer_within_s,
            )
            for line in profile.lines
        ],
        schema.caller_group: [
            _row(profile, ids, "caller_group", g.code, g.names, bit=g.bit) for g in profile.caller_groups
        ],
        schema.request_class: [
            _row(profile, ids, "request_class", c.code, c.names, kind=c.kind, position=c.position)
            for c in profile.request_classes
        ],
        schema.calendar: [
            _row(
                profile,
                ids,
                "calendar",
                c.code,
                c.names,
                weekly=[_intervals(day) for day in c.weekly],
                observes_holidays=c.observes_holidays,
                is_always_open=c.is_always_open,
            )
            for c in profile.calendars.values()
        ],
        schema.calendar_exception: _exceptions(profile, ids, years),
        schema.sla_policy: _policies(profile, ids),
        schema.milestone: [
            _row(profile, ids, "milestone", m.code, m.names, kind=m.kind, at=m.at, ends_at=m.ends_at)
            for m in profile.milestones
        ],
    }


def _ids(profile: CityProfile) -> dict[str, dict[str, int]]:
    codes: dict[str, list[str]] = {
        "territory": [t.code for t in profile.territories],
        "topic": list(dict.fromkeys([*(t.code for t in profile.topics), UNMAPPED])),
        "executor": [e.code for e in profile.executors],
        "channel": [c.code for c in profile.channels],
        "line": [line.code for line in profile.lines],
        "caller_group": [g.code for g in profile.caller_groups],
        "request_class": [c.code for c in profile.request_classes],
        "calendar": list(profile.calendars),
        "sla_policy": [f"{p.code}@{p.version}" for p in profile.policies],
        "milestone": [m.code for m in profile.milestones],
    }
    return {table: reference_ids(profile.slug, table, known) for table, known in codes.items()}


def _row(
    profile: CityProfile, ids: dict[str, dict[str, int]], table: str, code: str, names: Names, **columns: object
) -> Row:
    return {
        f"{table}_id": ids[table][code],
        "city_id": city_id_of(profile.slug),
        "code": code,
        "name": text_in(names, profile.languages[0]),
        "names": dict(names),
        **columns,
    }


def _city_row(profile: CityProfile, stamp: str, now: datetime) -> Row:
    return {
        "city_id": city_id_of(profile.slug),
        "slug": profile.slug,
        "name": profile.name(profile.languages[0]),
        "names": dict(profile.names),
        "country": profile.country,
        "time_zone": profile.time_zone,
        "languages": list(profile.languages),
        "profile_hash": stamp,
        "updated_at": now,
    }


def _territories(profile: CityProfile, ids: dict[str, dict[str, int]]) -> list[Row]:
    return [
        _row(
            profile,
            ids,
            "territory",
            area.code,
            area.names,
            parent_id=ids["territory"].get(area.parent or ""),
            level=area.level,
            population=area.population,
            population_65_plus=area.population_65_plus,
            lon=area.lon,
            lat=area.lat,
            geometry=area.wkb,
            is_approximate=area.is_approximate,
            source="schematic: cells around the profile's centre points"
            if area.is_approximate
            else "outlines given by the city",
        )
        for area in profile.territories
    ]


def _topics(profile: CityProfile, ids: dict[str, dict[str, int]]) -> list[Row]:
    paths: dict[str, str] = {}
    rows = []
    for topic in profile.topics:
        paths[topic.code] = f"{paths[topic.parent]}/{topic.code}" if topic.parent else topic.code
        parent_id = ids["topic"][topic.parent] if topic.parent else None
        rows.append(
            _row(
                profile,
                ids,
                "topic",
                topic.code,
                topic.names,
                parent_id=parent_id,
                level=topic.level,
                path=paths[topic.code],
            )
        )
    if UNMAPPED not in paths:
        rows.append(_row(profile, ids, "topic", UNMAPPED, UNMAPPED_NAMES, parent_id=None, level=1, path=UNMAPPED))
    return rows


def _policies(profile: CityProfile, ids: dict[str, dict[str, int]]) -> list[Row]:
    return [
        {
            "sla_policy_id": ids["sla_policy"][f"{p.code}@{p.version}"],
            "city_id": city_id_of(profile.slug),
            "code": p.code,
            "version": p.version,
            "topic_id": ids["topic"][p.topic] if p.topic else None,
            "request_class_id": ids["request_class"][p.request_class],
            "target_value": p.target_value,
            "target_unit": p.target_unit,
            "clock": p.clock,
            "calendar_id": ids["calendar"][p.calendar],
            "starts_at_opening": p.starts_at_opening,
            "rolls_to_working_day": p.rolls_to_working_day,
            "law": p.law,
            "valid_from": p.valid_from,
            "valid_to": p.valid_to,
            "extended_value": p.extended_value,
            "extended_unit": p.extended_unit,
        }
        for p in profile.policies
    ]


def _exceptions(profile: CityProfile, ids: dict[str, dict[str, int]], years: Sequence[int]) -> list[Row]:
    needs_holidays = any(c.observes_holidays and not c.is_always_open for c in profile.calendars.values())
    public: dict[date, str] = holidays_of(profile, years) if needs_holidays else {}
    moved: dict[date, date] = moved_workdays_of(profile, years) if needs_holidays else {}
    return [
        {
            "calendar_id": ids["calendar"][calendar.code],
            "day_on": day,
            "city_id": city_id_of(profile.slug),
            "intervals": _intervals(intervals),
            "name": name,
        }
        for calendar in profile.calendars.values()
        for day, (intervals, name) in sorted(exceptions_of(calendar, public, moved).items())
    ]


def _intervals(intervals: Sequence[Interval]) -> list[list[str]]:
    """`[["08:00", "24:00"]]`: local times; an end at midnight is 24:00."""
    return [[f"{opens:%H:%M}", "24:00" if closes == time(0) else f"{closes:%H:%M}"] for opens, closes in intervals]


def _upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    size = max(1, _PARAMETERS // len(rows[0]))
    for first in range(0, len(rows), size):
        chunk = rows[first : first + size]
        insert: Any = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
        statement = insert.values(chunk)
        changed = {name: statement.excluded[name] for name in chunk[0] if name not in keys}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
