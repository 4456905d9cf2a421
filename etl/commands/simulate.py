"""`python -m etl simulate CITY`: made-up days of a city, loaded like any other source and marked as simulated."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from etl.commands.common import (
    DryRunOption,
    JsonOption,
    command_errors,
    finish,
    open_engine,
    profile_of,
    progress_for,
    say,
    settings_of,
)
from etl.simulate import plan_of
from etl.simulate.facts import read_facts
from etl.simulate.run import run_simulation


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("simulate")(simulate)


def simulate(
    city: Annotated[str, typer.Argument(help="slug of the city profile, e.g. kryvyi-rih")],
    days: Annotated[int, typer.Option(min=1, max=3660, help="days to simulate")] = 80,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same rows")] = 1,
    start: Annotated[
        str | None, typer.Option(help="first day, YYYY-MM-DD (default: the profile's, else so that it ends today)")
    ] = None,
    scale: Annotated[float, typer.Option(min=0.001, help="times the city's usual contacts per day")] = 1.0,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Make up contacts, requests, call-backs, tickets and institutions; an earlier, other simulation is replaced."""
    start_on = _day(start)
    now = datetime.now(UTC).replace(second=0, microsecond=0)

    def tell(message: str) -> None:
        if as_json:
            say({"error": message})

    with command_errors(on_error=tell):
        settings = settings_of(city)
        profile = profile_of(settings)
        plan = plan_of(profile, days=days, seed=seed, now=now, start_on=start_on, scale=scale)
        expected = round(read_facts(profile).contacts_per_day * days * scale)
        with open_engine(settings, creates=True) as engine, progress_for(f"simulated {city}", total=expected) as bar:
            report = run_simulation(engine, profile, plan, now=now, progress=bar, dry_run=dry_run)
    finish([report], as_json=as_json)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--start {text}: write a day as YYYY-MM-DD") from error
