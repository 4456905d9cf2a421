"""The map of the late: territories by their share of late requests, open requests as marks, clusters as rings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import numpy as np
import pandas as pd
import shapely

from dashboard.maps.area import Area
from dashboard.maps.plotly_map import map_layout
from dashboard.theme import BLUE, LATE, LATE_3X, PURPLE, SLATE

MARKS: Final[Mapping[str, tuple[str, int]]] = {"urgent": (BLUE, 9), "late": (LATE, 10), "late_3x": (LATE_3X, 14)}
"""Colour and size, pixels, of each state; larger is worse, so that the states are told without their colour."""
SHADE: Final = ((0.0, "rgba(210,81,47,0.04)"), (1.0, "rgba(210,81,47,0.62)"))
MARK_SAYS: Final = ("topic_name", "executor_name", "due")
"""Columns that a mark tells, in lines under its state; the browser puts them together."""
CROWD: Final = 1_000
"""More marks than that are drawn half as large, so that the map is seen between them."""
WIDTH: Final = 900
DECIMALS: Final = 5
"""A metre."""


def late_map(
    territories: pd.DataFrame,
    marks: pd.DataFrame,
    rings: pd.DataFrame,
    *,
    names: Mapping[str, str],
    area: Area = (),
    styles: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Territories: `code, geometry` (WKB), `late_pct`, `text`; marks: `lon, lat, state`, and `MARK_SAYS`; rings:
    `outline` (corners), `text`. `names` are the words of each state and of `cluster`; `styles`: the base map, `light`
    and `dark`.
    """
    lon, lat, zoom = _view(territories, marks)
    line = [*area, area[0]] if area else []
    shrunk = 0.5 if len(marks) > CROWD else 1.0
    # Always the same traces in the same order: a map that is redrawn with fewer throws.
    data = [
        _choropleth(territories),
        _rings(rings, names["cluster"]),
        *(_marks(marks[marks["state"] == state], state, names[state], shrunk) for state in MARKS),
        {**_line([one[0] for one in line], [one[1] for one in line], SLATE, ""), "hoverinfo": "skip"},
    ]
    layout = map_layout(lon=lon, lat=lat, zoom=zoom, styles=styles, is_selectable=True)
    return {"data": data, "layout": layout}


def _choropleth(territories: pd.DataFrame) -> dict[str, Any]:
    features = [
        {"type": "Feature", "id": code, "properties": {}, "geometry": _geojson(shape)}
        for code, shape in zip(territories["code"], territories["geometry"], strict=True)
    ]
    return {
        "type": "choroplethmap", "geojson": {"type": "FeatureCollection", "features": features},
        "locations": list(territories["code"]), "z": territories["late_pct"].fillna(0).tolist(), "zmin": 0,
        "colorscale": SHADE, "showscale": False, "marker": {"line": {"width": 1.4, "color": SLATE}},
        "customdata": list(territories["text"]), "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


def _marks(held: pd.DataFrame, state: str, name: str, shrunk: float) -> dict[str, Any]:
    colour, size = MARKS[state]
    says = "<br>".join([f"<b>{name}</b>", *(f"%{{customdata[{place}]}}" for place in range(len(MARK_SAYS)))])
    return {
        "type": "scattermap", "mode": "markers", "lon": held["lon"].round(DECIMALS).tolist(),
        "lat": held["lat"].round(DECIMALS).tolist(),
        "name": name, "marker": {"size": size * shrunk, "color": colour, "opacity": 0.9},
        "customdata": held[list(MARK_SAYS)].to_numpy().tolist(), "hovertemplate": f"{says}<extra></extra>",
    }  # fmt: skip


def _rings(rings: pd.DataFrame, name: str) -> dict[str, Any]:
    """All outlines as one broken line."""
    lons: list[float | None] = []
    lats: list[float | None] = []
    texts: list[str] = []
    for outline, text in zip(rings["outline"], rings["text"], strict=True):
        lons += [*(lon for lon, _ in outline), None]
        lats += [*(lat for _, lat in outline), None]
        texts += [str(text)] * (len(outline) + 1)
    return {
        **_line(lons, lats, PURPLE, name), "customdata": texts, "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


def _line(lons: Sequence[float | None], lats: Sequence[float | None], colour: str, name: str) -> dict[str, Any]:
    return {
        "type": "scattermap", "mode": "lines", "lon": list(lons), "lat": list(lats), "name": name,
        "line": {"width": 3, "color": colour},
    }  # fmt: skip


def _geojson(wkb: bytes) -> dict[str, Any]:
    mapped: dict[str, Any] = shapely.geometry.mapping(shapely.from_wkb(wkb))
    return mapped


def _bounds(territories: pd.DataFrame, marks: pd.DataFrame) -> tuple[float, float, float, float]:
    if len(territories):
        west, south, east, north = shapely.total_bounds(shapely.from_wkb(territories["geometry"].to_numpy()))
        return float(west), float(south), float(east), float(north)
    if len(marks):
        return marks["lon"].min(), marks["lat"].min(), marks["lon"].max(), marks["lat"].max()
    return -1.0, -1.0, 1.0, 1.0


def _view(territories: pd.DataFrame, marks: pd.DataFrame) -> tuple[float, float, float]:
    """Centre and zoom that show everything on some 800 x 500 pixels (a world of 512 pixels at zoom 0)."""
    west, south, east, north = _bounds(territories, marks)
    lat = (south + north) / 2
    wide = max((east - west) / 360 * 512 / 800, 1e-6)
    high = max((north - south) / math.cos(math.radians(lat)) / 360 * 512 / 480, 1e-6)
    return (west + east) / 2, lat, min(max(math.log2(1 / max(wide, high)) - 0.1, 1.0), 15.0)


def picture(territories: pd.DataFrame, marks: pd.DataFrame) -> str:
    """The same as a drawing for paper (a data address): WebGL maps print blank."""
    west, south, east, north = _bounds(territories, marks)
    flat = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / max((east - west) * flat, 1e-9)
    height = max((north - south) * scale, 1)

    def at(lon: float, lat: float) -> str:
        return f"{(lon - west) * flat * scale:.1f},{(north - lat) * scale:.1f}"

    drawn = []
    for wkb, late_pct in zip(territories["geometry"], territories["late_pct"].fillna(0), strict=True):
        shape = shapely.from_wkb(wkb)
        for part in getattr(shape, "geoms", [shape]):
            corners = " ".join(at(lon, lat) for lon, lat in part.exterior.coords)
            drawn.append(
                f"<polygon points='{corners}' fill='{LATE}' fill-opacity='{late_pct / 160:.2f}' stroke='{SLATE}'/>"
            )
    for state, (colour, size) in MARKS.items():
        drawn.append(f"<defs><circle id='{state}' r='{size / 2.4:.1f}' fill='{colour}' stroke='#fff'/></defs>")
        placed = marks.loc[marks["state"] == state, ["lon", "lat"]].to_numpy(dtype=np.float64)
        spots = np.column_stack([(placed[:, 0] - west) * flat, north - placed[:, 1]]) * scale
        drawn += [f"<use href='#{state}' x='{x:.0f}' y='{y:.0f}'/>" for x, y in spots.tolist()]
    return "data:image/svg+xml," + quote(
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height:.0f}'>{''.join(drawn)}</svg>",
        safe=" ',/:=",
    )
