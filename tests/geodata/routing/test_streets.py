"""Routes on streets, held against a second engine and against the OSM tags themselves."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import osmium
import pytest

from geodata.network.graph import open_graph
from geodata.network.streets import line_length_m
from geodata.routing import MODES, Itinerary, NoPathError, OutsideNetworkError, Router
from tests.geodata.conftest import MORNING

SOUTH_WEST, NORTH_EAST = (49.385, 8.655), (49.425, 8.715)
ORACLE_BUDGET_S = 7200.0
WHEELCHAIR_KMPH, WALK_KMPH = 3.6, 3.6


def pairs(count: int, seed: int) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Give pairs of points inside the town, the same each time."""
    drawn = np.random.default_rng(seed).uniform([*SOUTH_WEST, *SOUTH_WEST], [*NORTH_EAST, *NORTH_EAST], (count, 4))
    return [((row[0], row[1]), (row[2], row[3])) for row in drawn]


@pytest.fixture(scope="module")
def oracle(oracle_file: Path):
    """Give cafein's street search."""
    from cafein import TransportNetwork

    return TransportNetwork.load(str(oracle_file))._core


@pytest.mark.parametrize(("mode", "theirs"), [("foot", "walk"), ("wheelchair", "wheelchair"), ("bicycle", "bicycle")])
def test_distances_agree_with_the_second_engine(heidelberg: Router, oracle, mode: str, theirs: str) -> None:
    ratios = []
    for origin, destination in pairs(25, seed=3):
        leg = oracle._multimodal_direct_leg(origin, destination, theirs, ORACLE_BUDGET_S, False)
        if leg is None:
            continue
        _, network_m, connector_m, _ = leg
        ours = heidelberg.route(origin, destination, mode, depart_at=MORNING)[0]
        ratios.append(ours.distance_m / (network_m + connector_m))
    assert len(ratios) >= 20
    assert 0.97 <= np.median(ratios) <= 1.05
    assert np.quantile(ratios, 0.9) <= 1.25
    assert np.quantile(ratios, 0.1) >= 0.85


def forbidden_pieces(pbf: Path) -> set[frozenset[tuple[float, float]]]:
    """Give every two neighbouring points of stairs and of ways tagged `wheelchair=no`, straight from the file."""
    found = set()
    allowed = set()
    for way in osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        if not way.is_way():
            continue
        points = [(round(node.lon, 7), round(node.lat, 7)) for node in way.nodes]
        is_barred = way.tags["highway"] == "steps" or way.tags.get("wheelchair") == "no"
        (found if is_barred else allowed).update(frozenset(two) for two in itertools.pairwise(points))
    return found - allowed


def test_no_wheelchair_route_of_a_sample_uses_stairs_or_refused_ways(heidelberg: Router, heidelberg_pbf: Path) -> None:
    barred = forbidden_pieces(heidelberg_pbf)
    assert len(barred) > 1000
    foot_stairs = 0
    for origin, destination in pairs(40, seed=5):
        for itinerary in heidelberg.route(origin, destination, "wheelchair", depart_at=MORNING):
            for leg in (leg for leg in itinerary.legs if leg.transit is None):
                points = [(round(x, 7), round(y, 7)) for x, y in leg.line]
                assert not {frozenset(two) for two in itertools.pairwise(points)} & barred
                assert all(step.kind != "stairs" for step in leg.steps)
        on_foot = heidelberg.route(origin, destination, "foot", depart_at=MORNING)[0]
        foot_stairs += any(step.kind == "stairs" for step in on_foot.steps)
    assert foot_stairs > 5  # the sample lies where avoiding stairs costs something


def test_what_is_unknown_on_a_wheelchair_route_is_listed_not_hidden(heidelberg: Router) -> None:
    found = [
        unknown
        for origin, destination in pairs(10, seed=7)
        for unknown in heidelberg.route(origin, destination, "wheelchair", depart_at=MORNING)[0].unknown
    ]
    assert {"kerb", "surface"} <= {unknown.kind for unknown in found}
    assert all(unknown.amount > 0 and unknown.text for unknown in found)


def test_a_slope_that_nobody_recorded_is_listed_too(heidelberg: Router) -> None:
    station, hillside_path = (49.4037, 8.6756), (49.4180, 8.7090)
    found = heidelberg.route(station, hillside_path, "wheelchair", depart_at=MORNING)[0]
    (slope,) = [unknown for unknown in found.unknown if unknown.kind == "slope"]
    assert 0.5 * found.distance_m < slope.amount <= found.distance_m
    assert slope.text.startswith("steepness not recorded")


def test_where_no_car_goes_is_said_and_the_walk_is_left(heidelberg: Router) -> None:
    path_in_the_woods, street = (49.42455, 8.713557), (49.4295763, 8.7064854)
    with pytest.raises(NoPathError, match=r"this way of travelling\. You can walk") as told:
        heidelberg.route(path_in_the_woods, street, "car", depart_at=MORNING)
    (walk,) = told.value.best_left
    assert walk.mode == "foot"
    with pytest.raises(OutsideNetworkError, match="destination is outside"):
        heidelberg.route(street, (48.0, 8.0), "car", depart_at=MORNING)


def test_the_way_from_a_place_far_from_any_step_free_street_is_unknown_not_fine(heidelberg: Router) -> None:
    rail_yard, station = (49.3902, 8.6811), (49.4037, 8.6756)
    found = heidelberg.route(rail_yard, station, "wheelchair", depart_at=MORNING)[0]
    (off_street,) = [unknown for unknown in found.unknown if unknown.kind == "off_street"]
    assert off_street.amount > 300
    assert "between a place and the nearest step-free street" in off_street.text


@pytest.mark.parametrize("mode", ["foot", "wheelchair", "bicycle", "car"])
def test_a_route_is_one_unbroken_line_as_long_as_it_says(heidelberg: Router, mode: str) -> None:
    for origin, destination in pairs(8, seed=11):
        itinerary = heidelberg.route(origin, destination, mode, depart_at=MORNING)[0]
        (leg,) = itinerary.legs
        line = np.array(leg.line)
        assert line[0] == pytest.approx([origin[1], origin[0]])
        assert line[-1] == pytest.approx([destination[1], destination[0]])
        assert line_length_m(line) == pytest.approx(leg.distance_m, rel=0.01)
        assert sum(step.distance_m for step in leg.steps) == pytest.approx(leg.distance_m, rel=0.2, abs=150)
        assert itinerary.departs_at == MORNING
        assert itinerary.duration_s > 0


def test_arrive_by_and_depart_at_are_the_same_way_on_streets(heidelberg: Router) -> None:
    origin, destination = pairs(1, seed=13)[0]
    leaving = heidelberg.route(origin, destination, "foot", depart_at=MORNING)[0]
    arriving = heidelberg.route(origin, destination, "foot", arrive_at=leaving.arrives_at)[0]
    assert (arriving.departs_at, arriving.arrives_at) == (leaving.departs_at, leaving.arrives_at)


def test_a_graph_gives_the_same_cost_to_a_place_as_the_path_there(heidelberg: Router) -> None:
    for mode in ("foot", "car"):
        graph = open_graph(heidelberg.streets, mode)
        snaps = graph.snap([8.67, 8.69, 8.70], [49.40, 49.41, 49.42])
        field = graph.search(snaps.one(0))
        costs = field.seconds_to(snaps)
        speed = {"foot": 1.15, "car": 1.2}[mode]
        for row in (1, 2):
            path = field.path_to(snaps.one(row))
            connectors = (snaps.connector_m[0] + snaps.connector_m[row]) / speed
            assert costs[row] == pytest.approx(path.seconds + connectors)


def test_a_place_outside_the_streets_is_a_sentence_that_names_the_end(heidelberg: Router) -> None:
    inside, outside = (49.40, 8.68), (48.0, 8.0)
    with pytest.raises(OutsideNetworkError, match="starting point is outside") as start:
        heidelberg.route(outside, inside, "foot", depart_at=MORNING)
    assert start.value.sentence("uk").startswith("Початок")
    with pytest.raises(OutsideNetworkError, match="destination is outside"):
        heidelberg.route(inside, outside, "transit", depart_at=MORNING)


def test_a_route_to_the_same_place_has_no_length(heidelberg: Router) -> None:
    for mode in MODES:
        found: tuple[Itinerary, ...] = heidelberg.route((49.41, 8.69), (49.41, 8.69), mode, depart_at=MORNING)
        assert [(one.distance_m, one.duration_s) for one in found] == [(0, 0)]
        assert [step.kind for step in found[0].steps] == ["arrive"]


def test_asking_for_both_or_no_time_is_refused(heidelberg: Router) -> None:
    for times in ({}, {"depart_at": MORNING, "arrive_at": MORNING}):
        with pytest.raises(ValueError, match="exactly one"):
            heidelberg.route((49.41, 8.69), (49.40, 8.68), "foot", **times)


def test_no_path_says_so() -> None:
    assert "step-free" in str(NoPathError("no_path_wheelchair"))
