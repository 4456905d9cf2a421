"""What can be counted: each measure is a sum of columns of families; stocks are what stands open at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dashboard.queries.errors import UnknownMeasureError
from etl.rollup.families import FAMILIES
from etl.tables.rollups import SHAPES

Terms = tuple[tuple[str, str], ...]

_RENAMED: Final[Mapping[str, Terms]] = {
    "created": (("created", "requests"),),
    "late": (("due", "late_closed"), ("due", "open")),
    "late_3x": (("due", "late_3x_closed"), ("late3", "n")),
    "due_open": (("due", "open"),),
    "due_checked": (("due", "checked"),),
    "followups_tried": (("followups", "followups"),),
    "followups_reached": (("followups", "reached"),),
    "followups_confirmed": (("followups", "confirmed"),),
    "followups_denied": (("followups", "denied"),),
    "followups_satisfied": (("followups", "satisfied"),),
    "followups_rated": (("followups", "rated"),),
    "simulated": (("contacts", "simulated"), ("created", "simulated"), ("tickets", "simulated")),
    "requests_simulated": (("created", "simulated"),),
    "contacts_simulated": (("contacts", "simulated"),),
    "timed_waits": (("waits", "n"),),
    "ticket_waits": (("ticket_waits", "n"),),
    "ticket_services": (("ticket_services", "n"),),
}

STOCKS: Final = ("open", "overdue", "due_today", "due_24h", "at_risk", "unprocessed_now")
"""Measures of a moment, not of a period."""

_KEPT_APART: Final = {("due", "open"), ("due", "simulated"), ("closed", "simulated"), ("followups", "simulated")}

MEASURES: Final[Mapping[str, Terms]] = {
    **{
        name: ((family, name),)
        for family, definition in FAMILIES.items()
        for branch in definition.branches[:1]
        for name in branch.measures
        if name not in ("n", "n_cancelled", "simulated") and (family, name) not in _KEPT_APART
    },
    **_RENAMED,
}
"""Every measure of a period by name: the (family, column) pairs that add up to it."""


def terms(measure: str) -> Terms:
    """The columns a measure is the sum of; raises `UnknownMeasureError` naming those there are."""
    if measure not in MEASURES:
        raise UnknownMeasureError(
            f"there is no measure {measure!r}: take one of {', '.join(sorted({*MEASURES, *STOCKS}))}"
        )
    return MEASURES[measure]


def columns_by_family(measure: str) -> dict[str, list[str]]:
    """The same by family, so that one question asks all columns of a family."""
    held: dict[str, list[str]] = {}
    for family, column in terms(measure):
        held.setdefault(family, []).append(column)
    return held


def has_rollup(measure: str) -> bool:
    """Whether roll-ups are kept of every part of a measure."""
    return all(family in SHAPES for family, _ in terms(measure))
