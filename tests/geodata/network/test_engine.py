"""The timetable engine behind our interface: service days, interpolated times, the walk between stops."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from geodata.network.build import Parts, build_network
from geodata.network.engine import service_start
from geodata.routing import Router
from tests.geodata.conftest import BERLIN, MORNING, TODAY

STATION, OLD_TOWN = (49.4037, 8.6756), (49.4120, 8.7100)


def test_a_service_day_starts_twelve_hours_before_noon_also_when_clocks_change() -> None:
    assert service_start(date(2022, 9, 14), BERLIN) == datetime(2022, 9, 14, 0, 0, tzinfo=BERLIN)
    spring, autumn = date(2022, 3, 27), date(2022, 10, 30)
    assert service_start(spring, BERLIN) == datetime(2022, 3, 26, 23, 0, tzinfo=BERLIN)
    assert service_start(autumn, BERLIN) == datetime(2022, 10, 30, 1, 0, tzinfo=BERLIN)


@pytest.fixture(scope="module")
def blanked(tmp_path_factory: pytest.TempPathFactory, heidelberg_pbf: Path, heidelberg_gtfs: Path) -> Router:
    """Give a network whose feed times only every third stop of a trip, as many feeds do."""
    folder = tmp_path_factory.mktemp("blanked")
    with zipfile.ZipFile(heidelberg_gtfs) as old, zipfile.ZipFile(folder / "feed.zip", "w") as new:
        for name in old.namelist():
            text = old.read(name).decode("utf-8-sig")
            new.writestr(name, _blank(text) if name == "stop_times.txt" else text)
    parts = Parts(basemap=False, gazetteer=False)
    report = build_network(heidelberg_pbf, [folder / "feed.zip"], folder / "network", today=TODAY, parts=parts)
    assert "interpolated" in {problem.code for problem in report.problems}
    return Router.open(folder / "network")


def _blank(text: str) -> str:
    rows = list(csv.DictReader(io.StringIO(text)))
    ends = {row["trip_id"]: int(row["stop_sequence"]) for row in rows}
    for row in rows:
        if 1 < int(row["stop_sequence"]) < ends[row["trip_id"]] and int(row["stop_sequence"]) % 3:
            row["arrival_time"] = row["departure_time"] = ""
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_blank_times_are_interpolated_between_the_timed_stops(blanked: Router, heidelberg: Router) -> None:
    timed = heidelberg.route(STATION, OLD_TOWN, "transit", depart_at=MORNING)
    guessed = blanked.route(STATION, OLD_TOWN, "transit", depart_at=MORNING)
    trips = {leg.transit.trip_id: leg for one in timed for leg in one.rides if leg.transit}
    shared = [leg for one in guessed for leg in one.rides if leg.transit and leg.transit.trip_id in trips]
    assert shared
    for leg in shared:
        known = trips[leg.transit.trip_id]
        if (leg.start.stop_id, leg.end.stop_id) == (known.start.stop_id, known.end.stop_id):
            assert abs(leg.departs_at - known.departs_at) <= timedelta(minutes=3)
            assert abs(leg.arrives_at - known.arrives_at) <= timedelta(minutes=3)


def test_the_day_of_the_autumn_clock_change_keeps_local_times(heidelberg: Router) -> None:
    at = datetime(2022, 10, 30, 10, 0, tzinfo=BERLIN)
    found = heidelberg.route(STATION, OLD_TOWN, "transit", depart_at=at)
    ride = next(one for one in found if one.rides).rides[0]
    assert timedelta(0) <= ride.departs_at - at < timedelta(hours=1)
    assert ride.departs_at.utcoffset() == timedelta(hours=1)
