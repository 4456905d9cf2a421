"""`python -m etl rollup`: say which roll-ups are built, or make them anew."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated

import typer
from sqlalchemy import select

from etl import rollup
from etl.commands.common import CityOption, JsonOption, command_errors, open_engine, profile_of, say, settings_of
from etl.ids import city_id_of
from etl.locks import writing
from etl.tables.rollups import rollup_state


def register(app: typer.Typer) -> None:
    """Add the command `rollup`."""
    app.command("rollup", help=run.__doc__)(run)


def run(
    *,
    city: CityOption = None,
    is_rebuilt: Annotated[bool, typer.Option("--rebuild", help="make every roll-up anew")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the roll-ups of the city and their rows; with --rebuild make them anew (loads keep them current)."""
    with command_errors():
        settings = settings_of(city)
        profile = profile_of(settings)
        city_id = city_id_of(profile.slug)
        started = monotonic()
        with open_engine(settings) as engine, writing(engine) as connection:
            if is_rebuilt:
                rollup.rebuild(connection, profile, now=datetime.now(UTC))
            is_current = rollup.is_current(connection, city_id)
            listed = select(rollup_state.c.name, rollup_state.c.n_rows).where(rollup_state.c.city_id == city_id)
            tables = {row.name: row.n_rows for row in connection.execute(listed.order_by(rollup_state.c.name))}
    if as_json:
        spent = round(monotonic() - started, 3)
        say({"city": profile.slug, "is_current": is_current, "tables": tables, "seconds": spent})
        return
    for name, rows in tables.items():
        sys.stdout.write(f"{name:34} {rows:>12,}\n")
    sys.stdout.write("current\n" if is_current else "not current: python -m etl rollup --rebuild\n")
