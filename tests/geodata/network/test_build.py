"""A build is whole or nothing, the same inputs cost nothing twice, and a bad feed never stops the streets."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from geodata.__main__ import make_app
from geodata.errors import NetworkBuildError
from geodata.network.build import Parts, build_network
from geodata.network.demo_feed import write_demo_feed
from geodata.network.gtfs import read_feed
from geodata.network.links import Links
from geodata.routing import Router
from tests.geodata.conftest import MORNING, TODAY

SMALL = Parts(basemap=False, gazetteer=False)


def test_a_whole_build_leaves_every_file(demo_network: Path) -> None:
    expected = {
        "manifest.json", "report.json", "streets.npz", "street_names.json", "timetable.json", "stops.npz",
        "transit-foot.cafein", "transit-wheelchair.cafein", "basemap.pmtiles", "gazetteer.sqlite",
    }  # fmt: skip
    assert {path.name for path in demo_network.iterdir()} == expected
    report = json.loads((demo_network / "report.json").read_text())
    assert report["has_timetable"]
    assert report["is_simulated"]
    assert report["problems"] == []


def test_a_second_build_of_the_same_inputs_does_nothing(tmp_path: Path, helsinki_pbf: Path) -> None:
    first = build_network(helsinki_pbf, [], tmp_path / "network", today=TODAY, parts=SMALL)
    stamp = (tmp_path / "network" / "streets.npz").stat().st_mtime_ns
    second = build_network(helsinki_pbf, [], tmp_path / "network", today=TODAY, parts=SMALL)
    assert (first.is_up_to_date, second.is_up_to_date) == (False, True)
    assert (tmp_path / "network" / "streets.npz").stat().st_mtime_ns == stamp
    third = build_network(helsinki_pbf, [], tmp_path / "network", today=TODAY, parts=SMALL, is_forced=True)
    assert not third.is_up_to_date
    assert third.counts == first.counts
    fourth = build_network(
        helsinki_pbf, [], tmp_path / "network", today=TODAY, parts=SMALL, time_zone="Europe/Helsinki"
    )
    assert not fourth.is_up_to_date
    assert Router.open(tmp_path / "network").info.time_zone == "Europe/Helsinki"


def test_a_failed_build_leaves_the_old_network_alone(tmp_path: Path, helsinki_pbf: Path) -> None:
    build_network(helsinki_pbf, [], tmp_path / "network", today=TODAY, parts=SMALL)
    (tmp_path / "bad.osm.pbf").write_bytes(b"nothing")
    with pytest.raises(NetworkBuildError):
        build_network(tmp_path / "bad.osm.pbf", [], tmp_path / "network", today=TODAY, parts=SMALL)
    assert Router.open(tmp_path / "network").streets.edge_count > 5000
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_validity_is_judged_again_when_nothing_else_changed(tmp_path: Path, helsinki_pbf: Path) -> None:
    write_demo_feed(helsinki_pbf, tmp_path / "feed.zip", first_on=date(2022, 1, 1))
    feeds = [tmp_path / "feed.zip"]
    build_network(helsinki_pbf, feeds, tmp_path / "network", today=TODAY, parts=SMALL)
    later = build_network(helsinki_pbf, feeds, tmp_path / "network", today=date(2026, 1, 1), parts=SMALL)
    assert later.is_up_to_date
    assert [problem.code for problem in later.problems] == ["expired"]


def test_stops_far_from_any_street_are_reported(heidelberg_network: Path) -> None:
    report = json.loads((heidelberg_network / "report.json").read_text())
    (problem,) = [one for one in report["problems"] if one["code"] == "off_network"]
    assert (
        report["counts"]["stops_off_network"] == 134
    )  # the lines run on to Mannheim and Weinheim, the extract does not
    assert "134 of 392 stops" in problem["message"]
    assert len(problem["examples"]) == 5


def test_a_missing_extract_says_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NetworkBuildError, match="geodata fetch"):
        build_network(tmp_path / "none.pbf", [], tmp_path / "network", today=TODAY)


def test_a_network_of_another_version_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 0}')
    with pytest.raises(NetworkBuildError, match="another version"):
        Router.open(tmp_path)


def test_the_simulated_feed_says_so_and_is_the_same_every_time(tmp_path: Path, helsinki_pbf: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_demo_feed(helsinki_pbf, tmp_path / name, first_on=date(2026, 1, 1))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    feed = read_feed(tmp_path / "a.zip")
    assert feed.problems == []
    assert feed.is_simulated
    assert feed.validity().valid_to == "2028-01-01"
    assert sorted(feed.tables["routes.txt"]["route_type"]) == ["0", "0", "3", "3"]
    assert set(feed.tables["stops.txt"]["wheelchair_boarding"]) == {"0", "1", "2"}


def test_routes_on_the_simulated_feed_say_that_it_is_simulated(demo_network: Path) -> None:
    router = Router.open(demo_network)
    assert router.info.is_simulated
    found = router.route((60.166, 24.937), (60.178, 24.952), "transit", depart_at=MORNING)
    riding = next(one for one in found if one.rides)
    assert "simulated" in {unknown.kind for unknown in riding.unknown}
    barred = router.route((60.166, 24.937), (60.178, 24.952), "transit", depart_at=MORNING, is_wheelchair=True)
    assert "S11" not in {leg.transit.line for one in barred for leg in one.rides if leg.transit}  # not accessible


def test_links_come_back_from_their_file_and_belong_to_one_network(tmp_path: Path, demo_network: Path) -> None:
    router = Router.open(demo_network)
    links = router.links([24.94, 24.95], [60.17, 60.175])
    links.save(tmp_path / "links.npz")
    again = Links.load(tmp_path / "links.npz")
    ours, theirs = (router.travel_times((60.166, 24.937), "transit", one, depart_at=MORNING) for one in (links, again))
    assert np.array_equal(ours, theirs)
    kept = [router.links([24.94, 24.95], [60.17, 60.175], folder=tmp_path / "kept") for _ in range(2)]
    assert len(list((tmp_path / "kept").iterdir())) == 1
    assert len(kept[0]) == len(kept[1]) == 2
    other = Links("another", again.snaps, again.stops)
    with pytest.raises(NetworkBuildError, match="another network"):
        router.travel_times((60.166, 24.937), "foot", other, depart_at=MORNING)


def test_the_command_builds_files_and_shows_the_report(tmp_path: Path, helsinki_pbf: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    options = ["build", "--osm", str(helsinki_pbf), "--gtfs", str(tmp_path / "bad.zip"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(make_app(), [*options, "--no-basemap", "--no-gazetteer"])
    assert result.exit_code == 0, result.output
    told = " ".join(result.stderr.split())
    assert "not a readable GTFS zip" in told
    assert "those of UTC; --time-zone names another" in told
    assert (tmp_path / "out" / "streets.npz").is_file()
    assert CliRunner().invoke(make_app(), ["build"]).exit_code == 2
    assert CliRunner().invoke(make_app(), ["build", "demo", "minsk"]).exit_code == 2
    assert CliRunner().invoke(make_app(), ["build", "atlantis", "--data-dir", str(tmp_path)]).exit_code == 1


def test_several_feeds_may_follow_one_option(tmp_path: Path, helsinki_pbf: Path) -> None:
    for year in (2021, 2022):
        write_demo_feed(helsinki_pbf, tmp_path / f"{year}.zip", first_on=date(year, 1, 1))
    feeds = [str(tmp_path / f"{year}.zip") for year in (2021, 2022)]
    options = ["build", "--osm", str(helsinki_pbf), "--gtfs", *feeds, "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(make_app(), [*options, "--no-basemap", "--no-gazetteer"])
    assert result.exit_code == 0, result.output
    router = Router.open(tmp_path / "out")
    assert router.info.valid_from == date(2021, 1, 1)
    assert router.table is not None
    assert {stop.split(":")[0] for stop in router.table.stops} == {"0", "1"}  # shared ids are told apart by feed
    assert router.route((60.166, 24.937), (60.178, 24.952), "transit", depart_at=MORNING)
