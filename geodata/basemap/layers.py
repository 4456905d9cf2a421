"""Which OpenStreetMap things the base map shows, on which layer and from which zoom: a small schema of our own.

Layers and their `kind`: earth-less water (lake, river, stream), green (park, forest, grass, cemetery, sport), area
(pedestrian, school, hospital, industrial), building, road (motorway, major, medium, minor, service, path, steps), rail
(rail, tram, subway), place (city, town, suburb, village), poi (stop, health, help, education, culture, shop, food).
Every feature keeps its names in all languages (`name`, `name:uk`, ...), `ref` and `wheelchair`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geodata.network.osm import LANGUAGES

MIN_ZOOM, MAX_ZOOM = 9, 15


@dataclass(frozen=True, slots=True)
class Spec:
    """Where a thing goes: layer, kind and the zoom it appears at."""

    layer: str
    kind: str
    min_zoom: int


ROADS = {
    "motorway": Spec("road", "motorway", 9), "trunk": Spec("road", "motorway", 9), "primary": Spec("road", "major", 9),
    "secondary": Spec("road", "medium", 10), "tertiary": Spec("road", "medium", 11), "road": Spec("road", "minor", 12),
    "unclassified": Spec("road", "minor", 12), "residential": Spec("road", "minor", 12),
    "living_street": Spec("road", "minor", 13), "pedestrian": Spec("road", "path", 13),
    "service": Spec("road", "service", 14), "track": Spec("road", "path", 14), "footway": Spec("road", "path", 14),
    "path": Spec("road", "path", 14), "cycleway": Spec("road", "path", 14), "steps": Spec("road", "steps", 14),
}  # fmt: skip
RAILS = {
    "rail": Spec("rail", "rail", 10), "light_rail": Spec("rail", "rail", 11), "subway": Spec("rail", "subway", 12),
    "tram": Spec("rail", "tram", 12), "narrow_gauge": Spec("rail", "rail", 12), "funicular": Spec("rail", "tram", 12),
}  # fmt: skip
WATERWAYS = {
    "river": Spec("water", "river", 9), "canal": Spec("water", "river", 11), "stream": Spec("water", "stream", 13),
}  # fmt: skip
AREAS: tuple[tuple[str, Mapping[str, Spec]], ...] = (
    ("natural", {
        "water": Spec("water", "lake", 9), "wood": Spec("green", "forest", 9), "scrub": Spec("green", "grass", 11),
        "grassland": Spec("green", "grass", 11), "heath": Spec("green", "grass", 11),
        "beach": Spec("area", "beach", 12),
    }),
    ("waterway", {"riverbank": Spec("water", "lake", 9), "dock": Spec("water", "lake", 11)}),
    ("landuse", {
        "forest": Spec("green", "forest", 9), "grass": Spec("green", "grass", 12), "meadow": Spec("green", "grass", 11),
        "recreation_ground": Spec("green", "park", 11), "village_green": Spec("green", "park", 12),
        "cemetery": Spec("green", "cemetery", 11), "allotments": Spec("green", "grass", 11),
        "orchard": Spec("green", "grass", 11), "vineyard": Spec("green", "grass", 11),
        "residential": Spec("area", "residential", 9), "industrial": Spec("area", "industrial", 10),
        "railway": Spec("area", "industrial", 11), "commercial": Spec("area", "commercial", 11),
        "retail": Spec("area", "commercial", 11), "basin": Spec("water", "lake", 11),
        "reservoir": Spec("water", "lake", 9),
    }),
    ("leisure", {
        "park": Spec("green", "park", 10), "garden": Spec("green", "park", 13), "pitch": Spec("green", "sport", 13),
        "playground": Spec("green", "sport", 14), "nature_reserve": Spec("green", "forest", 10),
        "golf_course": Spec("green", "sport", 11), "stadium": Spec("green", "sport", 12),
        "swimming_pool": Spec("water", "lake", 15),
    }),
    ("amenity", {
        "school": Spec("area", "school", 13), "university": Spec("area", "school", 12),
        "college": Spec("area", "school", 13),
        "kindergarten": Spec("area", "school", 14), "hospital": Spec("area", "hospital", 12),
        "grave_yard": Spec("green", "cemetery", 13), "parking": Spec("area", "parking", 14),
    }),
    ("highway", {"pedestrian": Spec("area", "pedestrian", 13), "footway": Spec("area", "pedestrian", 14)}),
    ("place", {"square": Spec("area", "pedestrian", 13), "island": Spec("area", "residential", 9)}),
)  # fmt: skip
PLACES = {
    "city": Spec("place", "city", 9), "town": Spec("place", "town", 9), "suburb": Spec("place", "suburb", 11),
    "village": Spec("place", "village", 10), "quarter": Spec("place", "suburb", 12),
    "hamlet": Spec("place", "village", 12),
    "neighbourhood": Spec("place", "suburb", 13), "square": Spec("place", "square", 15),
}  # fmt: skip
POI_KINDS = {
    "stop": frozenset({"bus_stop", "tram_stop", "station", "halt", "subway_entrance"}),
    "health": frozenset({"hospital", "clinic", "doctors", "pharmacy", "dentist"}),
    "help": frozenset({
        "social_facility", "townhall", "police", "fire_station", "post_office", "courthouse", "community_centre",
        "shelter", "employment_agency", "government", "toilets",
    }),
    "education": frozenset({"school", "kindergarten", "university", "college", "library"}),
    "culture": frozenset({"theatre", "cinema", "museum", "place_of_worship", "arts_centre"}),
    "shop": frozenset({"supermarket", "mall", "department_store", "marketplace", "bank", "convenience"}),
    "food": frozenset({"restaurant", "cafe", "fast_food"}),
}  # fmt: skip
POI_ZOOM = {"stop": 14, "health": 14, "help": 14, "education": 15, "culture": 14, "shop": 15, "food": 15}
POI_KEYS = ("highway", "railway", "amenity", "office", "shop", "tourism")
KEPT = ("name", "ref", "wheelchair", *(f"name:{lang}" for lang in LANGUAGES))
KEYS = (
    "highway", "railway", "waterway", "natural", "landuse", "leisure", "amenity", "building", "place", "office", "shop",
    "tourism",
)  # fmt: skip


def line_spec(tags: Mapping[str, str]) -> Spec | None:
    """Where a way that is a line goes."""
    highway = tags.get("highway", "")
    if highway.endswith("_link"):
        highway = highway.removesuffix("_link")
    if tags.get("area") == "yes" and highway:
        return None
    if tags.get("service") in ("yard", "siding", "spur") and "railway" in tags:
        return Spec("rail", "rail", 14)
    return ROADS.get(highway) or RAILS.get(tags.get("railway", "")) or WATERWAYS.get(tags.get("waterway", ""))


def area_spec(tags: Mapping[str, str]) -> Spec | None:
    """Where a closed way or multipolygon goes."""
    if tags.get("building", "no") != "no":
        return Spec("building", "building", 14)
    if "highway" in tags and tags.get("area") != "yes":
        return None
    for key, specs in AREAS:
        if tags.get(key) in specs:
            return specs[tags[key]]
    return None


def point_spec(tags: Mapping[str, str]) -> Spec | None:
    """Where a node (or the middle of an area) goes as a label."""
    if "name" not in tags:
        return None
    if tags.get("place") in PLACES:
        return PLACES[tags["place"]]
    for key in POI_KEYS:
        value = tags.get(key)
        for kind, values in POI_KINDS.items():
            if value in values:
                return Spec("poi", kind, POI_ZOOM[kind])
    return None


def properties(tags: Mapping[str, str], spec: Spec) -> dict[str, str]:
    """What a feature carries into its tile."""
    return {"kind": spec.kind, **{key: tags[key] for key in KEPT if key in tags}}
