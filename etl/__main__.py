"""`python -m etl`: tables, loads and checks of a city's data; every module of `etl.commands` adds its own command."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated

import typer

from etl import commands
from etl.commands.common import WANTS_DEBUG

app = typer.Typer(
    name="etl",
    help="Loads a city's files into Linka's tables and keeps what follows from them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _common(debug: Annotated[bool, typer.Option("--debug", help="show where an error comes from")] = False) -> None:
    """Loads a city's files into Linka's tables and keeps what follows from them."""
    WANTS_DEBUG.set(debug)


for _module in sorted(found.name for found in iter_modules(commands.__path__)):
    register = getattr(import_module(f"{commands.__name__}.{_module}"), "register", None)
    if register is not None:
        register(app)

if __name__ == "__main__":
    app(prog_name="python -m etl")
