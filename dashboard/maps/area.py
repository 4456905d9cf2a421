"""An outline drawn on a map, as it stands in an address: `lon,lat;lon,lat;...`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import shapely

Area = tuple[tuple[float, float], ...]

MOST_POINTS: Final = 120
"""Corners kept of a drawn line; more are thinned out, so that a link stays short."""
LEAST_POINTS: Final = 3


def parse_area(text: str) -> Area:
    """The corners; empty where the text is no outline on Earth. Never raises."""
    corners = []
    for part in text.split(";")[: MOST_POINTS * 2]:
        numbers = part.split(",")
        try:
            lon, lat = (float(one) for one in numbers)
        except ValueError:
            return ()
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            return ()
        corners.append((lon, lat))
    return tuple(corners) if len(corners) >= LEAST_POINTS else ()


def to_text(area: Sequence[Sequence[float]]) -> str:
    """The outline for an address; five decimals are a metre."""
    step = max(1, -(-len(area) // MOST_POINTS))
    return ";".join(f"{lon:.5f},{lat:.5f}" for lon, lat in list(area)[::step])


def selected(data: Mapping[str, Any] | None) -> str:
    """The outline of a plotly selection (`range` of a box, `lassoPoints` of a line) on its map; empty without one."""
    if not isinstance(data, dict):
        return ""
    box, line = (data.get("range") or {}).get("map"), (data.get("lassoPoints") or {}).get("map")
    if box:
        (west, north), (east, south) = box
        return to_text([(west, north), (east, north), (east, south), (west, south)])
    return to_text(line) if line and len(line) >= LEAST_POINTS else ""


def is_inside(frame: pd.DataFrame, area: Area) -> pd.Series:
    """True for the rows whose `lon`, `lat` lie inside; rows without a place lie outside; no area: all are inside."""
    if not area:
        return pd.Series(data=True, index=frame.index)
    shape = shapely.make_valid(shapely.Polygon(area))
    shapely.prepare(shape)
    lon, lat = (frame[name].astype("float64").to_numpy() for name in ("lon", "lat"))
    return pd.Series(shapely.contains_xy(shape, lon, lat), index=frame.index)
