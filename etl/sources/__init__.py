"""Sources: each one small module that reads what a publisher gives, plus a map that is data.

`open_source` is the one way in: a shipped source by name, or a map file of one's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from etl.errors import SourceError
from etl.maps import SHIPPED, ColumnMap, load_map, shipped_maps
from etl.prepared import FileBatches
from etl.settings import Settings
from etl.sources.hsds import open_hsds
from etl.sources.naming import own_name, plain_name
from etl.sources.open311 import open_open311
from etl.sources.osm import demo_osm_path, open_osm
from etl.sources.tabular import open_tabular
from etl.transforms.text import code_of
from geodata.profile import CityProfile

__all__ = ["demo_osm_path", "kept_links", "names", "open_source"]

DIRECTORY: Mapping[str, Callable[..., Iterator[FileBatches]]] = {
    "hsds": open_hsds,
    "open311": open_open311,
    "osm": open_osm,
}
"""Sources that are not one table of a map."""


OPTIONS: Mapping[str, tuple[str, ...]] = {
    "hsds": ("publisher", "whole"),
    "osm": ("publisher", "whole", "everywhere"),
    "open311": (
        "publisher", "jurisdiction", "api_key", "format", "start", "end", "page_size", "attempts", "wait_s",
        "incremental",
    ),
}  # fmt: skip
"""What `--option` may say to a source that is not one table."""

READ_OPTIONS = ("separator", "encoding", "sheet", "skip_rows")
LINK_OPTIONS = ("request_source", "contact_source")
"""Whose rows the rows of a source belong to."""

TABLE_OPTIONS = (*READ_OPTIONS, "query", "query_file", "source", *LINK_OPTIONS)


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
    """Each file of `paths`, ready to load; `source` is one of `names()`, the path of a map file, or its source's name.

    `hsds:NAME` and `open311:NAME` keep several publishers apart. Rows of a second city get the source's name with
    `@CITY`, by which it may be called, too.

    Raises `SourceError` or `MapError` that says what is wrong, where, and what to do.
    """
    given = dict(options or {})
    source = plain_name(source, profile.slug)
    if not paths:
        raise SourceError(f"{source}: nothing to load; name a file, a folder or an address")
    base, _, publisher = source.partition(":")
    known = OPTIONS.get(base, TABLE_OPTIONS)
    strange = [name for name in given if name not in known and name not in READ_OPTIONS]
    if strange:
        raise SourceError(f"--option {strange[0]}: {base} has no such option; it has {', '.join(known)}")
    if base in DIRECTORY:
        if publisher:
            given.setdefault("publisher", publisher)
        yield from DIRECTORY[base](paths, profile=profile, settings=settings, options=given)
        return
    column_map = _map_of(source, settings, given.get("source"))
    column_map = replace(column_map, source=own_name(settings, profile.slug, column_map.source))
    _keep_links(settings, column_map.source, given)
    yield from open_tabular(column_map, paths, profile=profile, settings=settings, options=given)


def kept_links(settings: Settings, source: str) -> dict[str, str]:
    """The options by which this deployment last tied rows of `source` to those of another one."""
    path = _kept(settings, source).with_suffix(".json")
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _keep_links(settings: Settings, source: str, options: Mapping[str, str]) -> None:
    """Keep them, so that refused rows can be mended and loaded again by the source's name alone."""
    links = {name: options[name] for name in LINK_OPTIONS if name in options}
    if links and links != kept_links(settings, source):
        path = _kept(settings, source).with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(links), encoding="utf-8")


def _map_of(source: str, settings: Settings, name: str | None) -> ColumnMap:
    """A shipped map, a map file, or the map file that this deployment loaded the source with before.

    `name` is the source's own name where two cities of one database load files of one publisher.
    """
    if source in shipped_maps() or source.lower().endswith(".toml"):
        path = SHIPPED / f"{source}.toml" if source in shipped_maps() else Path(source)
        found = load_map(path)
        if name or path.parent != SHIPPED:
            found = replace(found, source=name or found.source)
            _keep(path, _kept(settings, found.source))
        return found
    kept = _kept(settings, source)
    if not kept.is_file():
        raise SourceError(
            f"there is no source {source!r}; known: {', '.join(names())}, or the path of a map file of your own "
            "(`python -m etl map FILE` proposes one)"
        )
    return replace(load_map(kept), source=source)


def _kept(settings: Settings, source: str) -> Path:
    return Path(settings.data_dir) / "maps" / f"{code_of(source)}.toml"


def _keep(path: Path, kept: Path) -> None:
    """Keep a copy of the map, so that refused rows can be mended and loaded again by the source's name alone."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_bytes()
    if not kept.is_file() or kept.read_bytes() != text:
        kept.write_bytes(text)
