"""How some needs ended: the simulated half of the unmet-need ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.ids import fact_ids
from etl.simulate.arrivals import Days
from etl.simulate.contacts import Tables
from etl.simulate.draw import choose, choose_by_row, instants, local, nullable, to_utc
from etl.simulate.frames import Keys
from geodata.profile import CityProfile
from geodata.taxonomy import load_taxonomy

SHARE = 0.03
"""Needs that somebody looks up in the directory, per contact."""

ENDINGS = {
    "helped": 0.46, "referred": 0.24, "closed_then": 0.09, "full": 0.06, "not_entitled": 0.05, "too_far": 0.04,
    "not_accessible": 0.03, "no_service": 0.03,
}  # fmt: skip


def need_frame(
    profile: CityProfile, tables: Tables, days: Days, keys: Keys, *, end_s: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Rows of table `need_outcome`; none in a city without territories."""
    day = np.repeat(np.arange(len(days)), rng.binomial(days.count, SHARE))
    hour = choose_by_row(rng, tables.hours, choose(rng, len(day), tables.channel) * 7 + days.weekday()[day])
    at = to_utc(days.start_on, day, hour * 3600 + rng.integers(0, 3600, len(day)), profile.time_zone)
    at = np.sort(at[at < end_s])
    source_keys = [f"{keys.prefix}n{value}" for value in range(len(at))]
    services = [service.code for service in load_taxonomy().public().leaves()]
    endings = np.array(list(ENDINGS))
    bits = np.array([1 << group.bit for group in profile.caller_groups] + [0])
    has_areas = bool(len(tables.leaf_territories))
    area = tables.leaf_territories[choose(rng, len(at), tables.territory)] if has_areas else np.full(len(at), -1)
    codes = keys.lookup("territory", [row.code for row in profile.territories])
    return pd.DataFrame(
        {
            "need_outcome_id": fact_ids(keys.source, source_keys),
            **keys.provenance(source_keys),
            "at": instants(at),
            "on_day": local(at, profile.time_zone).normalize(),
            "service_code": np.array(services)[rng.integers(0, len(services), len(at))],
            "territory_id": nullable(codes[area], area >= 0, "Int32"),
            "outcome": endings[choose(rng, len(at), np.array(list(ENDINGS.values())))],
            "caller_group_mask": bits[rng.integers(0, len(bits), len(at))].astype("int32"),
        }
    )
