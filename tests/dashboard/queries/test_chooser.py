"""The chooser: whatever the filters, the answer from roll-ups, held in the process or not, is that of the facts."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import queries
from dashboard.filters import Filters
from dashboard.metrics import REGISTRY, figures
from dashboard.queries import BY, MEASURES, STOCKS, Reader
from dashboard.queries.held import Held
from dashboard.queries.plan import choose
from etl.tables.rollups import SHAPES
from geodata.cities import load_profile
from tests.dashboard.small_city import DAYS, FIRST, NOW

PROFILE = load_profile("demo")


def some(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.one_of(st.just(()), st.lists(st.sampled_from(codes), max_size=3, unique=True).map(tuple))


@st.composite
def any_filters(draw: st.DrawFn) -> Filters:
    first, second = sorted(draw(st.tuples(st.integers(-2, DAYS + 2), st.integers(-2, DAYS + 2))))
    return Filters(
        city="demo",
        from_on=FIRST + timedelta(days=first),
        to_on=FIRST + timedelta(days=second),
        territory=draw(some([one.code for one in PROFILE.territories])),
        topic=draw(some([one.code for one in PROFILE.topics])),
        channel=draw(some([one.code for one in PROFILE.channels])),
        line=draw(some([one.code for one in PROFILE.lines])),
        request_class=draw(some([one.code for one in PROFILE.request_classes])),
        executor=draw(some([one.code for one in PROFILE.executors])),
        executor_kind=draw(some(["city", "district", "utility"])),
        group=draw(some([one.code for one in PROFILE.caller_groups])),
        grain=draw(st.sampled_from(["day", "week", "month", "quarter"])),
    )


SKETCHES = [family for family, shape in SHAPES.items() if shape.is_sketch and "n_cancelled" not in shape.measures]
WHOLE = Filters("demo", FIRST, FIRST + timedelta(days=DAYS))


@pytest.fixture(scope="module")
def holding(city: Reader) -> Reader:
    """Give a reader of the same city that holds every roll-up in the process."""
    held = Held(budget=1 << 30)
    held.fill(city)
    return replace(city, held=held)


@settings(max_examples=40)
@given(filters=any_filters(), measure=st.sampled_from(sorted({*MEASURES, *STOCKS})), by=st.sampled_from(sorted(BY)))
def test_breakdowns_are_the_same_from_roll_ups_and_from_facts(
    city: Reader, holding: Reader, filters: Filters, measure: str, by: str
) -> None:
    expected = queries.breakdown(replace(city, uses_rollups=False), filters, measure, by)
    for read in (city, holding):
        pd.testing.assert_frame_equal(queries.breakdown(read, filters, measure, by), expected, check_dtype=False)


@settings(max_examples=20)
@given(filters=any_filters(), measure=st.sampled_from(sorted(MEASURES)), by=st.sampled_from([None, *sorted(BY)]))
def test_series_are_the_same_from_roll_ups_and_from_facts(
    city: Reader, holding: Reader, filters: Filters, measure: str, by: str | None
) -> None:
    raw = replace(city, uses_rollups=False)
    expected = queries.series(raw, filters, measure, by=by)
    for read in (city, holding):
        pd.testing.assert_frame_equal(queries.series(read, filters, measure, by=by), expected, check_dtype=False)
    if by is None:
        assert expected["value"].sum() == queries.total(raw, filters, measure)


@settings(max_examples=8)
@given(filters=any_filters())
def test_every_figure_is_the_same_from_roll_ups_and_from_facts(city: Reader, holding: Reader, filters: Filters) -> None:
    expected = figures(replace(city, uses_rollups=False), filters, now=NOW)
    assert figures(city, filters, now=NOW) == expected
    assert figures(holding, filters, now=NOW) == expected


@settings(max_examples=20)
@given(filters=any_filters(), family=st.sampled_from(sorted(SKETCHES)), by=st.sampled_from([None, *sorted(BY)]))
def test_sketches_are_the_same_from_roll_ups_and_from_facts(
    city: Reader, holding: Reader, filters: Filters, family: str, by: str | None
) -> None:
    keys = [*(["code"] if by else []), "bucket"]
    expected, *found = (
        queries.sketch(read, filters, family, by=by).sort_values(keys, ignore_index=True)[[*keys, "n"]]
        for read in (replace(city, uses_rollups=False), city, holding)
    )
    for one in found:
        pd.testing.assert_frame_equal(one, expected, check_dtype=False)


@settings(max_examples=25)
@given(filters=any_filters(), kpi=st.sampled_from(["backlog_open", "overdue", "due_today", "due_24h", "at_risk"]))
def test_what_stands_open_is_what_its_rows_say(city: Reader, filters: Filters, kpi: str) -> None:
    expected = queries.count_rows(city, filters, kpi, now=NOW)
    for read in (replace(city, kept={}), city):  # from roll-ups where they know it, and from the open requests
        queries.lifetimes(city, filters, now=NOW)
        assert figures(read, filters, [kpi], now=NOW)[kpi].n == expected


@pytest.mark.parametrize("measure", ["contacts", "requests", "due", "tickets"])
def test_heat_is_the_same_from_roll_ups_and_from_facts(city: Reader, holding: Reader, measure: str) -> None:
    expected = queries.heat(replace(city, uses_rollups=False), WHOLE, measure)
    assert len(expected) == 168
    for read in (city, holding):
        pd.testing.assert_frame_equal(queries.heat(read, WHOLE, measure), expected, check_dtype=False)


def test_it_takes_the_smallest_roll_up_that_covers(city: Reader) -> None:
    plan = choose(city, "contacts", {"channel_id", "day_on"})
    assert plan.table is not None
    assert "channel_id" in plan.table.c
    others = [choose(city, "contacts", {"channel_id", "line_id"}), choose(city, "contacts", {"channel_id", "topic_id"})]
    assert all(plan.n_rows is not None and other.n_rows is not None and plan.n_rows <= other.n_rows for other in others)


def test_it_asks_the_facts_where_no_roll_up_covers(city: Reader) -> None:
    plan = choose(city, "created", {"caller_group_mask", "executor_id", "hour"})
    assert plan.table is None
    assert "caller_group_mask" in plan.why


def test_roll_ups_of_other_definitions_are_not_read(city: Reader) -> None:
    from sqlalchemy import update

    from etl.tables.rollups import rollup_state

    with city.engine.connect() as connection:
        connection.execute(update(rollup_state).values(version="older"))
        held = replace(city, session=connection)
        assert choose(held, "contacts", set()).table is None
        connection.rollback()


@pytest.mark.parametrize("kpi", sorted(queries.POPULATIONS))
def test_the_rows_behind_a_figure_add_up_to_its_n(city: Reader, kpi: str) -> None:
    if kpi not in REGISTRY:
        pytest.fail(f"rows are defined for {kpi}, which is no figure")
    until_now = replace(WHOLE, to_on=NOW.date() - timedelta(days=1))
    found = queries.rows(city, until_now, kpi, limit=100_000)
    assert found["n"].sum() == queries.count_rows(city, until_now, kpi)
    assert found["n"].sum() == figures(city, until_now, [kpi], now=NOW)[kpi].n
    narrow = replace(until_now, topic=("utilities", "social"), request_class=("standard", "urgent"))
    assert queries.count_rows(city, narrow, kpi) == figures(city, narrow, [kpi], now=NOW)[kpi].n


def test_every_figure_leads_to_its_rows_but_those_of_no_event(city: Reader) -> None:
    assert set(REGISTRY) - set(queries.POPULATIONS) == {
        "population", "territories", "territorial_centres", "rejected_rows", "freshness_h",
    }  # fmt: skip
