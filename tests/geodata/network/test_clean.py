"""Feeds as they come from cities: stray rows, stops without a place, headways; the rest of the feed still runs."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from geodata.network.build import Parts, Report, build_network
from geodata.network.clean import mend
from geodata.network.demo_feed import write_demo_feed
from geodata.network.gtfs import read_feed
from geodata.routing import Router
from tests.geodata.conftest import TODAY

ENDS = (60.166, 24.937), (60.178, 24.952)
Edit = Callable[[str, str], str]


def network(folder: Path, pbf: Path, edit: Edit, extra: dict[str, str] | None = None) -> tuple[Report, Router]:
    """Build on the simulated feed after an edit of its files."""
    write_demo_feed(pbf, folder / "sound.zip", first_on=date(2022, 1, 1))
    with zipfile.ZipFile(folder / "sound.zip") as old, zipfile.ZipFile(folder / "feed.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name).decode()))
        for name, text in (extra or {}).items():
            new.writestr(name, text)
    parts = Parts(basemap=False, gazetteer=False)
    report = build_network(pbf, [folder / "feed.zip"], folder / "network", today=TODAY, parts=parts)
    return report, Router.open(folder / "network")


def lines(router: Router, hour: int = 9) -> set[str]:
    at = datetime(2022, 9, 14, hour, tzinfo=router.zone)
    return {
        leg.transit.line for one in router.route(*ENDS, "transit", depart_at=at) for leg in one.rides if leg.transit
    }


def test_a_sound_feed_is_used_as_it_is(tmp_path: Path, heidelberg_gtfs: Path) -> None:
    feed = read_feed(heidelberg_gtfs)
    assert mend(feed, tmp_path) is feed
    assert list(tmp_path.iterdir()) == []


def test_stray_rows_are_left_out_and_the_rest_runs(tmp_path: Path, helsinki_pbf: Path) -> None:
    def edit(name: str, text: str) -> str:
        return text + "ghost,08:00:00,08:00:00,nowhere,1,0\n" if name == "stop_times.txt" else text

    report, router = network(tmp_path, helsinki_pbf, edit)
    assert [problem.code for problem in report.problems] == ["orphan", "orphan"]
    assert report.has_timetable
    assert lines(router)


def test_a_stop_without_a_place_is_passed_by(tmp_path: Path, helsinki_pbf: Path) -> None:
    def edit(name: str, text: str) -> str:
        if name != "stops.txt":
            return text
        rows = [row.split(",") for row in text.splitlines()]
        return "\n".join(",".join([*row[:2], "", "", *row[4:]] if row[0] == "sim-0-3" else row) for row in rows) + "\n"

    report, router = network(tmp_path, helsinki_pbf, edit)
    assert [problem.code for problem in report.problems] == ["bad_place"]
    assert router.table is not None
    assert "sim-0-3" not in router.table.stops
    assert "S1" in lines(router)


def test_headways_become_trips(tmp_path: Path, helsinki_pbf: Path) -> None:
    trip = "S1-0-workday-0756"

    def edit(name: str, text: str) -> str:
        if name not in ("trips.txt", "stop_times.txt"):
            return text
        rows = text.splitlines(keepends=True)
        return rows[0] + "".join(row for row in rows[1:] if trip in row)

    headways = f"trip_id,start_time,end_time,headway_secs\n{trip},14:00:00,16:00:00,900\n"
    report, router = network(tmp_path, helsinki_pbf, edit, {"frequencies.txt": headways})
    assert report.counts["trips"] == 8
    at = datetime(2022, 9, 14, 14, 1, tzinfo=router.zone)
    rides = [one.rides[0] for one in router.route(*ENDS, "transit", depart_at=at) if one.rides]
    assert rides
    assert all(timedelta(0) <= ride.departs_at - at < timedelta(hours=1) for ride in rides)
    assert all("@14:" in ride.transit.trip_id for ride in rides if ride.transit)


def test_a_trip_that_runs_backwards_is_left_out_and_told(tmp_path: Path, helsinki_pbf: Path) -> None:
    def edit(name: str, text: str) -> str:
        bad = "S1-0-workday-0500,05:00:00,05:00:00"
        return text.replace(bad, bad.replace("05:00:00", "23:00:00")) if name == "stop_times.txt" else text

    report, router = network(tmp_path, helsinki_pbf, edit)
    assert [(problem.code, problem.examples) for problem in report.problems] == [("bad_trip", ("S1-0-workday-0500",))]
    assert lines(router)


@pytest.mark.parametrize("emptied", ["stop_times.txt", "stops.txt"])
def test_a_feed_of_which_nothing_is_left_still_walks(tmp_path: Path, helsinki_pbf: Path, emptied: str) -> None:
    def edit(name: str, text: str) -> str:
        rows = text.splitlines(keepends=True)
        return "".join(rows[:2]) if name == emptied else text

    report, router = network(tmp_path, helsinki_pbf, edit)
    assert not report.has_timetable
    assert report.problems[-1].message.endswith("Routes on foot, by wheelchair, bicycle and car work all the same.")
    at = datetime(2022, 9, 14, 9, tzinfo=router.zone)
    assert router.route(*ENDS, "foot", depart_at=at)
