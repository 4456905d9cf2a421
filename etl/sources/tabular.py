"""Files of rows and columns, packed or not, read by a map: delimited text, XLSX, Parquet; or a city's own database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.errors import ColumnError, SourceError
from etl.maps import ColumnMap, ReadOptions
from etl.prepared import FileBatches
from etl.settings import Settings
from etl.sources import aliases
from etl.sources.archives import PACKED, TABLES, unpacked
from etl.sources.delimited import open_delimited
from etl.sources.files import expand, hash_of
from etl.sources.parquet import open_parquet
from etl.sources.sql import is_database_url, open_query
from etl.sources.xlsx import open_xlsx
from etl.transforms.codes import Codes
from etl.transforms.context import Context
from etl.transforms.personal import Hasher, load_salt
from etl.transforms.places import areas_of, extent_of
from etl.transforms.raw import RawFile
from etl.transforms.tabular import place_columns, prepared_chunks
from geodata.profile import CityProfile

SUFFIXES = (*TABLES, *(f"{kind}{packed}" for kind in (".csv", ".tsv", ".txt") for packed in PACKED))
"""Kinds of files that a folder is searched for."""


def open_tabular(
    column_map: ColumnMap,
    paths: Sequence[str],
    *,
    profile: CityProfile,
    settings: Settings,
    options: Mapping[str, str],
) -> Iterator[FileBatches]:
    """Each file (or query) of `paths` in turn, transformed by the map."""
    options = dict(options)
    read = _overridden(column_map.read, options)
    shared = context_of(column_map, profile=profile, settings=settings, options=options)

    def fits(header: tuple[str, ...]) -> bool:
        try:
            place_columns(column_map, header, where="")
        except ColumnError:
            return False
        return True

    for file in _files(paths, read, options, settings, fits):
        context = replace(shared, seen=type(shared.seen)())
        yield FileBatches(file.name, file.file_hash, file.rows_hint, prepared_chunks(file, context), context.source)


def context_of(
    column_map: ColumnMap, *, profile: CityProfile, settings: Settings, options: Mapping[str, str]
) -> Context:
    """What the transform needs to know of the city, the map and the deployment."""
    source = column_map.source
    known = aliases.topic_aliases(settings, profile.slug, source)
    return Context(
        source=source,
        map=column_map,
        codes=Codes(profile, known),
        areas=areas_of(profile),
        extent=extent_of(profile, column_map),
        zone=ZoneInfo(column_map.time_zone or profile.time_zone),
        hasher=Hasher(load_salt(settings)),
        options=dict(options),
    )


def _overridden(read: ReadOptions, options: Mapping[str, str]) -> ReadOptions:
    """The map's reading options, with those of the command line in their place."""
    given = {name: options[name] for name in ("separator", "encoding", "sheet") if name in options}
    if given.get("separator") == "\\t":
        given["separator"] = "\t"
    rows = options.get("skip_rows", str(read.skip_rows))
    if not rows.isdigit():
        raise SourceError(f"--option skip_rows={rows}: write a whole number")
    return replace(read, skip_rows=int(rows), **given)  # type: ignore[arg-type]


def _files(
    paths: Sequence[str],
    read: ReadOptions,
    options: Mapping[str, str],
    settings: Settings,
    fits: Callable[[tuple[str, ...]], bool],
) -> Iterator[RawFile]:
    for text in paths:
        if is_database_url(text):
            yield open_query(text, read, options, chunk_rows=settings.chunk_rows)
            continue
        for path, name in expand([text], SUFFIXES):
            with unpacked(path, name=name) as plain:
                yield from open_raw(plain, read, chunk_rows=settings.chunk_rows, name=name, fits=fits)


def open_raw(
    path: Path,
    read: ReadOptions,
    *,
    chunk_rows: int,
    name: str,
    fits: Callable[[tuple[str, ...]], bool] | None = None,
) -> list[RawFile]:
    """One file, read by the kind its name tells; of a workbook each sheet whose header `fits`."""
    file_hash = hash_of(path)
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        return open_xlsx(path, read, chunk_rows=chunk_rows, name=name, file_hash=file_hash, fits=fits)
    if suffix == ".parquet":
        return [open_parquet(path, chunk_rows=chunk_rows, name=name, file_hash=file_hash)]
    return [open_delimited(path, read, chunk_rows=chunk_rows, name=name, file_hash=file_hash)]
