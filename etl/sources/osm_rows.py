"""One institution of OpenStreetMap as rows of the directory: who, where, what, when, how to get in and through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from etl.sources.directory import Row, directory_id, stamped
from etl.sources.osm_tags import kind_of
from geodata.accessibility.observations import LINK_OF
from geodata.accessibility.osm import observations_from_osm
from geodata.profile import CityProfile, text_in
from geodata.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from etl.sources.osm import Institution

_NAME = re.compile(r"name:([a-z]{2,3})")
_PHONES = ("phone", "contact:phone", "phone:mobile", "contact:mobile", "mobile")
_ADDRESS = {
    "city": ("addr:city", "addr:place"), "region": ("addr:district", "addr:suburb"),
    "state_province": ("addr:province", "addr:state", "addr:region"), "postal_code": ("addr:postcode",),
    "address_2": ("addr:floor", "addr:unit"),
}  # fmt: skip
_FREE = {"no": True, "yes": False}


def institution_rows(
    place: Institution, profile: CityProfile, *, territory_id: int | None, seen_on: date | None, source: str
) -> Iterator[tuple[str, Row]]:
    """Pairs of table and row; the location comes first."""
    tags = place.tags
    services = load_taxonomy().services
    is_protected = any(services[code].is_protected for code in place.services)
    name, names = names_of(place, profile)
    key = place.osm_id
    org_id, location_id = directory_id(source, f"{key}-organization"), directory_id(source, key)
    yield "location", stamped(
        source, key, organization_id=org_id, location_type="physical", name=name, name_translations=names,
        alternate_name=tags.get("alt_name") or tags.get("short_name"), description=tags.get("description"),
        lon=place.lon, lat=place.lat, territory_id=territory_id, kind=kind_of(tags), is_protected=is_protected,
        opening_hours=tags.get("opening_hours"), osm_id=key, assured_on=_checked_on(tags),
    )  # fmt: skip
    yield "organization", stamped(
        source, f"{key}-organization", name=tags.get("operator") or name,
        name_translations={} if tags.get("operator") else names,
        website=_first(tags, "website", "contact:website", "url"),
        email=_first(tags, "email", "contact:email"),
    )  # fmt: skip
    yield from _address(place, profile, location_id, source)
    yield from _phones(place, location_id, source)
    for code in place.services:
        yield from _service(place, profile, code, org_id, location_id, source)
    yield from _accessibility(place, location_id, seen_on, source)


def names_of(place: Institution, profile: CityProfile) -> tuple[str, dict[str, str]]:
    """The name and its translations; what has no name is called what it is (public toilets, drinking water)."""
    tags, own = place.tags, profile.languages[0]
    names = {match[1]: value for key, value in tags.items() if (match := _NAME.fullmatch(key))}
    if "name" in tags or names:
        name = tags.get("name") or text_in(names, own, *profile.languages)
        return name, names
    said = tags.get("operator") or tags.get("brand")
    if said and tags.get("amenity") not in ("toilets", "drinking_water"):
        return said, {}
    called = dict(load_taxonomy().services[place.services[0]].names)
    return text_in(called, own, *profile.languages), called


def _first(tags: Mapping[str, str], *keys: str) -> str | None:
    return next((tags[key] for key in keys if tags.get(key)), None)


def _checked_on(tags: Mapping[str, str]) -> date | None:
    try:
        return date.fromisoformat(_first(tags, "check_date", "survey:date") or "")
    except ValueError:
        return None


def _address(place: Institution, profile: CityProfile, location_id: str, source: str) -> Iterator[tuple[str, Row]]:
    tags = place.tags
    street = _first(tags, "addr:street", "addr:place")
    number = _first(tags, "addr:housenumber", "addr:conscriptionnumber")
    line = _first(tags, "addr:full") or " ".join(part for part in (street, number) if part)
    given = {column: _first(tags, *keys) for column, keys in _ADDRESS.items()}
    if not line and not any(given.values()):
        return
    yield "address", stamped(
        source, f"{place.osm_id}-address", location_id=location_id, address_1=line or None, address_type="physical",
        country=tags.get("addr:country") or profile.country, **given,
    )  # fmt: skip


def _phones(place: Institution, location_id: str, source: str) -> Iterator[tuple[str, Row]]:
    listed = [
        (number.strip(), "fax" if "fax" in key else "cell" if "mobile" in key else "voice")
        for key in (*_PHONES, "fax", "contact:fax")
        for number in re.split(r"[;,]", place.tags.get(key, ""))
        if number.strip()
    ]
    for number, kind in dict(listed).items():
        key = f"{place.osm_id}-phone-{''.join(letter for letter in number if letter.isdigit())}"
        yield "phone", stamped(source, key, location_id=location_id, number=number, type=kind)


def _service(
    place: Institution, profile: CityProfile, code: str, org_id: str, location_id: str, source: str
) -> Iterator[tuple[str, Row]]:
    service = load_taxonomy().services[code]
    own = profile.languages[0]
    key = f"{place.osm_id}-{code}"
    bits = {group.code: group.bit for group in profile.caller_groups}
    mask = sum(1 << bits[group] for group in service.groups if group in bits)
    row: dict[str, Any] = stamped(
        source, key, organization_id=org_id, service_code=code, name=text_in(service.names, own),
        name_translations=dict(service.names), description=text_in(service.abouts, own),
        description_translations=dict(service.abouts), status="active", caller_group_mask=mask or None,
        is_free=_FREE.get(place.tags.get("fee", "")), is_protected=service.is_protected,
        url=_first(place.tags, "website", "contact:website"), assured_on=_checked_on(place.tags),
    )  # fmt: skip
    yield "service", row
    yield "service_at_location", stamped(source, f"{key}-at", service_id=row["id"], location_id=location_id)


def _accessibility(
    place: Institution, location_id: str, seen_on: date | None, source: str
) -> Iterator[tuple[str, Row]]:
    tags = dict(place.tags)
    if tags.get("amenity") == "toilets" and "wheelchair" in tags:
        tags.setdefault("toilets:wheelchair", tags["wheelchair"])
    for seen in {seen.property: seen for seen in observations_from_osm(tags, observed_on=seen_on)}.values():
        yield "accessibility_observation", stamped(
            source, f"{place.osm_id}-{seen.property}", location_id=location_id, link=LINK_OF[seen.property],
            property=seen.property, value=seen.value, note=seen.note or None, observed_on=seen.observed_on,
        )  # fmt: skip
