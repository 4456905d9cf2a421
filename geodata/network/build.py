"""Builds a city's network (streets, timetable, base map, gazetteer) and reports what is wrong with its sources.

Everything is written into a folder beside the target and renamed at the end, so that a router never opens half a
network. The same inputs give the same network, and a second build of them does nothing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from geodata.basemap.build import build_basemap
from geodata.errors import GeodataError, NetworkBuildError
from geodata.gazetteer.build import build_gazetteer
from geodata.network.changes import read_changes, with_changes
from geodata.network.clean import mend
from geodata.network.engine import EngineBuilder
from geodata.network.files import FORMAT, MANIFEST_FILE, REPORT_FILE, STOP_LINKS_FILE
from geodata.network.graph import open_graph
from geodata.network.gtfs import MAX_EXAMPLES, VALIDITY_CODES, Feed, Problem, Validity, check_validity, read_feed
from geodata.network.links import TRANSFER_SLACK_S, WALK_MODES, Links, transfers
from geodata.network.osm import read_streets
from geodata.network.snap import Snaps
from geodata.network.streets import Streets
from geodata.network.timetable import Timetable, make_timetable

STREETS_ONLY = "Routes on foot, by wheelchair, bicycle and car work all the same."

Progress = Callable[[str], None]
"""Told the name of each step when it begins."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What to build besides streets and timetable."""

    basemap: bool = True
    gazetteer: bool = True


@dataclass(slots=True)
class Report:
    """What was built and what is wrong, for people and as `report.json`."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    feeds: list[Validity] = field(default_factory=list)
    valid_from: str = ""
    valid_to: str = ""
    has_timetable: bool = False
    is_simulated: bool = False
    is_up_to_date: bool = False

    def say(self, code: str, message: str, examples: Iterable[str] = ()) -> None:
        """Note a problem that does not stop the build."""
        self.problems.append(Problem(code, message, examples=tuple(examples)))


def build_network(
    osm: Path,
    feeds: Sequence[Path],
    out: Path,
    *,
    today: date,
    time_zone: str = "UTC",
    parts: Parts | None = None,
    progress: Progress = lambda _: None,
    is_forced: bool = False,
) -> Report:
    """Build everything for one city into `out`.

    A bad feed is reported and left out; without a usable one the network still walks. `today` judges the feeds'
    validity. Raises `NetworkBuildError` where the streets themselves cannot be built.
    """
    parts = parts or Parts()
    progress("inputs")
    identity = _identity(osm, feeds, parts, time_zone)
    if not is_forced and (report := _up_to_date(out, identity, today)):
        return report
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        report = _Build(osm, feeds, folder, today, progress).run(parts)
        manifest = {
            "format": FORMAT,
            "id": identity,
            "time_zone": time_zone,
            "has_timetable": report.has_timetable,
            "built_on": today.isoformat(),
            "inputs": [osm.name, *(feed.name for feed in feeds)],
            "attribution": "© OpenStreetMap contributors",
        }
        _write_json(folder / REPORT_FILE, asdict(report))
        _write_json(folder / MANIFEST_FILE, manifest)
        _swap(folder, out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return report


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _swap(folder: Path, out: Path) -> None:
    """Put the new folder in the old one's place; a router that has the old files open keeps them."""
    folder.chmod(0o755)
    old = out.with_name(f".{out.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    folder.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _identity(osm: Path, feeds: Sequence[Path], parts: Parts, time_zone: str) -> str:
    """A hash of everything the network depends on."""
    digest = hashlib.sha256(f"{FORMAT} {parts} {time_zone}".encode())
    for path in (osm, *feeds):
        if not path.is_file() and path == osm:
            raise NetworkBuildError(f"There is no file {path}. Fetch the extract first: python -m geodata fetch")
        digest.update(path.read_bytes() if path.is_file() else b"missing")
    return digest.hexdigest()[:16]


def _up_to_date(out: Path, identity: str, today: date) -> Report | None:
    """The report of the network that is already there, if it is this one and its timetable lasts."""
    try:
        manifest = json.loads((out / MANIFEST_FILE).read_text(encoding="utf-8"))
        values = json.loads((out / REPORT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if manifest.get("id") != identity or manifest.get("format") != FORMAT:
        return None
    problems = [Problem(**{**one, "examples": tuple(one["examples"])}) for one in values.pop("problems")]
    feeds = [Validity(**one) for one in values.pop("feeds")]
    lasting = [problem for problem in problems if problem.code not in VALIDITY_CODES] + check_validity(feeds, today)
    return Report(**{**values, "is_up_to_date": True}, problems=lasting, feeds=feeds)


class _Build:
    """One build, step by step."""

    def __init__(self, osm: Path, feeds: Sequence[Path], folder: Path, today: date, progress: Progress) -> None:
        self.osm, self.feeds, self.folder = osm, feeds, folder
        self.today, self.progress = today, progress
        self.report = Report()

    def run(self, parts: Parts) -> Report:
        self.progress("streets")
        streets = read_streets(self.osm)
        streets.save(self.folder)
        self.report.counts |= {"junctions": streets.node_count, "street_pieces": streets.edge_count}
        self.progress("timetable")
        self._timetable(streets)
        if parts.gazetteer:
            self.progress("gazetteer")
            self.report.counts["gazetteer"] = build_gazetteer(self.osm, self.folder)
        if parts.basemap:
            self.progress("basemap")
            self._basemap()
        return self.report

    def _basemap(self) -> None:
        try:
            self.report.counts["basemap_bytes"] = build_basemap(self.osm, self.folder)
        except GeodataError as error:
            self.report.say("no_basemap", str(error))

    def _timetable(self, streets: Streets) -> None:
        feeds = [read_feed(path) for path in self.feeds]
        self.report.problems += [problem for feed in feeds for problem in feed.problems]
        usable = [feed for feed in feeds if feed.is_usable]
        self.report.feeds = [feed.validity() for feed in usable]
        self.report.problems += check_validity(self.report.feeds, self.today)
        if not usable:
            if feeds:
                self.report.say(
                    "no_timetable", "No feed is usable: routes on foot, by wheelchair, bicycle and car only."
                )
            return
        try:
            self._engine(streets, usable)
        except NetworkBuildError as error:
            self.report.say("engine", f"{str(error).rstrip('.')}. {STREETS_ONLY}")

    def _engine(self, streets: Streets, feeds: Sequence[Feed]) -> None:
        with tempfile.TemporaryDirectory(prefix="feeds-") as scratch:
            feeds = [feed for feed in (mend(feed, Path(scratch)) for feed in feeds) if feed.is_usable]
            if not feeds:
                raise NetworkBuildError("No trip of the feeds has two usable calls.")
            table, changes = make_timetable(feeds), read_changes(feeds)
            builder = EngineBuilder([feed.path for feed in feeds])
        table = self._usable_trips(table, builder.trips)
        stops = {stop: table.stops[stop] for stop in builder.stops}
        table = replace(table, stops=stops, change_s=changes.at_one_stop())
        if changes.unused_count:
            message = f"{changes.unused_count} rows of transfers.txt speak of single lines or trips and are not used."
            self.report.say("narrow_transfers", message)
        snaps: dict[str, Snaps] = {}
        for mode in WALK_MODES:
            graph = open_graph(streets, mode)
            snaps[mode] = graph.snap(*_places(table))
            self.progress(f"transfers_{mode}")
            walks = transfers(graph, snaps[mode])
            builder.save(self.folder, mode, with_changes(walks, builder.stops, changes, slack_s=TRANSFER_SLACK_S))
        table.save(self.folder)
        Links("stops", snaps, {}).save(self.folder / STOP_LINKS_FILE)
        self._count(table, snaps)

    def _usable_trips(self, table: Timetable, usable: frozenset[str]) -> Timetable:
        """Only the trips the engine can use; it leaves out those whose times run backwards or that call once."""
        left_out = [trip for trip in table.trips if trip not in usable]
        if len(left_out) == len(table.trips):
            raise NetworkBuildError("No trip of the feeds can be used.")
        if left_out:
            message = f"{len(left_out)} of {len(table.trips)} trips have impossible times or a single call; left out."
            self.report.say("bad_trip", message, left_out[:MAX_EXAMPLES])
        return replace(table, trips={trip: about for trip, about in table.trips.items() if trip in usable})

    def _count(self, table: Timetable, snaps: dict[str, Snaps]) -> None:
        report = self.report
        report.has_timetable, report.is_simulated = True, table.is_simulated
        report.valid_from, report.valid_to = table.valid_from.isoformat(), table.valid_to.isoformat()
        report.counts |= {"stops": len(table.stops), "routes": len(table.routes), "trips": len(table.trips)}
        for mode, name in (("foot", "off_network"), ("wheelchair", "off_wheelchair_network")):
            off = np.flatnonzero(snaps[mode].edge < 0)
            report.counts[f"stops_{name}"] = len(off)
            if len(off):
                names = [table.stop_name(table.stop_ids[row]) for row in off]
                message = f"{len(off)} of {len(table.stops)} stops are farther than 500 m from any street ({mode})."
                report.say(name, message, list(dict.fromkeys(names))[:MAX_EXAMPLES])


def _places(table: Timetable) -> tuple[list[float], list[float]]:
    """Longitudes and latitudes of the stops; one without coordinates goes where no street is."""
    lon = [float(str(about["lon"])) if about["lon"] is not None else 0.0 for about in table.stops.values()]
    lat = [float(str(about["lat"])) if about["lat"] is not None else 0.0 for about in table.stops.values()]
    return lon, lat
