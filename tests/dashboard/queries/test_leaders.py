"""What the leaders' pages ask, held against plain SQL on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text

from dashboard import queries
from dashboard.filters import Filters
from dashboard.queries import Reader, compare, contact_centre, executors, shares, topics
from dashboard.queries.executors import everybody
from tests.dashboard.small_city import DAYS, FIRST, NOW

WHOLE = Filters("demo", FIRST, FIRST + timedelta(days=DAYS))


def sql(read: Reader, statement: str) -> pd.DataFrame:
    with read.engine.connect() as connection:
        found = connection.execute(text(statement), {"city": read.city_id})
        return pd.DataFrame(found.fetchall(), columns=list(found.keys()))


def one(read: Reader, statement: str) -> Any:
    return sql(read, statement).iloc[0, 0]


def test_calls_by_day_and_by_hour_add_up_to_the_facts(city: Reader) -> None:
    offered = one(city, "SELECT COUNT(*) FROM contact WHERE city_id = :city")
    daily = one(city, "SELECT COALESCE(SUM(offered), 0) FROM contact_daily WHERE city_id = :city")
    lost = one(city, "SELECT COUNT(*) FROM contact WHERE city_id = :city AND outcome = 'abandoned'")
    by_day = contact_centre.sums(city, WHOLE, "contacts", ["contacts", "abandoned"], by=None, now=NOW)
    by_hour = contact_centre.hourly(city, WHOLE, ["contacts", "abandoned"], now=NOW)
    assert len(by_hour) == 168
    assert by_day["contacts"].sum() == queries.total(city, WHOLE, "contacts", now=NOW) == offered + daily
    assert by_day["abandoned"].sum() >= lost
    assert by_hour["abandoned"].sum() <= by_day["abandoned"].sum()


def test_a_percentile_of_the_waits_is_within_two_percent_of_the_exact_one(city: Reader) -> None:
    waits = sql(city, "SELECT wait_s FROM contact WHERE city_id = :city AND wait_s IS NOT NULL")["wait_s"]
    found = contact_centre.quantiles(city, WHOLE, "waits", (0.5, 0.9), by=None, now=NOW)
    week = contact_centre.quantiles(city, WHOLE, "waits", (0.9,), by="weekday", now=NOW)
    assert found["n"].sum() == week["n"].sum() <= len(waits)
    assert week["p90"].between(waits.quantile(0.6), waits.max() * 1.02).all()


def test_messages_that_wait_are_listed_oldest_first_and_all_counted(city: Reader) -> None:
    waiting = one(
        city, "SELECT COUNT(*) FROM contact WHERE city_id = :city AND outcome = 'unprocessed' AND handled_at IS NULL"
    )
    found = contact_centre.waiting_messages(city, WHOLE, now=NOW, limit=5)
    assert len(found) == 5
    assert 5 < int(found["n_all"].iloc[0]) <= waiting
    assert found["age_min"].is_monotonic_decreasing


def test_topics_by_group_count_a_caller_of_two_groups_twice(city: Reader) -> None:
    found = topics.topics_by(city, WHOLE, "contacts", "group", now=NOW)
    by_group = queries.breakdown(city, WHOLE, "contacts", "group", now=NOW).set_index("code")["value"]
    known = found.groupby("code")["value"].sum()
    assert known.to_dict() == by_group.to_dict()
    assert known.drop("", errors="ignore").sum() > 0


def test_topics_by_territory_add_up_to_each_territory(city: Reader) -> None:
    found = topics.topics_by(city, WHOLE, "created", "territory", now=NOW).groupby("code")["value"].sum()
    whole = queries.breakdown(city, WHOLE, "created", "territory", now=NOW).set_index("code")["value"]
    assert found.to_dict() == whole.to_dict()


def test_a_name_of_the_source_is_new_only_if_no_request_had_it_before(city: Reader) -> None:
    middle, city_id = FIRST + timedelta(days=20), city.city_id
    with city.engine.begin() as connection:
        connection.execute(
            text("UPDATE request SET source_topic = 'old name' WHERE city_id = :city"), {"city": city_id}
        )
        connection.execute(
            text("UPDATE request SET source_topic = 'new name' WHERE city_id = :city AND created_on >= :day"),
            {"city": city_id, "day": middle if city.engine.dialect.name == "postgresql" else middle.isoformat()},
        )
    found = topics.new_source_topics(city, WHOLE, middle)
    assert found["source_topic"].tolist() == ["new name"]
    assert topics.new_source_topics(city, WHOLE, FIRST)["source_topic"].tolist()[0] in {"old name", "new name"}
    with city.engine.begin() as connection:
        connection.execute(text("UPDATE request SET source_topic = NULL WHERE city_id = :city"), {"city": city_id})


@pytest.mark.parametrize("was_there", [True, False])
def test_a_name_that_comes_back_after_a_long_time_is_not_new(city: Reader, *, was_there: bool) -> None:
    again = FIRST + timedelta(days=35)
    is_text = city.engine.dialect.name != "postgresql"
    with city.engine.begin() as connection:
        for name, day in (("usual", None), ("rare", again), *((("rare", FIRST),) if was_there else ())):
            on = "" if day is None else "AND created_on = :day"
            connection.execute(
                text(f"UPDATE request SET source_topic = :name WHERE city_id = :city {on}"),
                {"name": name, "city": city.city_id, "day": day and (day.isoformat() if is_text else day)},
            )
    found = topics.new_source_topics(city, WHOLE, again)
    assert found["source_topic"].tolist() == ([] if was_there else ["rare"])
    with city.engine.begin() as connection:
        connection.execute(text("UPDATE request SET source_topic = NULL WHERE city_id = :city"), {"city": city.city_id})


def test_strata_of_peers_hold_every_case_of_an_executor_once(city: Reader) -> None:
    strata = shares.mix(city, everybody(WHOLE), "due", "met", "due", now=NOW)
    by_executor = shares.shares(city, WHOLE, "due", ["met", "due"], "executor", now=NOW).set_index("code")
    known = by_executor.drop("", errors="ignore")
    sums = strata.groupby("executor")[["hits", "cases"]].sum()
    assert sums["cases"].to_dict() == known.loc[known["due"] > 0, "due"].to_dict()
    assert sums["hits"].sum() == known["met"].sum()


def test_kinds_are_the_sums_of_their_executors(city: Reader) -> None:
    each, kinds = executors.executors(city, WHOLE, now=NOW), executors.kinds(city, WHOLE, now=NOW)
    counts = ["requests", "due", "met", "followups", "false_closures", "open", "overdue"]
    assert kinds[counts].sum().to_dict() == each[counts].sum().to_dict()
    assert kinds["executors"].sum() == len(each)
    ages = each.groupby("kind")["open_median_h"].agg(["min", "max"])
    held = kinds.set_index("kind")["open_median_h"].dropna()
    assert ((held >= ages.loc[held.index, "min"]) & (held <= ages.loc[held.index, "max"])).all()


def test_the_oldest_open_request_is_the_oldest_in_the_facts(city: Reader) -> None:
    oldest = one(
        city,
        "SELECT source_key FROM request WHERE city_id = :city AND status = 'open'"
        " ORDER BY created_at, request_id LIMIT 1",
    )
    assert executors.oldest_open(city, WHOLE, now=NOW)["source_key"].iloc[0] == oldest


def test_the_rest_of_the_city_and_the_chosen_part_are_the_whole(city: Reader) -> None:
    names = queries.reference(city)
    leaf = next(str(code) for code in names.tables["territory"].index if compare.rest_of_city(city, (str(code),)))
    rest = compare.rest_of_city(city, (leaf,))
    assert leaf not in rest
    assert {"overdue", "freshness_h"}.isdisjoint(
        compare.differing(["overdue", "freshness_h", "contacts"], WHOLE, WHOLE)
    )


@pytest.mark.parametrize("by", ["line", "weekday", "topic_top"])
def test_sums_by_a_dimension_add_up_to_the_whole(city: Reader, by: str) -> None:
    found = contact_centre.sums(city, WHOLE, "contacts", ["contacts", "answered"], by=by, now=NOW)
    assert found["contacts"].sum() == queries.total(city, WHOLE, "contacts", now=NOW)
