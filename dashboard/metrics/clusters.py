"""Requests about one topic that lie close together in space and time: many calls, most likely one cause.

Density clusters (Ester, Kriegel, Sander, Xu 1996) in space and time, each held against the same place's usual number
(a scan in the manner of Kulldorff 1997): a busy street is no cluster, an unusual hour on it is.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd
import shapely
from scipy import stats
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


def _of_topic(topic: str, held: pd.DataFrame, days: float) -> list[tuple[object, ...]]:
    at_h = held["created_at"].map(lambda at: at.timestamp()).to_numpy(dtype=np.float64) / 3600
    place = _metres(held)
    # Time as a third axis, scaled so that one ball holds radius and window alike.
    tree = cKDTree(np.column_stack([place, at_h / WINDOW_H * RADIUS_M]))
    near = tree.sparse_distance_matrix(tree, RADIUS_M, output_type="coo_matrix").tocsr()
    neighbours = np.asarray([len(one) for one in tree.query_ball_point(tree.data, RADIUS_M)])
    core = neighbours >= LEAST
    if not core.any():
        return []
    kept = np.flatnonzero(core)
    _, labels = connected_components(near[kept][:, kept], directed=False)
    rows = []
    for label in np.unique(labels):
        inner = kept[labels == label]
        members = np.unique(np.concatenate([tree.query_ball_point(tree.data[one], RADIUS_M) for one in inner]))
        row = _row(topic, held, place, at_h, members.astype(int), days)
        if row is not None:
            rows.append(row)
    return rows


def _row(
    topic: str, held: pd.DataFrame, place: np.ndarray, at_h: np.ndarray, members: np.ndarray, days: float
) -> tuple[object, ...] | None:
    middle = place[members].mean(axis=0)
    radius = float(np.hypot(*(place[members] - middle).T).max())
    inside = np.hypot(*(place - middle).T) <= max(radius, RADIUS_M)
    first, last = at_h[members].min(), at_h[members].max()
    span_h = max(last - first, 1.0)
    if span_h > days * 24 * MOST_OF_PERIOD:
        return None
    elsewhen = int((inside & ((at_h < first) | (at_h > last))).sum())
    rest_h = max(days * 24 - span_h, span_h)
    expected = (elsewhen + 0.5) / rest_h * span_h
    p = float(stats.poisson.sf(len(members) - 1, expected))
    if p >= ALPHA:
        return None
    chosen = held.iloc[members]
    return (
        topic, len(members), expected, p, float(chosen["lon"].mean()), float(chosen["lat"].mean()), radius,
        chosen["created_at"].min(), chosen["created_at"].max(), [int(one) for one in chosen["request_id"]],
        _outline(place[members], chosen),
    )  # fmt: skip


def _outline(spots: np.ndarray, chosen: pd.DataFrame) -> list[tuple[float, float]]:
    """The convex hull of the requests, in metres around their middle, as lon and lat."""
    middle, lon, lat = spots.mean(axis=0), float(chosen["lon"].mean()), float(chosen["lat"].mean())
    hull = shapely.MultiPoint(spots - middle).convex_hull.buffer(OUTLINE_M, quad_segs=4)
    per_lon = M_PER_DEGREE * math.cos(math.radians(lat))
    return [(lon + x / per_lon, lat + y / M_PER_DEGREE) for x, y in hull.exterior.coords]


def _metres(held: pd.DataFrame) -> np.ndarray:
    lat = held["lat"].to_numpy(dtype=np.float64)
    lon = held["lon"].to_numpy(dtype=np.float64)
    return np.column_stack([lon * M_PER_DEGREE * np.cos(np.radians(lat.mean())), lat * M_PER_DEGREE])
