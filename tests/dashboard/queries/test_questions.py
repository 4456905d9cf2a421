"""Series, norms, breakdowns and lists: promised columns, every period there, trees counted with all below them."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import update

from dashboard import queries
from dashboard.filters import Filters
from dashboard.queries import Reader
from dashboard.queries.brief import cells_on, daily_by
from etl.schema import contact
from tests.dashboard.small_city import DAYS, FIRST, NOW

WHOLE = Filters("demo", FIRST, FIRST + timedelta(days=DAYS))


def test_a_series_has_every_period_even_empty_ones(city: Reader) -> None:
    long = replace(WHOLE, from_on=date(2026, 2, 1))
    daily = queries.series(city, long, "requests")
    assert list(daily.columns) == ["period_on", "value"]
    assert len(daily) == long.days
    assert daily["value"].iloc[0] == 0


def test_weeks_begin_on_monday_and_sum_to_the_days(city: Reader) -> None:
    weekly = queries.series(city, WHOLE, "contacts", grain="week")
    assert set(weekly["period_on"].dt.day_of_week) == {0}
    assert weekly["value"].sum() == queries.total(city, WHOLE, "contacts")


def test_a_topic_counts_with_all_below_it(city: Reader) -> None:
    names = queries.reference(city)
    tops = [code for code in names.tables["topic"].index if not names.tables["topic"].loc[code, "parent"]]
    by_top = queries.breakdown(city, WHOLE, "requests", "topic_top").set_index("code")["value"]
    for code in tops[:3]:
        assert queries.total(city, replace(WHOLE, topic=(code,)), "requests") == by_top.get(code, 0)


def test_unknown_codes_let_nothing_through(city: Reader) -> None:
    assert queries.total(city, replace(WHOLE, topic=("no-such-topic",)), "requests") == 0
    assert queries.total(city, replace(WHOLE, group=("no-such-group",)), "contacts") == 0


def test_an_unknown_measure_is_named_with_those_there_are(city: Reader) -> None:
    with pytest.raises(queries.UnknownMeasureError, match="contacts"):
        queries.total(city, WHOLE, "callz")


def test_the_norm_is_the_mean_of_the_same_weekdays_before(city: Reader) -> None:
    last_week = replace(WHOLE, from_on=FIRST + timedelta(days=28), to_on=FIRST + timedelta(days=34))
    found = queries.norm(city, last_week, "contacts").set_index("period_on")["value"]
    daily = queries.series(city, WHOLE, "contacts").set_index("period_on")["value"]
    day = pd.Timestamp(FIRST + timedelta(days=30))
    same = [daily[day - timedelta(weeks=week)] for week in range(1, 5)]
    assert found[day] == pytest.approx(sum(same) / 4)


def test_the_backlog_series_comes_from_snapshots_and_agrees_with_the_requests(city: Reader) -> None:
    kept = queries.series(city, WHOLE, "open").set_index("period_on")["value"]
    assert kept.index.max() == pd.Timestamp(NOW.date() - timedelta(days=1))
    by_class = queries.series(city, WHOLE, "open", by="request_class").groupby("period_on")["value"].sum()
    assert (by_class == kept[kept > 0].reindex(by_class.index)).all()


def test_the_backlog_by_age_is_the_backlog_in_parts(city: Reader) -> None:
    kept = queries.series(city, WHOLE, "open").set_index("period_on")["value"]
    by_age = queries.backlog_by_age(city, WHOLE)
    assert set(by_age["code"]) >= {"0", "1"}
    assert (by_age.groupby("period_on")["value"].sum() == kept[kept > 0]).all()
    assert queries.backlog_by_age(city, replace(WHOLE, channel=("phone",))).empty


def test_the_span_is_that_of_all_facts(city: Reader) -> None:
    first, last = queries.data_span(city)
    assert first <= FIRST
    assert last >= FIRST + timedelta(days=DAYS - 1)


def test_simulated_rows_are_told(city: Reader) -> None:
    assert queries.has_simulated(city, WHOLE)
    assert not queries.has_simulated(city, replace(WHOLE, from_on=date(2020, 1, 1), to_on=date(2020, 2, 1)))


def test_lists_of_an_untouched_city_are_empty_but_keep_their_columns(city: Reader) -> None:
    assert "freshness_h" in queries.status(city).columns
    assert "cure" in queries.rejects(city).columns
    assert "rows" in queries.unmapped(city).columns


@pytest.mark.parametrize("measure", ["contacts", "late"])
def test_the_cells_of_several_days_are_those_of_each_day(city: Reader, measure: str) -> None:
    days = [NOW.date() - timedelta(days=back) for back in (14, 7, 0)]
    found = cells_on(city, WHOLE, measure, ["topic", "territory"], days, now=NOW)
    assert set(found["day_on"]) <= {pd.Timestamp(day) for day in days}
    for day in days:
        of_day = found[found["day_on"] == pd.Timestamp(day)]
        one = replace(WHOLE, from_on=day, to_on=day)
        alone = queries.breakdown(city, one, measure, "topic", now=NOW).set_index("code")["value"].to_dict()
        assert of_day.groupby("topic")["value"].sum().loc[lambda held: held > 0].to_dict() == alone


@pytest.mark.parametrize("measure", ["contacts", "late"])
def test_every_day_of_every_code_is_that_of_the_series(city: Reader, measure: str) -> None:
    codes, table = daily_by(city, WHOLE, measure, "topic", now=NOW)
    long = queries.series(city, WHOLE, measure, grain="day", by="topic", now=NOW)
    wide = long.pivot_table(index="code", columns="period_on", values="value", aggfunc="sum")
    assert codes == list(wide.index)
    assert (table == wide.to_numpy()).all()


def test_ids_keep_every_digit_beside_missing_ones(city: Reader) -> None:
    cause = int(queries.rows(city, WHOLE, "requests", now=NOW)["id"].abs().max())
    chosen = int(queries.rows(city, WHOLE, "contacts", now=NOW)["id"].iloc[0])
    assert cause % 2**10, "no float holds it"
    with city.engine.begin() as connection:
        connection.execute(update(contact).where(contact.c.contact_id == chosen).values(request_id=cause))
    found = queries.rows(city, WHOLE, "contacts", now=NOW).set_index("id")["request_id"]
    assert found[chosen] == cause
    assert found.isna().sum() == len(found) - 1
