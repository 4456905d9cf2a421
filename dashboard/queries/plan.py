"""The chooser: the smallest roll-up that knows every dimension asked for, else the raw tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, select

from dashboard.queries.reader import Reader
from etl.rollup.state import expected_version
from etl.tables.rollups import ROLLUPS, SHAPES, rollup_state, table_name

FREE: Final = frozenset({"day_on", "week_on", "month_on", "weekday"})
"""Dimensions that every day has."""


@dataclass(frozen=True, slots=True)
class Built:
    """How a roll-up stands: its rows of the city, and when they last changed."""

    n_rows: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """Where an answer comes from: a roll-up as it is `built`, or `table` None for the raw tables, and why."""

    family: str
    table: Table | None
    built: Built | None
    why: str

    @property
    def n_rows(self) -> int | None:
        """Rows of the city in the roll-up."""
        return None if self.built is None else self.built.n_rows

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
    known: dict[str, Built] = read.remember("roll-ups", lambda: built(read))
    covering = {grain: set(held) for grain, held in SHAPES[family].grains.items() if needed <= set(held)}
    if not covering:
        return Plan(family, None, None, f"no roll-up knows {', '.join(sorted(needed))} together")
    found = {grain: known[table_name(family, grain)] for grain in covering if table_name(family, grain) in known}
    if not found:
        is_large = bool(known) and covering.keys() <= set(SHAPES[family].large)
        if is_large:
            return Plan(family, None, None, "its roll-up is kept for larger cities only")
        return Plan(family, None, None, "its roll-ups are not built: python -m etl rollup --rebuild")
    grain = min(found, key=lambda name: (found[name].n_rows, name))
    return Plan(family, ROLLUPS[family][grain], found[grain], "smallest that covers")


def built(read: Reader) -> dict[str, Built]:
    """The roll-ups of the city, by table, that are built with today's definitions."""
    columns = (rollup_state.c.name, rollup_state.c.version, rollup_state.c.n_rows, rollup_state.c.updated_at)
    with read.connect() as connection:
        version = expected_version(connection, read.city_id)
        rows = connection.execute(select(*columns).where(rollup_state.c.city_id == read.city_id))
        return {name: Built(n_rows, at) for name, held, n_rows, at in rows if held == version}
