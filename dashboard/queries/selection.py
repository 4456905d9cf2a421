"""Filters as the ids the tables know: topics and territories with all below them, groups as bits of a mask."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from dashboard.filters import Filters
from dashboard.queries.reader import Reader
from dashboard.queries.reference import Reference, reference
from etl.rollup.sql import has_bits

_DIMENSION = {
    "topic": "topic_id",
    "territory": "territory_id",
    "channel": "channel_id",
    "line": "line_id",
    "request_class": "request_class_id",
    "executor": "executor_id",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked: the days (both ends counted), ids by dimension, and the bits of caller groups (0: all callers).

    `on`: of the days only these, where any are named. A dimension with an empty tuple of ids lets nothing through: the
    codes asked for do not exist.
    """

    from_on: date
    to_on: date
    ids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    bits: int = 0
    on: tuple[date, ...] = ()

    def is_asked(self, day_on: ColumnElement[Any], until: date | None = None) -> ColumnElement[bool]:
        """The condition on a column of days; `until`: none after that day."""
        end = self.to_on if until is None else min(self.to_on, until)
        if self.on:
            return day_on.in_([day for day in self.on if self.from_on <= day <= end])
        return day_on.between(self.from_on, end)

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions that are filtered."""
        return frozenset(self.ids) | ({"caller_group_mask"} if self.bits else frozenset())

    @property
    def let(self) -> Hashable:
        """The filters alone, without the days: the same for all that let the same rows through."""
        return tuple(sorted(self.ids.items())), self.bits

    def conditions(self, columns: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[bool]]:
        """The filters on the columns of a table, by dimension."""
        found: list[ColumnElement[bool]] = [columns[name].in_(ids) for name, ids in sorted(self.ids.items())]
        if self.bits:
            found.append(has_bits(columns["caller_group_mask"], self.bits))
        return found


def select_of(read: Reader, filters: Filters) -> Selection:
    """The selection of `filters`."""
    names = reference(read)
    ids: dict[str, tuple[int, ...]] = {}
    for kind, dimension in _DIMENSION.items():
        codes = getattr(filters, kind)
        if codes:
            wide = names.below(kind, codes) if kind in ("topic", "territory") else codes
            ids[dimension] = names.ids(kind, wide)
    if filters.executor_kind:
        ids["executor_id"] = _of_kinds(names, filters, ids.get("executor_id"))
    return Selection(filters.from_on, filters.to_on, ids, _bits(names, filters.group))


def _of_kinds(names: Reference, filters: Filters, chosen: tuple[int, ...] | None) -> tuple[int, ...]:
    table = names.tables["executor"]
    of_kind = tuple(int(one) for one in table.loc[table["kind"].isin(filters.executor_kind), "id"])
    return of_kind if chosen is None else tuple(one for one in chosen if one in of_kind)


NO_GROUP = 1 << 30
"""A bit that no group has: what a filter on an unknown group asks for."""


def _bits(names: Reference, groups: tuple[str, ...]) -> int:
    table = names.tables["group"]
    bits = sum((1 << int(names.cell("group", code, "bit")) for code in set(groups) if code in table.index), start=0)
    return bits or (NO_GROUP if groups else 0)
