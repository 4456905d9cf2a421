"""The explanation says everything that counts, in five languages, and the strip has no gaps."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import etl.clock.words
from etl.clock.replay import replay
from etl.clock.request_file import answers, parse_requests
from etl.clock.timeline import Segment, timeline_of
from etl.clock.words import LANGUAGES
from tests.etl.clock.factories import book, moment, request

ISSUE = request(
    "town12",
    "2020-12-24 16:00 created",
    "2020-12-28 10:00 paused waiting_for_caller",
    "2020-12-28 13:10 resumed",
    "2020-12-30 09:00 closed",
)
NOW = moment("2026-01-01 00:00")


def told(life: dict[str, object], *, now: str = "2026-01-01 00:00", lang: str = "en") -> str:
    (said,) = answers(parse_requests([life], book()), book(), now=moment(now), lang=lang)
    return str(said["explanation"])


def strip(life: dict[str, object], *, now: str = "2026-01-01 00:00") -> tuple[Segment, ...]:
    file = parse_requests([life], book())
    now_s = int(moment(now).timestamp())
    results = replay(file.requests, file.events, book(), through_s=now_s)
    return timeline_of(results, book(), 0, now_s=now_s, reasons=file.reasons[0])


def test_the_example_of_the_issue_reads_as_it_should() -> None:
    assert told(ISSUE) == (
        "24.12. 16:00 received; 25.12. holiday: holiday; 28.12. 10:00 paused 3 h 10 min: waiting for the caller; "
        "29.12. 15:10 due; 30.12. 09:00 closed, late by 1 h 50 min. 13 h 50 min of 12 h of working time used, "
        "5 d outside hours not counted, 3 h 10 min paused or closed not counted."
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_tells_the_same_story(lang: str) -> None:
    said = told(ISSUE, lang=lang)
    assert re.findall(r"\d\d:\d\d", said) == ["16:00", "10:00", "15:10", "09:00"]
    assert "{" not in said
    assert lang == "en" or said != told(ISSUE)


def test_the_word_files_have_the_same_keys_and_blanks() -> None:
    folder = Path(etl.clock.words.__file__).parent
    files = {lang: tomllib.loads((folder / f"{lang}.toml").read_text(encoding="utf-8")) for lang in LANGUAGES}
    for words in files.values():
        assert words["reasons"].keys() == files["en"]["reasons"].keys()
        assert words.keys() == files["en"].keys()
        for key in words.keys() - {"reasons"}:
            assert re.findall(r"\{(\w+)\}", words[key]).sort() == re.findall(r"\{(\w+)\}", files["en"][key]).sort()


@pytest.mark.parametrize(
    ("life", "now", "expected"),
    [
        (request("w10", "2024-06-03 09:00 created"), "2024-06-03 10:00", "open, 9 h left"),
        (request("w10", "2024-06-03 09:00 created"), "2024-06-05 10:00", "open, overdue by 1 h"),
        (request("w10", "2024-06-03 09:00 created", "2024-06-03 10:00 paused x_y"), "2024-06-09 09:00",
         "still waiting: x y"),
        (request("w10", "2024-06-03 09:00 created", "2024-06-03 13:00 paused weather", "2024-06-04 10:00 resumed"),
         "2024-06-04 10:00", "paused 21 h: waiting for weather (2 h of it within hours)"),
        (request("w10", "2024-06-03 09:00 created", "2024-06-03 10:00 cancelled"), "2024-06-09 09:00",
         "3.6. 10:00 cancelled"),
        (request("v24", "2024-06-03 22:00 created"), "2024-06-03 23:00", "4.6. 09:00 clock starts"),
        (request("w10", "2024-06-03 09:00 created", "2024-06-05 09:30 extended minutes=60"), "2024-06-05 10:00",
         "extension not counted: the term was used up before"),
        (request("w10", "2024-06-03 09:00 created", "2024-06-03 10:00 extended minutes=60"), "2024-06-03 11:00",
         "extended, new term 11 h"),
        (request("w10", "2024-06-03 09:00 created", "2024-06-03 10:00 closed", "2024-06-03 11:00 reopened"),
         "2024-06-03 11:00", "3.6. 10:00 closed; 3.6. 11:00 reopened, clock goes on"),
        (request("w10", "2024-06-03 09:00 created", "2024-07-03 10:00 closed"), "2024-08-01 00:00",
         "more than three times"),
        (request("u24", "2024-06-03 09:00 created", "2024-06-04 09:00:01 closed"), "2024-08-01 00:00",
         "late by less than 1 min"),
        (request("w10", "2024-12-30 09:00 created", "2025-01-02 10:00 closed"), "2026-01-01 00:00",
         "2.1.2025 10:00 closed"),
    ],
)  # fmt: skip
def test_what_happened_is_said(life: dict[str, object], now: str, expected: str) -> None:
    assert expected in told(life, now=now)


def test_the_strip_names_nights_days_off_holidays_and_pauses_without_gaps() -> None:
    segments = strip(
        request("w10", "2024-03-28 13:00 created", "2024-04-02 10:00 paused weather", "2024-04-02 11:00 closed")
    )
    assert [(segment.kind, segment.label) for segment in segments] == [
        ("working", ""), ("night", ""), ("holiday", "holiday"), ("day_off", ""), ("holiday", "holiday"), ("night", ""),
        ("working", ""), ("pause", "weather"),
    ]  # fmt: skip
    assert all(one.end_at == other.start_at for one, other in pairwise(segments))
    assert (segments[0].start_at, segments[-1].end_at) == (moment("2024-03-28 13:00"), moment("2024-04-02 11:00"))


def test_the_strip_of_an_open_request_goes_on_to_the_present() -> None:
    segments = strip(request("u24", "2024-06-03 22:00 created", "2024-06-04 10:00 closed", "2024-06-04 12:00 reopened"),
                     now="2024-06-04 13:00")  # fmt: skip
    assert [segment.kind for segment in segments] == ["working", "closed", "working"]
    assert segments[-1].end_at == moment("2024-06-04 13:00")


def test_an_open_request_is_overdue_from_where_its_term_was_moved_to() -> None:
    """15 days from Friday 31 May end on Saturday 15 June and move to Monday the 17th; it is read two days later."""
    life = request("c15", "2024-05-31 10:00 created")
    assert "open, overdue by 2 d" in told(life, now="2024-06-19 10:00")
    assert "open, 24 h left" in told(life, now="2024-06-16 10:00")


def test_fifteen_days_are_told_as_fifteen_days_over_a_change_of_the_clocks() -> None:
    said = told(request("c15", "2024-10-21 10:00 created"), now="2024-11-20 10:00")
    assert "of 15 d used" in said
