"""What all commands share: options, opening the database, clear words for an error, progress, and exit codes.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no row of a file was taken, or with `--strict` some were not.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from etl import migrate
from etl.db import make_engine
from etl.errors import EtlError
from etl.report import LoadReport
from etl.settings import Settings
from geodata.cities import load_profile
from geodata.errors import GeodataError
from geodata.profile import CityProfile

FAILED, USAGE, REJECTED = 1, 2, 3

CityOption = Annotated[str | None, typer.Option("--city", help="slug of the city profile (default: LINKA_CITY)")]
JsonOption = Annotated[bool, typer.Option("--json", help="print one JSON object on standard output")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="do all of it, report, and leave no trace")]
StrictOption = Annotated[bool, typer.Option("--strict", help="exit code 3 where rows were rejected")]


def settings_of(city: str | None = None) -> Settings:
    """The settings of the environment, with another city where one is asked for."""
    settings = Settings.from_env()
    return replace(settings, city=city) if city else settings


def profile_of(settings: Settings) -> CityProfile:
    """The profile of the settings' city."""
    return load_profile(settings.city, cities_dir=settings.cities_dir, data_dir=settings.data_dir)


@contextmanager
def open_engine(settings: Settings, *, is_newest: bool = True, creates: bool = False) -> Iterator[Engine]:
    """The database of the settings, closed when the block ends; one that needs `init` is refused.

    `creates`: an empty database gets its tables, so that the first load is one command; an older one is still refused,
    because the moment of its upgrade is its owner's to choose.
    """
    engine = make_engine(settings.database_url.value)
    try:
        if is_newest:
            if creates and migrate.is_empty(engine):
                migrate.upgrade(engine)
            migrate.require_newest(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def command_errors(*, on_error: Callable[[str], None] | None = None) -> Iterator[None]:
    """End the command with clear words and exit code 1 where something foreseeable stops it (`--debug` shows all)."""
    try:
        yield
    except (EtlError, GeodataError, DBAPIError, psycopg.Error, sqlite3.Error, OSError) as error:
        if WANTS_DEBUG.get():
            raise
        message = told(error)
        if on_error is not None:
            on_error(message)
        Console(stderr=True, highlight=False).print(f"error: {message}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; of the file that was being loaded nothing remains", style="red")
        raise typer.Exit(FAILED) from None


WANTS_DEBUG: ContextVar[bool] = ContextVar("WANTS_DEBUG", default=False)
"""Set by the root option `--debug`; typer carries its own click, so its context is not to be had from here."""


def told(error: BaseException) -> str:
    """The error without bind values or SQL: ours as it is written, a line for each problem, others in one line."""
    if isinstance(error, (EtlError, GeodataError)):
        return str(error)
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = " ".join(str(cause).split()) or type(cause).__name__
    is_of_database = isinstance(error, (DBAPIError, psycopg.Error, sqlite3.Error))
    if is_of_database and ("resolve host" in text or ("connection" in text and "failed" in text)):
        return f"the database says: {text}; check LINKA_DATABASE_URL, and that the server runs"
    return f"the database says: {text}" if is_of_database else text


def say(value: Mapping[str, Any] | list[Any]) -> None:
    """Print JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


_NOT_UNDERSTOOD = {
    "column": "columns without a place in the map (rows)",
    "column_missing": "columns of the map that the file lacks (rows)",
}


class _RateColumn(ProgressColumn):
    """Rows per second so far."""

    def render(self, task: Task) -> Text:
        """The rate, or nothing before there is one."""
        return Text(f"{task.completed:>11,.0f} rows  {task.speed or 0:>9,.0f}/s", style="cyan")


class Bar:
    """A progress bar with rate and time left on standard error; one per file."""

    def __init__(self, bars: Progress, name: str, total: int | None) -> None:
        """`total` rows are expected, None where nobody knows."""
        self._bars, self._name = bars, name
        self._task = bars.add_task(name, total=total)

    def stage(self, name: str) -> None:
        """What is being done from now on."""
        self._bars.update(self._task, description=f"{self._name}: {name}")

    def advance(self, rows: int) -> None:
        """So many rows more are done."""
        self._bars.advance(self._task, rows)


@contextmanager
def progress_for(name: str, *, total: int | None = None) -> Iterator[Bar]:
    """A progress bar for one load; quiet where standard error is not a terminal."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _RateColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        yield Bar(bars, name, total)


def totals(reports: Iterable[LoadReport]) -> dict[str, Any]:
    """The reports of several files as one object; a single one as it is."""
    listed = [report.as_json() for report in reports]
    if len(listed) == 1:
        return listed[0]
    names = ("read", "inserted", "updated", "unchanged", "rejected", "withdrawn", "seconds")
    summed: dict[str, Any] = {name: sum(report[name] for report in listed) for name in names}
    rate = summed["read"] / summed["seconds"] if summed["seconds"] else 0
    return {**summed, "rows_per_s": round(rate), "files": listed}


def finish(reports: list[LoadReport], *, as_json: bool, is_strict: bool = False) -> None:
    """Print what the loads did, and end with the exit code that says it; a file refused whole is no success."""
    if as_json:
        say(totals(reports))
    else:
        for report in reports:
            _print(report)
    if any(report.rejected and (is_strict or report.rejected == report.read) for report in reports):
        raise typer.Exit(REJECTED)


def _print(report: LoadReport) -> None:
    out = Console(highlight=False)
    tried = " (dry run, nothing kept)" if report.is_dry_run else ""
    out.print(f"{report.source}: {report.file}{tried}", style="bold", markup=False)
    out.print(
        f"  read {report.read:,} = inserted {report.inserted:,} + updated {report.updated:,} + "
        f"unchanged {report.unchanged:,} + rejected {report.rejected:,}"
    )
    if report.withdrawn:
        out.print(f"  withdrawn {report.withdrawn:,}: no longer listed by the source, kept with the day they went")
    out.print(f"  {report.seconds:.1f} s, {report.rows_per_s:,.0f} rows/s", style="dim")
    for rule, count in report.repairs.items():
        out.print(f"  repaired {count:,}: {rule}", markup=False)
    for field, values in report.unmapped.items():
        shown = ", ".join(f"{value} ({count:,})" for value, count in list(values.items())[:5])
        more = f" and {len(values) - 5} more" if len(values) > 5 else ""
        out.print(
            f"  {_NOT_UNDERSTOOD.get(field, f'no {field} known for')}: {shown}{more}", markup=False, soft_wrap=True
        )
    for warning in report.warnings:
        out.print(f"  note: {warning}", markup=False)
    if report.rejected:
        out.print("  see why: python -m etl rejects list", style="yellow")
