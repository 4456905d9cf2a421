"""`python -m etl snapshot`: keep the backlog of each day at the city's closing hour."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from etl import snapshot
from etl.commands.common import CityOption, JsonOption, command_errors, open_engine, profile_of, say, settings_of
from etl.locks import writing


def register(app: typer.Typer) -> None:
    """Add the command `snapshot`."""
    app.command("snapshot", help=run.__doc__)(run)


def run(
    *,
    city: CityOption = None,
    day: Annotated[
        str | None, typer.Option(help="only this day, YYYY-MM-DD (default: every day that has none)")
    ] = None,
    from_day: Annotated[
        str | None, typer.Option("--from", help="this day and every later one anew, YYYY-MM-DD, marked as back-filled")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Count what stood open at the city's closing hour of every day that has no snapshot yet, and keep it.

    Run it once a day after the closing hour; days that were missed are filled in from the events and marked so. A
    snapshot that is kept stays as it is; --from takes it anew, where a source's older history was loaded later.
    """
    with command_errors():
        settings = settings_of(city)
        profile = profile_of(settings)
        day_on, from_on = _day(day, "--day"), _day(from_day, "--from")
        with open_engine(settings) as engine, writing(engine) as connection:
            taken = snapshot.take(connection, profile, now=datetime.now(UTC), from_on=day_on or from_on, to_on=day_on)
    if as_json:
        say({"city": profile.slug, "days": taken.days, "backfilled": taken.backfilled, "rows": taken.rows})
    else:
        sys.stdout.write(f"{taken.days} days kept, {taken.backfilled} of them back-filled, {taken.rows} rows\n")


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day: write 2026-12-24", param_hint=option) from error
