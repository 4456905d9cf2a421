"""What OpenStreetMap tags say about who may use a way and how fast, so that the graph never reads a tag itself.

Values follow the OSM wiki's access tables (Key:highway, Key:access, Key:wheelchair, Key:smoothness); what a tag
leaves open stays open: an unknown surface is neither good nor bad, it is counted and shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

Tags = Mapping[str, str]

FOOT, WHEELCHAIR, BICYCLE, CAR = 1, 2, 4, 8
"""Permission bits, one per own travel mode."""

IS_STEPS, IS_CROSSING, IS_ROUNDABOUT, IS_ELEVATOR, IS_FOOTWAY, HAS_BRIDGE, IS_LIMITED, IS_STEEP_UNKNOWN = (
    1,
    2,
    4,
    8,
    16,
    32,
    64,
    128,
)
"""Edge flags: `IS_LIMITED` is OSM's `wheelchair=limited`, `IS_STEEP_UNKNOWN` an incline tagged only "up" or "down"."""

HIGHWAYS = (
    "other",
    "footway",
    "path",
    "pedestrian",
    "steps",
    "living_street",
    "residential",
    "service",
    "track",
    "unclassified",
    "tertiary",
    "tertiary_link",
    "secondary",
    "secondary_link",
    "primary",
    "primary_link",
    "trunk",
    "trunk_link",
    "motorway",
    "motorway_link",
    "road",
    "cycleway",
    "bridleway",
    "corridor",
    "platform",
    "elevator",
)
HIGHWAY_CODE = {name: code for code, name in enumerate(HIGHWAYS)}

WALK_CLASSES = frozenset(HIGHWAYS) - {"other", "motorway", "motorway_link", "trunk", "trunk_link", "bridleway"}
BICYCLE_CLASSES = frozenset(HIGHWAYS) - {
    "other",
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "footway",
    "pedestrian",
    "steps",
    "bridleway",
    "corridor",
    "platform",
    "elevator",
}
CAR_SPEED_KMPH = {
    "motorway": 100,
    "motorway_link": 50,
    "trunk": 80,
    "trunk_link": 45,
    "primary": 45,
    "primary_link": 35,
    "secondary": 40,
    "secondary_link": 30,
    "tertiary": 35,
    "tertiary_link": 25,
    "unclassified": 28,
    "residential": 25,
    "living_street": 8,
    "service": 12,
    "road": 25,
}
"""Usual speeds in a city with junctions in them, in the manner of OSRM's car profile, lowered for urban waiting."""

SURFACE_GOOD, SURFACE_POOR, SURFACE_BAD, SURFACE_UNKNOWN = 1, 2, 3, 0
GOOD_SURFACES = frozenset(
    {
        "asphalt",
        "paved",
        "concrete",
        "paving_stones",
        "concrete:plates",
        "tiles",
        "wood",
        "metal",
        "tartan",
        "rubber",
        "acrylic",
        "brick",
        "bricks",
        "compacted",
        "fine_gravel",
        "chipseal",
        "metal_grid",
    }
)
POOR_SURFACES = frozenset(
    {
        "sett",
        "cobblestone",
        "unhewn_cobblestone",
        "gravel",
        "unpaved",
        "ground",
        "dirt",
        "earth",
        "grass",
        "grass_paver",
        "pebblestone",
        "cobblestone:flattened",
        "concrete:lanes",
        "stone",
        "stepping_stones",
        "clay",
        "salt",
    }
)
BAD_SURFACES = frozenset({"sand", "mud", "woodchips", "rock", "snow", "ice", "stepping_stones"})
BAD_SMOOTHNESS = frozenset({"very_bad", "horrible", "very_horrible", "impassable"})

YES = frozenset({"yes", "designated", "permissive", "official", "destination"})
NO = frozenset(
    {"no", "private", "customers", "delivery", "military", "agricultural", "forestry", "permit", "emergency"}
)
WHEELCHAIR_BARRIERS = frozenset(
    {
        "stile",
        "turnstile",
        "kissing_gate",
        "full-height_turnstile",
        "step",
        "log",
        "debris",
        "horse_stile",
        "jersey_barrier",
    }
)
CLOSED_BARRIERS = frozenset({"wall", "fence", "hedge", "city_wall", "ditch", "retaining_wall"})
CAR_BARRIERS = frozenset(
    {
        "bollard",
        "block",
        "cycle_barrier",
        "stile",
        "turnstile",
        "kissing_gate",
        "log",
        "jersey_barrier",
        "planter",
        "motorcycle_barrier",
        "bus_trap",
        "step",
        "horse_stile",
        "full-height_turnstile",
        "debris",
        "chain",
    }
)

STEEPEST_DEG = 89.0
"""A slope in degrees beyond this is a wall, or a slip of the pen."""
MAX_WHEELCHAIR_INCLINE_PCT = 10.0
"""Above this a way is refused; DIN 18040 asks for 6 %, 10 % is what short unavoidable ramps reach."""


CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
CONTRAFLOW_KEYS = ("cycleway", "cycleway:left", "cycleway:both", "cycleway:right")


def is_allowed(tags: Tags, keys: tuple[str, ...], *, default: bool) -> bool:
    """Whether the most specific access key present allows passage; `keys` go from specific to general."""
    for key in keys:
        value = tags.get(key)
        if value in YES:
            return True
        if value in NO:
            return False
    return default


def incline_pct(tags: Tags) -> float | None:
    """The incline in per cent (absolute) where it is a number; None where there is none or only a direction."""
    text = tags.get("incline", "").strip().replace(",", ".")
    try:
        steep = abs(float(text.rstrip("%°").strip()))
    except ValueError:
        return None
    return math.tan(math.radians(min(steep, STEEPEST_DEG))) * 100 if text.endswith("°") else steep


def surface_class(tags: Tags) -> int:
    """Good, poor, bad or unknown for wheels, from `surface`, `smoothness` and `tracktype`."""
    if tags.get("smoothness") in BAD_SMOOTHNESS or tags.get("surface") in BAD_SURFACES:
        return SURFACE_BAD
    if tags.get("tracktype") in ("grade4", "grade5"):
        return SURFACE_BAD
    surface = tags.get("surface", "")
    if surface in POOR_SURFACES or tags.get("smoothness") == "bad" or tags.get("tracktype") in ("grade2", "grade3"):
        return SURFACE_POOR
    if surface in GOOD_SURFACES or tags.get("smoothness") in ("excellent", "good", "intermediate"):
        return SURFACE_GOOD
    return SURFACE_UNKNOWN


def is_walkable(tags: Tags, highway: str) -> bool:
    """Whether a person on foot may use the way."""
    default = highway in WALK_CLASSES or tags.get("sidewalk") in ("both", "left", "right", "yes")
    if tags.get("motorroad") == "yes" or highway.startswith("motorway"):
        default = False
    return is_allowed(tags, ("foot", "access"), default=default)


def is_wheelable(tags: Tags, highway: str, walkable: bool) -> bool:
    """Whether a wheelchair can be sent there: walkable, never stairs, nothing tagged as refused."""
    if not walkable or highway == "steps" or tags.get("wheelchair") == "no":
        return False
    if tags.get("sac_scale", "hiking") != "hiking" or surface_class(tags) == SURFACE_BAD:
        return False
    steep = incline_pct(tags)
    return steep is None or steep <= MAX_WHEELCHAIR_INCLINE_PCT


def bicycle_directions(tags: Tags, highway: str) -> tuple[bool, bool]:
    """Whether a bicycle may go along and against the way's drawing."""
    if not is_allowed(tags, ("bicycle", "vehicle", "access"), default=highway in BICYCLE_CLASSES) or highway == "steps":
        return False, False
    forward, backward = oneway(tags)
    contraflow = tags.get("oneway:bicycle") == "no" or any(
        tags.get(key, "").startswith("opposite") for key in CONTRAFLOW_KEYS
    )
    return (True, True) if contraflow else (forward, backward)


def car_directions(tags: Tags, highway: str) -> tuple[bool, bool]:
    """Whether a car may go along and against the way's drawing."""
    if highway not in CAR_SPEED_KMPH or not is_allowed(tags, CAR_KEYS, default=True):
        return False, False
    return oneway(tags)


def oneway(tags: Tags) -> tuple[bool, bool]:
    """Traffic directions of the way itself (along, against)."""
    value = tags.get("oneway", "")
    if value in ("-1", "reverse"):
        return False, True
    if value in ("yes", "true", "1") or tags.get("junction") in ("roundabout", "circular"):
        return True, False
    if tags.get("highway") in ("motorway", "motorway_link") and value != "no":
        return True, False
    return True, True


def car_speed_kmph(tags: Tags, highway: str) -> int:
    """A realistic driving speed: the class's usual one, never above the posted limit."""
    usual = CAR_SPEED_KMPH.get(highway, 0)
    text = tags.get("maxspeed", "").removesuffix(" km/h").strip()
    if text == "walk":
        return min(usual, 7)
    return min(usual, max(5, int(text))) if text.isdigit() else usual


def permissions(tags: Tags, highway: str) -> tuple[int, int]:
    """Permission bits along and against the way."""
    walkable = is_walkable(tags, highway)
    both = (FOOT if walkable else 0) | (WHEELCHAIR if is_wheelable(tags, highway, walkable) else 0)
    bicycle, car = bicycle_directions(tags, highway), car_directions(tags, highway)
    forward, backward = (both | (BICYCLE if b else 0) | (CAR if c else 0) for b, c in zip(bicycle, car, strict=True))
    return forward, backward


def flags(tags: Tags, highway: str) -> int:
    """Edge flags."""
    tests = (
        (highway == "steps", IS_STEPS),
        (tags.get("footway") == "crossing" or tags.get("path") == "crossing", IS_CROSSING),
        (tags.get("junction") in ("roundabout", "circular"), IS_ROUNDABOUT),
        (highway == "elevator", IS_ELEVATOR),
        (highway in ("footway", "path", "pedestrian", "corridor", "cycleway", "platform"), IS_FOOTWAY),
        (tags.get("bridge", "no") != "no", HAS_BRIDGE),
        (tags.get("wheelchair") == "limited", IS_LIMITED),
        (tags.get("incline") in ("up", "down"), IS_STEEP_UNKNOWN),
    )
    return sum(bit for holds, bit in tests if holds)


def node_blocks(tags: Tags) -> int:
    """Permission bits that a barrier, a raised kerb or an access tag on a node takes away."""
    barrier = tags.get("barrier")
    blocked = 0
    if barrier in CLOSED_BARRIERS and not is_allowed(tags, ("foot", "access"), default=False):
        return FOOT | WHEELCHAIR | BICYCLE | CAR
    if barrier and (tags.get("locked") == "yes" or not is_allowed(tags, ("foot", "access"), default=True)):
        blocked |= FOOT | WHEELCHAIR
    if barrier and not is_allowed(tags, ("bicycle", "vehicle", "access"), default=True):
        blocked |= BICYCLE
    if barrier and not is_allowed(tags, CAR_KEYS, default=barrier not in CAR_BARRIERS):
        blocked |= CAR
    if tags.get("wheelchair") == "no" or barrier in WHEELCHAIR_BARRIERS or tags.get("kerb") == "raised":
        blocked |= WHEELCHAIR
    return blocked


def is_kerb_unknown(tags: Tags) -> bool:
    """Whether a crossing node says nothing about its kerb."""
    return tags.get("highway") == "crossing" and "kerb" not in tags and tags.get("wheelchair") not in ("yes", "limited")
