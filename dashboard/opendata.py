"""The directory as open data: HSDS 3 JSON, the tabular package, GeoJSON; with ETags, and never a protected place.

Files are made from the same directory object as the pages, so what the public cannot see cannot be downloaded either.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import flask

from dashboard import plain
from dashboard.directory.find import find
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.opening import place_hours
from dashboard.directory.place_page import route_features, trip_of
from dashboard.directory.result_page import question
from dashboard.directory.ways import in_words, ways
from dashboard.directory.words import phones, place_name, service_name
from dashboard.i18n import Texts
from dashboard.maps.takeaway import Spot, takeaway
from dashboard.queries.directory import Institution, Offer
from dashboard.view import language
from geodata.opening_hours.words import state_in_words

if TYPE_CHECKING:
    from dashboard.deps import Deps

ADDRESS = (
    "attention",
    "address_1",
    "address_2",
    "city",
    "region",
    "state_province",
    "postal_code",
    "country",
    "address_type",
)
SCHEDULE = ("valid_from", "valid_to", "freq", "byday", "bymonthday", "opens_at", "closes_at", "description")
MAX_TAKEN = 300
CARRIED_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
EMPTY: tuple[Any, ...] = (None, "", [], {})


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/open-data` with its four files, and `/takeaway.html`."""

    @server.route("/open-data")
    def about() -> flask.typing.ResponseReturnValue:
        guide = guide_of(deps)
        return plain.document(
            deps,
            "open_data.html",
            title=Texts(language(deps))("social.files"),
            path="/open-data",
            count=len(guide.directory().institutions),
            host=flask.request.host_url.rstrip("/"),
        )

    makers = {
        "services.json": ("application/json", services_json),
        "locations.json": ("application/json", locations_json),
        "places.geojson": ("application/geo+json", geojson),
        "hsds.zip": ("application/zip", tabular_zip),
    }

    @server.route("/open-data/<name>")
    def file(name: str) -> flask.typing.ResponseReturnValue:
        if name not in makers:
            return "No such file", 404
        guide = guide_of(deps)
        kind, make = makers[name]
        tag = hashlib.sha256(f"{name} {guide.directory().state}".encode()).hexdigest()[:20]
        if flask.request.if_none_match.contains(tag):
            return flask.Response(status=304, headers={"ETag": f'"{tag}"'})
        memo = guide.directory().memo
        if name not in memo:
            memo[name] = make(guide)
        answer = flask.Response(memo[name], mimetype=kind)
        answer.headers.update({"ETag": f'"{tag}"', "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"})
        return answer

    @server.route("/takeaway.html")
    def carried() -> flask.typing.ResponseReturnValue:
        page = takeaway_of(deps, flask.request.args.to_dict())
        headers = {
            "Content-Disposition": 'attachment; filename="linka-map.html"',
            "Cache-Control": "no-store",
            "Content-Security-Policy": CARRIED_POLICY,
        }
        return flask.Response(page, mimetype="text/html", headers=headers)


def _clean(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in row.items()
        if value not in EMPTY
    }


def _status(row: Mapping[str, Any]) -> str:
    return str(row["status"]) if row["status"] in ("active", "inactive", "defunct", "temporarily closed") else "active"


def _phone(row: Mapping[str, Any]) -> dict[str, Any]:
    return _clean({"id": row["id"], "number": row["number"], "type": row["type"], "description": row["description"]})


def _schedules(rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [
        _clean(
            {
                "id": row["id"],
                **{name: row[name] for name in SCHEDULE},
                "description": row["description"] or row["opening_hours"],
            }
        )
        for row in rows
    ]


def location_of(place: Institution) -> dict[str, Any]:
    """A location in HSDS 3."""
    row = place.row
    hours = [{"id": f"{place.id}-hours", "description": row["opening_hours"]}] if row["opening_hours"] else []
    addresses = [
        {
            "address_1": "",
            "city": "",
            "state_province": "",
            "postal_code": "",
            "country": "",
            "address_type": "physical",
            "id": one["id"],
            **_clean({name: one[name] for name in ADDRESS}),
        }
        for one in place.addresses
    ]
    seen = [
        {"id": f"{place.id}-{one.property}", "description": f"{one.property}: {one.value}", "details": one.source}
        for one in place.observations
    ]
    return _clean(
        {
            "id": place.id,
            "location_type": row["location_type"] or "physical",
            "name": place.name,
            "alternate_name": row["alternate_name"],
            "description": row["description"],
            "transportation": row["transportation"],
            "latitude": place.lat,
            "longitude": place.lon,
            "addresses": addresses,
            "phones": [_phone(one) for one in place.phones],
            "schedules": [*_schedules(place.schedules), *hours],
            "accessibility": seen,
        }
    )


def service_of(offer: Offer, places: list[Institution]) -> dict[str, Any]:
    """A service in HSDS 3 with its organization and where it is given."""
    row, first = offer.row, places[0]
    owner = first.organization or {"id": f"{first.id}-organization", "name": first.name, "description": None}
    return _clean(
        {
            "id": offer.service_id,
            "name": offer.name,
            "alternate_name": row["alternate_name"],
            "description": offer.description or None,
            "url": row["url"],
            "email": row["email"],
            "status": _status(row),
            "application_process": row["application_process"],
            "fees_description": row["fees_description"],
            "eligibility_description": row["eligibility_description"],
            "minimum_age": row["minimum_age"],
            "maximum_age": row["maximum_age"],
            "assured_date": row["assured_on"],
            "organization": _clean(
                {"id": owner["id"], "name": owner["name"], "description": owner["description"] or owner["name"]}
            ),
            "service_at_locations": [{"id": offer.id, "location": location_of(place)} for place in places],
            "phones": [_phone(one) for one in offer.phones],
            "schedules": _schedules(offer.schedules),
            "languages": [{"id": f"{offer.service_id}-{code}", "code": code} for code in offer.languages if code],
            "required_documents": [
                _clean({"id": one["id"], "document": one["document"], "uri": one["uri"]}) for one in offer.documents
            ],
            "cost_options": [
                _clean({name: one[name] for name in ("id", "option", "amount", "currency", "amount_description")})
                for one in offer.costs
            ],
            "contacts": [
                _clean({name: one[name] for name in ("id", "name", "title", "department", "email")})
                for one in offer.contacts
            ],
        }
    )


def _page(found: list[dict[str, Any]]) -> bytes:
    whole = {
        "total_items": len(found),
        "total_pages": 1,
        "page_number": 1,
        "size": len(found),
        "first_page": True,
        "last_page": True,
        "empty": not found,
        "contents": found,
    }
    return json.dumps(whole, ensure_ascii=False).encode()


def _services(guide: Guide) -> list[dict[str, Any]]:
    offers: dict[str, Offer] = {}
    places: dict[str, list[Institution]] = {}
    for place in guide.directory().institutions.values():
        for offer in place.offers:
            offers.setdefault(offer.service_id, offer)
            places.setdefault(offer.service_id, []).append(place)
    return [service_of(offer, places[key]) for key, offer in offers.items() if not offer.row["is_protected"]]


def services_json(guide: Guide) -> bytes:
    """All services as one HSDS 3 list page."""
    return _page(_services(guide))


def locations_json(guide: Guide) -> bytes:
    """All locations as one HSDS 3 list page."""
    return _page([location_of(place) for place in guide.directory().institutions.values()])


def geojson(guide: Guide) -> bytes:
    """Places as points with names, services and numbers."""
    features = [
        {
            "type": "Feature",
            "id": place.id,
            "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
            "properties": {
                "name": place.name,
                "names": dict(place.names),
                "address": place.address,
                "services": sorted(place.codes),
                "phones": [one["number"] for one in phones(place)],
                "opening_hours": place.row["opening_hours"],
                "is_simulated": place.is_simulated,
            },
        }
        for place in guide.directory().placed()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def tabular_zip(guide: Guide) -> bytes:
    """The HSDS tabular package: one CSV per table and a `datapackage.json`."""
    tables = _tables(guide)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        resources = []
        for name, rows in tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row)) or ["id"]
            text = io.StringIO()
            writer = csv.DictWriter(text, columns)
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(_entry(f"{name}.csv"), text.getvalue())
            fields = [{"name": column, "type": "string"} for column in columns]
            resources.append({"name": name, "path": f"{name}.csv", "schema": {"primaryKey": "id", "fields": fields}})
        package = {
            "name": f"linka-{guide.deps.profile.slug}",
            "profile": "tabular-data-package",
            "resources": resources,
        }
        archive.writestr(_entry("datapackage.json"), json.dumps(package, ensure_ascii=False, indent=1))
    return held.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))  # a fixed time: the same data are the same bytes


def _tables(guide: Guide) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, dict[str, dict[str, Any]]] = {}

    def put(table: str, row: Mapping[str, Any]) -> None:
        rows.setdefault(table, {})[str(row["id"])] = _clean(
            {key: one for key, one in row.items() if not isinstance(one, list | dict)}
        )

    for found in _services(guide):
        put("organization", found["organization"])
        put("service", {**found, "organization_id": found["organization"]["id"]})
        for link in found["service_at_locations"]:
            put(
                "service_at_location",
                {"id": link["id"], "service_id": found["id"], "location_id": link["location"]["id"]},
            )
        for table, key in (
            ("phone", "phones"),
            ("schedule", "schedules"),
            ("language", "languages"),
            ("required_document", "required_documents"),
            ("cost_option", "cost_options"),
            ("contact", "contacts"),
        ):
            for one in found.get(key, ()):
                put(table, {**one, "service_id": found["id"]})
    for place in guide.directory().institutions.values():
        found = location_of(place)
        put("location", found)
        for table, key in (
            ("address", "addresses"),
            ("phone", "phones"),
            ("schedule", "schedules"),
            ("accessibility", "accessibility"),
        ):
            for one in found.get(key, ()):
                put(table, {**one, "location_id": place.id})
    return {table: list(held.values()) for table, held in rows.items()}


def takeaway_of(deps: Deps, values: Mapping[str, Any]) -> str:
    """The take-away map of a search, or of one place with the way there."""
    guide, lang, now = guide_of(deps), language(deps), deps.now()
    asked, _ = question(guide, values, lang)
    t = Texts(lang)
    place = guide.place(str(values.get("place", "")))
    route: list[dict[str, Any]] = []
    steps: list[str] = []
    if place is not None:
        places = [place]
        trip = trip_of(guide, place, asked, values, lang)
        if trip:
            found = ways(guide, trip, lang).itineraries
            route = route_features(found[0]) if found else []
            choices = in_words(guide, trip, None, lang)["choices"]
            steps = (
                [choices[0]["title"], *(step for leg in choices[0]["legs"] for step in leg["steps"])] if choices else []
            )
    else:
        answer, _finder = find(guide, asked, lang=lang, now=now)
        places = [one.place for one in answer.results[:MAX_TAKEN]]
    held, profile = guide.directory(), deps.profile
    spots = [
        Spot(
            one.lon,
            one.lat,
            place_name(one, guide, lang),
            one.address,
            [number["number"] for number in phones(one)],
            state_in_words(place_hours(one, profile, held), now, lang),
            [service_name(offer, guide, lang) for offer in one.offers],
        )
        for one in places
    ]
    return takeaway(
        spots,
        title=f"{t('social.map')} · {profile.name(lang)}",
        lang=lang,
        steps=steps,
        route=route,
        steps_title=t("way.title"),
        hot_line=profile.hot_line,
    )
