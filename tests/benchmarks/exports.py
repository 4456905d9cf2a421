"""A city's export of requests, made up at any size: eleven columns of text, read by the map beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from geodata.cities import load_profile

MAP: Final = Path(__file__).with_name("requests.toml")
SOURCE: Final = "bench-requests"
LAST: Final = pd.Timestamp("2026-09-01")
DAYS: Final = 365
BLOCK_ROWS: Final = 250_000
_INSTANT: Final = "%d.%m.%Y %H:%M:%S"


def write_export(path: Path, rows: int) -> None:
    """A year of requests of the demo city; one in five is open, one in fifty has no point."""
    rng = np.random.default_rng(1)
    with path.open("wb") as handle:
        for first in range(0, rows, BLOCK_ROWS):
            block = _block(rng, first, min(BLOCK_ROWS, rows - first))
            pa_csv.write_csv(block, handle, pa_csv.WriteOptions(include_header=first == 0, quoting_style="needed"))


def _block(rng: np.random.Generator, first: int, rows: int) -> pa.Table:
    profile = load_profile("demo")
    created = LAST - pd.to_timedelta(rng.integers(0, DAYS * 86_400, rows), unit="s")
    took = pd.to_timedelta(rng.integers(600, 30 * 86_400, rows), unit="s")
    is_closed = rng.random(rows) < 0.8
    closed = pd.Series(created + took).where(is_closed)
    west, south, east, north = profile.bbox
    lon, lat = rng.uniform(west, east, rows), rng.uniform(south, north, rows)
    has_point = rng.random(rows) > 0.02

    topic = _skewed(rng, len(profile.topics), rows)
    usual_class = 1 + topic % (len(profile.request_classes) - 1)
    request_class = np.where(rng.random(rows) < 0.9, usual_class, rng.integers(0, len(profile.request_classes), rows))
    half = (lon > (west + east) / 2).astype(np.int64)
    body = np.where(rng.random(rows) < 0.9, 2 * topic + half, rng.integers(0, 1000, rows)) % len(profile.executors)
    channel = _skewed(rng, len(profile.channels), rows)
    return pa.table(
        {
            "Number": np.char.add("SR-", np.arange(first, first + rows).astype(str)),
            "Category": _words(profile.topics, topic),
            "Class": _words(profile.request_classes, request_class),
            "Channel": _words(profile.channels, channel),
            "Body": _words(profile.executors, body),
            "Status": np.where(is_closed, "closed", "open"),
            "Received": pd.Series(created).dt.strftime(_INSTANT),
            "Closed": closed.dt.strftime(_INSTANT),
            "Changed": closed.fillna(pd.Series(created)).dt.strftime(_INSTANT),
            "Longitude": pa.array(np.round(lon, 6), mask=~has_point),
            "Latitude": pa.array(np.round(lat, 6), mask=~has_point),
        }
    )


def _skewed(rng: np.random.Generator, kinds: int, rows: int) -> np.ndarray:
    """Numbers below `kinds`, the n-th one as often as Zipf's law has it: few topics make most of a centre's day."""
    weights = 1 / np.arange(1, kinds + 1)
    return rng.choice(kinds, rows, p=weights / weights.sum())


def _words(listed: Sequence[Any], numbers: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(numbers), pa.array([one.code for one in listed])).cast(pa.string())
