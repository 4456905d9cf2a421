"""Takes addresses, streets, places, stops and named sights out of a PBF in one pass and joins duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import osmium

from geodata.errors import NetworkBuildError
from geodata.network.osm import names_of

Kind = Literal["address", "street", "place", "stop", "poi"]
KEYS = (
    "addr:housenumber",
    "highway",
    "place",
    "public_transport",
    "amenity",
    "railway",
    "office",
    "shop",
    "tourism",
    "leisure",
)
POI_KEYS = ("amenity", "office", "shop", "tourism", "leisure")
STREET_CLASSES = frozenset({
    "residential", "living_street", "pedestrian", "service", "unclassified", "tertiary", "secondary", "primary",
    "trunk", "footway", "path", "cycleway", "track", "steps", "road",
})  # fmt: skip
STREET_CELL_DEG = 0.02
"""Pieces of one street name within about 2 km are one street; farther ones are another of the same name."""

STOP_CELL_DEG = 0.003


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found: `names` by language ("" the plain one), address parts where known, degrees."""

    kind: Kind
    names: Mapping[str, str]
    lon: float
    lat: float
    street: str = ""
    house_number: str = ""
    city: str = ""
    postcode: str = ""
    category: str = ""

    @property
    def name(self) -> str:
        """The plain name; an address is its street and number."""
        return f"{self.street} {self.house_number}".strip() if self.kind == "address" else self.names.get("", "")


def read_entries(pbf: Path) -> list[Entry]:
    """Everything a person may type as a place.

    Raises `NetworkBuildError` where the file is not OSM data.
    """
    try:
        return list(_joined(_entries(pbf)))
    except (RuntimeError, OSError) as error:
        raise NetworkBuildError(f"{pbf} cannot be read as OpenStreetMap data ({error}). Fetch it again.") from error


def _entries(pbf: Path) -> Iterator[Entry]:
    thing: Any
    for thing in osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.KeyFilter(*KEYS)):
        if thing.is_relation():
            continue
        at = _where(thing)
        if at is not None:
            yield from _of(dict(thing.tags), *at, is_way=thing.is_way())


def _where(thing: Any) -> tuple[float, float] | None:
    """A node's place, or the middle of a way: its mid point where it is a line, the mean of a closed ring."""
    if thing.is_node():
        return float(thing.lon), float(thing.lat)
    nodes = [node for node in thing.nodes if node.location.valid()]
    if not nodes:
        return None
    if len(nodes) > 2 and nodes[0].ref == nodes[-1].ref:
        ring = nodes[:-1]
        return sum(n.lon for n in ring) / len(ring), sum(n.lat for n in ring) / len(ring)
    middle = nodes[len(nodes) // 2]
    return float(middle.lon), float(middle.lat)


def _of(tags: Mapping[str, str], lon: float, lat: float, *, is_way: bool) -> Iterator[Entry]:
    names = names_of(tags) if "name" in tags else {}
    street = tags.get("addr:street") or tags.get("addr:place", "")
    city, postcode = tags.get("addr:city", ""), tags.get("addr:postcode", "")
    number = tags.get("addr:housenumber", "")
    if number and street:
        yield Entry("address", {"": f"{street} {number}"}, lon, lat, street, number, city, postcode)
    if not names:
        return
    if is_way and tags.get("highway") in STREET_CLASSES:
        yield Entry("street", names, lon, lat, names.get("", ""))
    elif _is_stop(tags):
        yield Entry("stop", names, lon, lat)
    elif "place" in tags:
        yield Entry("place", names, lon, lat, category=tags["place"])
    else:
        for key in POI_KEYS:
            if key in tags:
                yield Entry("poi", names, lon, lat, street, number, city, postcode, f"{key}={tags[key]}")
                break


def _is_stop(tags: Mapping[str, str]) -> bool:
    return (
        tags.get("highway") == "bus_stop"
        or tags.get("railway") in ("tram_stop", "station", "halt")
        or tags.get("public_transport") in ("platform", "station", "stop_position")
    )


def _joined(entries: Iterable[Entry]) -> Iterator[Entry]:
    """One entry per address, per street (of a neighbourhood) and per stop name (of a place)."""
    streets: dict[tuple[object, ...], list[Entry]] = {}
    seen: set[tuple[object, ...]] = set()
    for entry in entries:
        if entry.kind == "street":
            cell = (entry.name, round(entry.lon / STREET_CELL_DEG), round(entry.lat / STREET_CELL_DEG))
            streets.setdefault(cell, []).append(entry)
            continue
        size = STOP_CELL_DEG if entry.kind == "stop" else 0.0002
        key = (entry.kind, entry.name, entry.city, round(entry.lon / size), round(entry.lat / size))
        if key not in seen:
            seen.add(key)
            yield entry
    for pieces in streets.values():
        yield sorted(pieces, key=lambda piece: (piece.lon, piece.lat))[len(pieces) // 2]
