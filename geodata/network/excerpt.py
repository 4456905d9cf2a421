"""A handful of streets around some places, small enough to travel inside a file to those who have no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geodata.network import tags
from geodata.network.streets import Streets

MAIN = ("motorway", "trunk", "primary", "secondary", "tertiary")
MINOR = ("residential", "unclassified", "living_street", "pedestrian")
MAX_PIECES = 2500
"""About 150 kB of text; where there are more, the minor streets are left out, and then the rest is cut."""

MAX_LABELS = 12
WIDE = 1.8
"""A map is drawn wider than tall."""
MARGIN = 0.25
MIN_MARGIN_DEG = 0.0025
"""Room around the places: a quarter of their span, some 250 m at least."""

Line = list[tuple[float, float]]
"""Points as lat, lon, the order of Leaflet."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Streets to draw (lines of lat, lon) and the names of the longest, each with a place to write it at."""

    main: list[Line]
    minor: list[Line]
    labels: list[tuple[str, float, float]]


def excerpt(streets: Streets, points: Sequence[tuple[float, float]], lang: str) -> Excerpt:
    """The streets around points (lat, lon)."""
    if not points:
        return Excerpt([], [], [])
    (middle_lat, tall), (middle_lon, broad) = (_span(axis) for axis in zip(*points, strict=True))
    broad = max(broad, WIDE * tall / float(np.cos(np.radians(middle_lat))))
    at = streets.start[:-1]
    inside = (np.abs(streets.lat[at] - middle_lat) <= tall) & (np.abs(streets.lon[at] - middle_lon) <= broad)
    main, minor = (np.flatnonzero(inside & np.isin(streets.highway, _codes(kinds))) for kinds in (MAIN, MINOR))
    if len(main) + len(minor) > MAX_PIECES:
        minor, main = minor[:0], main[:MAX_PIECES]
    drawn = np.concatenate([main, minor])
    return Excerpt(_lines(streets, main), _lines(streets, minor), _labels(streets, drawn, lang, (tall / 7, broad / 4)))


def _span(axis: Sequence[float]) -> tuple[float, float]:
    """The middle of some degrees and how far to go from it to either side, room included."""
    low, high = min(axis), max(axis)
    return (low + high) / 2, (high - low) / 2 + max(MIN_MARGIN_DEG, MARGIN * (high - low))


def _codes(kinds: Sequence[str]) -> list[int]:
    names = [name for kind in kinds for name in (kind, f"{kind}_link")]
    return [tags.HIGHWAY_CODE[name] for name in names if name in tags.HIGHWAY_CODE]


def _lines(streets: Streets, edges: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[Line]:
    return [[(round(float(y), 5), round(float(x), 5)) for x, y in streets.line(int(edge))] for edge in edges]


def _labels(
    streets: Streets, edges: np.ndarray[tuple[int], np.dtype[np.int64]], lang: str, apart: tuple[float, float]
) -> list[tuple[str, float, float]]:
    """The names with the most metres, each at the middle of its longest piece and none over another."""
    metres: dict[str, float] = {}
    longest: dict[str, int] = {}
    for edge in edges:
        name, length = streets.name_of(int(edge), lang), float(streets.length_m[edge])
        if name:
            metres[name] = metres.get(name, 0.0) + length
            if name not in longest or length > streets.length_m[longest[name]]:
                longest[name] = int(edge)
    found: list[tuple[str, float, float]] = []
    for name in sorted(metres, key=lambda name: (-metres[name], name)):
        line = streets.line(longest[name])
        x, y = (line[0] + line[-1]) / 2 if len(line) == 2 else line[len(line) // 2]
        if all(abs(y - lat) > apart[0] or abs(x - lon) > apart[1] for _, lat, lon in found):
            found.append((name, round(float(y), 5), round(float(x), 5)))
    return found[:MAX_LABELS]
