"""The street graph as flat arrays, so that each worker maps it read-only from one file and nothing is parsed twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geodata.errors import NetworkBuildError

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG 1980)."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ARRAYS_FILE, NAMES_FILE = "streets.npz", "street_names.json"


@dataclass(frozen=True, slots=True)
class Streets:
    """Junctions and the street pieces between them.

    Nodes: `node_lon`, `node_lat` (degrees, EPSG:4326), `node_osm` (OSM id), `is_kerb_unknown` (a crossing
    that says nothing about its kerb). Edges, one per piece between junctions, drawn as the way: `u`, `v` (node rows),
    `length_m`, `way` (OSM id), `highway` (row of `tags.HIGHWAYS`), `flags`, `access_forward`, `access_backward`
    (permission bits of `geodata.network.tags`), `surface` (class), `incline_pct` (NaN unknown), `speed_kmph` (car),
    `name` (row of `names`, -1 none). The line of edge i is `lon[start[i]:start[i + 1]]`, `lat[...]`.
    `restrictions` rows: from way, via node row, to way, 1 where it is an "only" restriction.
    """

    node_lon: Floats
    node_lat: Floats
    node_osm: Ints
    is_kerb_unknown: npt.NDArray[np.bool_]
    u: npt.NDArray[np.int32]
    v: npt.NDArray[np.int32]
    length_m: Floats
    way: Ints
    highway: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint8]
    access_forward: npt.NDArray[np.uint8]
    access_backward: npt.NDArray[np.uint8]
    surface: npt.NDArray[np.uint8]
    incline_pct: npt.NDArray[np.float32]
    speed_kmph: npt.NDArray[np.uint8]
    name: npt.NDArray[np.int32]
    start: Ints
    lon: Floats
    lat: Floats
    restrictions: Ints
    names: Sequence[Mapping[str, str]]

    @property
    def edge_count(self) -> int:
        """Number of street pieces."""
        return len(self.u)

    @property
    def node_count(self) -> int:
        """Number of junctions."""
        return len(self.node_lon)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return float(self.lon.min()), float(self.lat.min()), float(self.lon.max()), float(self.lat.max())

    def line(self, edge: int) -> Floats:
        """The edge's points as rows of lon, lat, in drawing direction."""
        piece = slice(self.start[edge], self.start[edge + 1])
        return np.column_stack([self.lon[piece], self.lat[piece]])

    def name_of(self, edge: int, lang: str) -> str:
        """The street's name in `lang`, else its plain name, else empty."""
        row = int(self.name[edge])
        if row < 0:
            return ""
        names = self.names[row]
        return names.get(lang) or names.get("", "")

    def save(self, folder: Path) -> None:
        """Write the arrays and the names into `folder`."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "names"}
        np.savez(folder / ARRAYS_FILE, **arrays)
        (folder / NAMES_FILE).write_text(json.dumps(list(self.names), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Streets:
        """Read what `save` wrote.

        Raises `NetworkBuildError` where the files are missing or of another version.
        """
        try:
            with np.load(folder / ARRAYS_FILE, allow_pickle=False) as arrays:
                values = {name: arrays[name] for name in arrays.files}
            names = json.loads((folder / NAMES_FILE).read_text(encoding="utf-8"))
            return cls(names=names, **values)
        except (OSError, ValueError, TypeError) as error:
            raise NetworkBuildError(
                f"The streets in {folder} cannot be read ({error}). Build them again: python -m geodata build"
            ) from error


def haversine_m(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Great-circle metres between points given in degrees (arrays of one shape)."""
    lat_a, lat_b = np.radians(lat_a), np.radians(lat_b)
    half_lat, half_lon = (lat_b - lat_a) / 2, np.radians(np.asarray(lon_b) - np.asarray(lon_a)) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin(half_lon) ** 2
    result: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return result


def line_length_m(line: Floats) -> float:
    """Length of rows of lon, lat in metres."""
    if len(line) < 2:
        return 0.0
    return float(haversine_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum())
