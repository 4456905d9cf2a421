"""From street pieces to lines on the map and their length."""

from __future__ import annotations

import numpy as np

from geodata.network.graph import Piece
from geodata.network.streets import Floats, Streets


def piece_line(streets: Streets, piece: Piece) -> Floats:
    """The points of a piece as it is passed (lon, lat)."""
    line = streets.line(piece.edge)
    low, high = sorted((piece.from_fraction, piece.to_fraction))
    if low > 0 or high < 1:
        line = _cut(line, low, high)
    return line if piece.to_fraction >= piece.from_fraction else line[::-1]


def _cut(line: Floats, low: float, high: float) -> Floats:
    """The part of a line between two fractions of its length, measured on the plane."""
    scale = np.array([np.cos(np.radians(line[0, 1])), 1.0])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*(np.diff(line, axis=0) * scale).T))])
    total = along[-1] or 1.0
    inner = (along > low * total) & (along < high * total)
    ends = [
        [np.interp(fraction * total, along, line[:, 0]), np.interp(fraction * total, along, line[:, 1])]
        for fraction in (low, high)
    ]
    return np.vstack([ends[:1], line[inner], ends[1:]])


def path_line(
    streets: Streets, pieces: tuple[Piece, ...], start: tuple[float, float], end: tuple[float, float]
) -> Floats:
    """The whole line from the asked point over the street to the other point (each lon, lat)."""
    lines = [np.array([start]), *(piece_line(streets, piece) for piece in pieces), np.array([end])]
    points = np.vstack(lines)
    keep = np.concatenate([[True], np.any(np.diff(points, axis=0) != 0, axis=1)])
    return points[keep] if keep.sum() > 1 else points[[0, -1]]


def path_length_m(streets: Streets, pieces: tuple[Piece, ...]) -> float:
    """Metres on streets."""
    return sum(abs(p.to_fraction - p.from_fraction) * float(streets.length_m[p.edge]) for p in pieces)
