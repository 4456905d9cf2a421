"""`python -m dashboard`: the demo, the two web processes, and the figures without a browser."""

from __future__ import annotations

import os
from typing import Annotated, Literal, NoReturn

import typer

from dashboard import demo as demo_run
from dashboard import digest_command, figures_command
from dashboard.errors import DashboardError
from dashboard.serving import command
from dashboard.settings import Settings
from etl.errors import EtlError
from geodata.cities import load_profile
from geodata.errors import GeodataError

app = typer.Typer(
    name="dashboard",
    help="Shows a city's figures and its social map.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _common() -> None:
    """Shows a city's figures and its social map."""


@app.command("demo")
def demo() -> None:
    """Load the demo city where it is not loaded yet, start both processes, print their addresses, run until Ctrl-C."""
    try:
        demo_run.run(Settings.from_env(), lambda text: print(text, flush=True))
    except (DashboardError, EtlError, GeodataError, OSError) as error:
        _fail(error)


@app.command("serve")
def serve(
    process: Annotated[Literal["staff", "public"], typer.Option(help="which process to serve")] = "staff",
) -> None:
    """Serve one process with gunicorn on LINKA_HOST and LINKA_PORT, in the foreground."""
    try:
        settings = Settings.from_env()
        settings.check_listening(process)
        base = settings.base  # a wrong profile is one line here instead of every worker's traceback
        load_profile(settings.city, cities_dir=base.cities_dir, data_dir=base.data_dir)
    except (DashboardError, EtlError, GeodataError) as error:
        _fail(error)
    words = command(settings, process, port=settings.port)
    print(f"http://{settings.host}:{settings.port}", flush=True)
    os.execv(words[0], words)  # noqa: S606 - the same interpreter, so that signals reach gunicorn itself


def _fail(error: Exception) -> NoReturn:
    typer.echo(f"Error: {error}", err=True)
    raise typer.Exit(1) from error


figures_command.register(app)
digest_command.register(app)

if __name__ == "__main__":
    app(prog_name="python -m dashboard")
