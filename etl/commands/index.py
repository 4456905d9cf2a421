"""`python -m etl index CITY`: the public search index of a city, from its directory and its gazetteer."""

from __future__ import annotations

from typing import Annotated

import typer

from etl import search_index
from etl.commands.common import JsonOption, command_errors, open_engine, say, settings_of


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("index")(index)


def index(
    city: Annotated[str | None, typer.Argument(help="slug of the city profile (default: LINKA_CITY)")] = None,
    as_json: JsonOption = False,
) -> None:
    """Build the index that the social map searches: services, needs, institutions, addresses; no protected place.

    The pages build it by themselves when they find it old; this does so at a moment of your choosing.
    """
    with command_errors():
        settings = settings_of(city)
        with open_engine(settings) as engine:
            count, places = search_index.rebuild(engine, settings)
    where = search_index.where(settings)
    if as_json:
        say({"city": settings.city, "file": where, "documents": count, "institutions": places})
    else:
        typer.echo(f"{where}: {count:,} documents, {places:,} of them institutions")
