"""Institutions and services in the reader's words: what templates, files and the text to read out share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel import Locale

from dashboard import formats
from dashboard.directory.found import Result
from dashboard.directory.guide import Guide
from dashboard.directory.opening import intake_hours, place_hours
from dashboard.i18n import Texts
from dashboard.plain import href_of_number
from dashboard.queries.directory import Institution, Offer
from geodata.calendars import holidays_of
from geodata.opening_hours import OpeningHours
from geodata.opening_hours.words import state_in_words
from geodata.profile import text_in

SIGNS = {"open": "●", "closed": "○", "unknown": "?"}
ENTRY_SIGNS = {"yes": "✓", "no": "✕", "unknown": "?"}
LISTED_SERVICES = 4


def name_in(names: Mapping[str, str], plain: str, guide: Guide, lang: str) -> str:
    """A name in the reader's language, else in the city's, else as it was given."""
    return text_in({"": plain, **names}, lang, *guide.deps.profile.languages, "") or plain


def service_name(offer: Offer, guide: Guide, lang: str) -> str:
    """What a service is called."""
    known = guide.taxonomy.services.get(offer.code)
    return name_in(offer.names or (known.names if known else {}), offer.name, guide, lang)


def place_name(place: Institution, guide: Guide, lang: str) -> str:
    """What an institution is called."""
    return name_in(place.names, place.name, guide, lang)


def language_name(code: str, lang: str) -> str:
    """A language in words, its code where nobody has a word for it."""
    try:
        return str(Locale.parse(code).get_language_name(lang) or code)
    except ValueError:
        return code


def kind_shape(place: Institution, guide: Guide) -> str:
    """The branch of the first service: markers differ by its shape and letter, not by colour alone."""
    for offer in place.offers:
        known = guide.taxonomy.services.get(offer.code)
        if known:
            return known.parent or known.code
    return "other"


def phones(place: Institution, offers: tuple[Offer, ...] = ()) -> list[dict[str, str]]:
    """Numbers with their links: of the services given first, else of the place."""
    rows = (
        [row for offer in offers for row in offer.phones]
        or list(place.phones)
        or [row for offer in place.offers for row in offer.phones]
    )
    numbers = dict.fromkeys(str(row["number"]) for row in rows if row["type"] != "fax")
    return [{"number": number, "href": href_of_number(number)} for number in numbers]


def result_row(result: Result, guide: Guide, *, lang: str, now: datetime, query: str) -> dict[str, Any]:
    """One result as the list shows it."""
    t, place = Texts(lang), result.place
    meant = tuple(offer for offer in place.offers if offer.code in result.meant)
    hours = state_hours(place, meant, guide)
    minutes = None if result.travel_s is None else max(1, round(result.travel_s / 60))
    how = f"social.modes.{result.travel_mode}"
    return {
        "id": place.id,
        "name": place_name(place, guide, lang),
        "href": f"/place/{place.id}{query}",
        "state": result.state,
        "sign": SIGNS[result.state],
        "state_words": state_words(hours, now, guide, lang),
        "address": place.address,
        "services": [service_name(offer, guide, lang) for offer in (meant or place.offers)][:LISTED_SERVICES],
        "more": max(0, len(meant or place.offers) - LISTED_SERVICES),
        "travel": "" if minutes is None else f"{t('social.minutes', n=minutes)} {t(how)}",
        "distance": formats.number(round(result.distance_m), lang) if result.distance_m is not None else "",
        "access": result.access,
        "access_sign": ENTRY_SIGNS[result.access] if result.access else "",
        "access_words": t(f"social.entry.{result.access}") if result.access else "",
        "phone": next(iter(phones(place, meant)), None),
        "why": result.why.term if result.why and result.why.how != "exact" else "",
        "is_protected": place.is_protected,
        "shape": kind_shape(place, guide),
    }


def state_hours(place: Institution, meant: tuple[Offer, ...], guide: Guide) -> Any:
    """The hours that decide: intake of the first service meant that has its own, else of the place."""
    held, profile = guide.directory(), guide.deps.profile
    own = next((offer for offer in meant if offer.schedules), None)
    return intake_hours(place, own, profile, held) if own else place_hours(place, profile, held)


def state_words(hours: OpeningHours, at: datetime, guide: Guide, lang: str) -> str:
    """Open, closed or unknown in words; on a public holiday with a hint where the hours say nothing of holidays."""
    profile, said = guide.deps.profile, state_in_words(hours, at, lang)
    day = at.astimezone(profile.zone).date()
    is_silent = bool(hours.text) and not any(word in hours.text for word in ("PH", "24/7"))
    if is_silent and hours.state(at) == "open" and day in holidays_of(profile, [day.year]):
        return f"{said} ({Texts(lang)('social.holiday')})"
    return said
