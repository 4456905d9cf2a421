"""What a feed itself says about changing vehicles (transfers.txt), laid over the walks that we measured on streets.

The publisher knows of stairs, controls and vehicles that wait for each other: a stated time replaces our slack, a
change that is ruled out is taken away. Rows about single lines or trips are counted, not used: the engine has no place
for them. (GTFS reference, "transfers.txt".)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from geodata.network.engine import Transfers
from geodata.network.gtfs import Feed
from geodata.network.timetable import Qualifier

TIMED, MINIMUM, FORBIDDEN = "1", "2", "3"
IN_SEAT = ("4", "5")
"""Staying in the vehicle: a matter of trips, no walk."""
NEVER_S = -1
"""Stands for a change that is ruled out."""
NARROWER = ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Changes:
    """Seconds needed between two stops (or at one), `NEVER_S` where the change is ruled out; `unused_count` rows were
    about single lines or trips.
    """

    seconds: Mapping[Pair, int] = field(default_factory=dict)
    unused_count: int = 0

    def at_one_stop(self) -> dict[str, int]:
        """What is stated of changes at one and the same stop."""
        return {first: seconds for (first, second), seconds in self.seconds.items() if first == second}


def read_changes(feeds: Sequence[Feed]) -> Changes:
    """The changes stated by usable feeds; a row about a station means all its stops."""
    qualify = Qualifier(feeds, "stops.txt", "stop_id")
    seconds: dict[Pair, int] = {}
    unused = 0
    for number, feed in enumerate(feeds):
        table = feed.tables.get("transfers.txt")
        if table is None or not {"from_stop_id", "to_stop_id"} <= set(table.columns):
            continue
        stops = _stops_of(feed)
        for row in table.to_dict("records"):
            stated = _seconds(row)
            if any(row.get(column) for column in NARROWER) or row.get("transfer_type") in IN_SEAT:
                unused += 1
            elif stated is not None:
                pairs = _pairs(stops, str(row["from_stop_id"]), str(row["to_stop_id"]))
                seconds |= {(qualify(number, a), qualify(number, b)): stated for a, b in pairs}
    return Changes(seconds, unused)


def _stops_of(feed: Feed) -> dict[str, list[str]]:
    """The stops that an id means: itself, and all stops of the station it is."""
    table = feed.tables["stops.txt"]
    found: dict[str, list[str]] = {str(stop): [str(stop)] for stop in table["stop_id"]}
    if "parent_station" in table:
        for stop, parent in zip(table["stop_id"], table["parent_station"], strict=True):
            if parent in found:
                found[str(parent)].append(str(stop))
    return found


def _pairs(stops: Mapping[str, Sequence[str]], first: str, second: str) -> Iterator[Pair]:
    for a in stops.get(first, ()):
        for b in stops.get(second, ()):
            yield a, b


def _seconds(row: Mapping[Hashable, object]) -> int | None:
    """What a row asks for; None where it leaves the time to the walk."""
    kind, text = str(row.get("transfer_type") or ""), str(row.get("min_transfer_time") or "")
    if kind == FORBIDDEN:
        return NEVER_S
    if kind == TIMED:
        return 0
    return int(text) if kind == MINIMUM and text.isdigit() else None


def with_changes(walks: Transfers, stops: Sequence[str], changes: Changes, *, slack_s: int) -> Transfers:
    """Walks between stops as the feed wants them; never shorter than the walk itself, so that nobody has to run."""
    origin, target, seconds, metres = walks
    seconds = seconds.copy()
    keep = np.ones(len(origin), dtype=bool)
    for position, (a, b) in enumerate(zip(origin, target, strict=True)):
        stated = changes.seconds.get((stops[a], stops[b]))
        if stated == NEVER_S:
            keep[position] = False
        elif stated is not None:
            seconds[position] = max(int(seconds[position]) - slack_s, stated)
    return origin[keep], target[keep], seconds[keep], metres[keep]
