"""The keys that a load has met so far, eight bytes each: a key repeated 10 million rows later is still noticed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


class SeenIds:
    """Sorted arrays of ids whose sizes double (a log-structured set): adding and asking stay cheap at any size."""

    def __init__(self) -> None:
        """Nothing seen."""
        self._levels: list[Ids] = []

    def known(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """For each id whether it was added before."""
        found = np.zeros(len(ids), dtype=bool)
        for level in self._levels:
            places = np.searchsorted(level, ids)
            places[places == len(level)] = 0
            found |= level[places] == ids
        return found

    def add(self, ids: Ids) -> None:
        """Remember ids that are not known yet."""
        if not len(ids):
            return
        newest = np.sort(ids)
        while self._levels and len(self._levels[-1]) <= len(newest):
            newest = np.concatenate([self._levels.pop(), newest])
            newest.sort(kind="stable")
        self._levels.append(newest)
