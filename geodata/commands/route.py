"""`python -m geodata route`: a route between two points, in words or as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from geodata.errors import GeodataError
from geodata.network.sources import network_dir
from geodata.routing.errors import NoRouteError
from geodata.routing.router import Router
from geodata.routing.types import MODES, Itinerary, LatLon, Mode
from geodata.wordforms import LANGUAGES

EXIT_NO_NETWORK = 8


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(route)


def route(
    *,
    start: Annotated[str, typer.Option("--from", help="Start as LAT,LON.")],
    end: Annotated[str, typer.Option("--to", help="Destination as LAT,LON.")],
    network: Annotated[Path | None, typer.Option(help="Folder of a built network.")] = None,
    city: Annotated[str, typer.Option(envvar="LINKA_CITY", help="City, where no --network is given.")] = "demo",
    mode: Annotated[str, typer.Option(help=", ".join(MODES))] = "transit",
    depart: Annotated[str, typer.Option(help="Leave at (ISO 8601; the city's time where no offset is given).")] = "",
    arrive: Annotated[str, typer.Option(help="Be there by (ISO 8601).")] = "",
    wheelchair: Annotated[bool, typer.Option("--wheelchair", help="Step-free public transport.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the steps: sk, uk, be, ru, en.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: Annotated[Path, typer.Option(envvar="LINKA_DATA_DIR", help="Folder of built networks.")] = Path("var"),
) -> None:
    """Find the way from one point to another.

    Exit codes: 0 found; 3 outside the network; 4 no path; 5 timetable not valid that day; 6 no timetable; 7 engine
    missing; 8 no network. Codes 3 to 7 come with a sentence and the best thing left, walking, where it exists.
    """
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"'{lang}' is not a language of Linka: use one of {', '.join(LANGUAGES)}")
    try:
        router = Router.open(network or network_dir(data_dir, city))
    except GeodataError as error:
        _print_error(as_json, "no_network", str(error), ())
        raise typer.Exit(EXIT_NO_NETWORK) from error
    times = _times(router, depart, arrive)
    try:
        found = router.route(
            _point("--from", start),
            _point("--to", end),
            _mode(mode),
            depart_at=times[0],
            arrive_at=times[1],
            lang=lang,
            is_wheelchair=wheelchair,
        )
    except NoRouteError as error:
        _print_error(as_json, error.code, error.sentence(lang), error.best_left)
        raise typer.Exit(error.exit_code) from error
    if as_json:
        print(json.dumps({"itineraries": [one.to_dict() for one in found]}, ensure_ascii=False))
    else:
        _print_words(found)


def _point(option: str, text: str) -> LatLon:
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{option} must be LAT,LON, such as 49.41,8.69, not {text!r}") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise typer.BadParameter(f"{option} must be LAT,LON in degrees, not {text!r}")
    return lat, lon


def _mode(text: str) -> Mode:
    for mode in MODES:
        if mode == text:
            return mode
    raise typer.BadParameter(f"--mode must be one of {', '.join(MODES)}, not {text!r}")


def _times(router: Router, depart: str, arrive: str) -> tuple[datetime | None, datetime | None]:
    """The departure or the arrival asked for; now where neither is given."""
    if depart and arrive:
        raise typer.BadParameter("give --depart or --arrive, not both")
    if not depart and not arrive:
        return datetime.now(UTC), None
    try:
        at = datetime.fromisoformat(depart or arrive)
    except ValueError as error:
        raise typer.BadParameter(f"{depart or arrive!r} is no ISO 8601 time, such as 2022-09-14T08:00") from error
    if not 1900 <= at.year <= 2200:
        raise typer.BadParameter(f"{at.year} is no year of a timetable")
    at = at if at.tzinfo else at.replace(tzinfo=router.zone)
    return (at, None) if depart else (None, at)


def _print_error(as_json: bool, code: str, message: str, best_left: tuple[Itinerary, ...]) -> None:
    if as_json:
        error = {"code": code, "message": message}
        print(json.dumps({"error": error, "itineraries": [one.to_dict() for one in best_left]}, ensure_ascii=False))
        return
    typer.echo(message, err=True)
    _print_words(best_left)


def _print_words(found: tuple[Itinerary, ...]) -> None:
    for one in found:
        minutes = round(one.duration_s / 60)
        typer.echo(f"\n{one.departs_at:%H:%M} - {one.arrives_at:%H:%M}  {minutes} min, {one.distance_m / 1000:.1f} km")
        for step in one.steps:
            typer.echo(f"  {step.text}")
        for unknown in one.unknown:
            typer.echo(f"  ? {unknown.text}")
