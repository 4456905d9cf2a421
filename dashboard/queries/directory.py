"""The city's directory read in one go: a few thousand rows at most, kept until a load changes them.

A public reader never gets a protected place or service: they are dropped here, where the rows leave the database, so
that no page, file or search above can show one by mistake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, func, select

from dashboard.queries.reader import Reader
from etl.schema import (
    accessibility_observation,
    address,
    cost_option,
    eligibility_rule,
    hsds_contact,
    language,
    load_run,
    location,
    organization,
    phone,
    required_document,
    schedule,
    service,
    service_area,
    service_at_location,
)
from geodata.accessibility import LINK_OF, Observation
from geodata.taxonomy import load_taxonomy

Row = Mapping[str, Any]
SAME_PROPERTY = {
    "step_free": "step_free_entrance", "toilet_wheelchair": "accessible_toilet", "hearing_loop": "induction_loop",
    "tactile_paving": "tactile_way",
}  # fmt: skip
"""Names that sources give to properties of `geodata.accessibility`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One service at one place, with what belongs to that service alone; rows keep the columns of their tables."""

    id: str
    service_id: str
    code: str
    name: str
    names: Mapping[str, str]
    description: str
    descriptions: Mapping[str, str]
    row: Row
    phones: tuple[Row, ...]
    contacts: tuple[Row, ...]
    schedules: tuple[Row, ...]
    documents: tuple[Row, ...]
    costs: tuple[Row, ...]
    languages: tuple[str, ...]
    areas: tuple[Row, ...]
    rule: Row | None

    @property
    def is_free(self) -> bool | None:
        """True: free of charge; None: nobody wrote it down."""
        found = self.row["is_free"]
        return None if found is None else bool(found)


@dataclass(frozen=True, slots=True)
class Institution:
    """A place with its services; `lon` and `lat` None where nobody knows."""

    id: str
    name: str
    names: Mapping[str, str]
    kind: str
    lon: float | None
    lat: float | None
    address: str
    addresses: tuple[Row, ...]
    row: Row
    organization: Row | None
    offers: tuple[Offer, ...]
    phones: tuple[Row, ...]
    schedules: tuple[Row, ...]
    languages: tuple[str, ...]
    observations: tuple[Observation, ...]
    is_protected: bool
    is_simulated: bool

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the services given here."""
        return frozenset(offer.code for offer in self.offers)

    def offer(self, code: str) -> Offer | None:
        """The service with that code."""
        return next((offer for offer in self.offers if offer.code == code), None)


@dataclass(frozen=True)
class Directory:
    """All institutions of a city by id; `state` changes with the data, `loaded_at` is the newest load's end."""

    institutions: Mapping[str, Institution]
    state: tuple[Any, ...]
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def placed(self) -> tuple[Institution, ...]:
        """Those with a place on the map, in the order of the directory."""
        return tuple(one for one in self.institutions.values() if one.lon is not None and one.lat is not None)


def directory(read: Reader, *, is_staff: bool = False) -> Directory:
    """The directory; without `is_staff` no protected place or service is in it."""
    key = "directory-staff" if is_staff else "directory"
    state = read.remember("directory state", lambda: _state(read))
    held = read.kept.get(key)
    if held is None or held[0] != state:
        held = (state, Directory(_assemble(read, is_staff=is_staff), state))
        read.kept[key] = held
    return cast("Directory", held[1])


def _state(read: Reader) -> tuple[Any, ...]:
    statement = select(func.max(load_run.c.load_id), func.count()).where(load_run.c.city_id == read.city_id)
    with read.connect() as connection:
        return tuple(connection.execute(statement).one())


def rows_of(read: Reader, table: Table) -> list[dict[str, Any]]:
    """The city's rows of one directory table, by id; those that their source no longer lists are left out."""
    is_listed = (table.c.city_id == read.city_id) & table.c.withdrawn_at.is_(None)
    statement = select(table).where(is_listed).order_by(table.c.id)
    with read.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


@dataclass(frozen=True, slots=True)
class Gone:
    """A place that its source no longer lists: what it was called, since when, where it was, which services it gave."""

    name: str
    names: Mapping[str, str]
    withdrawn_at: datetime
    lon: float | None
    lat: float | None
    codes: tuple[str, ...]


def gone(read: Reader, place_id: str) -> Gone | None:
    """The withdrawn place with that id; None for every other one, and for one that was protected."""
    with read.connect() as connection:
        place = connection.execute(
            select(location).where(
                location.c.city_id == read.city_id, location.c.id == place_id, location.c.withdrawn_at.is_not(None)
            )
        ).mappings().first()  # fmt: skip
        given = connection.execute(
            select(service.c.service_code, service.c.is_protected)
            .join(service_at_location, service_at_location.c.service_id == service.c.id)
            .where(service_at_location.c.location_id == place_id, service.c.city_id == read.city_id)
        ).all()
    if place is None or place["is_protected"] or any(_is_hidden(code, is_hidden) for code, is_hidden in given):
        return None
    codes = tuple(dict.fromkeys(code for code, _ in given if code))
    return Gone(
        place["name"] or "", place["name_translations"] or {}, place["withdrawn_at"], place["lon"], place["lat"], codes
    )


def _is_hidden(code: str | None, is_protected: object) -> bool:
    known = load_taxonomy().services.get(code or "")
    return bool(is_protected) or (known is not None and known.is_protected)


def _by(rows: Iterable[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.get(column):
            grouped[row[column]].append(row)
    return grouped


def _assemble(read: Reader, *, is_staff: bool) -> dict[str, Institution]:
    services = {row["id"]: row for row in rows_of(read, service)}
    parts = _Parts(read)
    organizations = {row["id"]: row for row in rows_of(read, organization)}
    hidden = {key for key, row in services.items() if _is_hidden(row["service_code"], row["is_protected"])}
    given = _by(rows_of(read, service_at_location), "location_id")
    found: dict[str, Institution] = {}
    for place in rows_of(read, location):
        links = given.get(place["id"], [])
        is_protected = bool(place["is_protected"]) or any(link["service_id"] in hidden for link in links)
        if is_protected and not is_staff:
            continue
        offers = tuple(
            parts.offer(link, services[link["service_id"]]) for link in links if link["service_id"] in services
        )
        owner = organizations.get(place["organization_id"])
        found[place["id"]] = parts.institution(place, offers, owner, is_protected=is_protected)
    return found


class _Parts:
    """The tables that hang on places and services, grouped once."""

    def __init__(self, read: Reader) -> None:
        phones, schedules = rows_of(read, phone), rows_of(read, schedule)
        contacts, languages = rows_of(read, hsds_contact), rows_of(read, language)
        self.addresses = _by(rows_of(read, address), "location_id")
        self.place_phones = _by((row for row in phones if not row["service_id"]), "location_id")
        self.sal_phones = _by(phones, "service_at_location_id")
        self.service_phones = _by((row for row in phones if not row["service_at_location_id"]), "service_id")
        self.place_schedules = _by((row for row in schedules if not row["service_id"]), "location_id")
        self.sal_schedules = _by(schedules, "service_at_location_id")
        self.service_schedules = _by((row for row in schedules if not row["service_at_location_id"]), "service_id")
        self.sal_contacts = _by(contacts, "service_at_location_id")
        self.service_contacts = _by((row for row in contacts if not row["service_at_location_id"]), "service_id")
        self.place_contacts = _by((row for row in contacts if not row["service_id"]), "location_id")
        self.languages = _by(languages, "service_id")
        self.place_languages = _by(languages, "location_id")
        self.documents = _by(rows_of(read, required_document), "service_id")
        self.costs = _by(rows_of(read, cost_option), "service_id")
        self.areas = _by(rows_of(read, service_area), "service_id")
        self.seen = _by(rows_of(read, accessibility_observation), "location_id")
        rules = rows_of(read, eligibility_rule)
        self.rules = {row["service_id"]: row for row in rules if row["service_id"]}
        self.code_rules = {row["service_code"]: row for row in rules if row["service_code"] and not row["service_id"]}

    def offer(self, link: Row, row: Row) -> Offer:
        """The service of a link, with what hangs on it; of the pair first, else of the service."""
        sal, own = link["id"], row["id"]
        contacts = self.sal_contacts.get(sal) or self.service_contacts.get(own) or []
        return Offer(
            id=sal,
            service_id=own,
            code=row["service_code"] or "",
            name=row["name"],
            names=row["name_translations"] or {},
            description=row["description"] or "",
            descriptions=row["description_translations"] or {},
            row=row,
            phones=tuple(self.sal_phones.get(sal) or self.service_phones.get(own) or ()),
            contacts=tuple(contacts or self.place_contacts.get(link["location_id"], [])),
            schedules=tuple(self.sal_schedules.get(sal) or self.service_schedules.get(own) or ()),
            documents=tuple(self.documents.get(own, ())),
            costs=tuple(self.costs.get(own, ())),
            languages=tuple(dict.fromkeys(one["code"] or one["name"] or "" for one in self.languages.get(own, ()))),
            areas=tuple(self.areas.get(own, ())),
            rule=self.rules.get(own) or self.code_rules.get(row["service_code"] or ""),
        )

    def institution(
        self, place: Row, offers: tuple[Offer, ...], owner: Row | None, *, is_protected: bool
    ) -> Institution:
        """A place with its offers in the order of the taxonomy."""
        order = {code: position for position, code in enumerate(load_taxonomy().services)}
        addresses = self.addresses.get(place["id"], [])
        name = place["name"] or (owner["name"] if owner else "") or (offers[0].name if offers else "")
        own = [one["code"] or "" for one in self.place_languages.get(place["id"], ())]
        return Institution(
            id=place["id"],
            name=name,
            names=place["name_translations"] or {},
            kind=place["kind"] or "",
            lon=place["lon"],
            lat=place["lat"],
            address=_address(addresses),
            addresses=tuple(addresses),
            row=place,
            organization=owner,
            offers=tuple(sorted(offers, key=lambda one: (order.get(one.code, 10_000), one.name))),
            phones=tuple(self.place_phones.get(place["id"], ())),
            schedules=tuple(self.place_schedules.get(place["id"], ())),
            languages=tuple(dict.fromkeys([*own, *(code for offer in offers for code in offer.languages)])),
            observations=tuple(_observation(row) for row in self.seen.get(place["id"], [])),
            is_protected=is_protected,
            is_simulated=bool(place["is_simulated"]),
        )


def _address(rows: list[dict[str, Any]]) -> str:
    physical = next((row for row in rows if row["address_type"] in (None, "physical")), rows[0] if rows else None)
    if physical is None:
        return ""
    return ", ".join(str(physical[part]) for part in ("address_1", "address_2") if physical[part])


def _observation(row: Row) -> Observation:
    name = SAME_PROPERTY.get(row["property"], str(row["property"]))
    if row["property"] == "step_free" and row["link"] in ("way", "inside"):
        name = f"step_free_{row['link']}"
    if name not in LINK_OF:
        name = row["property"]
    seen_on = row["observed_on"]
    return Observation(
        name, row["value"], row["source"], seen_on if isinstance(seen_on, date) else None, row["note"] or ""
    )
