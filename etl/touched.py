"""What a load has touched: the requests whose clocks run anew and the days whose roll-ups do, before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

DAY_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "contact": (("contact_days", "arrived_on"),),
    "contact_daily": (("contact_daily_days", "day_on"),),
    "request": (("created_days", "created_on"), ("closed_days", "closed_on")),
    "followup": (("followup_days", "tried_on"),),
    "queue_ticket": (("ticket_days", "issued_on"),),
    "need_outcome": (("need_days", "on_day"),),
}
"""Which set of `Touched` a table's day columns fill."""

Ids = npt.NDArray[np.int64]


def _joined(parts: list[Ids]) -> Ids:
    if not parts:
        return np.empty(0, dtype=np.int64)
    parts[:] = [np.unique(np.concatenate(parts))]
    return parts[0]


@dataclass(slots=True)
class Touched:
    """Local days by what happened on them, each with the days that hold and those that no longer do.

    `due_days` and `resolved_days` are of `sla_result` (filled once the clock has run), `closed_days` of `request`.
    `request_ids` are the requests whose rows or events changed, sorted, unique; `related_ids` those that something
    else was said of (a follow-up), whose days count again though their clock need not run.
    """

    contact_days: set[date] = field(default_factory=set)
    contact_daily_days: set[date] = field(default_factory=set)
    created_days: set[date] = field(default_factory=set)
    closed_days: set[date] = field(default_factory=set)
    due_days: set[date] = field(default_factory=set)
    resolved_days: set[date] = field(default_factory=set)
    followup_days: set[date] = field(default_factory=set)
    ticket_days: set[date] = field(default_factory=set)
    need_days: set[date] = field(default_factory=set)
    _request_parts: list[Ids] = field(default_factory=list)
    _related_parts: list[Ids] = field(default_factory=list)

    @property
    def request_ids(self) -> Ids:
        """The touched requests, int64."""
        return _joined(self._request_parts)

    @property
    def related_ids(self) -> Ids:
        """The requests that something else was said of, int64."""
        return _joined(self._related_parts)

    def add_requests(self, ids: Any) -> None:
        """Note requests by id."""
        if len(ids):
            self._request_parts.append(np.asarray(ids, dtype=np.int64))

    def add_related(self, ids: Any) -> None:
        """Note requests that something else was said of."""
        if len(ids):
            self._related_parts.append(np.asarray(ids, dtype=np.int64))

    def add_days(self, name: str, days: Iterable[Any]) -> None:
        """Note days (anything pandas takes for days; missing ones are skipped) in the set `name`."""
        found = pd.to_datetime(pd.Series(pd.unique(pd.Series(days)))).dropna()
        getattr(self, name).update(found.dt.date)

    def add_rows(self, table: str, frame: pd.DataFrame) -> None:
        """Note the days of rows of `table`, as they are or as they were."""
        for name, column in DAY_COLUMNS.get(table, ()):
            if column in frame.columns:
                self.add_days(name, frame[column])

    def is_empty(self) -> bool:
        """Whether nothing was touched."""
        return not any(len(getattr(self, part.name)) for part in fields(self))
