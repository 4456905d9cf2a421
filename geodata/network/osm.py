"""Reads streets out of an OpenStreetMap PBF in one pass: shared nodes become junctions, tags become codes."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from geodata.errors import NetworkBuildError
from geodata.network import tags as tagging
from geodata.network.streets import Streets, haversine_m

LANGUAGES = ("sk", "uk", "be", "ru", "en")
STREET_KEYS = ("highway", "railway", "public_transport", "barrier", "kerb", "restriction", "entrance")
MIN_EDGE_M = 0.01
"""Two nodes at one place still make an edge that a shortest-path search must not read as "no edge"."""


@dataclass(slots=True)
class _Way:
    osm_id: int
    refs: list[int]
    lons: list[float]
    lats: list[float]
    tags: Mapping[str, str]
    highway: str


@dataclass(slots=True)
class _Extract:
    ways: list[_Way] = field(default_factory=list)
    blocks: dict[int, int] = field(default_factory=dict)
    kerb_unknown: set[int] = field(default_factory=set)
    special: set[int] = field(default_factory=set)
    restrictions: list[tuple[int, int, int, int]] = field(default_factory=list)


def names_of(tags: Mapping[str, str]) -> dict[str, str]:
    """The names of a thing: its plain name under "", other languages under their code."""
    plain = tags.get("name") or tags.get("ref", "")
    found = {"": plain} if plain else {}
    found.update({lang: tags[f"name:{lang}"] for lang in LANGUAGES if f"name:{lang}" in tags})
    return found


def read_streets(pbf: Path) -> Streets:
    """The street graph of an extract.

    Raises `NetworkBuildError` where the file cannot be read as OSM or holds no street.
    """
    try:
        extract = _read(pbf)
    except (RuntimeError, OSError) as error:
        raise NetworkBuildError(f"{pbf} cannot be read as OpenStreetMap data ({error}). Fetch it again.") from error
    if not extract.ways:
        raise NetworkBuildError(f"{pbf} holds no street. Choose an extract that covers the city.")
    return _Builder(extract).build()


def _read(pbf: Path) -> _Extract:
    extract = _Extract()
    reader = osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.KeyFilter(*STREET_KEYS))
    thing: Any
    for thing in reader:
        if thing.is_node():
            _read_node(extract, thing)
        elif thing.is_way():
            _read_way(extract, thing)
        elif thing.is_relation():
            _read_restriction(extract, thing)
    return extract


def _read_node(extract: _Extract, node: Any) -> None:
    tags = dict(node.tags)
    blocked = tagging.node_blocks(tags)
    if blocked:
        extract.blocks[node.id] = blocked
    if tagging.is_kerb_unknown(tags):
        extract.kerb_unknown.add(node.id)
    if blocked or "kerb" in tags or tags.get("highway") == "crossing":
        extract.special.add(node.id)


def _read_way(extract: _Extract, way: Any) -> None:
    tags = dict(way.tags)
    highway = tags.get("highway", "")
    if "platform" in (tags.get("railway"), tags.get("public_transport"), highway):
        highway = "platform"
    if highway not in tagging.HIGHWAY_CODE:
        return
    nodes = [node for node in way.nodes if node.location.valid()]
    if len(nodes) < 2 or tagging.permissions(tags, highway) == (0, 0):
        return
    extract.ways.append(
        _Way(way.id, [n.ref for n in nodes], [n.lon for n in nodes], [n.lat for n in nodes], tags, highway)
    )


def _read_restriction(extract: _Extract, relation: Any) -> None:
    kind = relation.tags.get("restriction", "")
    if relation.tags.get("type") != "restriction" or not kind.startswith(("no_", "only_")):
        return
    roles = {member.role: (member.type, member.ref) for member in relation.members}
    if any(role not in roles for role in ("from", "via", "to")) or roles["via"][0] != "n":
        return
    extract.restrictions.append((roles["from"][1], roles["via"][1], roles["to"][1], int(kind.startswith("only_"))))


class _Builder:
    """Cuts ways at junctions and fills the arrays."""

    def __init__(self, extract: _Extract) -> None:
        self.extract = extract
        self.uses = Counter(ref for way in extract.ways for ref in way.refs)
        self.node_row: dict[int, int] = {}
        self.nodes: list[tuple[float, float]] = []
        self.names: list[dict[str, str]] = []
        self.name_row: dict[tuple[tuple[str, str], ...], int] = {}
        self.edges: list[tuple[int, int, int, int, int, int, int, int, float, int, int]] = []
        self.start: list[int] = [0]
        self.lon: list[float] = []
        self.lat: list[float] = []

    def build(self) -> Streets:
        for way in self.extract.ways:
            self._add_way(way)
        via = self.node_row
        rules = [(a, via[b], c, d) for a, b, c, d in self.extract.restrictions if b in via]
        columns = list(zip(*self.edges, strict=True))
        node_ids = list(self.node_row)
        return Streets(
            node_lon=np.array([p[0] for p in self.nodes]),
            node_lat=np.array([p[1] for p in self.nodes]),
            node_osm=np.array(node_ids, dtype=np.int64),
            is_kerb_unknown=np.array([ref in self.extract.kerb_unknown for ref in node_ids]),
            u=np.array(columns[0], dtype=np.int32),
            v=np.array(columns[1], dtype=np.int32),
            length_m=self._lengths(),
            way=np.array(columns[2], dtype=np.int64),
            highway=np.array(columns[3], dtype=np.uint8),
            flags=np.array(columns[4], dtype=np.uint8),
            access_forward=np.array(columns[5], dtype=np.uint8),
            access_backward=np.array(columns[6], dtype=np.uint8),
            surface=np.array(columns[7], dtype=np.uint8),
            incline_pct=np.array(columns[8], dtype=np.float32),
            speed_kmph=np.array(columns[9], dtype=np.uint8),
            name=np.array(columns[10], dtype=np.int32),
            start=np.array(self.start, dtype=np.int64),
            lon=np.array(self.lon),
            lat=np.array(self.lat),
            restrictions=np.array(rules, dtype=np.int64).reshape(-1, 4),
            names=self.names,
        )

    def _add_way(self, way: _Way) -> None:
        tags, highway = way.tags, way.highway
        forward, backward = tagging.permissions(tags, highway)
        steep = tagging.incline_pct(tags)
        about = (
            tagging.surface_class(tags),
            float("nan") if steep is None else steep,
            tagging.car_speed_kmph(tags, highway),
            self._name(tags, highway),
        )
        code, flags = tagging.HIGHWAY_CODE[highway], tagging.flags(tags, highway)
        for first, last in _cuts(way, self.uses, self.extract.special):
            u, v = self._node(way, first), self._node(way, last)
            blocked = self.extract.blocks.get(way.refs[first], 0) | self.extract.blocks.get(way.refs[last], 0)
            self.edges.append((u, v, way.osm_id, code, flags, forward & ~blocked, backward & ~blocked, *about))
            self.lon.extend(way.lons[first : last + 1])
            self.lat.extend(way.lats[first : last + 1])
            self.start.append(len(self.lon))

    def _node(self, way: _Way, at: int) -> int:
        row = self.node_row.setdefault(way.refs[at], len(self.nodes))
        if row == len(self.nodes):
            self.nodes.append((way.lons[at], way.lats[at]))
        return row

    def _name(self, tags: Mapping[str, str], highway: str) -> int:
        has_name = "name" in tags or highway in tagging.CAR_SPEED_KMPH
        names = names_of(tags) if has_name else {}  # a platform's or path's number is nothing to read out
        if not names:
            return -1
        row = self.name_row.setdefault(tuple(sorted(names.items())), len(self.names))
        if row == len(self.names):
            self.names.append(names)
        return row

    def _lengths(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        lon, lat = np.array(self.lon), np.array(self.lat)
        steps = np.concatenate([haversine_m(lon[:-1], lat[:-1], lon[1:], lat[1:]), [0.0]])
        ends = np.array(self.start[1:])
        steps[ends - 1] = 0.0  # the step from one edge's last point to the next edge's first is no street
        return np.maximum(np.add.reduceat(steps, np.array(self.start[:-1])), MIN_EDGE_M)


def _cuts(way: _Way, uses: Counter[int], special: set[int]) -> Iterable[tuple[int, int]]:
    """First and last position of each piece; a loop is cut in the middle so that no edge ends where it starts."""
    last = len(way.refs) - 1
    inner = [i for i in range(1, last) if uses[way.refs[i]] > 1 or way.refs[i] in special]
    bounds = [0, *inner, last]
    for first, end in itertools.pairwise(bounds):
        if way.refs[first] == way.refs[end] and end - first > 1:
            middle = (first + end) // 2
            yield first, middle
            yield middle, end
        elif way.refs[first] != way.refs[end]:
            yield first, end
