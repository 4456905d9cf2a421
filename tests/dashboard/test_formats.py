from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard import formats
from dashboard.i18n import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_thousands_are_set_apart_by_a_thin_space_in_every_language(lang: str) -> None:
    assert formats.number(1234567, lang) == "1\u202f234\u202f567"
    assert formats.number(-12, lang) == "\u221212"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (float("nan"), "–"), (float("inf"), "–"), (0, "0"), (2.5, "2,5")]
)
def test_what_is_no_number_is_a_dash(value: float | None, text: str) -> None:
    assert formats.number(value, "sk") == text


def test_small_percentages_keep_a_decimal() -> None:
    assert (formats.percent(3.2, "en"), formats.percent(61.4, "en"), formats.percent(None, "en")) == (
        "3.2\u202f%",
        "61\u202f%",
        "–",
    )


def test_changes_carry_their_sign_and_zero_carries_both() -> None:
    texts = [formats.signed_percent(value, "en") for value in (12.4, -3.0, 0.2, None)]
    assert texts == ["+12\u202f%", "\u22123\u202f%", "±0\u202f%", "–"]
    assert formats.change_pct(110, 100) == pytest.approx(10)
    assert formats.change_pct(110, 0) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_names_days_months_and_quarters(lang: str) -> None:
    day = date(2026, 3, 3)
    texts = {formats.grain_label(day, grain, lang) for grain in ("day", "week", "month", "quarter")}
    assert len(texts) == 4
    assert all("2026" in formats.period(day, last, lang) for last in (day, day + timedelta(days=20), date(2026, 5, 1)))
    assert len(formats.weekday_names(lang)) == 7


def test_moments_are_told_in_the_citys_own_time() -> None:
    at = datetime(2026, 7, 1, 21, 30, tzinfo=UTC)
    assert formats.instant(at, "uk", ZoneInfo("Europe/Kyiv")).endswith("00:30")
    assert formats.ago(at, at + timedelta(hours=3), "en") == "3 hours ago"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 secs"), (75, "1 min 15 secs"), (93_600, "1 day 2 hrs"), (86_460, "1 day"), (None, "–")]
)
def test_durations_have_at_most_two_units(seconds: float | None, text: str) -> None:
    assert formats.duration(seconds, "en").replace("\u00a0", " ") == text
