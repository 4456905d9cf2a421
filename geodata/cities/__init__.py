"""City profiles: folders of TOML, read and checked into one frozen `CityProfile`; a new city is data only.

`geodata/cities/README.md` lists every key. What a city leaves out comes from `geodata/cities/defaults`, and names of
usual things in five languages from its `names.toml`, so that a first profile fits in ten lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geodata.cities import areas, parts
from geodata.cities.checks import check
from geodata.cities.reading import Problems, Section, is_language, read_toml
from geodata.cities.simulation import simulation
from geodata.cities.topics import topics
from geodata.errors import ProfileError, UnknownCityError
from geodata.profile import CityProfile, DataSources

SHIPPED = Path(__file__).parent
DEFAULTS = "defaults"
_MARGIN_DEGREES = 0.1
_OPENED_ON = date(2020, 1, 1)  # of a profile that does not say: early enough for its data

__all__ = ["list_profiles", "load_profile"]


def list_profiles(cities_dir: Path | None = None) -> tuple[str, ...]:
    """Slugs of the profiles that exist: the shipped ones and those of `cities_dir` (setting LINKA_CITIES_DIR).

    Raises `ProfileError` where there is no such folder.
    """
    if cities_dir is not None and not cities_dir.is_dir():
        raise ProfileError(
            f"there is no folder {cities_dir} (LINKA_CITIES_DIR); make it, name the right one, or leave the setting out"
        )
    folders = [SHIPPED] if cities_dir is None else [cities_dir, SHIPPED]
    found = {path.parent.name for folder in folders for path in folder.glob("*/city.toml")}
    return tuple(sorted(found - {DEFAULTS}))


def load_profile(slug: str, *, cities_dir: Path | None = None, data_dir: Path | None = None) -> CityProfile:
    """The checked profile of `slug`; a folder in `cities_dir` goes before a shipped one of the same name.

    Outlines in `data_dir/<slug>/territories.geojson` (written by `python -m geodata territories`) replace the schematic
    ones. Raises `UnknownCityError`, or `ProfileError` that lists every problem with file, key and cure.
    """
    folder = _folder(slug, cities_dir)
    problems = Problems(slug)
    base = SHIPPED / DEFAULTS
    values = read_toml(base / "city.toml", problems) | read_toml(folder / "city.toml", problems)
    tree = read_toml(_first(folder, base, "topics.toml"), problems)
    places = folder / "territories.toml"
    with Section(values, file="city.toml", key="", problems=problems) as top:
        profile = _build(
            slug,
            top,
            tree,
            read_toml(places, problems) if places.is_file() else None,
            catalogue=read_toml(base / "names.toml", problems),
            outlines=data_dir / slug / areas.OUTLINES if data_dir else None,
        )
    problems.report()
    check(profile, problems)
    problems.report()
    return profile


def _folder(slug: str, cities_dir: Path | None) -> Path:
    known = list_profiles(cities_dir)
    if slug not in known:
        raise UnknownCityError(
            f"there is no profile {slug!r}; known: {', '.join(known)}. A new one is a folder with city.toml"
        )
    own = cities_dir / slug if cities_dir else SHIPPED / slug
    return own if (own / "city.toml").is_file() else SHIPPED / slug


def _first(folder: Path, base: Path, name: str) -> Path:
    return folder / name if (folder / name).is_file() else base / name


def _build(
    slug: str,
    top: Section,
    tree: Mapping[str, Any],
    places: Mapping[str, Any] | None,
    *,
    catalogue: Mapping[str, Any],
    outlines: Path | None,
) -> CityProfile:
    problems = top.problems
    languages = _languages(top)
    words = parts.Catalogue(catalogue, languages[0])
    names = dict(top.names("names", languages[0]))
    zone = _zone(top)
    centre, bbox = _place(top)
    with Section(tree, file="topics.toml", key="", problems=problems) as section:
        topic_tree = topics(section, words)
    if places is None:
        territories: tuple[Any, ...] = (areas.whole_city(names, bbox, centre),)
    else:
        with Section(places, file="territories.toml", key="", problems=problems) as section:
            territories = areas.territories(section, words, outlines)
    return CityProfile(
        slug=slug,
        names=names,
        country=top.text("country", example='"SK"'),
        subdivision=top.text("subdivision", "") or None,
        languages=languages,
        time_zone=zone.key,
        lon=centre[0],
        lat=centre[1],
        zoom=top.number("zoom", 11),
        bbox=bbox,
        hot_line=top.text("hot_line", ""),
        opened_on=top.day("opened_on", _OPENED_ON) or _OPENED_ON,
        closing_time=top.take("closing_time", time, time(0)),
        calendars=parts.calendars(top, words),
        channels=parts.channels(top, words),
        lines=parts.lines(top, words),
        caller_groups=parts.caller_groups(top, words),
        request_classes=parts.request_classes(top, words),
        executors=parts.executors(top, words),
        policies=parts.policies(top),
        milestones=parts.milestones(top, zone, words),
        topics=topic_tree,
        territories=territories,
        sources=parts.sources(top) if "sources" in top else DataSources(),
        published=parts.published(top),
        simulation=simulation(top),
        targets=_targets(top),
    )


def _languages(top: Section) -> tuple[str, ...]:
    codes = tuple(str(code) for code in top.take("languages", list, example='["sk", "en"]'))
    for code in codes:
        if not is_language(code):
            top.wrong(
                "languages", f"{code!r} is not a language code", "use ISO 639-1: uk for Ukrainian, be for Belarusian"
            )
    return codes or ("en",)


def _zone(top: Section) -> ZoneInfo:
    key = top.text("time_zone", example='"Europe/Bratislava"')
    try:
        return ZoneInfo(key or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        top.wrong("time_zone", f"{key!r} is not a time zone", "use an IANA name such as Europe/Kyiv")
        return ZoneInfo("UTC")


def _place(top: Section) -> tuple[tuple[float, float], tuple[float, float, float, float]]:
    if "bbox" in top and "centre" not in top:
        top.wrong("bbox", "is given without centre", "write centre = [lon, lat] as well")
    lon, lat = top.numbers("centre", 2)
    around = (lon - _MARGIN_DEGREES, lat - _MARGIN_DEGREES, lon + _MARGIN_DEGREES, lat + _MARGIN_DEGREES)
    west, south, east, north = top.numbers("bbox", 4, around)
    return (lon, lat), (west, south, east, north)


def _targets(top: Section) -> dict[str, float]:
    found: dict[str, float] = {}
    with top.table("targets") as section:
        for kpi, value in section.items().items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                section.wrong(kpi, f"is {value!r}", "write a number")
            else:
                found[kpi] = float(value)
    return found
