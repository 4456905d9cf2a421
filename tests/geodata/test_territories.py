from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.cities import list_profiles, load_profile
from geodata.errors import TerritoryError
from geodata.profile import Territory
from geodata.territories import (
    load_territories,
    plain,
    read_territories,
    replace_outlines,
    schematic_cells,
    territories_from_osm,
    write_territories,
)


def shape_of(area: Territory) -> shapely.Geometry:
    assert area.wkb is not None, area.code
    return shapely.from_wkb(area.wkb)


# --- schematic outlines


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=25, unique=True))
def test_cells_hold_their_points_do_not_overlap_and_leave_no_gap(grid: list[tuple[int, int]]) -> None:
    points = [(18.0 + x / 1000, 49.0 + y / 1000) for x, y in grid]
    cells = schematic_cells(points)
    union = shapely.union_all(cells)
    assert all(
        cell.is_valid and cell.buffer(2e-6).covers(shapely.Point(p)) for cell, p in zip(cells, points, strict=True)
    )
    assert sum(cell.area for cell in cells) == pytest.approx(union.area, rel=1e-3)
    assert union.buffer(2e-6).covers(shapely.MultiPoint(points).convex_hull)


def test_cells_stay_inside_a_given_boundary() -> None:
    ring = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    cells = schematic_cells([(0.2, 0.2), (0.8, 0.3), (0.5, 0.9)], ring)
    assert shapely.union_all(cells).area == pytest.approx(1.0, rel=1e-4)


def test_the_same_points_give_the_same_cells() -> None:
    points = [(18.6, 49.0), (18.7, 49.1), (18.5, 49.2), (18.6, 49.3)]
    assert [c.wkb for c in schematic_cells(points)] == [c.wkb for c in schematic_cells(points)]


def test_two_areas_on_one_point_are_refused() -> None:
    with pytest.raises(TerritoryError, match="share one centre point"):
        schematic_cells([(1.0, 2.0), (1.0, 2.0)])


@pytest.mark.parametrize("slug", list_profiles())
def test_every_shipped_area_has_a_valid_outline_marked_approximate_with_its_point_inside(slug: str) -> None:
    for area in load_profile(slug).territories:
        shape = shape_of(area)
        assert shape.is_valid
        assert shape.geom_type == "MultiPolygon"
        assert area.is_approximate
        assert shape.buffer(1e-6).covers(shapely.Point(area.lon, area.lat)), area.code


def test_an_area_above_others_is_their_union() -> None:
    areas = load_profile("cherkasy").territories
    raion = next(area for area in areas if area.code == "umanskyi")
    children = [shape_of(area) for area in areas if area.parent == "umanskyi"]
    assert len(children) > 5
    assert shape_of(raion).area == pytest.approx(sum(child.area for child in children), rel=1e-4)


# --- real outlines


def test_minsk_districts_replace_the_schematic_ones_and_keep_residents(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "territories" / "minsk-districts.geojson"
    profile = load_profile("minsk")
    outlines = load_territories(path, language="ru", code_column="slug")
    assert len(outlines) == 9
    areas = replace_outlines(profile.territories, outlines)
    assert [area.code for area in areas] == [area.code for area in profile.territories]
    assert not any(area.is_approximate for area in areas)
    assert [area.population for area in areas] == [area.population for area in profile.territories]
    write_territories(areas, tmp_path / "minsk" / "territories.geojson")
    loaded = load_profile("minsk", data_dir=tmp_path).territories
    assert [area.code for area in loaded] == [area.code for area in areas]
    km2 = gpd.GeoSeries([shape_of(area) for area in loaded], crs=4326).to_crs(32635).area.sum() / 1e6
    assert km2 == pytest.approx(353.09, rel=0.002)
    assert not any(area.is_approximate for area in loaded)


def test_areas_are_matched_by_name_where_codes_differ(shared_data: Path) -> None:
    outlines = load_territories(shared_data / "territories" / "minsk-districts.geojson", language="ru")
    assert outlines[0].code == "заводской"
    areas = replace_outlines(load_profile("minsk").territories, outlines)
    assert not [area.code for area in areas if area.is_approximate]
    assert len(areas) == 9


def test_quarters_of_banska_bystrica_match_by_name_and_unmatched_ones_lose_their_sketch(shared_data: Path) -> None:
    path = shared_data / "territories" / "banska-bystrica-admin.geojson"
    outlines = load_territories(path, level="quarter", language="sk", code_column="osm_id")
    areas = {area.code: area for area in replace_outlines(load_profile("banska-bystrica").territories, outlines)}
    assert not areas["podlavice"].is_approximate
    assert areas["podlavice"].population == 5300
    assert areas["podlavice"].names["sk"] == "Podlavice"
    assert areas["mesto"].wkb is None


@pytest.mark.parametrize(("suffix", "driver"), [(".gpkg", "GPKG"), (".shp", "ESRI Shapefile"), (".geojson", "GeoJSON")])
def test_geopackage_shapefile_and_geojson_in_another_projection_read_alike(
    tmp_path: Path, suffix: str, driver: str
) -> None:
    frame = gpd.GeoDataFrame(
        {"kod": ["a", "b"], "NAME": ["Sever", "Juh"], "people": [100, 200]},
        geometry=[shapely.box(18.0, 49.0, 18.1, 49.1), shapely.box(18.0, 48.9, 18.1, 49.0)],
        crs=4326,
    )
    path = tmp_path / f"areas{suffix}"
    (frame if driver == "GeoJSON" else frame.to_crs(5514)).to_file(path, driver=driver)
    areas = load_territories(path, language="sk", code_column="kod", population_column="people", level="quarter")
    assert [(a.code, a.names, a.population, a.level) for a in areas] == [
        ("a", {"sk": "Sever"}, 100, "quarter"),
        ("b", {"sk": "Juh"}, 200, "quarter"),
    ]
    assert shape_of(areas[0]).symmetric_difference(frame.geometry[0]).area < 1e-4
    assert 18.0 < areas[0].lon < 18.1


def test_broken_outlines_are_mended(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    path = tmp_path / "bow.geojson"
    gpd.GeoDataFrame({"name": ["bow"]}, geometry=[bow], crs=4326).to_file(path)
    (area,) = load_territories(path)
    assert shape_of(area).is_valid


def test_boundaries_of_an_osm_extract_become_areas_with_all_their_names(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text(
        """<osm version="0.6">
        <node id="1" lon="18.0" lat="49.0" version="1"/><node id="2" lon="18.1" lat="49.0" version="1"/>
        <node id="3" lon="18.1" lat="49.1" version="1"/><node id="4" lon="18.0" lat="49.1" version="1"/>
        <way id="1" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/></way>
        <way id="2" version="1"><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
        <relation id="7" version="1"><member type="way" ref="1" role="outer"/><member type="way" ref="2" role="outer"/>
        <tag k="type" v="boundary"/><tag k="boundary" v="administrative"/><tag k="admin_level" v="9"/>
        <tag k="name" v="Mesto"/><tag k="name:uk" v="Місто"/><tag k="population" v="1200"/></relation></osm>""",
        "utf-8",
    )
    (area,) = territories_from_osm(path, admin_level=9, language="sk")
    assert (area.code, area.names, area.population) == ("osm_r7", {"sk": "Mesto", "uk": "Місто"}, 1200)
    assert shape_of(area).area == pytest.approx(0.01)


def test_minsk_read_from_an_extract_is_minsk_read_from_geojson(shared_data: Path, tmp_path: Path) -> None:
    outlines = load_territories(shared_data / "territories" / "minsk-districts.geojson", language="ru")
    path = tmp_path / "minsk.osm.pbf"
    write_extract(outlines, path)
    found = {plain(area.names["ru"]): area for area in territories_from_osm(path, admin_level=9, language="ru")}
    assert len(found) == 9
    for area in outlines:
        same = shape_of(found[plain(area.names["ru"])])
        assert same.symmetric_difference(shape_of(area)).area < 1e-9


def write_extract(areas: tuple[Territory, ...], path: Path) -> None:
    """Write outlines as OSM relations of closed ways, nodes first."""
    numbers: dict[tuple[float, float], int] = {}
    rings = [
        (position, role, [numbers.setdefault(point, len(numbers) + 1) for point in ring.coords])
        for position, area in enumerate(areas, 1)
        for polygon in shape_of(area).geoms
        for role, ring in [("outer", polygon.exterior), *(("inner", hole) for hole in polygon.interiors)]
    ]
    with osmium.SimpleWriter(str(path)) as writer:
        for (lon, lat), number in numbers.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), version=1))
        for number, (_, _, nodes) in enumerate(rings, 1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, version=1))
        for position, area in enumerate(areas, 1):
            members = [("w", number, role) for number, (of, role, _) in enumerate(rings, 1) if of == position]
            tags = {"type": "boundary", "boundary": "administrative", "admin_level": "9", "name": area.names["ru"]}
            writer.add_relation(osmium.osm.mutable.Relation(id=position, members=members, tags=tags, version=1))


def test_an_extract_without_complete_boundaries_says_so(shared_data: Path) -> None:
    with pytest.raises(TerritoryError, match="no complete administrative boundary of admin_level 3"):
        territories_from_osm(shared_data / "heidelberg" / "heidelberg.osm.pbf", admin_level=3)


# --- files that cannot be used


def test_each_unusable_file_is_named_with_a_cure(tmp_path: Path) -> None:
    square = shapely.box(0, 0, 1, 1)
    points = tmp_path / "points.geojson"
    gpd.GeoDataFrame({"name": ["p"]}, geometry=[shapely.Point(0, 0)], crs=4326).to_file(points)
    nameless = tmp_path / "nameless.geojson"
    gpd.GeoDataFrame({"label": ["x"]}, geometry=[square], crs=4326).to_file(nameless)
    bare = tmp_path / "bare.shp"
    gpd.GeoDataFrame({"name": ["x"]}, geometry=[square], crs=4326).to_file(bare)
    bare.with_suffix(".prj").unlink()
    twins = tmp_path / "twins.geojson"
    gpd.GeoDataFrame({"name": ["x", "y"], "kod": ["1", "1"]}, geometry=[square, square], crs=4326).to_file(twins)
    for path, options, message in [
        (tmp_path / "missing.geojson", {}, "cannot be read"),
        (points, {}, "holds no polygons"),
        (nameless, {}, "has no column name; name one of: label"),
        (nameless, {"name_column": "nazov"}, "has no column nazov"),
        (bare, {}, "no coordinate system; add the .prj"),
        (twins, {"code_column": "kod"}, "codes appear twice: 1"),
    ]:
        with pytest.raises(TerritoryError, match=message):
            load_territories(path, **options)  # type: ignore[arg-type]


def test_a_territory_file_that_is_not_linkas_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "territories.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [{"properties": {}}]}')
    with pytest.raises(TerritoryError, match="not a territory file of Linka"):
        read_territories(path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Заводской район", "Заводской"),
        ("Frunzensky District", "frunzensky"),
        ("SÁSOVÁ", "Sasova"),
        ("Обухов’янка", "обухов'янка"),
    ],
)
def test_names_match_without_case_accents_and_words_for_district(one: str, other: str) -> None:
    assert plain(one) == plain(other)
