"""`python -m etl status`: per source the last load, its rows and rejects, and how fresh it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Column, Table

from etl import migrate, rollup
from etl import status as statuses
from etl.clock import update as clock
from etl.commands.common import CityOption, JsonOption, command_errors, open_engine, profile_of, say, settings_of
from etl.ids import city_id_of
from etl.quality import CLOCK_CURE, ROLLUP_CURE


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("status")(status)


def status(city: CityOption = None, as_json: JsonOption = False) -> None:
    """Show the last load of each source with rows, rejects and freshness."""
    with command_errors():
        settings = settings_of(city)
        city_id = city_id_of(settings.city)
        with open_engine(settings) as engine, engine.connect() as connection:
            found = statuses.sources(connection, city_id, now=datetime.now(UTC))
            unmapped = statuses.unmapped(connection, city_id)
            version = migrate.version(connection)
            is_clock_current = clock.is_current(connection, profile_of(settings))
            is_rollup_current = found.empty or rollup.is_current(connection, city_id)
    if as_json:
        listed = json.loads(found.to_json(orient="records", date_format="iso"))
        say({
            "city": settings.city, "version": version, "sources": listed, "unmapped": unmapped.to_dict("records"),
            "is_clock_current": is_clock_current, "is_rollup_current": is_rollup_current,
        })  # fmt: skip
        return
    table = Table(Column("source", no_wrap=True), "last load", "ended", "read", "new", "open rejects", "newest row")
    for row in found.to_dict("records"):
        age = "" if row["freshness_h"] != row["freshness_h"] else f"{row['freshness_h']:,.1f} h ago"
        ended = "" if row["ended_at"] != row["ended_at"] else f"{row['ended_at']:%Y-%m-%d %H:%M}"
        table.add_row(
            row["source"], row["status"], ended, f"{row['rows_read']:,}", f"{row['rows_inserted']:,}",
            f"{int(row['open_rejects']):,}", age,
        )  # fmt: skip
    Console(markup=False).print(table)
    for row in unmapped.head(10).to_dict("records"):
        print(f"no {row['field']} known for {row['value']!r} of {row['source']}: {row['rows']:,} rows")
    if not is_clock_current:
        print(f"terms, calendars or rules changed since the clock ran: {CLOCK_CURE}")
    if not is_rollup_current:
        print(f"roll-ups are missing or of other definitions, figures are slow: {ROLLUP_CURE}")
