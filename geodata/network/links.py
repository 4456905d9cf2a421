"""How places hang on the streets and on the stops near them, found once so that ordering by travel time is quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geodata.errors import NetworkBuildError
from geodata.network.engine import Transfers
from geodata.network.graph import Graph
from geodata.network.snap import Snaps
from geodata.network.speeds import BASE_SPEED_MPS, StreetMode
from geodata.network.streets import Floats

WALK_MODES: tuple[StreetMode, ...] = ("foot", "wheelchair")
"""The modes in which a rider reaches a stop."""

MAX_LINK_S = 1800.0
"""The longest walk between a stop and a place, in routes and in links alike, so that both give one answer."""

MAX_FAR_LINK_S = 5400.0
FAR_MARGIN_S = 900.0
"""Where no stop is so near: the nearest one, and those hardly farther. Better a long walk to the bus than on foot all
the way."""

MAX_TRANSFER_S = 600.0
TRANSFER_SLACK_S = 60
"""Time to find the other platform; feeds seldom state one."""


@dataclass(frozen=True, slots=True)
class StopLinks:
    """Per place, the stops near it: place i has `stop[start[i]:start[i + 1]]` (rows) at `seconds[...]` on foot."""

    start: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]
    seconds: Floats


@dataclass(frozen=True, slots=True)
class Links:
    """Places of one kind (institutions, stops) with their hold on the streets per mode and on the stops per walk mode.

    `network_id` names the network they were made for; another network needs new ones.
    """

    network_id: str
    snaps: Mapping[str, Snaps]
    stops: Mapping[str, StopLinks]

    def __len__(self) -> int:
        return len(next(iter(self.snaps.values())))

    def save(self, path: Path) -> None:
        """Write to one npz file."""
        arrays: dict[str, npt.NDArray[np.generic]] = {"network_id": np.array(self.network_id)}
        for mode, snaps in self.snaps.items():
            arrays |= {f"snap/{mode}/{name}": getattr(snaps, name) for name in Snaps.__slots__}
        for mode, links in self.stops.items():
            arrays |= {f"stop/{mode}/{name}": getattr(links, name) for name in StopLinks.__slots__}
        with path.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Links:
        """Read what `save` wrote.

        Raises `NetworkBuildError` where the file is damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                names = list(arrays.files)
                snaps = {m: Snaps(*(arrays[f"snap/{m}/{n}"] for n in Snaps.__slots__)) for m in _modes(names, "snap")}
                stops = {
                    m: StopLinks(*(arrays[f"stop/{m}/{n}"] for n in StopLinks.__slots__)) for m in _modes(names, "stop")
                }
                return cls(str(arrays["network_id"]), snaps, stops)
        except (OSError, ValueError, KeyError) as error:
            raise NetworkBuildError(f"The links in {path} cannot be read ({error}). Delete the file.") from error


def _modes(names: Sequence[str], kind: str) -> list[str]:
    return sorted({name.split("/")[1] for name in names if name.startswith(f"{kind}/")})


def near_stops(seconds: Floats) -> npt.NDArray[np.int64]:
    """Rows of the stops that a place uses, by the walk to each stop."""
    nearest = seconds.min(initial=np.inf)
    limit = MAX_LINK_S if nearest <= MAX_LINK_S else min(nearest + FAR_MARGIN_S, MAX_FAR_LINK_S)
    return np.flatnonzero(seconds <= limit)


def link_stops(graph: Graph, places: Snaps, stops: Snaps, *, max_s: float | None = None) -> StopLinks:
    """Walk from each place to the stops within `max_s` seconds; without it to those of `near_stops`."""
    start, rows, seconds = [0], [], []
    for place in range(len(places)):
        if places.edge[place] >= 0:
            reached = graph.search(places.one(place), limit_s=max_s or MAX_FAR_LINK_S).seconds_to(stops)
            near = near_stops(reached) if max_s is None else np.flatnonzero(reached <= max_s)
            rows.append(near)
            seconds.append(reached[near])
        start.append(start[-1] + (len(rows[-1]) if places.edge[place] >= 0 else 0))
    empty_rows, empty_seconds = np.zeros(0, dtype=np.int64), np.zeros(0)
    return StopLinks(
        np.array(start, dtype=np.int64),
        np.concatenate([empty_rows, *rows]).astype(np.int64),
        np.concatenate([empty_seconds, *seconds]),
    )


def transfers(graph: Graph, stops: Snaps) -> Transfers:
    """Walks between stops within `MAX_TRANSFER_S`, with the slack to find the platform.

    Every single walk within the cutoff is there, so chains of them are too: what the engine asks of a closed set.
    """
    links = link_stops(graph, stops, stops, max_s=MAX_TRANSFER_S)
    origin = np.repeat(np.arange(len(stops)), np.diff(links.start))
    keep = origin != links.stop
    seconds = np.ceil(links.seconds[keep]).astype(np.uint32) + np.uint32(TRANSFER_SLACK_S)
    metres = links.seconds[keep] * BASE_SPEED_MPS[graph.mode]
    return origin[keep].astype(np.uint32), links.stop[keep].astype(np.uint32), seconds, metres


def seconds_over_stops(links: StopLinks, to_stop_s: Floats) -> Floats:
    """Seconds to each place over its best stop; `to_stop_s` has one value per stop row (inf unreachable)."""
    counts = np.diff(links.start)
    result = np.full(len(counts), np.inf)
    if len(links.stop):
        total = to_stop_s[links.stop] + links.seconds
        has = counts > 0
        result[has] = np.minimum.reduceat(total, links.start[:-1][has])
    return result
