"""A directory for a city whose own cannot be shipped, with gaps where real directories have gaps."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from etl.ids import reference_id
from etl.simulate.facts import SimulationFacts
from etl.simulate.frames import Keys
from etl.simulate.places import draw_points
from geodata.profile import CityProfile, text_in
from geodata.taxonomy import load_taxonomy

ACCESS = (
    ("entrance", "step_free"),
    ("entrance", "automatic_door"),
    ("inside", "toilet_wheelchair"),
    ("inside", "lift"),
    ("inside", "hearing_loop"),
    ("way", "tactile_paving"),
    ("parking", "disabled_parking"),
)
LANGUAGES_OF = {"SK": ("sk", "en"), "UA": ("uk", "ru"), "BY": ("be", "ru"), "FI": ("fi", "sv", "en")}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """One institution to be made: its kind's table, the index of its territory, its number among its kind there."""

    kind: str
    table: Mapping[str, Any]
    territory: int
    number: int


def institution_frames(
    profile: CityProfile, facts: SimulationFacts, keys: Keys, checked_at: datetime, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Directory frames by table name; `location` is the main one."""
    places = list(_places(profile, facts, rng))
    lon, lat = draw_points(profile, np.array([place.territory for place in places], dtype=np.int64), 0.0, rng)
    rows: dict[str, list[Row]] = {}
    for index, place in enumerate(places):
        for table, row in _rows(profile, keys, place, (float(lon[index]), float(lat[index])), checked_at, rng):
            rows.setdefault(table, []).append(row)
    return {table: pd.DataFrame(listed) for table, listed in rows.items()}


def _places(profile: CityProfile, facts: SimulationFacts, rng: np.random.Generator) -> Iterator[Place]:
    kinds = tomllib.loads(resources.files("etl.simulate").joinpath("institutions.toml").read_text("utf-8"))
    above = {row.parent for row in profile.territories}
    areas = [i for i, row in enumerate(profile.territories) if row.code not in above]
    for kind, table in kinds.items():
        if profile.country not in table.get("countries", [profile.country]):
            continue
        if "total" in table:
            yield from (Place(kind, table, int(rng.choice(areas)), number + 1) for number in range(table["total"]))
            continue
        per_area = int(table["per_area"])
        if kind == "seniors_club" and facts.clubs:
            per_area = -(-facts.clubs // len(areas))
        yield from (Place(kind, table, area, number + 1) for area in areas for number in range(per_area))


def _rows(
    profile: CityProfile,
    keys: Keys,
    place: Place,
    point: tuple[float, float],
    checked_at: datetime,
    rng: np.random.Generator,
) -> Iterator[tuple[str, Row]]:
    area = profile.territories[place.territory]
    own = profile.languages[0]
    names = {
        lang: pattern.format(area=text_in(area.names, lang, own), number=place.number)
        for lang, pattern in place.table["names"].items()
    }
    name = names.get(own, names["en"])
    key = f"i-{place.kind}-{area.code}-{place.number}"
    is_protected = bool(place.table.get("is_protected", False))

    def row(table: str, suffix: str, **values: Any) -> tuple[str, Row]:
        source_key = f"{key}-{suffix}"
        return table, {"id": directory_id(keys.source, source_key), **_provenance(keys, source_key), **values}

    organization_id = directory_id(keys.source, f"{key}-org")
    location_id = directory_id(keys.source, f"{key}-loc")
    checked_on = (checked_at - timedelta(days=int(rng.integers(5, 500)))).date()
    yield row("organization", "org", name=name, name_translations=names)
    has_hours = rng.random() < place.table["share_hours"]
    yield row(
        "location",
        "loc",
        organization_id=organization_id,
        location_type="physical",
        name=name,
        name_translations=names,
        lon=point[0],
        lat=point[1],
        territory_id=reference_id(profile.slug, "territory", area.code),
        kind=place.kind,
        is_protected=is_protected,
        opening_hours=place.table["hours"] if has_hours else None,
        assured_on=checked_on,
    )
    yield row(
        "address",
        "addr",
        location_id=location_id,
        address_1=f"{text_in(area.names, own)} {int(rng.integers(1, 120))}",
        city=profile.name(own),
        country=profile.country,
        address_type="physical",
    )
    yield row("phone", "phone", location_id=location_id, number=_number(rng), type="voice")
    for code in place.table["services"]:
        yield from _service_rows(profile, keys, place, key, code, organization_id, location_id, checked_on, rng)
    for link, prop in ACCESS:
        if rng.random() < place.table["share_access"] * 0.6:
            value = str(rng.choice(["yes", "no", "limited"], p=[0.62, 0.28, 0.10]))
            yield row(
                "accessibility_observation",
                f"acc-{prop}",
                location_id=location_id,
                link=link,
                property=prop,
                value=value,
                observed_on=checked_on,
            )


def _service_rows(
    profile: CityProfile,
    keys: Keys,
    place: Place,
    key: str,
    code: str,
    organization_id: str,
    location_id: str,
    checked_on: object,
    rng: np.random.Generator,
) -> Iterator[tuple[str, Row]]:
    service = load_taxonomy().services[code]
    names = dict(service.names)
    groups = {row.code: row.bit for row in profile.caller_groups}
    mask = sum(1 << groups[group] for group in service.groups if group in groups)

    def row(table: str, suffix: str, **values: Any) -> tuple[str, Row]:
        source_key = f"{key}-{code}-{suffix}"
        return table, {"id": directory_id(keys.source, source_key), **_provenance(keys, source_key), **values}

    service_id = directory_id(keys.source, f"{key}-{code}-svc")
    at_location_id = directory_id(keys.source, f"{key}-{code}-sal")
    yield row(
        "service",
        "svc",
        organization_id=organization_id,
        service_code=code,
        name=text_in(names, profile.languages[0]),
        name_translations=names,
        description=text_in(service.abouts, profile.languages[0]),
        description_translations=dict(service.abouts),
        status="active",
        is_free=bool(rng.random() < 0.8) if rng.random() < 0.7 else None,
        caller_group_mask=mask or None,
        is_protected=bool(place.table.get("is_protected", False)) or service.is_protected,
        assured_on=checked_on,
    )
    yield row("service_at_location", "sal", service_id=service_id, location_id=location_id)
    yield row(
        "phone",
        "phone",
        service_id=service_id,
        service_at_location_id=at_location_id,
        location_id=location_id,
        number=_number(rng),
        type="voice",
    )
    if place.table.get("takes_applications"):
        yield row(
            "hsds_contact",
            "desk",
            service_id=service_id,
            service_at_location_id=at_location_id,
            location_id=location_id,
            name=f"{int(rng.integers(1, 40))}",
            title="desk",
            takes_applications=True,
        )
    if "intake" in place.table:
        yield row(
            "schedule",
            "intake",
            service_id=service_id,
            service_at_location_id=at_location_id,
            location_id=location_id,
            opening_hours=place.table["intake"],
            purpose="intake",
        )
    for lang in LANGUAGES_OF.get(profile.country, profile.languages):
        yield row("language", f"lang-{lang}", service_id=service_id, code=lang)


def directory_id(source: str, source_key: str) -> str:
    """The id of a directory row: UUIDv5 of (source, source_key)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source}\x1f{source_key}"))


def _provenance(keys: Keys, source_key: str) -> Row:
    return {"city_id": keys.city_id, "source": keys.source, "source_key": source_key, "is_simulated": True}


def _number(rng: np.random.Generator) -> str:
    """A number in the range that is kept free for fiction (555-01xx)."""
    return f"555-01{int(rng.integers(0, 100)):02d}"
