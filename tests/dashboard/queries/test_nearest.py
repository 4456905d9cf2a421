"""Lists that look only where their rows can lie show what they would show if they looked at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from dashboard.filters import Filters
from dashboard.queries import Reader, followups, late_map, nearest, sla
from dashboard.queries.selection import select_of
from tests.dashboard.small_city import DAYS, FIRST, NOW

WHOLE = Filters("demo", FIRST, FIRST + timedelta(days=DAYS))
FILTERS = {
    "everything": WHOLE,
    "the days before today": replace(WHOLE, to_on=NOW.date() - timedelta(days=1)),
    "a class": replace(WHOLE, request_class=("standard",)),
    "a topic and a territory": replace(WHOLE, topic=("utilities",), territory=("kamppi",)),
    "a channel": replace(WHOLE, channel=("phone",)),
    "a topic and a channel, which no roll-up knows together": replace(WHOLE, topic=("utilities",), channel=("phone",)),
    "what does not exist": replace(WHOLE, topic=("nothing",)),
}
LISTS: dict[str, Callable[..., pd.DataFrame]] = {"late": sla.late_requests, "due soon": sla.due_soon}


@pytest.fixture(params=FILTERS.values(), ids=FILTERS.keys())
def filters(request: pytest.FixtureRequest) -> Filters:
    asked: Filters = request.param
    return asked


@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS.keys())
def test_pages_of_a_list_are_its_parts(city: Reader, filters: Filters, listed: Callable[..., pd.DataFrame]) -> None:
    whole = listed(city, filters, now=NOW, limit=10_000)
    pages = [listed(city, filters, now=NOW, limit=7, offset=offset) for offset in range(0, len(whole) + 7, 7)]
    assert [one for page in pages for one in page["id"]] == whole["id"].tolist()


@pytest.mark.parametrize("limit", [1, 4, 10_000])
def test_the_late_are_those_that_the_facts_alone_give(city: Reader, filters: Filters, limit: int) -> None:
    facts = replace(city, uses_rollups=False, kept={})
    expected = sla.late_requests(facts, filters, now=NOW, limit=10_000).head(limit)
    found = sla.late_requests(city, filters, now=NOW, limit=limit)
    told = ["id", "late_min", "is_open", "is_3x", "topic", "executor"]
    pd.testing.assert_frame_equal(found[told], expected[told], check_dtype=False)


def test_who_finds_too_few_of_the_late_looks_at_all_in_the_end(city: Reader, filters: Filters) -> None:
    steps = [least_s for _, least_s in nearest.latest(city, select_of(city, filters), 3, now=NOW)]
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] == 0


def test_the_ledger_begins_with_its_newest_days(city: Reader, filters: Filters) -> None:
    whole = followups.false_closures(city, filters, now=NOW, limit=10_000)
    few = followups.false_closures(city, filters, now=NOW, limit=3)
    assert few["id"].tolist() == whole["id"].head(3).tolist()


def test_only_days_that_are_needed_are_looked_at(city: Reader) -> None:
    where = select_of(city, WHOLE)
    near = nearest.newest(city, where, "created", "requests", 5, now=NOW)
    assert 0 < len(near.on) < 5
    assert nearest.newest(replace(city, uses_rollups=False), where, "created", "requests", 5, now=NOW) == where


def test_a_map_takes_the_longest_due_of_each_state(
    city: Reader, filters: Filters, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = late_map.late_or_urgent(city, filters, now=NOW)
    counted = late_map.counts(city, filters, now=NOW)[list(late_map.STATES)].sum()
    assert counted.to_dict() == whole["state"].value_counts().reindex(list(late_map.STATES), fill_value=0).to_dict()
    monkeypatch.setattr(late_map, "MOST_MARKS", 2)
    few = late_map.late_or_urgent(city, filters, now=NOW)
    expected = whole[whole.groupby("state").cumcount() < 2]
    assert few["request_id"].tolist() == expected["request_id"].tolist()


def test_a_box_holds_what_lies_in_it(city: Reader) -> None:
    placed = late_map.late_or_urgent(city, WHOLE, now=NOW).dropna(subset=["lon"])
    west, south, east, north = placed["lon"].min(), placed["lat"].min(), placed["lon"].max(), placed["lat"].max()
    inside = late_map.late_or_urgent(city, WHOLE, now=NOW, box=(west, south, east, north))
    assert inside["request_id"].tolist() == placed["request_id"].tolist()
    assert late_map.late_or_urgent(city, WHOLE, now=NOW, box=(east + 1, south, east + 2, north)).empty


def test_what_ends_soon_is_counted_by_hour(city: Reader) -> None:
    listed = sla.due_soon(city, WHOLE, now=NOW, limit=10_000)
    hours = sla.due_by_hour(city, WHOLE, now=NOW, start=NOW)
    assert int(hours["n"].sum()) == len(listed)
    assert int(hours["paused"].sum()) == int(listed["is_paused"].sum())
    assert hours["hour"].between(0, 24).all()
