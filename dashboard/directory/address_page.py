"""What serves people who live at an address: its district's centre, and the nearest of each main service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask
import shapely

from dashboard import plain
from dashboard.directory.asked import Asked, Point
from dashboard.directory.find import ACCESS_ORDER, OPEN_ORDER, find
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.result_page import question
from dashboard.directory.words import result_row
from dashboard.i18n import Texts
from dashboard.queries import reference
from dashboard.view import language
from geodata.accessibility import PROFILES
from geodata.accessibility import in_words as access_in_words
from geodata.profile import text_in
from geodata.routing import MODES

if TYPE_CHECKING:
    from dashboard.deps import Deps

MAIN = (
    "home_care",
    "admin_services",
    "humanitarian_aid",
    "doctor",
    "pharmacy",
    "psychological_help",
    "legal_aid",
    "labour_office",
    "day_centre",
    "bomb_shelter",
    "heating_point",
    "seniors_club",
)
"""Services that people ask for most, in the order of the page."""
APPLICATIONS = "home_care"
"""The service whose institution in the district takes the applications of those who live there."""


def territories_at(guide: Guide, start: Point) -> list[str]:
    """Codes of the territories that hold a point, the smallest first."""
    held = [area for area in guide.deps.profile.territories if area.wkb]
    shapes = [(area.code, shapely.from_wkb(area.wkb)) for area in held]
    inside = [(shape.area, code) for code, shape in shapes if shape.covers(shapely.Point(start.lon, start.lat))]
    return [code for _, code in sorted(inside)]


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/address?start=LAT,LON` or `?from=WORDS`."""

    @server.route("/address")
    def address() -> flask.typing.ResponseReturnValue:
        guide, lang = guide_of(deps), language(deps)
        t = Texts(lang)
        asked, unknown = question(guide, flask.request.args.to_dict(), lang)
        start = asked.start
        areas = territories_at(guide, start) if start else []
        centres = _centres(guide, areas, asked, lang) if start else []
        names = {area.code: text_in(area.names, lang) for area in deps.profile.territories}
        return plain.document(
            deps,
            "address.html",
            title=t("address.title"),
            path="/address",
            asked=asked,
            start=start,
            name=guide.called(start) if start else "",
            areas=[names[code] for code in areas],
            access=[(one, access_in_words("profiles", one, lang), one == asked.access) for one in PROFILES],
            modes=[(mode, t(f"social.modes.{mode}"), mode == asked.mode) for mode in MODES],
            is_outside=start is not None and not areas,
            trouble=t("social.address_unknown", text=unknown) if unknown else "",
            centres=centres,
            nearest=_nearest(guide, asked, lang, told=bool(centres)) if start else [],
        )


def _centres(guide: Guide, areas: list[str], asked: Asked, lang: str) -> list[dict[str, Any]]:
    """The institutions of the smallest territory that take its applications."""
    ids = reference(guide.deps.read).ids("territory", areas)
    now = guide.deps.now()
    found, _ = find(guide, asked.but(text="", service=APPLICATIONS, need="", sort="time"), lang=lang, now=now)
    for wanted in ids:
        own = [
            one
            for one in found.results
            if one.place.row["territory_id"] == wanted
            or any(area["territory_id"] == wanted for offer in one.place.offers for area in offer.areas)
        ]
        if own:
            return [result_row(one, guide, lang=lang, now=now, query=asked.query()) for one in own[:2]]
    return []


def _nearest(guide: Guide, asked: Asked, lang: str, *, told: bool) -> list[dict[str, Any]]:
    """One institution of each main service: open before closed, known as accessible before unknown, then the nearest.

    `told`: who takes applications is on the page already.
    """
    now, rows = guide.deps.now(), []
    for code in MAIN:
        service = guide.taxonomy.services.get(code)
        if service is None or (told and code == APPLICATIONS):
            continue
        found, _ = find(guide, asked.but(text="", service=code, need="", sort="open"), lang=lang, now=now)
        if found.results:
            best = min(found.results, key=lambda one: (OPEN_ORDER[one.state], ACCESS_ORDER[one.access or "unknown"]))
            row = result_row(best, guide, lang=lang, now=now, query=asked.query())
            rows.append({"service": service.name(lang), "all": f"/find{asked.but(service=code).query()}", **row})
    return rows
