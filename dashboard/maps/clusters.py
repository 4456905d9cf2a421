"""Points of one view of the map, joined where they would cover each other: what a phone is sent of ten thousand.

A few hundred points go as they are and the browser joins them; of more only those in view go, one per cell of a grid
with their number, so that neither the page nor the phone's work grows with the city.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MOST_POINTS = 600
"""So many points a browser joins by itself."""
CELL_PX = 64
TILE_PX = 256
SINGLE_ZOOM = 17
"""Here points are far enough apart, or are at one address: the browser spreads them."""
Box = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True)
class Cell:
    """Points joined: `row` of the first one, their number, and the middle of them."""

    row: int
    count: int
    lon: float
    lat: float


def grown(box: Sequence[float], share: float = 1.0) -> Box:
    """The box with so much of its size added on every side."""
    west, south, east, north = box
    wide, tall = (east - west) * share, (north - south) * share
    return west - wide, south - tall, east + wide, north + tall


def inside(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], box: Box) -> npt.NDArray[np.int64]:
    """Rows of the points in a box."""
    west, south, east, north = box
    found: npt.NDArray[np.int64] = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    return found


def joined(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], *, zoom: int) -> list[Cell]:
    """The points by cells of `CELL_PX` on the Web Mercator map of that zoom; every point is in one cell."""
    if not len(lon):
        return []
    world = TILE_PX * 2**zoom / CELL_PX
    x = (lon + 180) / 360 * world
    y = (1 - np.arcsinh(np.tan(np.radians(np.clip(lat, -85, 85)))) / math.pi) / 2 * world
    _, first, cell, count = np.unique(
        np.column_stack([np.floor(x), np.floor(y)]), axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    cell = cell.reshape(-1)
    middle_lon = np.bincount(cell, weights=lon) / count
    middle_lat = np.bincount(cell, weights=lat) / count
    return [
        Cell(int(r), int(n), float(x), float(y))
        for r, n, x, y in zip(first, count, middle_lon, middle_lat, strict=True)
    ]
