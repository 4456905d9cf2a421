"""What a comparison asks besides the figures: which figures have a meaning for one territory or for a past period."""

from __future__ import annotations

from typing import Final

from dashboard.filters import Filters
from dashboard.queries.reader import Reader
from dashboard.queries.reference import reference

STOCK_KPIS: Final = frozenset({
    "backlog_open", "overdue", "due_today", "due_24h", "at_risk", "unprocessed_messages", "unprocessed_oldest_age_h",
    "unprocessed_median_age_h",
})  # fmt: skip
"""Figures of this moment: two periods do not differ by them."""
WHOLE_KPIS: Final = frozenset({"rejected_rows", "freshness_h"})
"""Figures of the sources, which know neither period nor territory."""


def differing(ids: list[str], one: Filters, other: Filters) -> list[str]:
    """The figures of `ids` that can differ between two questions."""
    same_place = (one.territory, one.topic) == (other.territory, other.topic)
    return [name for name in ids if name not in WHOLE_KPIS and not (same_place and name in STOCK_KPIS)]


def rest_of_city(read: Reader, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The lowest territories outside the chosen ones."""
    names = reference(read)
    table, inside = names.tables["territory"], set(names.below("territory", chosen))
    leaves = [str(code) for code in table.index if not (table["parent"] == code).any()]
    return tuple(code for code in leaves if code not in inside)
