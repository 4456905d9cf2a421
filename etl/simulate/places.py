"""Where a simulated request lies: a point inside its territory's outline."""

from __future__ import annotations

import numpy as np
import shapely

from etl.simulate.draw import Floats, Ints
from geodata.profile import CityProfile, Territory

TRIES = 6
SPREAD_DEG = 0.008


def draw_points(
    profile: CityProfile, territory: Ints, missing_share: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Longitudes and latitudes, NaN where the territory is missing and for `missing_share` of the rest."""
    lon = np.full(len(territory), np.nan)
    lat = np.full(len(territory), np.nan)
    for index in np.unique(territory[territory >= 0]):
        hit = np.flatnonzero(territory == index)
        lon[hit], lat[hit] = _inside(profile.territories[index], len(hit), rng)
    lost = rng.random(len(territory)) < missing_share
    lon[lost] = lat[lost] = np.nan
    return lon, lat


def _inside(area: Territory, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """`n` points clustered about the centre of the area, inside its outline where it has one."""
    x = np.full(n, area.lon)
    y = np.full(n, area.lat)
    outline = shapely.from_wkb(area.wkb) if area.wkb else None
    if outline is None:
        return x + rng.normal(0, SPREAD_DEG, n), y + rng.normal(0, SPREAD_DEG * 0.6, n)
    shapely.prepare(outline)
    left, bottom, right, top = outline.bounds
    todo = np.arange(n)
    for _ in range(TRIES):
        if not len(todo):
            break
        tried_x = np.clip(rng.normal(area.lon, (right - left) / 4, len(todo)), left, right)
        tried_y = np.clip(rng.normal(area.lat, (top - bottom) / 4, len(todo)), bottom, top)
        good = shapely.contains_xy(outline, tried_x, tried_y)
        x[todo[good]], y[todo[good]] = tried_x[good], tried_y[good]
        todo = todo[~good]
    return x, y
