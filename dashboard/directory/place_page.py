"""The page of one institution: its card, the way there, a report of wrong data, and things to carry away."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import flask
import segno
from dash import html
from dash.development.base_component import Component

from dashboard import plain
from dashboard.directory.asked import Asked, Point, moment, one, rounded
from dashboard.directory.card import card
from dashboard.directory.find import Finder
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.opening import intake_hours, place_hours
from dashboard.directory.result_page import question
from dashboard.directory.ways import By, Trip, in_words, ways
from dashboard.directory.words import kind_shape, place_name
from dashboard.directory.writing import writer_of
from dashboard.i18n import Texts
from dashboard.maps.leaflet_map import bounds_of, feature, social_map
from dashboard.queries.directory import Institution
from dashboard.queries.public_writes import FIELDS
from dashboard.view import language
from geodata.basemap.style import ATTRIBUTION
from geodata.routing import MODES, Itinerary

if TYPE_CHECKING:
    from dashboard.deps import Deps


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
        return plain.body(deps, "no_place.html", path="/place", has_map=False)
    t = Texts(lang)
    asked, unknown_start = question(guide, values, lang)
    meant = frozenset(Finder(guide, asked, lang, now).meant)
    trip = trip_of(guide, place, asked, values, lang)
    return plain.body(
        deps, "place.html", path="/place", has_map=True, card=card(guide, place, lang=lang, now=now, meant=meant),
        asked=asked, query=asked.query(), back=f"/find{asked.query()}", start_name=trip.start.name if trip else "",
        way=in_words(guide, trip, _deciding_hours(guide, place, meant), lang) if trip else None,
        by=trip.by if trip else "leave", when=one(values, "when"),
        trouble=t("social.address_unknown", text=unknown_start) if unknown_start else "",
        has_place=place.lat is not None, has_network=guide.router() is not None,
        modes=[(mode, t(f"social.modes.{mode}"), mode == asked.mode) for mode in MODES],
        fields=[(name, t(f"card.fields.{name}")) for name in FIELDS],
        link=_link(deps, place), qr=qr_svg(_link(deps, place)),
    )  # fmt: skip


def _deciding_hours(guide: Guide, place: Institution, meant: frozenset[str]) -> Any:
    held, profile = guide.directory(), guide.deps.profile
    with_own = [offer for offer in place.offers if offer.schedules]
    chosen = next((offer for offer in with_own if offer.code in meant), with_own[0] if with_own else None)
    return intake_hours(place, chosen, profile, held) if chosen else place_hours(place, profile, held)


def _link(deps: Deps, place: Institution) -> str:
    root = deps.settings.public_url or (flask.request.host_url.rstrip("/") if flask.has_request_context() else "")
    return f"{root}/place/{place.id}"


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

    @server.route("/report", methods=["POST"])
    def report() -> flask.typing.ResponseReturnValue:
        form, place = flask.request.form, guide_of(deps).place(flask.request.form.get("place", ""))
        text = form.get("text", "").strip()
        if place is not None and text and not form.get("website"):  # the last is a trap for robots
            writer_of(deps).report(place.id, form.get("field", "other"), text, now=deps.now())
        t = Texts(language(deps))
        back = f"/place/{place.id}" if place else "/find"
        return plain.document(deps, "thanks.html", title=t("card.wrong"), path="/place", back=back)
