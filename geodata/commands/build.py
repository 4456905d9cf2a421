"""`python -m geodata build`: streets, timetable, base map and gazetteer of a city, with a report of what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.status import Status
from rich.table import Table

from geodata.cities import load_profile
from geodata.errors import GeodataError
from geodata.network.build import Parts, Progress, Report, build_network
from geodata.network.sources import Sources, find_sources, network_dir

STEPS = {
    "inputs": "Reading the inputs",
    "streets": "Streets from OpenStreetMap",
    "timetable": "Timetable: checking the feeds",
    "transfers_foot": "Walks between stops",
    "transfers_wheelchair": "Step-free ways between stops",
    "gazetteer": "Addresses, streets, places, stops",
    "basemap": "Base map",
}
DataDir = Annotated[Path, typer.Option(envvar="LINKA_DATA_DIR", help="Folder of built networks.")]
CitiesDir = Annotated[Path | None, typer.Option(envvar="LINKA_CITIES_DIR", help="Folder of own city profiles.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    city: Annotated[
        list[str] | None, typer.Argument(metavar="CITY", help="Slug of the city profile; not needed with --osm.")
    ] = None,
    *,
    osm: Annotated[Path | None, typer.Option(help="OpenStreetMap extract (.osm.pbf).")] = None,
    gtfs: Annotated[
        list[Path] | None, typer.Option(help="GTFS feed (.zip); several may follow or the option be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default: the city's own.")] = None,
    basemap: Annotated[bool, typer.Option(help="Make the base map.")] = True,
    gazetteer: Annotated[bool, typer.Option(help="Make the index of addresses and streets.")] = True,
    time_zone: Annotated[
        str, typer.Option(help="Zone of times without an offset, with --osm alone; a timetable brings its own.")
    ] = "UTC",
    force: Annotated[bool, typer.Option("--force", help="Build even if nothing changed.")] = False,
    data_dir: DataDir = Path("var"),
    cities_dir: CitiesDir = None,
) -> None:
    """Build the streets, timetable, base map and gazetteer of CITY, or of the files given."""
    console = Console(stderr=True)
    try:
        slug, feeds = _city_and_feeds(city or [], gtfs or [])
        sources, target, zone = _inputs(slug, osm, feeds, out, data_dir, cities_dir, _zone(time_zone))
        with console.status("") as status:
            report = build_network(
                sources.osm,
                sources.feeds,
                target,
                today=datetime.now(UTC).astimezone(ZoneInfo(zone)).date(),
                time_zone=zone,
                parts=Parts(basemap=basemap, gazetteer=gazetteer),
                progress=_teller(console, status),
                is_forced=force,
            )
    except GeodataError as error:
        console.print(f"[bold red]Not built.[/] {error}")
        raise typer.Exit(1) from error
    _show(console, report, target)
    if not slug and not report.has_timetable:
        console.print(f"Without a timetable, times without an offset are those of {zone}; --time-zone names another.")


def _teller(console: Console, status: Status) -> Progress:
    """Says each step as it begins."""

    def tell(step: str) -> None:
        status.update(f"{STEPS[step]} …")
        console.print(f"  {STEPS[step]}")

    return tell


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise typer.BadParameter(f"{name!r} is no time zone, such as Europe/Berlin") from error


def _city_and_feeds(words: list[str], gtfs: list[Path]) -> tuple[str, list[Path]]:
    """The city's slug and all feeds: files after the first of `--gtfs A.zip B.zip` arrive among the bare words."""
    feeds = [Path(word) for word in words if gtfs and word.endswith(".zip")]
    slugs = [word for word in words if Path(word) not in feeds]
    if len(slugs) > 1:
        raise typer.BadParameter(f"give one CITY, not {', '.join(slugs)}")
    return (slugs[0] if slugs else ""), [*gtfs, *feeds]


def _inputs(
    city: str, osm: Path | None, gtfs: list[Path], out: Path | None, data_dir: Path, cities_dir: Path | None, zone: str
) -> tuple[Sources, Path, str]:
    """Files, target and time zone: of the profile, with what the options put in their place."""
    if not city:
        if osm is None or out is None:
            raise typer.BadParameter("give a CITY, or --osm FILE and --out DIR (and --gtfs ZIP for a timetable)")
        return Sources(osm, tuple(gtfs)), out, zone
    profile = load_profile(city, cities_dir=cities_dir)
    if osm is None:
        found = find_sources(profile, data_dir, today=datetime.now(UTC).astimezone(profile.zone).date())
        osm, gtfs = found.osm, gtfs or list(found.feeds)
    return Sources(osm, tuple(gtfs)), out or network_dir(data_dir, profile.slug), profile.time_zone


def _show(console: Console, report: Report, target: Path) -> None:
    table = Table(title=str(target), title_justify="left", show_header=False)
    for name, count in report.counts.items():
        table.add_row(name.replace("_", " "), f"{count:,}")
    if report.has_timetable:
        mark = " (simulated)" if report.is_simulated else ""
        table.add_row("timetable", f"{report.valid_from} to {report.valid_to}{mark}")
    console.print(table)
    for problem in report.problems:
        console.print(f"[{'red' if problem.is_fatal else 'yellow'}]•[/] {problem.message}")
        if problem.examples:
            console.print(f"    [dim]such as {', '.join(problem.examples)}[/]")
    console.print("Up to date, nothing to do." if report.is_up_to_date else "Built.")
