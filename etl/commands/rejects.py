"""`python -m etl rejects`: list, export, resubmit after mending, or dismiss what a load refused."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from etl import bulk, rejects
from etl.commands.common import (
    CityOption,
    JsonOption,
    command_errors,
    finish,
    open_engine,
    profile_of,
    progress_for,
    say,
    settings_of,
)
from etl.errors import SourceError
from etl.ids import city_id_of
from etl.locks import writing
from etl.pipeline import run_load
from etl.prepared import FileBatches
from etl.report import LoadReport
from etl.settings import Settings

Source = Annotated[str | None, typer.Option("--source", help="only those of this source")]
Reason = Annotated[str | None, typer.Option("--reason", help="only those with this reason")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    group = typer.Typer(
        help="Rows that loads refused: list, export, resubmit after mending, dismiss.", no_args_is_help=True
    )
    group.command("list")(show)
    group.command("export")(export)
    group.command("resubmit")(resubmit)
    group.command("dismiss")(dismiss)
    app.add_typer(group, name="rejects")


def show(city: CityOption = None, as_json: JsonOption = False) -> None:
    """List open rejects by source and reason, with what to do about them."""
    with command_errors():
        settings = settings_of(city)
        with open_engine(settings) as engine, engine.connect() as connection:
            found = rejects.summary(connection, city_id_of(settings.city))
    if as_json:
        say({"rejects": int(found["rows"].sum()), "by_reason": found.to_dict("records")})
        return
    table = Table("rows", "source", "reason", "cure", title=f"{int(found['rows'].sum()):,} open rejects")
    for row in found.to_dict("records"):
        table.add_row(f"{row['rows']:,}", row["source"], row["reason"], row["cure"])
    Console().print(table)


def export(
    file: Annotated[Path, typer.Argument(help="CSV file to write")],
    city: CityOption = None,
    source: Source = None,
    reason: Reason = None,
) -> None:
    """Write open rejects to a CSV file: the rows as they came, with reason and cure beside them, ready to be mended."""
    with command_errors():
        settings = settings_of(city)
        with open_engine(settings) as engine, engine.connect() as connection:
            chosen = rejects.chosen(city_id_of(settings.city), source=source, reason=reason)
            found = rejects.as_file(bulk.read_frame(connection, chosen))
        found.to_csv(file, index=False, encoding="utf-8")
    print(f"{len(found)} rejects written to {file}: mend the rows, then run `python -m etl rejects resubmit {file}`")


def dismiss(
    ids: Annotated[list[int] | None, typer.Argument(help="numbers of rejects, see the exported file")] = None,
    city: CityOption = None,
    source: Source = None,
    reason: Reason = None,
) -> None:
    """Set rejects aside for good, by number, source or reason; they stay in the table."""
    if not ids and source is None and reason is None:
        raise typer.BadParameter("say which: numbers, --source or --reason")
    with command_errors():
        settings = settings_of(city)
        city_id = city_id_of(settings.city)
        with open_engine(settings) as engine, writing(engine) as connection:
            found = bulk.read_frame(connection, rejects.chosen(city_id, source=source, reason=reason))
            wanted = [int(i) for i in found["load_reject_id"] if not ids or int(i) in ids]
            count = rejects.set_status(connection, city_id, wanted, "dismissed")
    print(f"{count} rejects dismissed")


def resubmit(
    file: Annotated[Path, typer.Argument(help="CSV file that `rejects export` wrote, mended")],
    city: CityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load mended rows through their source; those that fit now are marked as mended."""
    reports: list[LoadReport] = []
    with command_errors():
        settings = settings_of(city)
        frame = _read(file)
        with open_engine(settings) as engine:
            for source, rows in frame.groupby(rejects.PREFIX + "source", sort=True):
                reports += _resubmit(engine, settings, str(source), rows, file.name)
    finish(reports, as_json=as_json)


def _read(file: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig", sep=None, engine="python")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise SourceError(f"{file} is not the CSV file that `rejects export` wrote: {error}") from error
    rejects.mended_rows(frame)
    return frame


def _resubmit(engine: Engine, settings: Settings, source: str, frame: pd.DataFrame, name: str) -> list[LoadReport]:
    from etl.sources import open_source

    ids, rows = rejects.mended_rows(frame)
    used = [column for column in rows.columns if (rows[column] != "").any()]
    profile = profile_of(settings)
    reports: list[LoadReport] = []
    with tempfile.TemporaryDirectory(prefix="linka-mended-") as folder:
        path = Path(folder) / name
        rows[used].to_csv(path, index=False, encoding="utf-8")
        options: dict[str, Any] = {}
        for found in open_source(source, [str(path)], profile=profile, settings=settings, options=options):
            assert isinstance(found, FileBatches)
            with progress_for(found.file, total=len(rows)) as bar:
                reports.append(
                    run_load(
                        engine, profile, found.batches, source=found.source, file=found.file,
                        file_hash=found.file_hash, is_simulated=False, now=datetime.now(UTC), progress=bar,
                    )
                )  # fmt: skip
    _settle(engine, settings, reports, ids)
    return reports


def _settle(engine: Engine, settings: Settings, reports: list[LoadReport], ids: list[int]) -> None:
    """Rows that fit are mended; those refused again are replaced by their new entry."""
    city_id = city_id_of(settings.city)
    with writing(engine) as connection:
        refused: set[int] = set()
        for report in reports:
            again = bulk.read_frame(connection, rejects.chosen(city_id, source=report.source))
            mine = again[again["load_id"] == report.load_id]
            refused |= {int(number) for number in mine["row_no"].dropna()}
        mended = [reject for number, reject in enumerate(ids, start=1) if number not in refused]
        rejects.set_status(connection, city_id, mended, "mended")
        rejects.set_status(connection, city_id, [reject for reject in ids if reject not in set(mended)], "dismissed")
