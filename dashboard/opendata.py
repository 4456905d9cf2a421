"""The directory as open data: HSDS 3 JSON, the tabular package, GeoJSON; with ETags, and never a protected place.

Files are made from the same directory object as the pages, so what the public cannot see cannot be downloaded either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import flask

from dashboard import plain
from dashboard.directory.card import week
from dashboard.directory.find import Finder, find
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.opening import place_hours
from dashboard.directory.place_page import link_to, qr_svg, route_features, trip_of
from dashboard.directory.result_page import question
from dashboard.directory.ways import in_words, ways
from dashboard.directory.words import phones, place_name, service_name
from dashboard.hsds import location_of, services_of, tabular_zip
from dashboard.i18n import Texts
from dashboard.maps.takeaway import Spot, drawn_points, takeaway
from dashboard.view import language
from geodata.network.excerpt import excerpt

if TYPE_CHECKING:
    from dashboard.deps import Deps

MAX_TAKEN = 300
CARRIED_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


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
            **_about(guide, language(deps)),
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


def services_json(guide: Guide) -> bytes:
    """All services as one HSDS 3 list page."""
    return _page(services_of(guide))


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


def _about(guide: Guide, lang: str) -> dict[str, Any]:
    """What the page says: how many places, which services are given, and the code of a frame for the chosen one."""
    held, services = guide.directory().institutions, guide.taxonomy.services
    given = {code for place in held.values() for code in place.codes}
    names = sorted((code, services[code].name(lang)) for code in given if code in services)
    chosen = flask.request.args.get("service", "")
    chosen = chosen if chosen in given and chosen in services else ""
    host, embed = flask.request.host_url.rstrip("/"), f"/embed?service={chosen}" if chosen else "/embed"
    title = services[chosen].name(lang) if chosen else Texts(lang)("social.nav")
    frame = f'<iframe src="{host}{embed}" title="{escape(title)}" width="100%" height="640" loading="lazy"></iframe>'
    return {
        "count": len(held), "host": host, "services": sorted(names, key=lambda pair: pair[1]), "chosen": chosen,
        "code": frame, "embed": embed,
    }  # fmt: skip


def takeaway_of(deps: Deps, values: Mapping[str, Any]) -> str:
    """The take-away map of a search, or of one place with the way there."""
    guide, lang, now = guide_of(deps), language(deps), deps.now()
    asked, _ = question(guide, values, lang)
    t = Texts(lang)
    place = guide.place(str(values.get("place", "")))
    route: list[dict[str, Any]] = []
    steps: list[str] = []
    meant = Finder(guide, asked, lang, now).meant
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
    # Without the start: the file goes to others, and where somebody lives is not to go along in its code.
    link = link_to(deps, f"/place/{place.id}" if place else f"/find{asked.but(start=None, within_min=None).query()}")
    spots = [
        Spot(
            one.lon,
            one.lat,
            place_name(one, guide, lang),
            one.address,
            [number["number"] for number in phones(one, tuple(offer for offer in one.offers if offer.code in meant))],
            "; ".join(
                f"{line['days']} {line['hours']}"
                for line in week(place_hours(one, profile, held), now.astimezone(profile.zone).date(), lang)
            ),
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
        link=link,
        qr=qr_svg(link),
        streets=excerpt(router.streets, drawn_points(spots, route), lang) if (router := guide.router()) else None,
    )
