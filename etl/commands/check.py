"""`python -m etl check`: how complete and fresh the data is, and whether the tables agree with each other."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from etl import quality
from etl.commands.common import (
    FAILED,
    CityOption,
    JsonOption,
    command_errors,
    open_engine,
    profile_of,
    say,
    settings_of,
)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("check")(check)


def check(city: CityOption = None, as_json: JsonOption = False) -> None:
    """Measure data quality; exit code 1 where a rule that must hold is broken."""
    with command_errors():
        settings = settings_of(city)
        with open_engine(settings) as engine, engine.connect() as connection:
            found = quality.check(connection, profile_of(settings), now=datetime.now(UTC))
    broken = [finding for finding in found if finding.is_broken]
    if as_json:
        say({"city": settings.city, "ok": not broken, "findings": [finding.as_json() for finding in found]})
    else:
        _print(found)
    if broken:
        raise typer.Exit(FAILED)


def _print(found: list[quality.Finding]) -> None:
    table = Table("what", "value", "of rows", "")
    for finding in found:
        broken = f"[red]broken[/red] {finding.cure}" if finding.is_broken else ""
        table.add_row(finding.what, _value(finding), f"{finding.n:,}", broken)
    Console().print(table)


def _value(finding: quality.Finding) -> str:
    if finding.value is None:
        return "no rows"
    return {"share": f"{finding.value:.1f} %", "age": f"{finding.value:,.1f} h"}.get(
        finding.kind, f"{finding.value:,.0f}"
    )
