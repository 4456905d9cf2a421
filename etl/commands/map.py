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
from etl.maps.propose import Proposal, as_toml, merged, propose

_SPOKEN = ("territory", "caller_group", "channel", "executor", "topic")
"""Fields that a column may be known by, because it speaks the city's own words."""


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("map")(propose_map)


def propose_map(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or Parquet file, one packed as .gz or .zip, or a folder")],
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
        from etl.sources.sample import samples
        from etl.transforms.codes import Codes

        if output is not None and output.exists():
            raise SourceError(f"{output} is there already: name another file, or remove it")
        profile = profile_of(settings_of(city))
        known = {name: frozenset(words) for name, words in Codes(profile).named.items() if name in _SPOKEN}
        found: list[Proposal] = []
        for sample in samples(file, replace(ReadOptions(), encoding=encoding)):
            found.append(propose(sample.table, table=found[0].table if found else table, known=known))
            found[-1].skip_rows = sample.skip_rows
        made = merged(*found)
        text = as_toml(made, file=file.name, time_zone=profile.time_zone)
        if output is not None:
            output.write_text(text, encoding="utf-8")
    if as_json:
        say({"table": made.table, "fields": made.fields, "more_fields": made.more_fields, "formats": made.formats,
             "unplaced": made.unplaced, "personal": made.personal, "missing": made.missing, "notes": made.notes,
             "map": text})  # fmt: skip
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
