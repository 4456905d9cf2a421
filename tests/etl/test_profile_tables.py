from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import shapely
from sqlalchemy import Engine, func, select

from etl import schema
from etl.ids import city_id_of, reference_id
from etl.profile_tables import UNMAPPED, write_profile
from geodata.cities import list_profiles, load_profile
from geodata.profile import Milestone

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_shipped_cities_have_ids_of_their_own_that_fit_a_smallint() -> None:
    ids = [city_id_of(slug) for slug in list_profiles()]
    assert len(set(ids)) == len(ids)
    assert all(0 < city_id <= 32767 for city_id in ids)


@pytest.mark.parametrize("slug", list_profiles())
def test_every_shipped_profile_is_written_whole(sqlite_engine: Engine, slug: str) -> None:
    profile = load_profile(slug)
    with sqlite_engine.begin() as connection:
        city_id = write_profile(connection, profile, now=NOW)
        for table, expected in {
            schema.topic: len(profile.topics) + 1,
            schema.territory: len(profile.territories),
            schema.executor: len(profile.executors),
            schema.sla_policy: len(profile.policies),
            schema.request_class: len(profile.request_classes),
            schema.calendar: len(profile.calendars),
        }.items():
            written = connection.scalar(select(func.count()).select_from(table).where(table.c.city_id == city_id))
            assert written == expected, table.name


def test_rows_carry_parents_paths_outlines_and_holidays(engine: Engine) -> None:
    profile = load_profile("banska-bystrica")
    with engine.begin() as connection:
        write_profile(connection, profile, now=NOW)
    with engine.connect() as connection:
        topics = {row.code: row for row in connection.execute(select(schema.topic))}
        child = next(topic for topic in profile.topics if topic.level == 3)
        assert child.parent is not None
        assert topics[child.code].parent_id == topics[child.parent].topic_id
        assert topics[child.code].path.endswith(f"{child.parent}/{child.code}")
        assert topics[UNMAPPED].names["sk"] == "Zatiaľ nepriradené"
        area = connection.execute(select(schema.territory).limit(1)).one()
        assert shapely.from_wkb(area.geometry).contains(shapely.Point(area.lon, area.lat))
        assert area.is_approximate
        days = {
            row.day_on: row
            for row in connection.execute(
                select(schema.calendar_exception).where(
                    schema.calendar_exception.c.calendar_id == reference_id(profile.slug, "calendar", "centre")
                )
            )
        }
        assert days[date(2020, 4, 10)].name == "Veľký piatok"
        assert days[date(2020, 4, 10)].intervals == []
        assert {day.year for day in days} == set(range(2019, 2030))
        policy = connection.execute(select(schema.sla_policy).where(schema.sla_policy.c.code == "standard")).first()
        assert policy is not None
        assert policy.clock == "working"
        extended = select(schema.sla_policy).where(schema.sla_policy.c.code == "statutory_30")
        asked = connection.execute(extended).one()
        assert (asked.extended_value, asked.extended_unit) == (60, "calendar_days")


def test_a_second_write_of_the_same_profile_changes_nothing(engine: Engine) -> None:
    profile = load_profile("demo")
    with engine.begin() as connection:
        write_profile(connection, profile, now=NOW)
        before = connection.execute(select(schema.topic).order_by(schema.topic.c.topic_id)).all()
        write_profile(connection, profile, now=NOW.replace(month=9))
        assert connection.execute(select(schema.topic).order_by(schema.topic.c.topic_id)).all() == before
        assert connection.scalar(select(schema.city_table.c.updated_at)) == NOW


def test_a_changed_profile_updates_its_rows_and_drops_terms_and_milestones_it_no_longer_has(engine: Engine) -> None:
    profile = load_profile("demo")
    first = profile.channels[0]
    changed = replace(
        profile,
        channels=(replace(first, names={"en": "Telephone"}), *profile.channels[1:]),
        executors=profile.executors[1:],
        milestones=(Milestone("siren", {"en": "Siren"}, NOW, None, "siren"),),
        policies=profile.policies[:-1],
    )
    with engine.begin() as connection:
        write_profile(connection, profile, now=NOW)
        write_profile(connection, changed, now=NOW)
        channel = connection.execute(select(schema.channel).where(schema.channel.c.code == first.code)).one()
        assert channel.name == "Telephone"
        assert connection.scalars(select(schema.milestone.c.code)).all() == ["siren"]
        assert connection.scalar(select(func.count()).select_from(schema.sla_policy)) == len(profile.policies) - 1
        assert connection.scalar(select(func.count()).select_from(schema.executor)) == len(profile.executors), (
            "facts may point to it"
        )


def test_two_cities_live_side_by_side(engine: Engine) -> None:
    with engine.begin() as connection:
        first = write_profile(connection, load_profile("demo"), now=NOW)
        second = write_profile(connection, load_profile("kryvyi-rih"), now=NOW)
        assert first != second
        counts = dict(
            connection.execute(select(schema.topic.c.city_id, func.count()).group_by(schema.topic.c.city_id)).all()
        )
    assert set(counts) == {first, second}


def test_a_city_that_would_share_an_id_is_refused(sqlite_engine: Engine) -> None:
    profile = load_profile("demo")
    with sqlite_engine.begin() as connection:
        city_id = write_profile(connection, profile, now=NOW)
        connection.execute(schema.city_table.update().where(schema.city_table.c.city_id == city_id).values(slug="twin"))
        with pytest.raises(ValueError, match="share the id"):
            write_profile(connection, profile, now=NOW)
