"""Every family by name, and the version of what they mean: roll-ups of another version are not read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from sqlalchemy.dialects import postgresql

from etl.rollup.branch import Branch, Family, select_rows
from etl.rollup.contacts import CONTACTS, TICKET_SERVICES, TICKET_WAITS, TICKETS, WAITS
from etl.rollup.needs import NEEDS
from etl.rollup.requests import CLOSED, CREATED, DUE, DURATIONS, FOLLOWUPS, LATE3, LATENESS, WORK_DURATIONS
from etl.sketch import PAIR
from etl.tables.rollups import SHAPES

FAMILIES: Final[Mapping[str, Family]] = {
    family.name: family
    for family in (
        CONTACTS, CREATED, DUE, CLOSED, FOLLOWUPS, TICKETS, WAITS, TICKET_WAITS, TICKET_SERVICES, DURATIONS,
        WORK_DURATIONS, LATENESS, LATE3, NEEDS,
    )
}  # fmt: skip
"""By name. `needs` and `late3` have no roll-up: they are short."""


def definitions_hash() -> str:
    """A short hash of the SQL of every measure and dimension, of the grains, and of how sketches are packed."""
    digest = hashlib.blake2b(str(PAIR.descr).encode(), digest_size=8)
    for name, shape in SHAPES.items():
        digest.update(f"{name}{shape}".encode())
        for branch in FAMILIES[name].branches:
            digest.update(_spelled(branch).encode())
    return digest.hexdigest()


def _spelled(branch: Branch) -> str:
    statement = select_rows(branch, sorted(branch.dims), sorted(branch.measures))
    return str(statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
