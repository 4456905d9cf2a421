"""A time zone as two short arrays, so that a million instants turn into local time and back without a loop.

Local times that a change of the clocks skips or repeats are read as `zoneinfo` reads `fold=0`: by the offset that held
before the change. A skipped 02:30 is therefore 03:30 of the new time, a repeated 02:30 is its first occurrence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]
"""Seconds since 1970-01-01T00:00:00: UTC for instants, wall clock for local times."""

DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class ZoneTable:
    """The offsets of a zone over a span of years: `offsets[i]` holds from `changes[i - 1]` (UTC) on."""

    changes: Seconds
    offsets: Seconds

    def to_local(self, utc_s: Seconds) -> Seconds:
        """Wall-clock seconds of instants."""
        return utc_s + self.offsets[np.searchsorted(self.changes, utc_s, side="right")]

    def to_utc(self, local_s: Seconds) -> Seconds:
        """Instants of wall-clock seconds; skipped and repeated times by the offset before the change."""
        walls = self.changes + np.maximum(self.offsets[:-1], self.offsets[1:])
        return local_s - self.offsets[np.searchsorted(walls, local_s, side="right")]

    def days(self, utc_s: Seconds) -> Seconds:
        """The local day of instants, as days since 1970-01-01."""
        return self.to_local(utc_s) // DAY_S


def calendar_length_s(start_s: int, length_s: int, zone: ZoneInfo) -> int:
    """A length as the calendar tells it: 15 days stay 15 days where a change of the clocks makes them an hour longer.

    Only lengths of whole days by the wall are told so; any other stays as it is.
    """
    start, end = (datetime.fromtimestamp(at, zone).replace(tzinfo=None) for at in (start_s, start_s + length_s))
    told = int((end - start).total_seconds())
    return told if told and told % DAY_S == 0 else length_s


@lru_cache(maxsize=64)
def zone_table(zone: ZoneInfo, first_year: int, last_year: int) -> ZoneTable:
    """The offsets of `zone` from the start of `first_year` to the end of `last_year`."""
    moment = datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=2)
    end = datetime(last_year, 12, 31, tzinfo=UTC) + timedelta(days=3)
    changes: list[int] = []
    offsets = [_offset_s(moment, zone)]
    while moment < end:
        following = moment + timedelta(days=1)
        if _offset_s(following, zone) != offsets[-1]:
            changes.append(_change_s(moment, following, zone))
            offsets.append(_offset_s(following, zone))
        moment = following
    return ZoneTable(np.array(changes, dtype=np.int64), np.array(offsets, dtype=np.int64))


def _offset_s(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _change_s(before: datetime, after: datetime, zone: ZoneInfo) -> int:
    """The second at which the offset changes, by halving."""
    low, high = int((before - _EPOCH).total_seconds()), int((after - _EPOCH).total_seconds())
    old = _offset_s(before, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset_s(_EPOCH + timedelta(seconds=middle), zone) == old else (low, middle)
    return high
