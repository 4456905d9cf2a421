"""Numbered tickets of a client centre: arrivals by the hour, one desk per counter, waits from the queue itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.ids import fact_ids
from etl.simulate.arrivals import Days
from etl.simulate.contacts import Tables
from etl.simulate.draw import (
    DAY_S,
    Floats,
    Ints,
    choose,
    choose_by_row,
    instants,
    local,
    nullable,
    open_fraction,
    to_utc,
    weights,
)
from etl.simulate.facts import SimulationFacts
from etl.simulate.frames import Keys
from geodata.profile import CityProfile

SERVICE_MEDIAN_S = 420
LEAVES_AFTER_S = 3600


def ticket_frame(
    profile: CityProfile,
    facts: SimulationFacts,
    tables: Tables,
    days: Days,
    keys: Keys,
    *,
    end_s: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Rows of table `queue_ticket`; a counter's desk is staffed so that it is busy seven tenths of its hours."""
    lines = [row.code for row in profile.lines]
    codes = [code for code in lines if code in facts.counters]
    shares = weights(codes, facts.counters)
    parts = []
    for code, share in zip(codes, shares, strict=True):
        line = lines.index(code)
        hours = open_fraction(profile.calendars[profile.lines[line].calendar])
        parts.append(_counter(profile, keys, code, days, hours, facts.tickets_per_day * share, rng))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["issued_s"] < end_s].reset_index(drop=True)
    return _columns(profile, facts, tables, keys, frame, rng)


def _counter(
    profile: CityProfile, keys: Keys, code: str, days: Days, hours: Floats, per_day: float, rng: np.random.Generator
) -> pd.DataFrame:
    weekday = days.weekday()
    is_open = days.is_open & (hours.sum(axis=1)[weekday] > 0)
    level = np.where(is_open, hours.sum(axis=1)[weekday], 0)
    expected = per_day * is_open.sum() * level / max(level.sum(), 1e-9)
    count = rng.poisson(expected)
    day = np.repeat(np.arange(len(days)), count)
    table = hours + 1e-12
    table[:, :] *= np.array([1] * 8 + [1.3, 1.5, 1.4, 1.1, 0.8, 1.0, 1.1, 1.0, 0.9, 0.7] + [0.5] * 6)
    second = choose_by_row(rng, table, weekday[day]) * 3600 + rng.integers(0, 3600, len(day))
    issued = np.sort(to_utc(days.start_on, day, second, profile.time_zone))
    hours_open = max(float(level[level > 0].mean()) if level.any() else 1.0, 0.5)
    mean_service = min(SERVICE_MEDIAN_S * 1.2, 0.72 * hours_open * 3600 / max(per_day, 1e-9))
    service = np.rint(rng.lognormal(np.log(mean_service / 1.2), 0.6, len(day))).astype(np.int64) + 20
    return pd.DataFrame(
        {"line_code": code, "issued_s": issued, "called_s": _called(issued, service), "service_s": service}
    )


def _called(issued: Ints, service: Ints) -> Ints:
    """Lindley's recursion without a loop: start_i = max over j <= i of (issued_j + service_j + ... + service_{i-1})."""
    before = np.cumsum(service) - service
    called: Ints = np.maximum.accumulate(issued - before) + before
    return called


def _columns(
    profile: CityProfile,
    facts: SimulationFacts,
    tables: Tables,
    keys: Keys,
    frame: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n = len(frame)
    source_keys = [f"{keys.prefix}t{value}" for value in range(n)]
    issued = frame["issued_s"].to_numpy()
    wait = frame["called_s"].to_numpy() - issued
    stayed = (wait < LEAVES_AFTER_S) | (rng.random(n) < 0.5)
    stayed &= wait < DAY_S // 3
    wall = local(issued, profile.time_zone)
    topic = tables.leaf_topics[choose(rng, n, tables.topic)]
    territory = tables.leaf_territories[choose(rng, n, tables.territory)]
    lines = dict(
        zip([row.code for row in profile.lines], keys.lookup("line", [row.code for row in profile.lines]), strict=False)
    )
    return pd.DataFrame(
        {
            "queue_ticket_id": fact_ids(keys.source, source_keys),
            **keys.provenance(source_keys),
            "line_id": pd.Series(frame["line_code"].map(lines).to_numpy(), dtype="Int32"),
            "topic_id": pd.Series(keys.lookup("topic", [row.code for row in profile.topics])[topic], dtype="Int32"),
            "territory_id": pd.Series(
                keys.lookup("territory", [row.code for row in profile.territories])[territory], dtype="Int32"
            ),
            "issued_at": instants(issued),
            "issued_on": wall.normalize(),
            "issued_hour": wall.hour.to_numpy().astype("int16"),
            "called_at": instants(frame["called_s"].to_numpy(), stayed),
            "ended_at": instants(frame["called_s"].to_numpy() + frame["service_s"].to_numpy(), stayed),
            "wait_s": nullable(wait, stayed, "Int32"),
            "service_s": nullable(frame["service_s"].to_numpy(), stayed, "Int32"),
        }
    )
