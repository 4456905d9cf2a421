"""`python -m etl init`: the tables and the city's reference rows; on a database that has them, nothing."""

from __future__ import annotations

import typer

from etl import migrate
from etl.commands.common import CityOption, JsonOption, command_errors, open_engine, profile_of, say, settings_of
from etl.locks import writing
from etl.profile_tables import write_profile


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("init")(init)


def init(city: CityOption = None, as_json: JsonOption = False) -> None:
    """Create the tables or bring them up to date, and write the city's profile; run it as often as you like."""
    with command_errors():
        settings = settings_of(city)
        profile = profile_of(settings)
        with open_engine(settings, is_newest=False) as engine:
            before, after = migrate.upgrade(engine)
            with writing(engine) as connection:
                city_id = write_profile(connection, profile)
    if as_json:
        say({"city": profile.slug, "city_id": city_id, "version_before": before, "version": after})
        return
    state = "up to date" if before == after else f"brought from {before or 'nothing'} to {after}"
    print(f"tables: {state}; city: {profile.slug}")
