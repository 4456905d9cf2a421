"""The chooser: the smallest roll-up that knows every dimension asked for, else the raw tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Table, select

from dashboard.queries.reader import Reader
from etl.rollup.state import expected_version
from etl.tables.rollups import ROLLUPS, SHAPES, rollup_state, table_name

FREE: Final = frozenset({"day_on", "week_on", "month_on", "weekday"})
"""Dimensions that every day has."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where an answer comes from: a roll-up, or `table` None for the raw tables, and why."""

    family: str
    table: Table | None
    n_rows: int | None
    why: str

    @property
    def name(self) -> str:
        """The table's name, or `raw`."""
        return "raw" if self.table is None else self.table.name


def choose(read: Reader, family: str, dimensions: Iterable[str]) -> Plan:
    """The plan for a question about `family` that groups or filters by `dimensions`."""
    needed = frozenset(dimensions) - FREE
    if family in SHAPES and SHAPES[family].is_sketch:
        needed -= {"bucket"}
    if not read.uses_rollups or family not in SHAPES:
        return Plan(
            family, None, None, "no roll-up is kept of it" if family not in SHAPES else "roll-ups are switched off"
        )
    built: dict[str, int] = read.remember("roll-ups", lambda: _built(read))
    covering = {grain: set(held) for grain, held in SHAPES[family].grains.items() if needed <= set(held)}
    if not covering:
        return Plan(family, None, None, f"no roll-up knows {', '.join(sorted(needed))} together")
    sizes = {grain: built[table_name(family, grain)] for grain in covering if table_name(family, grain) in built}
    if not sizes:
        is_large = bool(built) and covering.keys() <= set(SHAPES[family].large)
        if is_large:
            return Plan(family, None, None, "its roll-up is kept for larger cities only")
        return Plan(family, None, None, "its roll-ups are not built: python -m etl rollup --rebuild")
    grain = min(sizes, key=lambda name: (sizes[name], name))
    return Plan(family, ROLLUPS[family][grain], sizes[grain], "smallest that covers")


def _built(read: Reader) -> dict[str, int]:
    statement = select(rollup_state.c.name, rollup_state.c.version, rollup_state.c.n_rows).where(
        rollup_state.c.city_id == read.city_id
    )
    with read.connect() as connection:
        version = expected_version(connection, read.city_id)
        return {name: rows for name, held, rows in connection.execute(statement) if held == version}
