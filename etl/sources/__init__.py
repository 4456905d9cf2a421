"""Sources: each one small module that reads what a publisher gives, plus a map that is data.

`open_source` is the one way in: a shipped source by name, or a map file of one's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from etl.errors import SourceError
from etl.maps import load_map, shipped_maps
from etl.prepared import FileBatches
from etl.settings import Settings
from etl.sources.hsds import open_hsds
from etl.sources.open311 import open_open311
from etl.sources.osm import demo_osm_path, open_osm
from etl.sources.tabular import open_tabular
from geodata.profile import CityProfile

__all__ = ["demo_osm_path", "names", "open_source"]

DIRECTORY: Mapping[str, Callable[..., Iterator[FileBatches]]] = {
    "hsds": open_hsds,
    "open311": open_open311,
    "osm": open_osm,
}
"""Sources that are not one table of a map."""


def names() -> tuple[str, ...]:
    """Names of the sources that come with the program."""
    return tuple(sorted({*shipped_maps(), *DIRECTORY}))


def open_source(
    source: str,
    paths: Sequence[str],
    *,
    profile: CityProfile,
    settings: Settings,
    options: Mapping[str, str] | None = None,
) -> Iterator[FileBatches]:
    """Each file of `paths`, ready to load; `source` is one of `names()` or the path of a map file.

    Raises `SourceError` or `MapError` that says what is wrong, where, and what to do.
    """
    given = dict(options or {})
    if source not in names() and not source.lower().endswith(".toml"):
        raise SourceError(
            f"there is no source {source!r}; known: {', '.join(names())}, or the path of a map file of your own "
            "(`python -m etl map FILE` proposes one)"
        )
    if not paths:
        raise SourceError(f"{source}: nothing to load; name a file, a folder or an address")
    if source in DIRECTORY:
        yield from DIRECTORY[source](paths, profile=profile, settings=settings, options=given)
        return
    yield from open_tabular(
        load_map(Path(source) if source.lower().endswith(".toml") else source),
        paths,
        profile=profile,
        settings=settings,
        options=given,
    )
