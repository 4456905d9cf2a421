"""`python -m etl rejects`: list, export, resubmit after mending, or dismiss what a load refused."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

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
from etl.report import LoadReport
from etl.settings import Settings

NOTHING_TO_MEND = (
    "they hold no cells (a row that could not be cut into columns is not kept, it may hold anything); "
    "mend them in the source's own file and load that again, which settles them"
)
AS_WRITTEN = {"separator": ",", "encoding": "utf-8", "skip_rows": "0"}
"""How the mended rows are handed to the source, whatever its own files are like."""

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
    Console(markup=False).print(table)


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
    """Load mended rows through their source; those that fit now are marked as mended, the others stay as rejects."""
    reports: list[LoadReport] = []
    with command_errors():
        settings = settings_of(city)
        parts, empty = rejects.mended_rows(rejects.read_mended(file))
        if not parts:
            raise SourceError(f"{file}: {NOTHING_TO_MEND}")
        with open_engine(settings) as engine:
            for part in parts:
                report = _resubmit(engine, settings, part, file.name)
                reports.append(report)
    if empty:
        print(f"{len(empty)} rows stay open: {NOTHING_TO_MEND}", file=sys.stderr)
    finish(reports, as_json=as_json)


def _resubmit(engine: Engine, settings: Settings, part: rejects.Mended, name: str) -> LoadReport:
    from etl.sources import kept_links, open_source
    from etl.sources.hsds_read import FILE_OF

    profile = profile_of(settings)
    label = f"{name} (mended {part.table})" if part.table else f"{name} (mended)"  # a load settles rejects by file
    with tempfile.TemporaryDirectory(prefix="linka-mended-") as folder:
        path = Path(folder) / (f"{FILE_OF.get(part.table, part.table)}.csv" if part.table else name)
        with engine.begin() as connection:
            rows = rejects.own_cells(connection, city_id_of(settings.city), part)
        rows.to_csv(path, index=False, encoding="utf-8")
        options = AS_WRITTEN | kept_links(settings, part.source)
        (found,) = open_source(part.source, [str(path)], profile=profile, settings=settings, options=options)
        with progress_for(found.file, total=len(part.rows)) as bar:
            report = run_load(
                engine, profile, found.batches, source=found.source, file=label, file_hash=found.file_hash,
                is_simulated=False, now=datetime.now(UTC), progress=bar,
            )  # fmt: skip
    _settle(engine, settings, report, part.ids)
    return report


def _settle(engine: Engine, settings: Settings, report: LoadReport, ids: Sequence[int]) -> None:
    """Rows that fit are mended; those refused again are replaced by their new entry."""
    city_id = city_id_of(settings.city)
    with writing(engine) as connection:
        again = bulk.read_frame(connection, rejects.chosen(city_id, source=report.source))
        refused = {int(number) for number in again.loc[again["load_id"] == report.load_id, "row_no"].dropna()}
        mended = [reject for number, reject in enumerate(ids, start=1) if number not in refused]
        rejects.set_status(connection, city_id, mended, "mended")
        rejects.set_status(connection, city_id, [reject for reject in ids if reject not in set(mended)], "dismissed")
