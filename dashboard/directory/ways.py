"""The way to a place in words: itineraries, whether one will make it, the last useful departure, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from dashboard import formats
from dashboard.directory.asked import Point
from dashboard.directory.guide import Guide
from dashboard.directory.opening import windows_ahead
from dashboard.i18n import Texts
from geodata.opening_hours import OpeningHours
from geodata.routing import Itinerary, Leg, NoRouteError, will_i_make_it
from geodata.routing.types import Mode
from geodata.routing.words import words

By = Literal["leave", "arrive"]


@dataclass(frozen=True)
class Trip:
    """A trip asked for."""

    start: Point
    end: Point
    mode: Mode
    at: datetime
    by: By = "leave"
    is_wheelchair: bool = False


@dataclass(frozen=True)
class Ways:
    """What was found; `trouble` is a plain sentence where something could not be had."""

    itineraries: tuple[Itinerary, ...]
    trouble: str = ""


def ways(guide: Guide, trip: Trip, lang: str) -> Ways:
    """Up to three itineraries; where there is none as asked, the best thing left and why."""
    router = guide.router()
    if router is None:
        return Ways((), Texts(lang)("way.no_network"))
    when = {"depart_at": trip.at} if trip.by == "leave" else {"arrive_at": trip.at}
    try:
        found = router.route(
            trip.start.pair, trip.end.pair, trip.mode, lang=lang, is_wheelchair=trip.is_wheelchair,
            names=(trip.start.name, trip.end.name), **when,
        )  # fmt: skip
    except NoRouteError as error:
        return Ways(error.best_left, error.sentence(lang))
    return Ways(found)


def in_words(guide: Guide, trip: Trip, hours: OpeningHours | None, lang: str) -> dict[str, Any]:
    """The ways as the page shows them: one dict per itinerary with its legs, verdict and unknowns."""
    found = ways(guide, trip, lang)
    return {
        "trouble": found.trouble,
        "choices": [_choice(guide, trip, itinerary, hours, lang) for itinerary in found.itineraries],
        "found": found.itineraries,
    }


def _choice(guide: Guide, trip: Trip, way: Itinerary, hours: OpeningHours | None, lang: str) -> dict[str, Any]:
    t, zone = Texts(lang), guide.deps.profile.zone
    clocks = {
        "departs": formats.clock(way.departs_at, lang, zone),
        "arrives": formats.clock(_whole_minute(way.arrives_at), lang, zone),
    }
    return {
        "title": t("way.choice", **clocks, duration=_span(_minutes_shown(way) * 60, lang)),
        "lines": [leg.transit.line for leg in way.legs if leg.transit],
        "own": _own_way(way, lang),
        "legs": [_leg(guide, leg, lang) for leg in way.legs],
        "unknown": [one.text for one in way.unknown],
        "is_straight": any(leg.transit.is_straight for leg in way.legs if leg.transit),
        "verdict": verdict_in_words(guide, trip, way, hours, lang) if hours is not None else None,
    }


def _whole_minute(at: datetime) -> datetime:
    """The first whole minute at which one is there."""
    return (at + timedelta(seconds=59)).replace(second=0, microsecond=0)


def _minutes_shown(way: Itinerary) -> int:
    """Minutes between the two clocks that are shown."""
    departs_at = way.departs_at.replace(second=0, microsecond=0)
    return round((_whole_minute(way.arrives_at) - departs_at).total_seconds() / 60)


def _own_way(way: Itinerary, lang: str) -> str:
    """How far one goes oneself, and by what: "on foot 700 m"; empty where one rides from door to door."""
    own = next((leg.mode for leg in way.legs if leg.transit is None), "")
    return f"{Texts(lang)(f'social.modes.{own}')} {words(lang).distance(way.walk_m)}" if own else ""


def _leg(guide: Guide, leg: Leg, lang: str) -> dict[str, Any]:
    """A leg as one line of text with its steps: a ride names line, direction and number of stops."""
    t, said, zone = Texts(lang), words(lang), guide.deps.profile.zone
    ride = leg.transit
    return {
        "departs": formats.clock(leg.departs_at, lang, zone),
        "arrives": formats.clock(leg.arrives_at, lang, zone),
        "line": ride.line if ride else "",
        "towards": t("way.towards", place=ride.headsign) if ride else "",
        "stops": said.count("stops", ride.stop_count) if ride else "",
        "own": "" if ride else f"{t(f'social.modes.{leg.mode}')} {said.distance(leg.distance_m)}",
        "start": leg.start.name,
        "end": leg.end.name,
        "steps": [step.text for step in leg.steps],
    }


def verdict_in_words(guide: Guide, trip: Trip, way: Itinerary, hours: OpeningHours, lang: str) -> dict[str, str]:
    """Will I make it: the sentence, its kind, the last useful departure still ahead; `then` is when to come instead."""
    t, zone = Texts(lang), guide.deps.profile.zone
    verdict = will_i_make_it(way, windows_ahead(hours, way.arrives_at))
    if verdict.answer == "unknown":
        return {"kind": "unknown", "text": t("way.hours_unknown"), "last": "", "then": ""}
    last = _last(guide, trip, verdict.latest_arrival_at, lang)
    last = last if last and last >= guide.deps.now() else None
    spoken = t("way.last", at=_moment(guide, last, lang)) if last else ""
    if verdict.answer == "yes":
        return {"kind": "yes", "text": t("way.yes", spare=_span(verdict.spare_s, lang)), "last": spoken, "then": ""}
    if verdict.answer == "wait" and verdict.window:
        opens = formats.clock(verdict.window[0], lang, zone)
        return {
            "kind": "wait",
            "text": t("way.wait", wait=_span(verdict.wait_s, lang), at=opens),
            "last": spoken,
            "then": "",
        }
    opening = verdict.next_opening_at
    after = f" {t('way.next', at=_moment(guide, opening, lang))}" if opening else ""
    then = opening.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if opening else ""
    return {"kind": "no", "text": t("way.no") + after, "last": spoken, "then": then}


def _last(guide: Guide, trip: Trip, arrive_by: datetime | None, lang: str) -> datetime | None:
    router = guide.router()
    if router is None or arrive_by is None:
        return None
    try:
        found = router.last_useful_departure(
            trip.start.pair, trip.end.pair, trip.mode, arrive_by=arrive_by, lang=lang, is_wheelchair=trip.is_wheelchair
        )
    except NoRouteError:
        return None
    return found.departs_at if found else None


def _moment(guide: Guide, at: datetime, lang: str) -> str:
    zone = guide.deps.profile.zone
    local = at.astimezone(zone)
    return f"{formats.weekday(local.date(), lang)} {formats.clock(at, lang, zone)}"


def _span(seconds: int, lang: str) -> str:
    return formats.duration(max(60, round(seconds / 60) * 60), lang)
