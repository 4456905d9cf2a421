"""The street graph of small towns made by hand: cuts, kerbs, one-way streets, turn restrictions, islands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import pytest

from geodata.errors import NetworkBuildError
from geodata.network.graph import open_graph
from geodata.network.osm import read_streets
from geodata.network.streets import Streets

LON, LAT, STEP = 8.0, 49.0, 0.001
Tags = dict[str, str]
Way = tuple[list[int], Tags]


def town(
    path: Path, ways: list[Way], nodes: dict[int, Tags] | None = None, rules: list[tuple[int, int, int, str]] = ()
):
    """Write a PBF: node 10x + y stands x steps east and y steps north; ways are numbered from 1."""
    target = path / "town.osm.pbf"
    target.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(target)) as writer:
        for ref in sorted({ref for refs, _ in ways for ref in refs}):
            place = (LON + STEP * (ref // 10), LAT + STEP * (ref % 10))
            writer.add_node(osmium.osm.mutable.Node(id=ref, location=place, tags=(nodes or {}).get(ref, {}), version=1))
        for number, (refs, tags) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags, version=1))
        for number, (source, via, to, kind) in enumerate(rules, start=1):
            members = [("w", source, "from"), ("n", via, "via"), ("w", to, "to")]
            tags = {"type": "restriction", "restriction": kind}
            writer.add_relation(osmium.osm.mutable.Relation(id=number, members=members, tags=tags, version=1))
    return target


ROAD = {"highway": "residential", "name": "High Street"}


def test_ways_are_cut_where_they_meet_and_lengths_add_up(tmp_path: Path) -> None:
    streets = read_streets(town(tmp_path, [([11, 21, 31], ROAD), ([21, 22], {"highway": "footway"})]))
    assert streets.edge_count == 3
    assert streets.length_m.sum() == pytest.approx(2 * 72.95 + 111.2, rel=0.01)
    assert streets.name_of(0, "uk") == "High Street"


def test_names_are_kept_in_every_language(tmp_path: Path) -> None:
    streets = read_streets(town(tmp_path, [([11, 21], {**ROAD, "name:uk": "Головна", "name:fr": "Rue"})]))
    assert (streets.name_of(0, "uk"), streets.name_of(0, "sk")) == ("Головна", "High Street")


def test_a_loop_is_cut_so_that_it_can_be_searched(tmp_path: Path) -> None:
    streets = read_streets(town(tmp_path, [([11, 21, 22, 12, 11], ROAD)]))
    assert streets.edge_count == 2
    assert (streets.u != streets.v).all()


def test_a_raised_kerb_stops_wheels_and_not_feet(tmp_path: Path) -> None:
    footway = {"highway": "footway"}
    nodes = {21: {"kerb": "raised", "barrier": "kerb"}}
    streets = read_streets(town(tmp_path, [([11, 21, 31], footway), ([11, 12, 32, 31], footway)], nodes))
    lengths = {}
    for mode in ("foot", "wheelchair"):
        graph = open_graph(streets, mode)
        snaps = graph.snap([LON + STEP, LON + 3 * STEP], [LAT + STEP, LAT + STEP])
        path = graph.search(snaps.one(0)).path_to(snaps.one(1))
        lengths[mode] = sum(abs(p.to_fraction - p.from_fraction) * streets.length_m[p.edge] for p in path.pieces)
    assert lengths["foot"] == pytest.approx(146, abs=2)
    assert lengths["wheelchair"] == pytest.approx(146 + 2 * 111, abs=3)


def driven(streets: Streets, start: tuple[float, float], end: tuple[float, float]) -> float:
    graph = open_graph(streets, "car")
    snaps = graph.snap([LON + STEP * start[0], LON + STEP * end[0]], [LAT + STEP * start[1], LAT + STEP * end[1]])
    path = graph.search(snaps.one(0)).path_to(snaps.one(1))
    assert path is not None
    return sum(abs(p.to_fraction - p.from_fraction) * streets.length_m[p.edge] for p in path.pieces)


GRID = [
    ([11, 21], ROAD),
    ([21, 31], ROAD),
    ([21, 22], ROAD),
    ([31, 32], ROAD),
    ([22, 32], ROAD),
    ([12, 22], ROAD),
    ([11, 12], ROAD),
]


@pytest.mark.parametrize("kind", ["no_left_turn", "only_straight_on"])
def test_turn_restrictions_send_a_car_around(tmp_path: Path, kind: str) -> None:
    free = driven(read_streets(town(tmp_path, GRID)), (1.5, 1), (2, 1.5))
    rule = (1, 21, 3, kind) if kind.startswith("no_") else (1, 21, 2, kind)
    bound = driven(read_streets(town(tmp_path, GRID, rules=[rule])), (1.5, 1), (2, 1.5))
    assert free == pytest.approx(36.5 + 55.6, abs=2)
    assert bound > free + 100


def test_a_one_way_street_is_not_driven_against(tmp_path: Path) -> None:
    ways = [(refs, {**ROAD, "oneway": "yes"} if refs == [11, 21] else ROAD) for refs, _ in GRID]
    streets = read_streets(town(tmp_path, ways))
    assert driven(streets, (1, 1.5), (2, 1.5)) < 220
    assert driven(streets, (2, 1.2), (1.4, 1)) > driven(streets, (1, 1.2), (1.4, 1)) + 100


def test_saved_streets_are_the_same_when_read_again(tmp_path: Path) -> None:
    streets = read_streets(town(tmp_path, GRID))
    streets.save(tmp_path)
    again = Streets.load(tmp_path)
    assert np.array_equal(again.length_m, streets.length_m)
    assert list(again.names) == list(streets.names)


def test_what_is_no_street_file_is_refused_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "bad.osm.pbf").write_bytes(b"nothing of the kind")
    with pytest.raises(NetworkBuildError, match="Fetch it again"):
        read_streets(tmp_path / "bad.osm.pbf")
    with pytest.raises(NetworkBuildError, match="Choose an extract"):
        read_streets(town(tmp_path, [([11, 21], {"highway": "proposed"})]))
    with pytest.raises(NetworkBuildError, match="geodata build"):
        Streets.load(tmp_path / "none")
