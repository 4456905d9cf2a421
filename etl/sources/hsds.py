"""HSDS directories: 3.x JSON, full or list, 3.x and 1.1 tables, Ohana exports, as files, folders or zip archives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from etl.errors import SourceError
from etl.prepared import FileBatches, Prepared
from etl.settings import Settings
from etl.sources.archives import open_zip, read_member
from etl.sources.directory import Row, directory_id, prepared
from etl.sources.download import is_web_address
from etl.sources.files import expand, hash_of, hash_of_bytes
from etl.sources.hsds_read import TABLES, RawDirectory, read_csv, read_json, stem_of
from etl.sources.hsds_rows import HsdsRows
from etl.sources.naming import own_name
from etl.transforms.places import areas_of, locate
from etl.withdrawn import Listing, Scope, scope_of, series_name
from geodata.profile import CityProfile

SOURCE = "hsds"
SUFFIXES = (".json", ".csv", ".zip")
ORDER = (
    "organization", "taxonomy_term", "service", "location", "service_at_location", "address", "hsds_contact", "phone",
    "schedule", "required_document", "cost_option", "language", "service_area", "attribute",
    "accessibility_observation",
)  # fmt: skip


def open_hsds(
    paths: Sequence[str], *, profile: CityProfile, settings: Settings, options: Mapping[str, str]
) -> Iterator[FileBatches]:
    """Each document, archive or set of CSV files; `--option publisher=NAME` keeps directories of several apart.

    Tables and lists are whole, a document of one object or one page of several is a part; `--option whole=yes` or `no`
    says otherwise. What a later whole one lacks is withdrawn.
    """
    publisher = options.get("publisher")
    source = own_name(settings, profile.slug, f"{SOURCE}:{publisher}" if publisher else SOURCE)
    for name, file_hash, raw in _documents(paths):
        if not any(raw.rows.values()) and not raw.left_out:
            raise SourceError(f"{name}: holds no row of HSDS; files are named organizations.csv, services.csv, ...")
        total = sum(len(rows) for rows in raw.rows.values()) + len(raw.repeated)
        scope = scope_of(options.get("whole"), usual=Scope.SERIES if raw.is_whole else Scope.PART)
        listing = Listing(series_name(name), scope)
        yield FileBatches(name, file_hash, total, _chunks(raw, source, profile), source, listing)


def _documents(paths: Sequence[str]) -> Iterator[tuple[str, str, RawDirectory]]:
    """Name, hash and rows of each group of files; JSON documents that contradict each other agree on the last word."""
    found: list[tuple[str, str, RawDirectory]] = []
    error: SourceError | None = None
    try:
        for name, files in _groups(paths):
            raw = RawDirectory()
            for file in files:
                _read(file, raw)
            hashes = [hash_of(file.path) if file.text is None else hash_of_bytes(file.text) for file in files]
            whole = hashes[0] if len(hashes) == 1 else directory_id("files", "".join(hashes)).replace("-", "")
            found.append((name, whole, raw))
    except SourceError as broken:
        error = broken  # told when the files before it are loaded
    _agree([raw for name, _, raw in found if name.lower().endswith(".json")])
    yield from found
    if error is not None:
        raise error


def _agree(documents: Sequence[RawDirectory]) -> None:
    """A row that several documents tell says the same in each, so that loading them all again changes nothing."""
    last: dict[tuple[str, str], Row] = {}
    for raw in reversed(documents):
        for table, rows in raw.rows.items():
            for row in rows:
                if row.get("id") in (None, ""):
                    continue
                later = last.setdefault((table, str(row["id"])), {})
                row.update({name: later[name] for name in row.keys() & later.keys()})
                told = {name: value for name, value in row.items() if value not in (None, "") and name[0] != "_"}
                later.update(told)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a group; one that waits for others of its group has its bytes, as a fetched file does not stay."""

    path: Path
    text: bytes | None = None


def _groups(paths: Sequence[str]) -> Iterator[tuple[str, list[_File]]]:
    """JSON and zip files each alone; CSV files of one folder and one prefix together, as they refer to each other."""
    tables: dict[tuple[str, str], list[_File]] = {}
    for text in paths:
        for path, name in expand([text], SUFFIXES):
            if path.suffix.lower() != ".csv":
                yield name, [_File(path)]
                continue
            stem = stem_of(path.name)
            prefix = path.stem.lower().removesuffix(stem) if stem in TABLES else ""
            folder = urlsplit(text).path.rpartition("/")[0] if is_web_address(text) else str(path.parent)
            tables.setdefault((folder, prefix), []).append(_File(path, path.read_bytes()))
    for (folder, prefix), files in tables.items():
        yield (files[0].path.name if len(files) == 1 else f"{PurePath(folder).name}/{prefix}*.csv"), files


def _read(file: _File, raw: RawDirectory) -> None:
    path = file.path
    if path.suffix.lower() == ".zip":
        with open_zip(path, name=path.name) as archive:
            for member in sorted(archive.namelist()):
                if member.lower().endswith((".csv", ".json")) and not member.startswith("__MACOSX"):
                    _read_bytes(read_member(archive, member, name=path.name), member, raw, path.name)
        return
    _read_bytes(path.read_bytes() if file.text is None else file.text, path.name, raw, path.name)


def _read_bytes(text: bytes, file: str, raw: RawDirectory, name: str) -> None:
    if not text.strip():
        raise SourceError(f"{name}: {file} is empty; export it again")
    if file.rsplit("/", 1)[-1] == "datapackage.json":
        return  # describes the tables, holds none
    if file.lower().endswith(".json"):
        read_json(text, raw, name=name)
    else:
        read_csv(text, file, raw, name=name)


def _chunks(raw: RawDirectory, source: str, profile: CityProfile) -> Iterator[Prepared]:
    """A chunk per table, so that every row of every table is counted; what cells held rides along with its row."""
    _merge_eligibility(raw)
    _merge_organizations(raw)
    is_first = True
    for table in ORDER:
        if table not in raw.rows:
            continue
        made = HsdsRows(source)
        rows = [row for item in raw.rows[table] if (row := made.make(table, item)) is not None]
        for other, _, row in raw.repeated:
            if other == table:
                made.refuse(table, row, "id", "duplicate_key")
        if table == "location":
            _place(rows, made, profile)
        unmapped: dict[tuple[str, str], int] = dict(made.unmapped)
        if is_first:
            unmapped |= {("table", name): count for name, count in raw.left_out.items()}
            is_first = False
        frames = {table: rows, **{name: listed for name, listed in made.side.items() if name != table}}
        yield prepared(
            table, frames, rejects=made.refused, unmapped=unmapped, repairs=made.repairs,
            refused_ids={table: made.refused_ids},
        )  # fmt: skip


def _merge_eligibility(raw: RawDirectory) -> None:
    """HSDS 1.1 has a table of who is eligible, which became a text of the service."""
    said: dict[str, list[str]] = {}
    for row in raw.rows.pop("eligibility", []):
        said.setdefault(str(row.get("service_id")), []).append(str(row.get("eligibility") or ""))
    for service in raw.rows.get("service", []):
        texts = [text for text in said.get(str(service.get("id")), []) if text]
        if texts and not service.get("eligibility_description"):
            service["eligibility_description"] = ", ".join(texts)


def _merge_organizations(raw: RawDirectory) -> None:
    """In Ohana's tables a service knows its place only, and the place its organization."""
    owners: dict[str, Any] = {str(row.get("id")): row.get("organization_id") for row in raw.rows.get("location", [])}
    for service in raw.rows.get("service", []):
        if not service.get("organization_id") and service.get("location_id"):
            service["organization_id"] = owners.get(str(service["location_id"]))


def _place(rows: list[Row], made: HsdsRows, profile: CityProfile) -> None:
    """Impossible points are dropped; the others get their territory."""
    lon = np.array([row["lon"] if row["lon"] is not None else np.nan for row in rows], dtype=np.float64)
    lat = np.array([row["lat"] if row["lat"] is not None else np.nan for row in rows], dtype=np.float64)
    checks = {
        "point_half": np.isfinite(lon) != np.isfinite(lat),
        "point_zero": (lon == 0) & (lat == 0),
        "point_impossible": (np.abs(lon) > 180) | (np.abs(lat) > 90),
    }
    for rule, mask in checks.items():
        if mask.any():
            made.repairs[rule] += int(mask.sum())
            lon[mask], lat[mask] = np.nan, np.nan
    territory = locate(areas_of(profile), lon, lat).astype(object)
    for row, x, y, area in zip(rows, lon, lat, territory.where(territory.notna(), None), strict=True):
        row["lon"], row["lat"] = (float(x), float(y)) if np.isfinite(x) else (None, None)
        row["territory_id"] = area
