"""`python -m etl map FILE`: propose a column map for an unknown file, and list what could not be placed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from etl.commands.common import CityOption, JsonOption, command_errors, profile_of, say, settings_of
from etl.errors import SourceError
from etl.maps import FIELDS, ReadOptions
from etl.maps.propose import Proposal, as_toml, propose

_SAMPLE_ROWS = 2_000


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("map")(propose_map)


def propose_map(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or Parquet file, or one packed as .gz or .zip")],
    table: Annotated[
        str | None, typer.Option("--table", help="table its rows are of, where the guess is wrong")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="write the map to this file")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="where it is not found out rightly")] = None,
    city: CityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a column map for a file from its header and a sample, and list what could not be placed."""
    if table is not None and table not in FIELDS:
        raise typer.BadParameter(f"--table {table}: use one of {', '.join(FIELDS)}")
    with command_errors():
        from etl.sources.archives import unpacked
        from etl.sources.tabular import open_raw

        if not file.is_file():
            raise SourceError(f"{file}: there is no such file")
        if output is not None and output.exists():
            raise SourceError(f"{output} is there already: name another file, or remove it")
        profile = profile_of(settings_of(city))
        read = replace(ReadOptions(), encoding=encoding)
        with unpacked(file, name=file.name) as plain:
            (found, *_) = open_raw(plain, read, chunk_rows=_SAMPLE_ROWS, name=file.name)
            sample = next(iter(found.chunks)).table
        made = propose(sample, table=table)
        text = as_toml(made, file=file.name, time_zone=profile.time_zone)
        if output is not None:
            output.write_text(text, encoding="utf-8")
    if as_json:
        say({"table": made.table, "fields": made.fields, "formats": made.formats, "unplaced": made.unplaced,
             "personal": made.personal, "missing": made.missing, "notes": made.notes, "map": text})  # fmt: skip
        return
    if output is None:
        print(text, end="")
    _explain(made, output)


def _explain(made: Proposal, output: Path | None) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    where = f", written to {output}" if output else ""
    console.print(f"{len(made.fields)} fields of {made.table} placed{where}", style="bold", markup=False)
    for what, listed in (
        ("not placed", made.unplaced), ("personal, left out", made.personal), ("needed, not found", made.missing),
        ("look", made.notes),
    ):  # fmt: skip
        if listed:
            console.print(f"  {what}: {', '.join(listed)}", markup=False)
