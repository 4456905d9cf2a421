"""`python -m etl export FOLDER`: the city's tables as CSV or Parquet files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from etl import export as exports
from etl.commands.common import CityOption, JsonOption, command_errors, open_engine, progress_for, say, settings_of
from etl.ids import city_id_of


class Format(StrEnum):
    """Formats of exported files."""

    CSV = "csv"
    PARQUET = "parquet"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("export")(export)


def export(
    folder: Annotated[Path, typer.Argument(help="folder to write to; made where it is missing")],
    table: Annotated[list[str] | None, typer.Option("--table", help="only this table; may be repeated")] = None,
    file_format: Annotated[Format, typer.Option("--format", help="csv or parquet")] = Format.CSV,
    city: CityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the city's tables to files; accounts and their audit trail are never among them."""
    with command_errors():
        settings = settings_of(city)
        chosen = exports.tables(table or [])
        folder.mkdir(parents=True, exist_ok=True)
        written: dict[str, int] = {}
        with open_engine(settings) as engine, engine.connect() as connection:
            for one in chosen:
                with progress_for(one.name) as bar:
                    path, rows = exports.export_table(
                        connection, one, folder, city_id=city_id_of(settings.city), file_format=file_format.value,
                        advance=bar.advance,
                    )  # fmt: skip
                written[path.name] = rows
    if as_json:
        say({"folder": str(folder), "rows": written})
        return
    for name, rows in written.items():
        print(f"{rows:>12,}  {folder / name}")
