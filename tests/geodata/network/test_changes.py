"""What a feed says about changing vehicles: stated times hold, changes that are ruled out are not offered."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from geodata.network.build import Parts, Report, build_network
from geodata.routing import Router
from tests.geodata.conftest import TODAY

HEADER = "from_stop_id,to_stop_id,transfer_type,min_transfer_time"
TABLES = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\na,A,http://a.example,Europe/Helsinki\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,parent_station\n"
    "west,West,60.1660,24.9370,\nmiddle,Middle,60.1700,24.9420,hub\nacross,Across,60.1701,24.9427,hub\n"
    "east,East,60.1780,24.9520,\nhub,Hub,60.1700,24.9423,\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\none,a,1,0\ntwo,a,2,0\nthree,a,3,0\n",
    "trips.txt": "route_id,service_id,trip_id\none,w,first\ntwo,w,soon\ntwo,w,later\nthree,w,other-side\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "first,09:00:00,09:00:00,west,1\nfirst,09:02:00,09:02:00,middle,2\n"
    "soon,09:03:00,09:03:00,middle,1\nsoon,09:06:00,09:06:00,east,2\n"
    "later,09:09:00,09:09:00,middle,1\nlater,09:11:00,09:11:00,east,2\n"
    "other-side,09:05:00,09:05:00,across,1\nother-side,09:08:00,09:08:00,east,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "w,1,1,1,1,1,1,1,20220901,20220930\n",
}


def network(folder: Path, pbf: Path, *rows: str, header: str = HEADER) -> tuple[Report, Router]:
    """Build a line that is changed from in the middle, with these rows in transfers.txt."""
    with zipfile.ZipFile(folder / "feed.zip", "w") as archive:
        for name, text in {**TABLES, "transfers.txt": "\n".join([header, *rows]) + "\n"}.items():
            archive.writestr(name, text)
    parts = Parts(basemap=False, gazetteer=False)
    report = build_network(pbf, [folder / "feed.zip"], folder / "network", today=TODAY, parts=parts)
    return report, Router.open(folder / "network")


def trips(router: Router) -> list[list[str]]:
    """Give the trips of the ways from end to end that change, in the order they are offered."""
    at = datetime(2022, 9, 14, 8, 59, tzinfo=router.zone)
    found = router.route((60.1660, 24.9370), (60.1780, 24.9520), "transit", depart_at=at)
    return [[leg.transit.trip_id for leg in one.rides if leg.transit] for one in found if len(one.rides) > 1]


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ((), "soon"),
        (("middle,middle,2,300",), "other-side"),
        (("middle,middle,2,300", "middle,across,3,"), "later"),
        (("middle,middle,2,300", "middle,across,2,600"), "later"),
        (("hub,hub,2,300",), "later"),
        (("middle,middle,3,", "middle,across,1,"), "other-side"),
        (("middle,middle,0,", "nowhere,middle,2,900"), "soon"),
    ],
)
def test_a_change_takes_the_time_the_feed_asks_for(
    tmp_path: Path, helsinki_pbf: Path, rows: tuple[str, ...], last: str
) -> None:
    _, router = network(tmp_path, helsinki_pbf, *rows)
    assert trips(router)[0] == ["first", last]


def test_where_every_change_is_ruled_out_one_walks(tmp_path: Path, helsinki_pbf: Path) -> None:
    _, router = network(tmp_path, helsinki_pbf, "hub,hub,3,")
    assert trips(router) == []


def test_rows_about_single_lines_are_told_and_not_used(tmp_path: Path, helsinki_pbf: Path) -> None:
    report, router = network(tmp_path, helsinki_pbf, "middle,middle,2,900,one", header=f"{HEADER},from_route_id")
    assert [problem.code for problem in report.problems if problem.code == "narrow_transfers"]
    assert trips(router)[0] == ["first", "soon"]
