"""How fast each mode passes a street piece: one place for every speed and penalty, each with its source."""

from __future__ import annotations

from typing import Literal

import numpy as np

from geodata.network import tags
from geodata.network.streets import Floats, Streets

StreetMode = Literal["foot", "wheelchair", "bicycle", "car"]
STREET_MODES: tuple[StreetMode, ...] = ("foot", "wheelchair", "bicycle", "car")

MODE_BIT = {"foot": tags.FOOT, "wheelchair": tags.WHEELCHAIR, "bicycle": tags.BICYCLE, "car": tags.CAR}
BASE_SPEED_MPS = {"foot": 1.15, "wheelchair": 0.95, "bicycle": 4.2, "car": 1.2}
"""Metres a second on a good way, and from the asked point to the street. Older pedestrians cross at 1.25 on the mean
(Knoblauch 1996); 1.15 leaves room for waiting. 0.95 and 4.2 (15 km/h) are our own cautious choices for a manual
wheelchair and a city cyclist. A car's first metres are walked."""

STEPS_FACTOR = 1.8
"""Stairs take nearly twice as long a metre as level walking."""

WHEELCHAIR_FACTORS = {"poor": 2.0, "limited": 1.5, "steep": 1.7, "steep_unknown": 1.3, "surface_unknown": 1.1}
"""Slower on rough or steep ground; a way that says nothing costs a little more: a known good one is preferred."""

STEEP_PCT = 6.0
"""The limit of DIN 18040 and EN 17210 for a ramp."""

BICYCLE_FACTORS = {"poor": 1.5, "footway": 2.2}
TURN_S = 2.0
U_TURN_S = 60.0


def edge_seconds(streets: Streets, mode: StreetMode) -> Floats:
    """Seconds each street piece takes in `mode`, whether or not the mode may use it."""
    if mode == "car":
        kmph = np.maximum(streets.speed_kmph.astype(np.float64), 5.0)
        return streets.length_m / (kmph / 3.6)
    seconds: Floats = streets.length_m / BASE_SPEED_MPS[mode]
    if mode == "foot":
        return np.where(streets.flags & tags.IS_STEPS, seconds * STEPS_FACTOR, seconds)
    poor = streets.surface == tags.SURFACE_POOR
    if mode == "bicycle":
        footway = np.isin(streets.highway, [tags.HIGHWAY_CODE[name] for name in ("footway", "pedestrian", "platform")])
        return (
            seconds * np.where(poor, BICYCLE_FACTORS["poor"], 1.0) * np.where(footway, BICYCLE_FACTORS["footway"], 1.0)
        )
    return seconds * _wheelchair_factor(streets, poor)


def _wheelchair_factor(streets: Streets, poor: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    factors = WHEELCHAIR_FACTORS
    steep = np.nan_to_num(streets.incline_pct, nan=0.0) > STEEP_PCT
    factor: Floats = np.where(poor, factors["poor"], 1.0)
    factor = factor * np.where(streets.surface == tags.SURFACE_UNKNOWN, factors["surface_unknown"], 1.0)
    factor = factor * np.where(streets.flags & tags.IS_LIMITED, factors["limited"], 1.0)
    factor = factor * np.where(steep, factors["steep"], 1.0)
    return factor * np.where(streets.flags & tags.IS_STEEP_UNKNOWN, factors["steep_unknown"], 1.0)
