"""Makes a timetable for the demonstration city: invented lines on real streets, marked as simulated in the feed itself.

No operator's timetable of Helsinki may be shipped with the program, and a demonstration without buses shows half of it.
The agency is called "Simulated timetable", every line's name begins with S, and every route that uses it says so.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from geodata.errors import NetworkBuildError
from geodata.network.graph import Graph, open_graph
from geodata.network.gtfs import SIMULATED_AGENCY
from geodata.network.osm import read_streets
from geodata.network.shapes import path_line
from geodata.network.snap import Snap
from geodata.network.streets import Floats, Streets, line_length_m

STOP_EVERY_M = 330.0
STRETCH = np.array([0.5, 1.0])
"""A degree of longitude beside one of latitude, in Helsinki."""

SPEED_MPS = {0: 5.0, 3: 4.6}
"""Metres a second between stops of city trams and buses, stops included: 18 and 16.5 km/h."""

DWELL_S = 20
VALID_DAYS = 730
SERVICES = (("workday", "1111100", 5, 24, 8), ("saturday", "0000010", 6, 24, 12), ("sunday", "0000001", 7, 23, 15))
"""Service, its weekdays, first and last hour, minutes between vehicles."""

LINES = (
    ("S1", 0, "C0392B", (0.08, 0.05), (0.90, 0.95), 1), ("S2", 0, "1F618D", (0.05, 0.85), (0.95, 0.20), 1),
    ("S11", 3, "1E8449", (0.50, 0.03), (0.45, 0.97), 2), ("S12", 3, "7D3C98", (0.03, 0.45), (0.97, 0.60), 0),
)  # fmt: skip
"""Name, GTFS type, colour, ends as fractions of the map (east, north), and what the feed says of wheelchairs (0
nothing, 1 accessible, 2 not): all three occur, so that the demonstration shows what "unknown" looks like."""


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    kind: int
    color: str
    wheelchair: int
    shape: Floats
    stops: list[tuple[str, str, float, float]]
    along_m: list[float]


def write_demo_feed(pbf: Path, target: Path, *, first_on: date) -> None:
    """Write a GTFS zip for the streets of an extract, valid for two years from `first_on`; same day, same bytes.

    Raises `NetworkBuildError` where the streets connect too little for a line.
    """
    streets = read_streets(pbf)
    graph = open_graph(streets, "bicycle")
    lines = [_line(streets, graph, row, *spec) for row, spec in enumerate(LINES)]
    tables = _tables(lines, first_on)
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            archive.writestr(zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0)), text.getvalue())


def _line(
    streets: Streets,
    graph: Graph,
    row: int,
    name: str,
    kind: int,
    color: str,
    start: tuple[float, float],
    end: tuple[float, float],
    wheelchair: int,
) -> _Line:
    ends = [_at(streets, graph, corner) for corner in (start, end)]
    path = graph.search(ends[0]).path_to(ends[1])
    if path is None:
        raise NetworkBuildError(f"The streets do not connect the ends of the simulated line {name}.")
    shape = path_line(streets, path.pieces, (ends[0].lon, ends[0].lat), (ends[1].lon, ends[1].lat))
    along = _stop_distances(line_length_m(shape))
    points = [_point_at(shape, metres) for metres in along]
    labels = _stop_names(streets, [piece.edge for piece in path.pieces], points)
    stops = [
        (f"sim-{row}-{number}", label, lon, lat)
        for number, (label, (lon, lat)) in enumerate(zip(labels, points, strict=True))
    ]
    return _Line(name, kind, color, wheelchair, shape, stops, along)


def _at(streets: Streets, graph: Graph, corner: tuple[float, float]) -> Snap:
    """The street nearest to a corner of the map, on the connected part."""
    low = np.quantile(streets.node_lon, 0.02), np.quantile(streets.node_lat, 0.02)
    high = np.quantile(streets.node_lon, 0.98), np.quantile(streets.node_lat, 0.98)
    lon, lat = (float(a + part * (b - a)) for a, b, part in zip(low, high, corner, strict=True))
    snaps = graph.snap([lon], [lat], mainland=True)
    if snaps.edge[0] < 0:
        raise NetworkBuildError("The simulated lines need streets all over the map, and there are none at its edge.")
    return snaps.one(0)


def _stop_distances(total_m: float) -> list[float]:
    count = max(2, round(total_m / STOP_EVERY_M) + 1)
    return [float(metres) for metres in np.linspace(0.0, total_m, count)]


def _point_at(shape: Floats, metres: float) -> tuple[float, float]:
    steps = [line_length_m(shape[i : i + 2]) for i in range(len(shape) - 1)]
    along = np.concatenate([[0.0], np.cumsum(steps)])
    return float(np.interp(metres, along, shape[:, 0])), float(np.interp(metres, along, shape[:, 1]))


def _stop_names(streets: Streets, passed: Sequence[int], points: Sequence[tuple[float, float]]) -> list[str]:
    """Names like "Long Street / Side Street": the street of the line and the nearest other one, no name twice."""
    named = [edge for edge in range(streets.edge_count) if streets.name[edge] >= 0]
    middles = np.array([streets.line(edge).mean(axis=0) for edge in named]).reshape(-1, 2)
    on_line = np.isin(named, passed)
    names: list[str] = []
    for number, point in enumerate(points):
        far = (((middles - point) * STRETCH) ** 2).sum(axis=1)
        by_distance = [(streets.name_of(named[at], ""), bool(on_line[at])) for at in np.argsort(far)]
        main = next((name for name, is_passed in by_distance if is_passed), "")
        spoken = (f"{main} / {other}" for other, _ in by_distance if main and other != main)
        names.append(next((name for name in spoken if name not in names), f"Stop {number + 1}"))
    return names


def _tables(lines: Sequence[_Line], first_on: date) -> dict[str, list[Sequence[object]]]:
    last_on = first_on + timedelta(days=VALID_DAYS)
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    span = [first_on.strftime("%Y%m%d"), last_on.strftime("%Y%m%d")]
    trips, times = _trips(lines)
    return {
        "agency.txt": [
            ["agency_id", "agency_name", "agency_url", "agency_timezone"],
            ["sim", SIMULATED_AGENCY, "https://example.org/simulated", "Europe/Helsinki"],
        ],
        "stops.txt": [
            ["stop_id", "stop_name", "stop_lat", "stop_lon", "wheelchair_boarding"],
            *(
                [stop, name, f"{lat:.6f}", f"{lon:.6f}", line.wheelchair]
                for line in lines
                for stop, name, lon, lat in line.stops
            ),
        ],
        "routes.txt": [
            ["route_id", "agency_id", "route_short_name", "route_long_name", "route_type", "route_color"],
            *(
                [line.name, "sim", line.name, f"{line.stops[0][1]} - {line.stops[-1][1]}", line.kind, line.color]
                for line in lines
            ),
        ],
        "calendar.txt": [
            ["service_id", *days, "start_date", "end_date"],
            *([service, *runs, *span] for service, runs, *_ in SERVICES),
        ],
        "trips.txt": [
            ["route_id", "service_id", "trip_id", "trip_headsign", "direction_id", "shape_id", "wheelchair_accessible"],
            *trips,
        ],
        "stop_times.txt": [
            ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "shape_dist_traveled"],
            *times,
        ],
        "shapes.txt": [
            ["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence", "shape_dist_traveled"],
            *_shapes(lines),
        ],
    }


def _trips(lines: Sequence[_Line]) -> tuple[list[Sequence[object]], list[Sequence[object]]]:
    trips: list[Sequence[object]] = []
    times: list[Sequence[object]] = []
    for line in lines:
        for direction in (0, 1):
            stops = line.stops if direction == 0 else line.stops[::-1]
            along = line.along_m if direction == 0 else [line.along_m[-1] - metres for metres in line.along_m[::-1]]
            for service, _, first, last, every in SERVICES:
                for minute in range(first * 60 + 3 * direction, last * 60, every):
                    trip = f"{line.name}-{direction}-{service}-{minute // 60:02d}{minute % 60:02d}"
                    shape = f"{line.name}-{direction}"
                    trips.append([line.name, service, trip, stops[-1][1], direction, shape, line.wheelchair])
                    times += _calls(trip, minute * 60, stops, along, SPEED_MPS[line.kind])
    return trips, times


def _calls(
    trip: str, start_s: int, stops: Sequence[tuple[str, str, float, float]], along: Sequence[float], speed: float
) -> Iterable[Sequence[object]]:
    for number, (stop, metres) in enumerate(zip(stops, along, strict=True)):
        arrival = start_s + round(metres / speed / 10) * 10 + DWELL_S * max(0, number - 1)
        departure = arrival + (DWELL_S if 0 < number < len(stops) - 1 else 0)
        yield [trip, _clock(arrival), _clock(departure), stop[0], number + 1, f"{metres:.1f}"]


def _shapes(lines: Sequence[_Line]) -> Iterable[Sequence[object]]:
    for line in lines:
        for direction in (0, 1):
            shape = line.shape if direction == 0 else line.shape[::-1]
            along = 0.0
            for number, point in enumerate(shape):
                along += line_length_m(shape[number - 1 : number + 1]) if number else 0.0
                yield [f"{line.name}-{direction}", f"{point[1]:.6f}", f"{point[0]:.6f}", number + 1, f"{along:.1f}"]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
