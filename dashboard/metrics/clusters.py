"""Requests about one topic that lie close together in space and time: many calls, most likely one cause.

Density clusters (Ester, Kriegel, Sander, Xu 1996) in space and time, each held against the same place's usual number
(a scan in the manner of Kulldorff 1997): a busy street is no cluster, an unusual hour on it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from scipy import special
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

RADIUS_M: Final = 150.0
"""A city block or two: wider, and the bursts of a whole town run together into one."""
OUTLINE_M: Final = 40.0
"""How far the outline of a cluster stays from its requests."""
WINDOW_H: Final = 24.0
LEAST: Final = 5
"""Requests within radius and window of one that make it the core of a cluster."""
ALPHA: Final = 0.001
"""Chance of so many at this place in this time, at most; small, because many places are looked at."""
MOST_OF_PERIOD: Final = 1 / 3
"""What lasts longer than this part of the period is the place's usual state, not a burst."""
M_PER_DEGREE: Final = 111_320.0
_EPOCH: Final = pd.Timestamp(0, tz="UTC")
COLUMNS: Final = (
    "topic",
    "n",
    "expected",
    "p",
    "lon",
    "lat",
    "radius_m",
    "first_at",
    "last_at",
    "request_ids",
    "outline",
)


def clusters(points: pd.DataFrame, *, days: float) -> pd.DataFrame:
    """Columns `COLUMNS`, the largest first, of `points` (`request_id, topic, lon, lat, created_at`) of so many `days`.

    `expected` is what the rest of the period at the same place lets expect in the cluster's time; `radius_m` reaches
    its farthest request; `outline` goes around all of them, as (lon, lat) corners, the first again at the end.
    """
    found = [
        row
        for topic, held in points[points["topic"] != ""].groupby("topic")
        if len(held) >= LEAST
        for row in _of_topic(str(topic), held.reset_index(drop=True), days)
    ]
    made = pd.DataFrame(found, columns=list(COLUMNS))
    return made.sort_values(["n", "p"], ascending=[False, True], ignore_index=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """The requests of one topic: where in degrees and metres, when in hours; `around` finds those about a place."""

    ids: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    at: pd.Series
    at_h: np.ndarray
    place: np.ndarray
    around: cKDTree

    @classmethod
    def of(cls, held: pd.DataFrame) -> _Points:
        lon, lat = (held[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
        place = np.column_stack([lon * M_PER_DEGREE * np.cos(np.radians(lat.mean())), lat * M_PER_DEGREE])
        at_h = ((held["created_at"] - _EPOCH) / pd.Timedelta(hours=1)).to_numpy(dtype=np.float64)
        return cls(held["request_id"].to_numpy(), lon, lat, held["created_at"], at_h, place, cKDTree(place))


def _of_topic(topic: str, held: pd.DataFrame, days: float) -> list[tuple[object, ...]]:
    points = _Points.of(held)
    # Time as a third axis, scaled so that one ball holds radius and window alike.
    tree = cKDTree(np.column_stack([points.place, points.at_h / WINDOW_H * RADIUS_M]))
    core = np.flatnonzero(tree.query_ball_point(tree.data, RADIUS_M, return_length=True) >= LEAST)
    if not len(core):
        return []
    inner = cKDTree(tree.data[core])
    near = inner.sparse_distance_matrix(inner, RADIUS_M, output_type="coo_matrix").tocsr()
    _, labels = connected_components(near, directed=False)
    order = np.argsort(labels, kind="stable")
    rows = []
    for group in np.split(core[order], np.flatnonzero(np.diff(labels[order])) + 1):
        members = np.unique(np.concatenate(tree.query_ball_point(tree.data[group], RADIUS_M))).astype(int)
        row = _row(topic, points, members, days)
        if row is not None:
            rows.append(row)
    return rows


def _row(topic: str, points: _Points, members: np.ndarray, days: float) -> tuple[object, ...] | None:
    at_h, place = points.at_h[members], points.place[members]
    first, last = at_h.min(), at_h.max()
    span_h = max(last - first, 1.0)
    if span_h > days * 24 * MOST_OF_PERIOD:
        return None
    middle = place.mean(axis=0)
    radius = float(np.hypot(*(place - middle).T).max())
    inside_h = points.at_h[points.around.query_ball_point(middle, max(radius, RADIUS_M))]
    elsewhen = int(((inside_h < first) | (inside_h > last)).sum())
    rest_h = max(days * 24 - span_h, span_h)
    expected = (elsewhen + 0.5) / rest_h * span_h
    p = float(special.pdtrc(len(members) - 1, expected))  # so many or more, by Poisson
    if p >= ALPHA:
        return None
    lon, lat = float(points.lon[members].mean()), float(points.lat[members].mean())
    return (
        topic, len(members), expected, p, lon, lat, radius, points.at.iloc[members[at_h.argmin()]],
        points.at.iloc[members[at_h.argmax()]], points.ids[members].tolist(), _outline(place - middle, lon, lat),
    )  # fmt: skip


def _outline(spots: np.ndarray, lon: float, lat: float) -> list[tuple[float, float]]:
    """The convex hull of the requests, in metres around their middle, as lon and lat."""
    hull = shapely.MultiPoint(spots).convex_hull.buffer(OUTLINE_M, quad_segs=4)
    per_lon = M_PER_DEGREE * math.cos(math.radians(lat))
    return [(lon + x / per_lon, lat + y / M_PER_DEGREE) for x, y in hull.exterior.coords]
