"""`python -m geodata fetch` and `territories`: the streets, timetables and outlines of a real deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from geodata.cities import load_profile
from geodata.cities.areas import OUTLINES
from geodata.errors import GeodataError
from geodata.fetch import downloads_of, fetch, packaged_extract
from geodata.profile import Territory
from geodata.territories import (
    check_place,
    load_territories,
    replace_outlines,
    territories_from_osm,
    write_territories,
)

City = Annotated[str, typer.Argument(help="slug of the city profile, e.g. minsk")]
DataDir = Annotated[Path, typer.Option(envvar="LINKA_DATA_DIR", help="folder of what is downloaded and built")]
CitiesDir = Annotated[Path | None, typer.Option(envvar="LINKA_CITIES_DIR", help="folder of your own city profiles")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("fetch")(fetch_city)
    app.command("territories")(write_outlines)


def fetch_city(
    city: City,
    update: Annotated[bool, typer.Option("--update", help="download again what is there")] = False,
    data_dir: DataDir = Path("var"),
    cities_dir: CitiesDir = None,
) -> None:
    """Download the OSM extract and timetables that the profile names; run again after a break, it goes on."""
    errors = Console(stderr=True)
    try:
        profile = load_profile(city, cities_dir=cities_dir)
        if (packaged := packaged_extract(profile)) is not None:
            print(packaged)
            if not profile.sources.gtfs_urls:
                return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=errors) as bars:
            for download in downloads_of(profile):
                task = bars.add_task(download.file, total=None)
                path = fetch(
                    download,
                    data_dir / city,
                    is_update=update,
                    progress=lambda done, whole, task=task: bars.update(task, completed=done, total=whole),  # type: ignore[misc]
                )
                print(path)
    except GeodataError as error:
        errors.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


def write_outlines(
    city: City,
    file: Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage, Shapefile or OSM extract (.pbf)")],
    level: Annotated[str, typer.Option(help="what the areas are: district, quarter, municipality")] = "district",
    name_column: Annotated[str | None, typer.Option(help="column of names")] = None,
    code_column: Annotated[str | None, typer.Option(help="column of unique codes")] = None,
    population_column: Annotated[str | None, typer.Option(help="column of residents")] = None,
    layer: Annotated[str | None, typer.Option(help="layer of a GeoPackage")] = None,
    admin_level: Annotated[int, typer.Option(help="OSM admin_level, for an extract")] = 9,
    data_dir: DataDir = Path("var"),
    cities_dir: CitiesDir = None,
) -> None:
    """Replace a profile's schematic areas by real outlines, matched by code or name; they keep their residents."""
    try:
        profile = load_profile(city, cities_dir=cities_dir)
        language = profile.languages[0]
        if file.suffix == ".pbf":
            outlines = territories_from_osm(file, admin_level=admin_level, level=level, language=language)
        else:
            outlines = load_territories(
                file,
                level=level,
                language=language,
                name_column=name_column,
                code_column=code_column,
                population_column=population_column,
                layer=layer,
            )
        check_place(outlines, profile.bbox, name=profile.name(language), source=file)
        areas = replace_outlines(profile.territories, outlines)
        path = data_dir / city / OUTLINES
        write_territories([area for area in areas if area.wkb is not None], path)
    except GeodataError as error:
        Console(stderr=True).print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    _tell(profile.territories, areas, path)


def _tell(before: tuple[Territory, ...], after: tuple[Territory, ...], path: Path) -> None:
    known = {area.code for area in before}
    without = [area.code for area in after if area.wkb is None]
    added = [area.code for area in after if area.code not in known]
    drawn = sum(area.wkb is not None and not area.is_approximate for area in after)
    print(f"{path}: {drawn} areas with real outlines, {len(added)} of them new to the profile")
    if without:
        print(f"no outline found for: {', '.join(without)}; name them alike in the file or use --code-column")
