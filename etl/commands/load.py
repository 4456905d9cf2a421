"""`python -m etl load SOURCE PATH...`: files of a source into the tables, a transaction each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from etl.commands.common import (
    CityOption,
    DryRunOption,
    JsonOption,
    StrictOption,
    command_errors,
    finish,
    open_engine,
    profile_of,
    progress_for,
    say,
    settings_of,
    totals,
)
from etl.pipeline import run_load
from etl.prepared import FileBatches
from etl.report import LoadReport


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("load")(load)


def load(
    source: Annotated[str, typer.Argument(help="name of the source, e.g. baltimore-311, or a map file of your own")],
    paths: Annotated[list[str], typer.Argument(help="files, folders or URLs")],
    city: CityOption = None,
    as_json: JsonOption = False,
    dry_run: DryRunOption = False,
    strict: StrictOption = False,
    option: Annotated[list[str] | None, typer.Option("--option", "-o", help="KEY=VALUE for the source")] = None,
) -> None:
    """Load files of a source; the same file again changes nothing, a changed one adds to the history."""
    reports: list[LoadReport] = []

    def tell(message: str) -> None:
        if as_json:
            say({"error": message, **totals(reports)})

    with command_errors(on_error=tell):
        from etl.sources import open_source

        settings = settings_of(city)
        profile = profile_of(settings)
        options = options_of(option or [])
        with open_engine(settings, creates=True) as engine:
            for file in open_source(source, paths, profile=profile, settings=settings, options=options):
                assert isinstance(file, FileBatches)
                with progress_for(file.file, total=file.total_rows_hint) as bar:
                    reports.append(
                        run_load(
                            engine, profile, file.batches, source=file.source, file=file.file,
                            file_hash=file.file_hash, is_simulated=False, now=datetime.now(UTC), progress=bar,
                            dry_run=dry_run, listing=file.listing,
                        )
                    )  # fmt: skip
    finish(reports, as_json=as_json, is_strict=strict)


def options_of(pairs: list[str]) -> dict[str, str]:
    """`KEY=VALUE` pairs as a mapping; a pair without `=` is wrong usage."""
    for pair in pairs:
        if "=" not in pair:
            raise typer.BadParameter(f"--option {pair}: write KEY=VALUE")
    return dict(pair.split("=", 1) for pair in pairs)
