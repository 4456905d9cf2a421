"""The page of one institution: its card, the way there, a report of wrong data, and things to carry away."""

from __future__ import annotations

import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import flask
import segno
from dash import html
from dash.development.base_component import Component

from dashboard import formats, plain
from dashboard.directory.asked import Asked, Point, moment, one, rounded
from dashboard.directory.card import card
from dashboard.directory.find import Finder, find
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.opening import intake_hours, place_hours
from dashboard.directory.result_page import question
from dashboard.directory.ways import By, Trip, in_words, ways
from dashboard.directory.words import kind_shape, name_in, place_name, result_row
from dashboard.directory.writing import Limit, is_own_form, told, too_many, writer_of
from dashboard.i18n import Texts
from dashboard.maps.leaflet_map import bounds_of, feature, social_map
from dashboard.queries.directory import Institution, gone
from dashboard.queries.public_writes import FIELDS
from dashboard.view import language
from geodata.basemap.style import ATTRIBUTION
from geodata.routing import MODES, Itinerary

if TYPE_CHECKING:
    from dashboard.deps import Deps

ALTERNATIVES = 3
MOST_REPORTS_PER_MIN = 20
"""More than the staff can read; people who mend a directory send a few a day."""


def trip_of(guide: Guide, place: Institution, asked: Asked, values: Mapping[str, Any], lang: str) -> Trip | None:
    """The trip asked for; None without a start or without a place on the map."""
    if asked.start is None or place.lat is None or place.lon is None:
        return None
    zone = guide.deps.profile.zone
    by: By = "arrive" if one(values, "by") == "arrive" else "leave"
    at = moment(one(values, "when"), zone) or asked.at or rounded(guide.deps.now(), zone)
    end = Point(place.lat, place.lon, place_name(place, guide, lang))
    start = Point(asked.start.lat, asked.start.lon, guide.called(asked.start))
    return Trip(start, end, asked.mode, at, by, is_wheelchair=asked.is_wheelchair)


def body_of(deps: Deps, place_id: str, values: Mapping[str, Any]) -> str:
    """The page as HTML; the page that says there is no such place for unknown and protected ones alike."""
    guide, lang, now = guide_of(deps), language(deps), deps.now()
    place = guide.place(place_id)
    if place is None:
        return _no_place(guide, place_id, lang)
    t = Texts(lang)
    asked, unknown_start = question(guide, values, lang)
    meant = frozenset(Finder(guide, asked, lang, now).meant)
    trip = trip_of(guide, place, asked, values, lang)
    link = link_to(deps, f"/place/{place.id}")
    return plain.body(
        deps, "place.html", path="/place", has_map=True, card=card(guide, place, lang=lang, now=now, meant=meant),
        asked=asked, query=asked.query(), back=f"/find{asked.query()}", start_name=trip.start.name if trip else "",
        way=in_words(guide, trip, _deciding_hours(guide, place, meant), lang) if trip else None,
        by=trip.by if trip else "leave", when=one(values, "when"),
        trouble=t("social.address_unknown", text=unknown_start) if unknown_start else "",
        has_place=place.lat is not None, has_network=guide.router() is not None,
        modes=[(mode, t(f"social.modes.{mode}"), mode == asked.mode) for mode in MODES],
        fields=[(name, t(f"card.fields.{name}")) for name in FIELDS],
        link=link, qr=qr_svg(link),
    )  # fmt: skip


def _no_place(guide: Guide, place_id: str, lang: str) -> str:
    """Nothing there, or no longer: then since when, and the nearest that give the same service."""
    deps, t, now = guide.deps, Texts(lang), guide.deps.now()
    left = gone(deps.read, place_id)
    flask.g.page_status = HTTPStatus.NOT_FOUND if left is None else HTTPStatus.GONE
    if left is None:
        return plain.body(deps, "no_place.html", path="/place", has_map=False, said=t("card.none"), rows=[], why="")
    code = next((code for code in left.codes if code in guide.taxonomy.services), "")
    start = Point(left.lat, left.lon) if left.lat is not None and left.lon is not None else None
    asked = Asked(service=code, start=start, sort="near" if start else "best", mode="foot", zone=str(deps.profile.zone))
    found = find(guide, asked, lang=lang, now=now)[0].results[:ALTERNATIVES] if code else ()
    service = guide.taxonomy.services[code].name(lang) if code else ""
    said = t(
        "card.gone", name=name_in(left.names, left.name, guide, lang) or t("card.none"),
        day=formats.day_year(left.withdrawn_at.astimezone(deps.profile.zone).date(), lang),
    )  # fmt: skip
    query = Asked(service=code).query()
    return plain.body(
        deps, "no_place.html", path="/place", has_map=False, said=said, why=t("card.gone_why"),
        rows=[result_row(one_, guide, lang=lang, now=now, query=query) for one_ in found],
        instead=t("card.gone_instead", service=service), more=f"/find{query}",
    )  # fmt: skip


def _deciding_hours(guide: Guide, place: Institution, meant: frozenset[str]) -> Any:
    held, profile = guide.directory(), guide.deps.profile
    with_own = [offer for offer in place.offers if offer.schedules]
    chosen = next((offer for offer in with_own if offer.code in meant), with_own[0] if with_own else None)
    return intake_hours(place, chosen, profile, held) if chosen else place_hours(place, profile, held)


def link_to(deps: Deps, path: str) -> str:
    """An address of the public pages that works from elsewhere."""
    root = deps.settings.public_url or (flask.request.host_url.rstrip("/") if flask.has_request_context() else "")
    return f"{root}{path}"


def qr_svg(text: str) -> str:
    """A QR code as an SVG that a page may hold."""
    held = io.BytesIO()
    segno.make(text, error="m").save(held, kind="svg", scale=4, border=2, xmldecl=False, svgns=True, title="QR")
    return held.getvalue().decode()


def map_of(deps: Deps, place_id: str, values: Mapping[str, Any]) -> Component:
    """The place, and the first way there where one was asked for."""
    guide, lang = guide_of(deps), language(deps)
    place = guide.place(place_id)
    if place is None or place.lon is None or place.lat is None:
        nothing: Component = html.Div()
        return nothing
    asked, _ = question(guide, values, lang)
    trip = trip_of(guide, place, asked, values, lang)
    found = ways(guide, trip, lang).itineraries if trip else ()
    lines = route_features(found[0]) if found else []
    points = [(place.lon, place.lat)]
    points += [(x, y) for line in lines for x, y in line["geometry"]["coordinates"]]
    mark = feature(
        place.id,
        place.lon,
        place.lat,
        n=place_name(place, guide, lang),
        s="open",
        k=kind_shape(place, guide),
    )
    return social_map(
        [mark], centre=(place.lat, place.lon), zoom=16, bounds=bounds_of(points) if lines else None,
        attribution=ATTRIBUTION, tile_url=deps.profile.sources.tile_url, route=lines,
        start=trip.start.pair if trip else None, query=asked.query(),
    )  # fmt: skip


def route_features(way: Itinerary) -> list[dict[str, Any]]:
    """The legs of a way as GeoJSON lines; `ride` tells vehicles from one's own way."""
    return [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[round(x, 6), round(y, 6)] for x, y in leg.line]},
            "properties": {"ride": leg.transit is not None},
        }
        for leg in way.legs
        if len(leg.line) > 1
    ]


def register(server: flask.Flask, deps: Deps) -> None:
    """Add the queue of reports: `POST /report`."""

    limit = Limit(MOST_REPORTS_PER_MIN)

    @server.route("/report", methods=["POST"])
    def report() -> flask.typing.ResponseReturnValue:
        form, place = flask.request.form, guide_of(deps).place(flask.request.form.get("place", ""))
        if not is_own_form():
            return "The form must come from this site", 403
        text, back = form.get("text", "").strip(), f"/place/{place.id}" if place else "/find"
        if place is not None and text and not form.get("website"):  # the last is a trap for robots
            if not limit.takes():
                return too_many(deps, path="/place", back=back)
            writer_of(deps).report(place.id, form.get("field", "other"), text, now=deps.now())
        return told(deps, Texts(language(deps))("card.wrong_thanks"), path="/place", back=back)
