"""The KPI dictionary: every figure told in five languages, rates hidden below the minimum n, intervals that hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from dashboard.metrics import REGISTRY
from dashboard.metrics.definitions import LANGUAGES, texts
from dashboard.metrics.figure import Value, count, share_pct, shown
from dashboard.metrics.gather import GATHERERS
from dashboard.metrics.intervals import wilson
from geodata.cities import list_profiles, load_profile


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_is_told_in_every_language(lang: str) -> None:
    told = texts(lang)
    assert set(told) == {*REGISTRY, "_words"}
    assert set(told["_words"]) == set(texts("en")["_words"])
    for name in REGISTRY:
        assert told[name]["name"]
        assert len(told[name]["definition"]) > 15
        assert lang == "en" or told[name] != texts("en")[name]


def test_every_frame_a_figure_needs_can_be_gathered() -> None:
    assert {need for kpi in REGISTRY.values() for need in kpi.needs} <= set(GATHERERS)


def test_percentages_are_named_so() -> None:
    for name, kpi in REGISTRY.items():
        assert name.endswith("_pct") == (kpi.unit == "%")


@pytest.mark.parametrize("slug", list_profiles())
def test_published_and_targeted_figures_are_in_the_dictionary(slug: str) -> None:
    profile = load_profile(slug)
    assert {figure.kpi for figure in profile.published} <= set(REGISTRY)
    assert set(profile.targets) <= set(REGISTRY)


@given(n=st.integers(1, 5_000), share=st.floats(0, 1))
def test_wilson_is_the_interval_of_the_reference_library(n: int, share: float) -> None:
    hits = round(share * n)
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_a_rate_below_the_minimum_n_is_hidden_and_the_reader_told() -> None:
    few = shown("on_time_pct", share_pct(3, 4), unit="%", min_n=5, higher_is_better=True)
    assert (few.value, few.n, few.interval, few.suppressed) == (None, 4, None, "below_min_n")
    enough = shown("on_time_pct", share_pct(3, 5), unit="%", min_n=5, higher_is_better=True)
    assert enough.value == pytest.approx(60)
    assert enough.interval is not None


def test_a_count_is_shown_however_small() -> None:
    assert shown("overdue", count(2), unit="requests", min_n=5, higher_is_better=False).value == 2


def test_a_figure_without_data_says_so() -> None:
    assert shown("x", share_pct(0, 0), unit="%", min_n=5, higher_is_better=None).suppressed == "no_data"
    assert (
        shown("x", Value(None, 9, is_rate=True), unit="h", min_n=5, higher_is_better=None).suppressed == "not_reached"
    )
