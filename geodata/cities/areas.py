"""The areas of a profile: centre points and residents of `territories.toml`, real outlines where a city has them."""

from __future__ import annotations

from pathlib import Path

from geodata.cities.parts import Catalogue
from geodata.cities.reading import Section
from geodata.errors import TerritoryError
from geodata.profile import Territory
from geodata.territories import read_territories, replace_outlines, with_schematic_outlines

OUTLINES = "territories.geojson"
WHOLE_CITY = "city"


def territories(top: Section, catalogue: Catalogue, outlines: Path | None) -> tuple[Territory, ...]:
    """`[areas.CODE]`: at (lon, lat), population, population_65_plus, level, parent; `boundary`, `level` above them."""
    level = top.text("level", "district")
    boundary = [(float(lon), float(lat)) for lon, lat in top.take("boundary", list, [])] or None
    areas, has_point = [], []
    for code, section in top.tables("areas"):
        if "at" in section:
            has_point.append(code)
        areas.append(_area(code, section, catalogue, level))
    _check_parents(top, areas)
    if top.problems.found:
        return tuple(areas)
    try:
        if outlines is not None and outlines.is_file():
            return replace_outlines(areas, read_territories(outlines))
        return with_schematic_outlines(areas, boundary=boundary, has_point=has_point)
    except TerritoryError as error:
        top.wrong("areas", str(error), "mend the file or the centre points")
        return tuple(areas)


def _area(code: str, section: Section, catalogue: Catalogue, level: str) -> Territory:
    lon, lat = section.numbers("at", 2, (0.0, 0.0))
    if abs(lon) > 180 or abs(lat) > 90:
        section.wrong("at", f"is [{lon:g}, {lat:g}]", "write [lon, lat] in degrees")
    population, seniors = section.whole("population", 0), section.whole("population_65_plus", 0)
    if seniors > population > 0:
        section.wrong("population_65_plus", f"is {seniors}, population {population}", "the older are among all")
    return Territory(
        code=code,
        names=catalogue.of(section, "territories", code),
        level=section.text("level", level),
        parent=section.text("parent", "") or None,
        lon=lon,
        lat=lat,
        population=population or None,
        population_65_plus=seniors or None,
        wkb=None,
        is_approximate=True,
    )


def _check_parents(top: Section, areas: list[Territory]) -> None:
    parents = {area.code: area.parent for area in areas}
    for area in areas:
        if area.parent is not None and area.parent not in parents:
            top.wrong(f"areas.{area.code}.parent", f"is {area.parent!r}, which is no area", "name an area of this file")
        seen, above = {area.code}, area.parent
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above is not None:
            top.wrong(f"areas.{area.code}.parent", "leads back to itself", "let the tree have a top")


def whole_city(names: dict[str, str], bbox: tuple[float, float, float, float], point: tuple[float, float]) -> Territory:
    """The one area of a profile that has no `territories.toml`: its bounding box."""
    west, south, east, north = bbox
    ring = [(west, south), (east, south), (east, north), (west, north)]
    area = Territory(
        code=WHOLE_CITY,
        names=names,
        level="city",
        parent=None,
        lon=point[0],
        lat=point[1],
        population=None,
        population_65_plus=None,
        wkb=None,
        is_approximate=True,
    )
    return with_schematic_outlines([area], boundary=ring, has_point=[WHOLE_CITY])[0]
