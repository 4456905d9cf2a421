"""Which roll-ups may be read: those built with today's definitions and today's answer thresholds."""

from __future__ import annotations

import hashlib
from functools import cache

from sqlalchemy import Connection, select

from etl.rollup.families import definitions_hash
from etl.schema import line
from etl.tables.rollups import ROLLUPS, SHAPES, rollup_state


@cache
def _definitions() -> str:
    return definitions_hash()


def expected_version(connection: Connection, city_id: int) -> str:
    """The version a city's roll-ups must have: definitions in code, and the thresholds of its lines."""
    thresholds = connection.execute(
        select(line.c.line_id, line.c.answer_within_s).where(line.c.city_id == city_id).order_by(line.c.line_id)
    ).all()
    spelled = ",".join(f"{line_id}:{seconds}" for line_id, seconds in thresholds)
    return f"{_definitions()}-{hashlib.blake2b(spelled.encode(), digest_size=4).hexdigest()}"


def is_current(connection: Connection, city_id: int) -> bool:
    """Whether every roll-up of the city is built with today's definitions; those of large cities need not be."""
    statement = select(rollup_state.c.name, rollup_state.c.version).where(rollup_state.c.city_id == city_id)
    held = {row.name: row.version for row in connection.execute(statement)}
    version = expected_version(connection, city_id)
    needed = {
        table.name for name, grains in ROLLUPS.items() for grain, table in grains.items()
        if grain not in SHAPES[name].large
    }  # fmt: skip
    return needed <= held.keys() and all(one == version for one in held.values())
