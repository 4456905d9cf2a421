"""The card of an institution: everything about it and its services in the reader's words, unknown said as unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from dashboard import formats
from dashboard.directory.guide import Guide
from dashboard.directory.opening import closures_of, intake_hours, place_hours
from dashboard.directory.words import (
    ENTRY_SIGNS,
    SIGNS,
    language_name,
    name_in,
    phones,
    place_name,
    service_name,
    state_words,
)
from dashboard.i18n import Texts
from dashboard.queries.directory import Institution, Offer
from geodata.accessibility import LINK_OF, LINKS, PROFILES, LinkAccess, assess, settle
from geodata.accessibility import in_words as access_in_words
from geodata.eligibility import Rule, document_in_words, parse_rule, shipped_rules
from geodata.errors import ProfileError
from geodata.opening_hours import OpeningHours
from geodata.opening_hours.words import state_in_words, week_in_words
from geodata.profile import text_in

AT_THE_PLACE = ("entrance", "inside")
"""The links of the chain that say whether one gets in; those before them are the way there."""


def card(
    guide: Guide, place: Institution, *, lang: str, now: datetime, meant: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The whole card."""
    profile, held = guide.deps.profile, guide.directory()
    hours = place_hours(place, profile, held)
    today = now.astimezone(profile.zone).date()
    state = hours.state(now)
    checked_on = place.row["assured_on"]
    t = Texts(lang)
    return {
        "id": place.id,
        "name": place_name(place, guide, lang),
        "owner": _owner(place, guide, lang),
        "address": place.address,
        "phones": phones(place),
        "email": _first(place, "email"),
        "website": _first(place, "website"),
        "state": state,
        "sign": SIGNS[state],
        "state_words": state_words(hours, now, guide, lang),
        "closure": _closure(place, today, lang),
        "week": week(hours, today, lang),
        "offers": [
            offer_card(guide, place, one, lang=lang, now=now, is_meant=one.code in meant) for one in place.offers
        ],
        "access": access(place, lang),
        "observations": observations(place, lang),
        "checked": t("card.checked", day=formats.day_year(checked_on, lang)) if checked_on else t("card.unchecked"),
        "is_simulated": place.is_simulated,
        "is_protected": place.is_protected,
    }


def _owner(place: Institution, guide: Guide, lang: str) -> str:
    if place.organization is None or place.organization["name"] == place.name:
        return ""
    return name_in(place.organization["name_translations"] or {}, place.organization["name"], guide, lang)


def _first(place: Institution, column: str) -> str:
    found = str((place.organization or {}).get(column) or "")
    return found if column != "website" or found.startswith(("http://", "https://")) else ""


def _closure(place: Institution, today: date, lang: str) -> str:
    for closure in closures_of(place):
        if closure.ends_on is None or closure.ends_on >= today:
            days = [formats.day_year(day, lang) for day in (closure.starts_on, closure.ends_on) if day]
            return (
                f"{Texts(lang)('card.closed_now')}: {' – '.join(days)}{'. ' + closure.reason if closure.reason else ''}"
            )
    return ""


def week(hours: OpeningHours, today: date, lang: str) -> list[dict[str, str]]:
    """Seven days from today; empty where nothing is known."""
    if hours.timeline is None:
        return []
    return [{"days": line.days, "hours": line.hours} for line in week_in_words(hours, today, lang)]


def offer_card(
    guide: Guide, place: Institution, offer: Offer, *, lang: str, now: datetime, is_meant: bool
) -> dict[str, Any]:
    """One service: its own contact, intake, documents, price, languages and for whom it is."""
    t, profile = Texts(lang), guide.deps.profile
    known = guide.taxonomy.services.get(offer.code)
    hours = intake_hours(place, offer, profile, guide.directory()) if offer.schedules else None
    today = now.astimezone(profile.zone).date()
    groups = [
        text_in(group.names, lang, *profile.languages)
        for group in profile.caller_groups
        if (offer.row["caller_group_mask"] or 0) >> group.bit & 1
    ]
    return {
        "code": offer.code,
        "name": service_name(offer, guide, lang),
        "about": name_in(offer.descriptions, offer.description, guide, lang)
        if offer.description
        else (known.about(lang) if known else ""),
        "phones": phones(place, (offer,)) if offer.phones else [],
        "takers": [_taker(row, t) for row in offer.contacts if row["takes_applications"]],
        "intake_words": state_in_words(hours, now, lang) if hours else "",
        "intake": week(hours, today, lang) if hours else [],
        "documents": documents(offer, guide, lang),
        "price": price(offer, t, lang),
        "languages": [language_name(code, lang) for code in offer.languages if code],
        "groups": groups,
        "entitled": offer.row["eligibility_description"] or "",
        "process": offer.row["application_process"] or "",
        "has_rule": rule_of(guide, offer.code) is not None,
        "is_meant": is_meant,
    }


def _taker(row: Mapping[str, Any], t: Texts) -> str:
    name = str(row["name"] or "")
    spoken = t("card.room", number=name) if name.isdigit() else name
    title = "" if row["title"] in (None, "desk") else str(row["title"])
    return ", ".join(part for part in (spoken, title, row["department"] or "", row["email"] or "") if part)


def documents(offer: Offer, guide: Guide, lang: str) -> list[str]:
    """What to bring: the publisher's list, else that of the rule."""
    if offer.documents:
        return [name_in(row["document_translations"] or {}, row["document"], guide, lang) for row in offer.documents]
    rule = rule_of(guide, offer.code)
    return [document_in_words(code, lang) for code in rule.documents] if rule else []


def price(offer: Offer, t: Texts, lang: str) -> str:
    """What it costs, in words; unknown is said."""
    if offer.costs:
        return "; ".join(_cost(row, lang) for row in offer.costs)
    if offer.row["fees_description"]:
        return str(offer.row["fees_description"])
    return t("card.unknown") if offer.is_free is None else t("card.price_free" if offer.is_free else "card.price_paid")


def _cost(row: Mapping[str, Any], lang: str) -> str:
    amount = "" if row["amount"] is None else f"{formats.number(row['amount'], lang)} {row['currency'] or ''}".strip()
    return " ".join(part for part in (row["option"] or "", amount, row["amount_description"] or "") if part)


def rule_of(guide: Guide, code: str) -> Rule | None:
    """The city's own rule of a service, else the shipped one; a broken one of the city is left out."""
    held = guide.directory()
    for place in held.institutions.values():
        offer = place.offer(code)
        if offer is not None and offer.rule is not None:
            try:
                return parse_rule(code, offer.rule["rule"])
            except ProfileError:
                break
    return shipped_rules().get(code)


def access(place: Institution, lang: str) -> list[dict[str, Any]]:
    """One row per profile: yes, no or unknown at the place, the link that decides, and the whole chain."""
    rows = []
    for profile in PROFILES:
        found = assess(place.observations, profile)
        weak = next(
            (one.link for one in found.links if one.link in AT_THE_PLACE and one.verdict == found.at_the_place),
            None,
        )
        decided = "" if found.at_the_place == "yes" or weak is None else access_in_words("links", weak, lang)
        rows.append(
            {
                "profile": access_in_words("profiles", profile, lang),
                "verdict": found.at_the_place,
                "sign": ENTRY_SIGNS[found.at_the_place],
                "words": Texts(lang)(f"social.entry.{found.at_the_place}"),
                "weakest": Texts(lang)("card.weakest", link=decided) if decided else "",
                "but": _barred_before(found.links, lang),
                "chain": [_link(one, lang) for one in found.links],
            }
        )
    return rows


def _barred_before(links: Sequence[LinkAccess], lang: str) -> str:
    """What bars the way before one is at the door: parking, the way to the entrance; said even where one can get in."""
    barred = [
        access_in_words("links", one.link, lang)
        for one in links
        if one.link not in AT_THE_PLACE and one.verdict == "no"
    ]
    return Texts(lang)("card.but", links=", ".join(barred)) if barred else ""


def _link(link: LinkAccess, lang: str) -> dict[str, str]:
    """One link of the chain for a profile; one that asks for nothing is neither good nor unknown."""
    is_needed = bool(link.seen or link.missing)
    return {
        "verdict": link.verdict if is_needed else "none",
        "sign": ENTRY_SIGNS[link.verdict] if is_needed else "–",
        "words": access_in_words("values", link.verdict, lang) if is_needed else Texts(lang)("card.not_needed"),
    }


def observations(place: Institution, lang: str) -> list[dict[str, Any]]:
    """What was seen along the chain, with source and day, and what somebody needs and nobody recorded."""
    known = settle(place.observations)
    chains = [one for profile in PROFILES for one in assess(place.observations, profile).links]
    found = []
    for link in LINKS:
        missing = dict.fromkeys(name for one in chains if one.link == link for name in one.missing)
        seen = [
            {
                "what": access_in_words("properties", name, lang),
                "value": access_in_words("values", one.value, lang),
                "source": ", ".join(
                    part
                    for part in (one.source, formats.day_year(one.observed_on, lang) if one.observed_on else "")
                    if part
                ),
            }
            for name, one in known.items()
            if LINK_OF.get(name) == link
        ]
        unseen = [access_in_words("properties", name, lang) for name in missing]
        found.append({"link": access_in_words("links", link, lang), "seen": seen, "unseen": unseen})
    return found
