from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.opening_hours import Closure, OpeningHours, Schedule
from geodata.opening_hours.words import state_in_words, week_in_words

BRATISLAVA, MINSK, KYIV = ZoneInfo("Europe/Bratislava"), ZoneInfo("Europe/Minsk"), ZoneInfo("Europe/Kyiv")
ZONES = {"SK": BRATISLAVA, "BY": MINSK, "UA": KYIV}
TEXTS = (
    "24/7", "22:00-06:00", "Mo-Fr 09:00-17:00", "Mo-Fr 08:00-12:00,13:00-17:30; Sa 20:00-04:00; PH off",
    "02:30-03:30", "00:00-24:00", "Mo-Su 06:00-06:00", "Fr 18:00-26:00", 'Mo-Fr 10:00-18:00 "by appointment"',
    "sunrise-sunset", "Mo-Sa 10:00-20:00; Jun-Aug off; PH 10:00-14:00", "Dec 24 09:00-12:00", "off",
)  # fmt: skip
texts = st.sampled_from(TEXTS)
zones = st.sampled_from(sorted(ZONES))
instants = st.integers(0, 9 * 366 * 24 * 60).map(
    lambda minutes: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
# Days around the clock changes of 2025 in Slovakia and Ukraine, where arithmetic goes wrong first.
days_on = st.one_of(
    st.dates(date(2019, 1, 1), date(2027, 12, 31)),
    st.sampled_from([date(2025, 3, n) for n in (29, 30, 31)] + [date(2025, 10, n) for n in (25, 26, 27)]),
)
clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 24), st.sampled_from((0, 15, 30, 59)))
schedules = st.lists(
    st.builds(
        Schedule,
        opens_at=st.one_of(st.none(), clocks),
        closes_at=st.one_of(st.none(), clocks),
        byday=st.one_of(st.none(), st.sampled_from(("MO,TU,WE", "SU", "1MO", "-1FR", "junk"))),
        is_closed=st.booleans(),
    ),
    max_size=4,
)


def at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def any_hours(country: str, text: str, rows: list[Schedule]) -> list[OpeningHours]:
    zone = ZONES[country]
    return [OpeningHours.parse(text, zone, country), OpeningHours.from_schedules(rows, zone)]


@given(zones, texts, schedules, days_on)
@settings(max_examples=60, deadline=None)
def test_windows_hold_every_open_instant_once(country: str, text: str, rows: list[Schedule], day_on: date) -> None:
    zone = ZONES[country]
    for hours in any_hours(country, text, rows):
        windows = [w for n in range(-2, 3) for w in hours.windows(day_on + timedelta(days=n))]
        assert windows == sorted(windows)
        for minute in range(30, 24 * 60, 97):
            now = datetime.combine(day_on, datetime.min.time(), zone).astimezone(UTC) + timedelta(minutes=minute)
            inside = [w for w in windows if w.start.astimezone(UTC) <= now < w.end.astimezone(UTC)]
            assert len(inside) == (hours.state_at(now).state == "open")


@given(zones, texts, schedules, instants)
@settings(max_examples=60, deadline=None)
def test_a_state_holds_until_it_changes_and_then_another_begins(
    country: str, text: str, rows: list[Schedule], now: datetime
) -> None:
    for hours in any_hours(country, text, rows):
        state = hours.state_at(now)
        if state.until is not None:
            until = state.until.astimezone(UTC)
            assert until > now
            assert hours.state_at(until - timedelta(seconds=1)).state == state.state
            assert hours.state_at(until).state != state.state
        opening = hours.next_opening(now)
        if opening is not None:
            assert opening.astimezone(UTC) > now
            assert hours.state_at(opening).state == "open"


@given(zones, texts, schedules, instants, st.timedeltas(timedelta(hours=1), timedelta(days=10)))
@settings(max_examples=60, deadline=None)
def test_intervals_have_neither_gaps_nor_overlaps(
    country: str, text: str, rows: list[Schedule], start: datetime, length: timedelta
) -> None:
    for hours in any_hours(country, text, rows):
        found = hours.intervals(start, start + length)
        assert found[0].starts_at == start
        assert found[-1].ends_at == start + length
        assert all(a.ends_at == b.starts_at for a, b in pairwise(found))


@given(st.text(max_size=60), zones, instants)
@settings(max_examples=150, deadline=None)
def test_no_text_raises_and_what_cannot_be_read_is_unknown(text: str, country: str, now: datetime) -> None:
    hours = OpeningHours.parse(text, ZONES[country], country)
    if hours.timeline is None:
        assert hours.state_at(now).state == "unknown"
        assert hours.windows(now.date()) == []
        assert not hours.is_known_on(now.date())
    for lang in ("sk", "uk", "be", "ru", "en", "de"):
        assert state_in_words(hours, now, lang)


@given(zones, texts, instants, st.integers(0, 20))
@settings(max_examples=40, deadline=None)
def test_a_temporary_closure_closes_whatever_the_hours_say(
    country: str, text: str, now: datetime, length_days: int
) -> None:
    zone = ZONES[country]
    today_on = now.astimezone(zone).date()
    closure = Closure(today_on, today_on + timedelta(days=length_days), "flood")
    hours = OpeningHours.parse(text, zone, country).closed_during(closure)
    assert hours.state_at(now).state == "closed"
    assert hours.state_at(now).comment == "flood"
    untouched = OpeningHours.parse(text, zone, country)
    after = now + timedelta(days=length_days + 2)
    assert hours.state_at(after).state == untouched.state_at(after).state


def test_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    hours = OpeningHours.parse("Fr 22:00-06:00", KYIV, "UA")
    (window,) = hours.windows(date(2025, 5, 2))
    assert (window.start, window.end) == (at("2025-05-02T22:00", KYIV), at("2025-05-03T06:00", KYIV))
    assert hours.windows(date(2025, 5, 3)) == []
    assert hours.state_at(at("2025-05-03T05:59", KYIV)).state == "open"


@pytest.mark.parametrize(("day_on", "hours_open"), [(date(2025, 3, 29), 7), (date(2025, 10, 25), 9)])
def test_a_night_of_a_clock_change_is_an_hour_shorter_or_longer(day_on: date, hours_open: int) -> None:
    for hours in (
        OpeningHours.parse("22:00-06:00", BRATISLAVA, "SK"),
        OpeningHours.from_schedules([Schedule("22:00", "06:00")], BRATISLAVA),
    ):
        (window,) = hours.windows(day_on)
        assert window.end.astimezone(UTC) - window.start.astimezone(UTC) == timedelta(hours=hours_open)


@pytest.mark.parametrize(
    ("country", "holiday_on"), [("SK", date(2025, 8, 29)), ("BY", date(2025, 5, 9)), ("UA", date(2025, 12, 25))]
)
def test_public_holidays_of_the_country_close_where_the_text_says_so(country: str, holiday_on: date) -> None:
    assert holiday_on.weekday() < 5
    observed = OpeningHours.parse("Mo-Fr 09:00-17:00; PH off", ZONES[country], country)
    assert observed.windows(holiday_on) == []
    ignored = OpeningHours.parse("Mo-Fr 09:00-17:00", ZONES[country], country)
    assert len(ignored.windows(holiday_on)) == 1


def test_holidays_of_an_unknown_country_are_reported() -> None:
    hours = OpeningHours.parse("Mo-Fr 09:00-17:00; PH off; SH off", MINSK, "XX")
    assert hours.warnings == ("holidays_unknown", "school_holidays_unknown")


@pytest.mark.parametrize("text", ['"by appointment"', 'Mo-Su 00:00-24:00 "by appointment"', 'unknown "call"'])
def test_by_appointment_is_unknown_never_open(text: str) -> None:
    state = OpeningHours.parse(text, MINSK, "BY").state_at(at("2025-05-06T12:00", MINSK))
    assert state.state == "unknown"
    assert state.comment


def test_a_comment_beside_the_word_open_stays_open() -> None:
    hours = OpeningHours.parse('Mo-Su 09:00-18:00 open "ring the bell"', MINSK, "BY")
    assert hours.state_at(at("2025-05-06T12:00", MINSK)).state == "open"


@pytest.mark.parametrize(
    "text",
    ["Пн-Пт 9-17", "пн–пт: 9.00–17.00", "Po-Pi 9:00-17:00", "Mon-Fri 9-17", "Пн - Пт 09:00 - 17:00; сб выходной"],
)
def test_everyday_spellings_are_mended_and_said_so(text: str) -> None:
    hours = OpeningHours.parse(text, BRATISLAVA, "SK")
    assert hours.warnings == ("mended",)
    lines = week_in_words(hours, date(2025, 5, 5), "en")
    assert [(line.days, line.hours) for line in lines] == [
        ("Monday–Friday", "9:00–17:00"),
        ("Saturday–Sunday", "closed"),
    ]


def test_schedules_exceptions_and_holidays_are_merged() -> None:
    hours = OpeningHours.from_schedules(
        [Schedule("08:00", "12:00", byday="MO,TU,WE,TH,FR"), Schedule("13:00", "16:00", byday="MO,WE")],
        BRATISLAVA,
        exceptions=[
            Schedule("10:00", "11:00", valid_from=date(2025, 5, 6), valid_to=date(2025, 5, 6)),
            Schedule(is_closed=True, valid_from=date(2025, 5, 7), valid_to=date(2025, 5, 7)),
        ],
        holidays=[date(2025, 5, 8)],
    )
    week = {
        day.isoformat()[-2:]: [f"{w.start:%H}-{w.end:%H}" for w in windows]
        for day, windows in hours.week(date(2025, 5, 5))
    }
    assert week == {"05": ["08-12", "13-16"], "06": ["10-11"], "07": [], "08": [], "09": ["08-12"], "10": [], "11": []}


def test_monthly_schedules_count_weekdays_and_days_of_the_month() -> None:
    first_monday = OpeningHours.from_schedules([Schedule("09:00", "10:00", "MONTHLY", byday="1MO")], MINSK)
    last_friday = OpeningHours.from_schedules([Schedule("09:00", "10:00", "MONTHLY", byday="-1FR")], MINSK)
    tenth = OpeningHours.from_schedules([Schedule("09:00", "10:00", "MONTHLY", bymonthday="10")], MINSK)
    may = [date(2025, 5, n) for n in range(1, 32)]
    assert [d.day for d in may if first_monday.windows(d)] == [5]
    assert [d.day for d in may if last_friday.windows(d)] == [30]
    assert [d.day for d in may if tenth.windows(d)] == [10]


def test_a_place_without_any_schedule_is_unknown_not_closed() -> None:
    now = at("2025-05-06T12:00", MINSK)
    assert OpeningHours.from_schedules([], MINSK).state_at(now).state == "unknown"
    assert OpeningHours.from_schedules([Schedule(byday="TU")], MINSK).state_at(now).state == "unknown"
    by_call = Schedule("09:00", "17:00", description="по предварительной записи")
    assert OpeningHours.from_schedules([by_call], MINSK).state_at(now).state == "unknown"


@pytest.mark.parametrize(
    ("now", "lang", "words"),
    [
        ("2025-05-06T12:00", "en", "open until 17:00"),
        ("2025-05-06T18:00", "sk", "zatvorené, otvoria zajtra o 9:00"),
        ("2025-05-06T07:00", "uk", "зачинено, відчиниться о 9:00"),
        ("2025-05-09T18:00", "ru", "закрыто, откроется в понедельник в 9:00"),
        ("2025-05-09T18:00", "be", "зачынена, адчыніцца ў панядзелак а 9:00"),
    ],
)
def test_the_state_in_words(now: str, lang: str, words: str) -> None:
    hours = OpeningHours.parse("Mo-Fr 09:00-17:00", BRATISLAVA, "SK")
    assert state_in_words(hours, at(now, BRATISLAVA), lang) == words


def test_around_the_clock_and_unknown_in_words() -> None:
    now = at("2025-05-06T12:00", BRATISLAVA)
    always = OpeningHours.parse("24/7", BRATISLAVA, "SK")
    assert state_in_words(always, now, "sk") == "otvorené nepretržite"
    assert [line.hours for line in week_in_words(always, date(2025, 5, 5), "be")] == ["кругласутачна"]
    assert state_in_words(OpeningHours.parse("", BRATISLAVA), now, "en") == "hours not known, please call"
    flood = always.closed_during(Closure(date(2025, 5, 1), reason="flood"))
    assert state_in_words(flood, now, "en") == "closed: flood"
