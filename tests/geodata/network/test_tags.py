"""What tags allow: access, stairs, surfaces, one-way streets, barriers."""

from __future__ import annotations

import pytest

from geodata.network import tags
from geodata.network.tags import BICYCLE, CAR, FOOT, WHEELCHAIR

ALL = FOOT | WHEELCHAIR | BICYCLE | CAR


@pytest.mark.parametrize(
    ("way", "forward", "backward"),
    [
        ({"highway": "residential"}, ALL, ALL),
        ({"highway": "residential", "oneway": "yes"}, ALL, FOOT | WHEELCHAIR),
        ({"highway": "residential", "oneway": "-1"}, FOOT | WHEELCHAIR, ALL),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, ALL, ALL & ~CAR),
        ({"highway": "steps"}, FOOT, FOOT),
        ({"highway": "steps", "wheelchair": "yes"}, FOOT, FOOT),
        ({"highway": "footway"}, FOOT | WHEELCHAIR, FOOT | WHEELCHAIR),
        ({"highway": "footway", "wheelchair": "no"}, FOOT, FOOT),
        ({"highway": "footway", "surface": "sand"}, FOOT, FOOT),
        ({"highway": "footway", "incline": "15%"}, FOOT, FOOT),
        ({"highway": "footway", "incline": "-5 %"}, FOOT | WHEELCHAIR, FOOT | WHEELCHAIR),
        ({"highway": "footway", "incline": "8°"}, FOOT, FOOT),
        ({"highway": "footway", "bicycle": "yes"}, ALL & ~CAR, ALL & ~CAR),
        ({"highway": "service", "access": "private"}, 0, 0),
        ({"highway": "service", "access": "private", "foot": "yes"}, FOOT | WHEELCHAIR, FOOT | WHEELCHAIR),
        ({"highway": "motorway"}, CAR, 0),
        ({"highway": "primary", "junction": "roundabout"}, ALL, FOOT | WHEELCHAIR),
        ({"highway": "residential", "motor_vehicle": "no"}, ALL & ~CAR, ALL & ~CAR),
        ({"highway": "track", "tracktype": "grade5"}, FOOT | BICYCLE, FOOT | BICYCLE),
    ],
)
def test_permissions(way: dict[str, str], forward: int, backward: int) -> None:
    assert tags.permissions(way, way["highway"]) == (forward, backward)


@pytest.mark.parametrize(
    ("node", "blocked"),
    [
        ({"barrier": "bollard"}, CAR),
        ({"barrier": "gate", "access": "private"}, ALL),
        ({"barrier": "gate"}, 0),
        ({"barrier": "stile"}, WHEELCHAIR | CAR),
        ({"kerb": "raised", "highway": "crossing"}, WHEELCHAIR),
        ({"kerb": "lowered", "highway": "crossing"}, 0),
        ({"barrier": "fence"}, ALL),
    ],
)
def test_nodes_in_the_way(node: dict[str, str], blocked: int) -> None:
    assert tags.node_blocks(node) == blocked


def test_a_surface_nobody_recorded_is_unknown_not_good() -> None:
    assert tags.surface_class({"highway": "footway"}) == tags.SURFACE_UNKNOWN
    assert tags.surface_class({"surface": "asphalt"}) == tags.SURFACE_GOOD
    assert tags.surface_class({"surface": "cobblestone"}) == tags.SURFACE_POOR
    assert tags.surface_class({"surface": "asphalt", "smoothness": "very_bad"}) == tags.SURFACE_BAD


def test_a_kerb_nobody_recorded_is_unknown() -> None:
    assert tags.is_kerb_unknown({"highway": "crossing"})
    assert not tags.is_kerb_unknown({"highway": "crossing", "kerb": "lowered"})


def test_speed_is_never_above_the_posted_limit() -> None:
    assert tags.car_speed_kmph({"maxspeed": "20"}, "residential") == 20
    assert tags.car_speed_kmph({"maxspeed": "100"}, "residential") == 25
    assert tags.car_speed_kmph({"maxspeed": "walk"}, "living_street") == 7


@pytest.mark.parametrize(("said", "steep"), [("6%", 6.0), ("-6,5 %", 6.5), ("10°", 17.63), ("up", None), ("", None)])
def test_a_slope_is_read_in_per_cent_whatever_its_unit(said: str, steep: float | None) -> None:
    assert tags.incline_pct({"incline": said}) == (None if steep is None else pytest.approx(steep, abs=0.01))
