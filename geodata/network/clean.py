"""Mends a usable feed for the engine, which refuses a whole feed for one bad row and does not know frequencies.txt."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.network.gtfs import Feed, Problem

EVERY_TRIP_S = 60
"""A headway below a minute is a typing error; it would make thousands of trips."""


def mend(feed: Feed, folder: Path) -> Feed:
    """The feed itself where nothing is to mend, else a mended copy written into `folder`.

    Left out: calls of unknown trips or at unknown stops, calls at stops without coordinates, trips of unknown routes or
    with fewer than two calls. Trips given by headway become single trips, named `<trip>@<departure>`.
    """
    tables = dict(feed.tables)
    has_headways = not tables.get("frequencies.txt", pd.DataFrame()).empty
    if has_headways:
        tables["trips.txt"], tables["stop_times.txt"] = _expand(tables)
        del tables["frequencies.txt"]
    elif not {problem.code for problem in feed.problems} & {"orphan", "bad_place"}:
        return feed
    _drop_orphans(tables)
    target = folder / f"mended-{feed.path.name}"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in tables.items():
            archive.writestr(name, table.to_csv(index=False))
    mended = Feed(target, tables, list(feed.problems), feed.service_dates)
    if tables["trips.txt"].empty:
        mended.problems.append(
            Problem("nothing_left", f"{feed.path.name}: no trip has two usable calls.", is_fatal=True)
        )
    return mended


def _drop_orphans(tables: dict[str, pd.DataFrame]) -> None:
    stops, routes = tables["stops.txt"], tables["routes.txt"]
    lat = pd.to_numeric(stops["stop_lat"], errors="coerce")
    lon = pd.to_numeric(stops["stop_lon"], errors="coerce")
    placed = stops.loc[(lat.abs() <= 90) & (lon.abs() <= 180) & ~((lat == 0) & (lon == 0)), "stop_id"]
    trips = tables["trips.txt"][tables["trips.txt"]["route_id"].isin(routes["route_id"])]
    times = tables["stop_times.txt"]
    times = times[times["trip_id"].isin(trips["trip_id"]) & times["stop_id"].isin(placed)]
    calls = times["trip_id"].value_counts()
    kept = calls.index[calls >= 2]
    tables["stop_times.txt"] = times[times["trip_id"].isin(kept)]
    tables["trips.txt"] = trips[trips["trip_id"].isin(kept)]
    tables["stops.txt"] = stops[stops["stop_id"].isin(placed)]


def _expand(tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Trips and their calls with every headway written out; times count from the trip's first departure."""
    trips, times = tables["trips.txt"], tables["stop_times.txt"]
    order = pd.to_numeric(times["stop_sequence"], errors="coerce")
    calls = dict(iter(times.assign(n=order).sort_values("n").drop(columns="n").groupby("trip_id")))
    about = trips.set_index("trip_id", drop=False)
    new_trips, new_times = [], []
    for row in tables["frequencies.txt"].to_dict("records"):
        pattern = calls.get(row["trip_id"])
        if pattern is None or row["trip_id"] not in about.index:
            continue
        arrive, leave = (_seconds(pattern[name]) for name in ("arrival_time", "departure_time"))
        first = leave[0] if not np.isnan(leave[0]) else arrive[0]
        span = _seconds(pd.Series([row["start_time"], row["end_time"]]))
        for start in np.arange(span[0], span[1], max(EVERY_TRIP_S, int(row["headway_secs"]))):
            name = f"{row['trip_id']}@{_clock(start)}"
            new_trips.append({**about.loc[row["trip_id"]].to_dict(), "trip_id": name})
            shifted = [[_clock(at + start - first) for at in column] for column in (arrive, leave)]
            new_times.append(pattern.assign(trip_id=name, arrival_time=shifted[0], departure_time=shifted[1]))
    by_headway = set(tables["frequencies.txt"]["trip_id"])
    fixed = trips[~trips["trip_id"].isin(by_headway)], times[~times["trip_id"].isin(by_headway)]
    return pd.concat([fixed[0], pd.DataFrame(new_trips)]).fillna(""), pd.concat([fixed[1], *new_times])


def _seconds(times: pd.Series[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Seconds past the service day's start of HH:MM:SS texts; NaN where blank."""
    parts = times.str.extract(r"^\s*(\d{1,3}):(\d{2}):(\d{2})\s*$").astype(float)
    return (parts[0] * 3600 + parts[1] * 60 + parts[2]).to_numpy(dtype=np.float64)


def _clock(seconds: float) -> str:
    """HH:MM:SS, blank where the time is."""
    if np.isnan(seconds):
        return ""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
