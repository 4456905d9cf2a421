"""The router a worker opens once: read-only, safe in threads, one method per question a citizen asks."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from geodata.errors import NetworkBuildError
from geodata.network.engine import Engine, EngineMissingError
from geodata.network.files import FORMAT, MANIFEST_FILE, STOP_LINKS_FILE
from geodata.network.graph import Field, Graph, open_graph
from geodata.network.graph import Path as StreetPath
from geodata.network.links import WALK_MODES, Links, StopLinks, link_stops, seconds_over_stops
from geodata.network.snap import Snaps
from geodata.network.speeds import STREET_MODES, StreetMode
from geodata.network.streets import Floats, Streets, line_length_m
from geodata.network.timetable import ACCESS_NO, Timetable
from geodata.routing.errors import (
    NoEngineError,
    NoPathError,
    NoRouteError,
    NoTimetableError,
    NotValidError,
    OutsideNetworkError,
)
from geodata.routing.legs import LegMaker, Spot, path_seconds
from geodata.routing.transit import MAX_CHOICES, Choice, Doors, Planner
from geodata.routing.types import Itinerary, LatLon, Mode, NetworkInfo, Place, Reached
from geodata.routing.words import Words, words

SHORT_WALK_S = 900
"""A walk this short is offered beside the timetable even if riding is faster."""

SAME_PLACE_M = 15.0
"""Ends this near are one place (across a room or a street): the way over the nearest street would be a detour."""

NEXT_DAY = timedelta(hours=6)
"""Where one can walk, a ride that comes so much later is no alternative."""

MAX_WHEELED_TRANSIT = 2


class Router:
    """Routes on one built network."""

    def __init__(self, folder: Path, manifest: dict[str, object], streets: Streets, table: Timetable | None) -> None:
        self._folder, self._manifest = folder, manifest
        self.streets, self.table = streets, table
        self.network_id = str(manifest["id"])
        self.zone = ZoneInfo(table.time_zone if table else str(manifest["time_zone"]))
        self._stops = Links.load(folder / STOP_LINKS_FILE) if table else None
        self._graphs: dict[StreetMode, Graph] = {}
        self._planners: dict[StreetMode, Planner] = {}
        self._lock = threading.RLock()

    @classmethod
    def open(cls, folder: Path) -> Router:
        """Open a built network.

        Raises `NetworkBuildError` where there is none or it is of another version.
        """
        cure = "Build it: python -m geodata build"
        try:
            manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise NetworkBuildError(f"There is no network in {folder}. {cure}") from error
        if manifest.get("format") != FORMAT:
            raise NetworkBuildError(f"The network in {folder} was built by another version. {cure}")
        table = Timetable.load(folder) if manifest["has_timetable"] else None
        return cls(folder, manifest, Streets.load(folder), table)

    @property
    def info(self) -> NetworkInfo:
        """Validity, zone and sources."""
        table = self.table
        return NetworkInfo(
            network_id=self.network_id,
            time_zone=str(self.zone),
            bounds=self.streets.bounds,
            valid_from=table.valid_from if table else None,
            valid_to=table.valid_to if table else None,
            is_simulated=bool(table and table.is_simulated),
            agencies=tuple(table.agencies) if table else (),
            attribution="© OpenStreetMap contributors",
        )

    def warm_up(self, modes: tuple[StreetMode, ...] = STREET_MODES) -> None:
        """Make every graph now, so that no citizen waits for it."""
        for mode in modes:
            self.graph(mode)

    def graph(self, mode: StreetMode) -> Graph:
        """The street graph of a mode, made at its first use."""
        with self._lock:
            if mode not in self._graphs:
                self._graphs[mode] = open_graph(self.streets, mode)
            return self._graphs[mode]

    def planner(self, mode: StreetMode) -> Planner:
        """Timetable queries with walking in `mode`.

        Raises `NoTimetableError` and `NoEngineError`.
        """
        if self.table is None or self._stops is None:
            raise NoTimetableError("no_timetable")
        with self._lock:
            if mode not in self._planners:
                self._planners[mode] = self._open_planner(mode, self.table, self._stops)
            return self._planners[mode]

    def _open_planner(self, mode: StreetMode, table: Timetable, stops: Links) -> Planner:
        barred: dict[str, list[str]] = {"no_trips": [], "no_stops": []}
        if mode == "wheelchair":
            barred["no_trips"] = [trip for trip, about in table.trips.items() if about["wheelchair"] == ACCESS_NO]
            barred["no_stops"] = [stop for stop, about in table.stops.items() if about["wheelchair"] == ACCESS_NO]
        try:
            engine = Engine.load(self._folder, mode, zone=self.zone, **barred)
        except (EngineMissingError, NetworkBuildError) as error:
            raise NoEngineError("engine_missing") from error
        return Planner(self.graph(mode), engine, table, stops.snaps[mode])

    def route(
        self,
        origin: LatLon,
        destination: LatLon,
        mode: Mode,
        *,
        depart_at: datetime | None = None,
        arrive_at: datetime | None = None,
        lang: str = "en",
        is_wheelchair: bool = False,
        names: tuple[str, str] = ("", ""),
    ) -> tuple[Itinerary, ...]:
        """Ways from door to door, the best first; points are lat, lon, instants carry a zone.

        Public transport gives up to three; a short walk counts among them. `wheelchair` gives the way under one's own
        power first, then those that ride accessible vehicles; `is_wheelchair` turns `transit` into accessible transit.
        `names` of the two ends go into the words. Give one of `depart_at` and `arrive_at`.

        Raises `NoRouteError` (its subclasses say why), which carries the best thing left.
        """
        at = arrive_at if depart_at is None else depart_at
        if at is None or (depart_at is not None and arrive_at is not None):
            raise ValueError("give exactly one of depart_at and arrive_at")
        ends = (origin, destination)
        query = _Query(self, ends, names, words(lang), at, is_arrival=depart_at is None)
        if mode == "transit":
            return query.by_timetable("wheelchair" if is_wheelchair else "foot")
        if mode == "wheelchair":
            return query.wheeled()
        return (query.on_streets(mode) if mode == "foot" else query.driven(mode),)

    def last_useful_departure(
        self,
        origin: LatLon,
        destination: LatLon,
        mode: Mode,
        *,
        arrive_by: datetime,
        lang: str = "en",
        is_wheelchair: bool = False,
    ) -> Itinerary | None:
        """The way that leaves last and still arrives by `arrive_by`; None where there is none."""
        try:
            found = self.route(origin, destination, mode, arrive_at=arrive_by, lang=lang, is_wheelchair=is_wheelchair)
        except NoRouteError as error:
            found = error.best_left
        in_time = [one for one in found if one.arrives_at <= arrive_by]
        return max(in_time, key=lambda one: one.departs_at, default=None)

    def links(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, folder: Path | None = None) -> Links:
        """Hang places on this network once, for `travel_times`; keep the result as long as the network lives.

        With `folder` the links of the same places on the same network are read back from there, for all workers.
        """
        if folder is None:
            return self._make_links(lon, lat)
        places = np.column_stack([np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)])
        digest = hashlib.sha256(self.network_id.encode() + places.tobytes()).hexdigest()[:16]
        path = folder / f"links-{digest}.npz"
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
            self._make_links(lon, lat).save(part)
            part.replace(path)
        return Links.load(path)

    def _make_links(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Links:
        snaps: dict[str, Snaps] = {mode: self.graph(mode).snap(lon, lat) for mode in STREET_MODES}
        stops: dict[str, StopLinks] = {}
        if self._stops:
            for mode in WALK_MODES:
                stops[mode] = link_stops(self.graph(mode), snaps[mode], self._stops.snaps[mode])
        return Links(self.network_id, snaps, stops)

    def travel_times(
        self,
        origin: LatLon,
        mode: Mode,
        destinations: Links,
        *,
        depart_at: datetime,
        is_wheelchair: bool = False,
    ) -> Floats:
        """Seconds from one place to many; see `reach`."""
        return self.reach(origin, mode, destinations, depart_at=depart_at, is_wheelchair=is_wheelchair).seconds

    def reach(
        self,
        origin: LatLon,
        mode: Mode,
        destinations: Links,
        *,
        depart_at: datetime,
        is_wheelchair: bool = False,
    ) -> Reached:
        """How long from one place to many, in the order of `destinations`; NaN where there is no way.

        By public transport the better of riding and walking; waiting at the first stop counts. Without a timetable
        for that day it is the walk. Raises `OutsideNetworkError`.
        """
        if destinations.network_id != self.network_id:
            raise NetworkBuildError("These links belong to another network. Make them again with Router.links.")
        walk: StreetMode = "wheelchair" if is_wheelchair else "foot"
        street: StreetMode = walk if mode == "transit" else mode
        graph = self.graph(street)
        start = graph.snap([origin[1]], [origin[0]])
        if start.edge[0] < 0:
            raise OutsideNetworkError("outside_origin")
        field = graph.search(start.one(0))
        own = field.seconds_to(destinations.snaps[street])
        seconds, is_walk = own, np.zeros(len(own), dtype=np.bool_)
        if mode == "transit":
            seconds = np.minimum(own, self._over_stops(field, street, destinations, depart_at))
            is_walk = np.isfinite(own) & (own <= seconds)
        return Reached(np.where(np.isfinite(seconds), seconds, np.nan), is_walk)

    def _over_stops(self, field: Field, mode: StreetMode, destinations: Links, depart_at: datetime) -> Floats:
        nowhere = np.full(len(destinations), np.inf)
        try:
            planner = self.planner(mode)
        except NoRouteError:
            return nowhere
        return seconds_over_stops(destinations.stops[mode], planner.seconds_to_stops(field, depart_at))

    def holds_on(self, at: datetime) -> bool:
        """Whether the timetable holds at an instant (the night after the last day still belongs to it)."""
        if self.table is None:
            return False
        day = at.astimezone(self.zone).date()
        return self.table.valid_from <= day <= self.table.valid_to + timedelta(days=at.astimezone(self.zone).hour < 4)


class _Query:
    """One question, with its two ends and its time."""

    def __init__(
        self,
        router: Router,
        ends: tuple[LatLon, LatLon],
        names: tuple[str, str],
        language: Words,
        at: datetime,
        *,
        is_arrival: bool,
    ) -> None:
        self.router, self.words = router, language
        (lat_a, lon_a), (lat_b, lon_b) = ends
        self.places = (
            Place(names[0] or language.place("start"), lon_a, lat_a),
            Place(names[1] or language.place("destination"), lon_b, lat_b),
        )
        self.is_arrival = is_arrival
        self.at = at.astimezone(router.zone)
        self.maker = LegMaker(router.streets, language)

    def doors(self, mode: StreetMode, *, mainland: bool = False) -> tuple[Spot, Spot]:
        """Both ends on streets of the mode."""
        lon, lat = [p.lon for p in self.places], [p.lat for p in self.places]
        snaps = self.router.graph(mode).snap(lon, lat, mainland=mainland)
        for row, code in enumerate(("outside_origin", "outside_destination")):
            if snaps.edge[row] < 0:
                raise OutsideNetworkError(code)
        return Spot(self.places[0], snaps.one(0)), Spot(self.places[1], snaps.one(1))

    def on_streets(self, mode: StreetMode) -> Itinerary:
        """The way on streets alone."""
        graph = self.router.graph(mode)
        ends = self.doors(mode)
        if self._apart_m() < SAME_PLACE_M:
            return Itinerary(mode, (self.maker.at_hand(mode, self.places, self.at, self._apart_m()),))
        path = graph.search(ends[0].snap).path_to(ends[1].snap)
        if path is None:
            ends, path = self._over_mainland(mode, graph)
        whole = timedelta(seconds=int(np.ceil(path_seconds(path, *ends, mode))))
        leg = self.maker.on_street(mode, path, ends, self.at - whole if self.is_arrival else self.at)
        unknown = self.maker.unknown_on(path.pieces, ends) if mode == "wheelchair" else []
        return Itinerary(mode, (leg,), tuple(unknown))

    def _apart_m(self) -> float:
        start, end = self.places
        return line_length_m(np.array([[start.lon, start.lat], [end.lon, end.lat]]))

    def _over_mainland(self, mode: StreetMode, graph: Graph) -> tuple[tuple[Spot, Spot], StreetPath]:
        """A second try from the largest connected part, for ends whose nearest street is an island of its own."""
        reason = NoPathError("no_path_wheelchair" if mode == "wheelchair" else "no_path")
        try:
            ends = self.doors(mode, mainland=True)
        except OutsideNetworkError as error:
            raise reason from error
        path = graph.search(ends[0].snap).path_to(ends[1].snap)
        if path is None:
            raise reason
        return ends, path

    def driven(self, mode: StreetMode) -> Itinerary:
        """The way by bicycle or car; ends that only a walk connects lie where no such vehicle goes, not outside."""
        try:
            return self.on_streets(mode)
        except NoRouteError as error:
            on_foot = self._walk("foot")
            if on_foot is None:
                raise
            raise NoPathError("no_path", best_left=(on_foot,)) from error

    def wheeled(self) -> tuple[Itinerary, ...]:
        """The way by wheelchair alone, then with accessible vehicles where that is quicker."""
        direct = self._walk("wheelchair")
        try:
            riding = [one for one in self.by_timetable("wheelchair") if one.rides]
        except NoRouteError:
            riding = []
        found = (*((direct,) if direct else ()), *riding[:MAX_WHEELED_TRANSIT])
        if not found:
            raise NoPathError("no_path_wheelchair")
        return found

    def by_timetable(self, walk: StreetMode) -> tuple[Itinerary, ...]:
        """Up to three ways by public transport, walking among them where it is as good."""
        on_foot = self._walk(walk)
        best_left = (on_foot,) if on_foot else ()
        try:
            planner = self.router.planner(walk)
        except NoRouteError as error:
            error.best_left = best_left
            raise type(error)(error.code, best_left=best_left) from error
        self._check_day(planner.table, best_left)
        ends = self.doors(walk)
        fields = [planner.graph.search(end.snap) for end in ends]
        doors = Doors(*ends, *fields)
        choices = planner.choices(doors, self.at, is_arrival=self.is_arrival)
        if on_foot:
            choices = [choice for choice in choices if self._is_better_than(on_foot, choice)]
        found = [planner.itinerary(choice, doors, self.maker) for choice in choices]
        if on_foot and self._is_walk_worth(on_foot, found):
            found.insert(0, replace(on_foot, mode="transit"))
        if not found:
            raise NoPathError("no_transit", best_left=best_left)
        return tuple(found[:MAX_CHOICES])

    def _is_better_than(self, walk: Itinerary, choice: Choice) -> bool:
        late = walk.departs_at - choice.departs_at if self.is_arrival else choice.arrives_at - walk.arrives_at
        return choice.seconds < walk.duration_s and late <= NEXT_DAY

    def _is_walk_worth(self, walk: Itinerary, riding: list[Itinerary]) -> bool:
        """A walk is offered where it is short, or beats every ride in arriving (or in leaving, for an arrival time)."""
        if walk.duration_s <= SHORT_WALK_S or not riding:
            return True
        if self.is_arrival:
            return walk.departs_at >= max(one.departs_at for one in riding)
        return walk.arrives_at <= min(one.arrives_at for one in riding)

    def _walk(self, mode: StreetMode) -> Itinerary | None:
        try:
            return self.on_streets(mode)
        except NoPathError:
            return None

    def _check_day(self, table: Timetable, best_left: tuple[Itinerary, ...]) -> None:
        if not self.router.holds_on(self.at):
            days = {"first": table.valid_from, "last": table.valid_to, "asked": self.at.date()}
            raise NotValidError("not_valid", best_left=best_left, days=days)
