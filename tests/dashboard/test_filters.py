from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st

from dashboard.filters import EARLIEST, GRAINS, KEYS, LATEST, Filters, describe, parse, to_query

FROM, TO = date(2026, 3, 1), date(2026, 3, 31)
codes = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=20)
chosen = st.lists(codes, max_size=4, unique=True).map(lambda values: tuple(sorted(values)))


@st.composite
def any_filters(draw: st.DrawFn) -> Filters:
    first = draw(st.dates(EARLIEST, LATEST - timedelta(days=400)))
    last = first + timedelta(days=draw(st.integers(0, 400)))
    return Filters("demo", first, last, grain=draw(st.sampled_from(GRAINS)), **{name: draw(chosen) for name in KEYS})


def read(query: dict[str, object]) -> Filters:
    return parse(query, city="demo", default_from=FROM, default_to=TO)  # type: ignore[arg-type]


@given(any_filters())
def test_an_address_restores_the_filters_it_was_made_from(filters: Filters) -> None:
    again = parse(parse_qs(to_query(filters)), city="demo", default_from=FROM, default_to=TO)
    assert again == filters
    assert to_query(again) == to_query(filters)


junk = st.recursive(
    st.none() | st.integers() | st.text() | st.booleans() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["from", "to", "grain", *KEYS.values(), "x"]), junk))
def test_no_query_raises_and_the_period_is_always_in_order(query: dict[str, object]) -> None:
    filters = read(query)
    assert EARLIEST <= filters.from_on <= filters.to_on <= LATEST
    assert filters.grain in GRAINS


def test_a_single_value_and_a_list_mean_the_same() -> None:
    assert read({"topic": "light"}).topic == read({"topic": ["light"]}).topic == ("light",)


def test_a_period_that_ends_before_it_begins_falls_back_whole() -> None:
    assert (read({"from": "2026-05-02", "to": "2026-05-01"}).from_on, read({"to": "2026-02-01"}).to_on) == (FROM, TO)


def test_codes_nobody_knows_are_skipped() -> None:
    @dataclass
    class Known:
        def codes(self, kind: str) -> frozenset[str] | None:
            return frozenset({"light"}) if kind == "topic" else None

    query = {"topic": ["light", "'; drop table request"], "line": "any"}
    filters = parse(query, city="demo", default_from=FROM, default_to=TO, known=Known())
    assert (filters.topic, filters.line) == (("light",), ("any",))


def test_the_previous_period_is_as_long_and_ends_the_day_before() -> None:
    previous = Filters("demo", FROM, TO, topic=("light",)).previous
    assert (previous.from_on, previous.to_on, previous.topic) == (date(2026, 1, 29), date(2026, 2, 28), ("light",))


def test_only_narrowed_fields_are_described() -> None:
    filters = Filters("demo", FROM, TO, group=("seniors",))
    assert filters.is_narrowed
    assert describe(filters) == {"group": ("seniors",)}
    assert not Filters("demo", FROM, TO).is_narrowed
