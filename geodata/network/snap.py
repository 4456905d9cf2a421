"""From a point to the nearest street a mode may use: the first and last metres of every route."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.network.streets import EARTH_RADIUS_M, Floats, Streets

MAX_SNAP_M = 500.0
"""Farther than this from any street of the mode a point counts as outside the network."""


@dataclass(frozen=True, slots=True)
class Snaps:
    """Places on street pieces, one per point asked: `edge` (-1 where none is near), `fraction` along its drawing,
    `connector_m` from the point to the street, `lon` and `lat` of the place on the street."""

    edge: npt.NDArray[np.int64]
    fraction: Floats
    connector_m: Floats
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.edge)

    def one(self, row: int) -> Snap:
        """The place of one point."""
        return Snap(
            int(self.edge[row]),
            float(self.fraction[row]),
            float(self.connector_m[row]),
            float(self.lon[row]),
            float(self.lat[row]),
        )


@dataclass(frozen=True, slots=True)
class Snap:
    """A place on one street piece; see `Snaps`."""

    edge: int
    fraction: float
    connector_m: float
    lon: float
    lat: float


class Snapper:
    """Finds the nearest of a set of street pieces, in metres on a local plane (good to 0.1 % over a city)."""

    def __init__(self, streets: Streets, edges: npt.NDArray[np.int64]) -> None:
        self._edges = edges
        self._scale = _plane_scale(float(np.median(streets.node_lat)))
        counts = np.diff(streets.start)[edges]
        rows = np.repeat(np.arange(len(edges)), counts)
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        points = np.repeat(streets.start[edges], counts) + offsets
        plane = np.column_stack([streets.lon[points], streets.lat[points]]) * self._scale
        self._lines = shapely.linestrings(plane, indices=rows)
        self._tree = shapely.STRtree(self._lines)

    def snap(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, max_m: float = MAX_SNAP_M) -> Snaps:
        """The nearest place on a street for each point."""
        at = np.column_stack([np.atleast_1d(lon), np.atleast_1d(lat)]).astype(np.float64) * self._scale
        points = shapely.points(at)
        found = len(points)
        edge, fraction = np.full(found, -1, dtype=np.int64), np.zeros(found)
        connector, on_street = np.full(found, np.inf), at.copy()
        if len(self._edges):
            asked, rows = self._tree.query_nearest(points, max_distance=max_m, all_matches=False)
            lines = self._lines[rows]
            fraction[asked] = shapely.line_locate_point(lines, points[asked], normalized=True)
            spots = shapely.line_interpolate_point(lines, fraction[asked], normalized=True)
            edge[asked], connector[asked] = self._edges[rows], shapely.distance(points[asked], spots)
            on_street[asked] = shapely.get_coordinates(spots)
        lonlat = on_street / self._scale
        return Snaps(edge, fraction, connector, lonlat[:, 0], lonlat[:, 1])


def _plane_scale(lat: float) -> Floats:
    """Metres per degree of longitude and latitude around `lat`."""
    metres = np.pi / 180 * EARTH_RADIUS_M
    return np.array([metres * np.cos(np.radians(lat)), metres])
