"""Feeds are judged before anything is built on them, in words."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from geodata.network.gtfs import Validity, check_validity, read_feed

TABLES = {
    "agency.txt": "agency_id,agency_name,agency_timezone\na,A,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\ns1,One,49.0,8.0\ns2,Two,49.01,8.0\n",
    "routes.txt": "route_id,route_short_name,route_type\nr,5,0\n",
    "trips.txt": "route_id,service_id,trip_id\nr,weekday,t\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t,08:00:00,08:00:00,s1,1\nt,08:05:00,08:05:00,s2,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "weekday,1,1,1,1,1,0,0,20220901,20220930\n",
}


def feed(path: Path, **changed: str | None) -> Path:
    target = path / "feed.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in TABLES.items():
            text = changed.get(name.removesuffix(".txt"), text)
            if text is not None:
                archive.writestr(name, text)
    return target


def codes(path: Path) -> set[str]:
    return {problem.code for problem in read_feed(path).problems}


def test_a_sound_feed_has_no_problem_and_its_service_days(tmp_path: Path) -> None:
    found = read_feed(feed(tmp_path))
    assert (found.problems, found.is_usable, found.time_zone) == ([], True, "Europe/Berlin")
    assert len(found.active_dates()) == 22
    assert found.validity() == Validity("feed.zip", "2022-09-01", "2022-09-30")


def test_exceptions_add_and_take_away_days(tmp_path: Path) -> None:
    target = feed(tmp_path)
    with zipfile.ZipFile(target, "a") as archive:
        rows = "service_id,date,exception_type\nweekday,20220903,1\nweekday,20220905,2\n"
        archive.writestr("calendar_dates.txt", rows)
    days = read_feed(target).active_dates()
    assert date(2022, 9, 3) in days
    assert date(2022, 9, 5) not in days


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"stops": None}, "missing_file"),
        ({"routes": "route_id\nr\n"}, "missing_column"),
        ({"calendar": None}, "missing_calendar"),
        ({"calendar": TABLES["calendar.txt"].replace("20220930", "2022")}, "bad_calendar"),
        ({"trips": "route_id,service_id,trip_id\nr,never,t\n"}, "no_service"),
        (
            {"stops": TABLES["stops.txt"].replace("49.0,", "x,").replace("49.01,", "0,").replace("8.0", "0")},
            "no_places",
        ),
        ({"stop_times": TABLES["stop_times.txt"].replace("08:05:00,08:05:00", "8 h,8 h")}, "bad_time"),
    ],
)
def test_what_cannot_be_used_is_fatal_and_says_why(tmp_path: Path, changed: dict[str, str | None], code: str) -> None:
    found = read_feed(feed(tmp_path, **changed))
    assert code in {problem.code for problem in found.problems if problem.is_fatal}
    assert not found.is_usable
    assert all("feed.zip" in problem.message for problem in found.problems)


def test_small_faults_are_told_with_examples_and_the_feed_is_used(tmp_path: Path) -> None:
    times = TABLES["stop_times.txt"] + "ghost,08:00:00,08:00:00,s1,1\n"
    found = read_feed(feed(tmp_path, stop_times=times))
    assert found.is_usable
    assert [(problem.code, problem.examples) for problem in found.problems] == [("orphan", ("ghost",))]
    assert "interpolated" in codes(feed(tmp_path, stop_times=TABLES["stop_times.txt"].replace("08:05:00", "")))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_zip_never_raises(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.zip").write_bytes(content)
    assert not read_feed(tmp_path / "bad.zip").is_usable
    assert not read_feed(tmp_path / "absent.zip").is_usable


def test_a_damaged_zip_never_raises(tmp_path: Path, heidelberg_gtfs: Path) -> None:
    data = bytearray(heidelberg_gtfs.read_bytes())
    data[20_000:60_000] = bytes(40_000)
    (tmp_path / "damaged.zip").write_bytes(bytes(data))
    found = read_feed(tmp_path / "damaged.zip")
    assert [problem.code for problem in found.problems] == ["unreadable"]


@pytest.mark.parametrize(
    ("today", "code"),
    [
        (date(2022, 8, 1), "not_yet_valid"),
        (date(2022, 9, 5), None),
        (date(2022, 9, 20), "expires_soon"),
        (date(2022, 10, 1), "expired"),
    ],
)
def test_validity_is_judged_by_the_builds_day(today: date, code: str | None) -> None:
    found = check_validity([Validity("feed.zip", "2022-09-01", "2022-09-30")], today)
    assert [problem.code for problem in found] == ([code] if code else [])
