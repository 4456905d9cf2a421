"""The command line of the spatial side: `python -m geodata --help`."""

from __future__ import annotations

import importlib
import pkgutil

import typer

from geodata import commands


def make_app() -> typer.Typer:
    """The command-line app with every command in `geodata.commands`."""
    app = typer.Typer(help="Streets, timetables, routes, search and maps of a city.", no_args_is_help=True)

    @app.callback()
    def _many() -> None:
        """Keep command names even where only one command is registered."""

    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda one: one.name):
        importlib.import_module(f"{commands.__name__}.{module.name}").register(app)
    return app


if __name__ == "__main__":
    make_app()(prog_name="python -m geodata")
