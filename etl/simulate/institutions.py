"""A directory for a city whose own cannot be shipped, with gaps where real directories have gaps."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from etl.ids import reference_id
from etl.simulate.facts import SimulationFacts
from etl.simulate.frames import Keys
from etl.simulate.places import draw_points
from geodata.accessibility import LINK_OF
from geodata.profile import CityProfile, Territory, text_in
from geodata.taxonomy import load_taxonomy

ACCESS_SHARE = 0.7
"""Share of the properties of the chain that an observed place tells."""
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
        checked_on = (checked_at - timedelta(days=int(rng.integers(5, 500)))).date()
        desk = _Desk(profile, keys, place, profile.territories[place.territory], checked_on)
        for table, row in _rows(desk, (float(lon[index]), float(lat[index])), rng):
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


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the rows of one institution share; `row` makes one with its id and provenance."""

    profile: CityProfile
    keys: Keys
    place: Place
    area: Territory
    checked_on: date

    @property
    def own(self) -> str:
        """The city's own language."""
        return self.profile.languages[0]

    def id(self, suffix: str) -> str:
        """The id of the row with that suffix."""
        return directory_id(self.keys.source, self._key(suffix))

    def row(self, table: str, suffix: str, **values: Any) -> tuple[str, Row]:
        """A row of `table`."""
        return table, {"id": self.id(suffix), **_provenance(self.keys, self._key(suffix)), **values}

    def _key(self, suffix: str) -> str:
        return f"i-{self.place.kind}-{self.area.code}-{self.place.number}-{suffix}"


def _rows(desk: _Desk, point: tuple[float, float], rng: np.random.Generator) -> Iterator[tuple[str, Row]]:
    """The rows of one institution."""
    yield from _place_rows(desk, point, rng)
    for code in desk.place.table["services"]:
        yield from _service_rows(desk, code, rng)
    is_observed = rng.random() < desk.place.table["share_access"]
    for prop, link in LINK_OF.items():
        if is_observed and rng.random() < ACCESS_SHARE:
            value = str(rng.choice(["yes", "no", "limited"], p=[0.78, 0.14, 0.08]))
            yield desk.row(
                "accessibility_observation", f"acc-{prop}", location_id=desk.id("loc"), link=link, property=prop,
                value=value, observed_on=desk.checked_on,
            )  # fmt: skip


def _place_rows(desk: _Desk, point: tuple[float, float], rng: np.random.Generator) -> Iterator[tuple[str, Row]]:
    place, area, own = desk.place, desk.area, desk.own
    patterns: Mapping[str, str] = place.table["names"]
    names = {
        lang: text.format(area=text_in(area.names, lang, own), number=place.number) for lang, text in patterns.items()
    }
    name = names.get(own, names["en"])
    has_hours = rng.random() < place.table["share_hours"]
    yield desk.row("organization", "org", name=name, name_translations=names)
    yield desk.row(
        "location", "loc", organization_id=desk.id("org"), location_type="physical", name=name, name_translations=names,
        lon=point[0], lat=point[1], territory_id=reference_id(desk.profile.slug, "territory", area.code),
        kind=place.kind, is_protected=bool(place.table.get("is_protected", False)),
        opening_hours=place.table["hours"] if has_hours else None, assured_on=desk.checked_on,
    )  # fmt: skip
    yield desk.row(
        "address", "addr", location_id=desk.id("loc"), city=desk.profile.name(own), country=desk.profile.country,
        address_1=f"{text_in(area.names, own)} {int(rng.integers(1, 120))}", address_type="physical",
    )  # fmt: skip
    yield desk.row("phone", "phone", location_id=desk.id("loc"), number=_number(rng), type="voice")


def _service_rows(desk: _Desk, code: str, rng: np.random.Generator) -> Iterator[tuple[str, Row]]:
    table = desk.place.table
    ids = {"service_id": desk.id(f"{code}-svc"), "location_id": desk.id("loc")}
    at_location = {**ids, "service_at_location_id": desk.id(f"{code}-sal")}
    yield desk.row("service", f"{code}-svc", organization_id=desk.id("org"), **_service_values(desk, code, rng))
    yield desk.row("service_at_location", f"{code}-sal", **ids)
    yield desk.row("phone", f"{code}-phone", **at_location, number=_number(rng), type="voice")
    if table.get("takes_applications"):
        room = f"{int(rng.integers(1, 40))}"
        yield desk.row("hsds_contact", f"{code}-desk", **at_location, name=room, title="desk", takes_applications=True)
    if "intake" in table:
        yield desk.row("schedule", f"{code}-intake", **at_location, opening_hours=table["intake"], purpose="intake")
    for lang in LANGUAGES_OF.get(desk.profile.country, desk.profile.languages):
        yield desk.row("language", f"{code}-lang-{lang}", service_id=ids["service_id"], code=lang)


def _service_values(desk: _Desk, code: str, rng: np.random.Generator) -> Row:
    service = load_taxonomy().services[code]
    bits = {row.code: row.bit for row in desk.profile.caller_groups}
    mask = sum(1 << bits[group] for group in service.groups if group in bits)
    told_free = bool(rng.random() < 0.8) if rng.random() < 0.7 else None
    return {
        "service_code": code,
        "name": text_in(service.names, desk.own),
        "name_translations": dict(service.names),
        "description": text_in(service.abouts, desk.own),
        "description_translations": dict(service.abouts),
        "status": "active",
        "is_free": desk.place.table.get("is_free", told_free),
        "caller_group_mask": mask or None,
        "is_protected": bool(desk.place.table.get("is_protected", False)) or service.is_protected,
        "assured_on": desk.checked_on,
    }


def directory_id(source: str, source_key: str) -> str:
    """The id of a directory row: UUIDv5 of (source, source_key)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source}\x1f{source_key}"))


def _provenance(keys: Keys, source_key: str) -> Row:
    return {"city_id": keys.city_id, "source": keys.source, "source_key": source_key, "is_simulated": True}


def _number(rng: np.random.Generator) -> str:
    """A number in the range that is kept free for fiction (555-01xx)."""
    return f"555-01{int(rng.integers(0, 100)):02d}"
