"""The page of results: what the template is handed, and answers while one types."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import flask

from dashboard import plain
from dashboard.directory.asked import SORTS, Asked, Point, one, parse, point
from dashboard.directory.find import PLACE_KINDS, branches, find
from dashboard.directory.found import Found
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.words import language_name, result_row
from dashboard.i18n import Texts
from dashboard.view import language
from geodata.accessibility import in_words as access_in_words
from geodata.profile import text_in
from geodata.routing import MODES

if TYPE_CHECKING:
    from dashboard.deps import Deps

PER_PAGE = 20
SUGGESTED = 8
FIRST_NEEDS = 12
EMBEDDED = 30


def question(guide: Guide, values: Mapping[str, Any], lang: str) -> tuple[Asked, str]:
    """What is asked, with the typed start looked up; and the start that nobody knows, else an empty text."""
    asked = parse(values, guide.taxonomy, zone=guide.deps.profile.zone)
    if "from" not in values:
        start = asked.start
        return (replace(asked, start=replace(start, name=guide.called(start))) if start else asked), ""
    typed = one(values, "from")
    if asked.start is not None and one(values, "known") in ("", typed) and typed:
        return replace(asked, start=replace(asked.start, name=typed)), ""
    if not typed:
        return replace(asked, start=None), ""
    found = resolve(guide, typed, lang)
    return replace(asked, start=found), "" if found else typed


def resolve(guide: Guide, typed: str, lang: str) -> Point | None:
    """The place that a typed start means."""
    direct = point(typed)
    if direct is not None:
        return replace(direct, name=guide.called(direct))
    hits = guide.index().query(typed, lang, 3, PLACE_KINDS)
    best = next((hit for hit in hits if hit.lat is not None and hit.lon is not None), None)
    return Point(best.lat, best.lon, best.title) if best and best.lat is not None and best.lon is not None else None


def body_of(deps: Deps, values: Mapping[str, Any], *, path: str) -> str:
    """The page as HTML."""
    guide, lang, now = guide_of(deps), language(deps), deps.now()
    t = Texts(lang)
    asked, unknown_start = question(guide, values, lang)
    found, finder = find(guide, asked, lang=lang, now=now)
    pages = max(1, -(-len(found.results) // PER_PAGE))
    page = min(asked.page, pages)
    shown = found.results[(page - 1) * PER_PAGE : page * PER_PAGE]
    keep = asked.but(start=finder.start, page=page)
    chips = _chips(asked, guide, lang, path)
    is_empty = not (asked.text or asked.service or asked.need)
    return plain.body(
        deps,
        "find.html",
        path=path,
        has_map=True,
        asked=asked,
        start=finder.start,
        q=asked.text,
        rows=[result_row(one_, guide, lang=lang, now=finder.at, query=keep.query()) for one_ in shown],
        count=len(found.results),
        page=page,
        pages=pages,
        next_href=f"{path}{replace(keep, page=page + 1).query()}" if page < pages else "",
        before_href=f"{path}{replace(keep, page=page - 1).query()}" if page > 1 else "",
        trouble=_trouble(found, unknown_start, t),
        choices=_choices(guide, asked, found, lang),
        chips=chips,
        topics=[_topic(hit, asked, path) for hit in found.topics],
        starts=[_start(hit, asked, path) for hit in found.starts],
        is_start_meant=found.is_start_meant,
        suggestions=[_topic(hit, asked, path) for hit in found.suggestions],
        unmet=found.unmet,
        once=secrets.token_hex(8),
        needs=_needs(guide, lang, asked, path) if is_empty and not chips else [],
        tree=_tree(guide, lang, asked, path) if is_empty and not chips else [],
        sort=finder.sort,
        is_simulated=any(row.place.is_simulated for row in shown),
        query=keep.query(),
        modes=[(mode, t(f"social.modes.{mode}"), mode == asked.mode) for mode in MODES],
        sorts=[(name, t(f"social.sorts.{name}"), name == finder.sort) for name in SORTS],
        at=asked.at.astimezone(deps.profile.zone).strftime("%Y-%m-%dT%H:%M") if asked.at else "",
    )


def embedded(deps: Deps, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the page for other websites shows of a search: its first results, how many there are, where all are."""
    guide, lang = guide_of(deps), language(deps)
    asked, _ = question(guide, values, lang)
    found, finder = find(guide, asked, lang=lang, now=deps.now())
    query = asked.query()
    rows = [result_row(one_, guide, lang=lang, now=finder.at, query=query) for one_ in found.results[:EMBEDDED]]
    meant = guide.taxonomy.services.get(asked.service)
    need = guide.taxonomy.needs.get(asked.need)
    name = meant.name(lang) if meant else need.name(lang) if need else asked.text
    return {"rows": rows, "count": len(found.results), "whole": f"/find{query}", "name": name}


def _trouble(found: Found, unknown_start: str, t: Texts) -> str:
    if unknown_start:
        return t("social.address_unknown", text=unknown_start)
    if found.trouble == "no_network":
        return t("social.no_network")
    return found.trouble or ""


def _topic(hit: Any, asked: Asked, path: str) -> dict[str, str]:
    chosen = (
        asked.but(text="", service=hit.id, need="")
        if hit.kind == "service"
        else asked.but(text="", need=hit.id, service="")
    )
    return {"name": hit.title, "href": f"{path}{chosen.query()}", "about": hit.subtitle}


def _start(hit: Any, asked: Asked, path: str) -> dict[str, str]:
    moved = asked.but(text="", start=Point(hit.lat, hit.lon, hit.title))
    here = Asked(start=moved.start, zone=asked.zone)
    return {
        "name": hit.title,
        "about": hit.subtitle,
        "href": f"{path}{moved.query()}",
        "address": f"/address{here.query()}",
    }


def _needs(guide: Guide, lang: str, asked: Asked, path: str) -> list[dict[str, str]]:
    given = {code for place in guide.directory().institutions.values() for code in place.codes}
    needs = [need for need in guide.taxonomy.needs.values() if given & set(need.services)]
    return [{"name": need.name(lang), "href": f"{path}{asked.but(need=need.code).query()}"} for need in needs]


def _tree(guide: Guide, lang: str, asked: Asked, path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": branch.name(lang),
            "leaves": [
                {"name": leaf.name(lang), "count": count, "href": f"{path}{asked.but(service=leaf.code).query()}"}
                for leaf, count in leaves
            ],
        }
        for branch, leaves in branches(guide)
    ]


def _choices(guide: Guide, asked: Asked, found: Found, lang: str) -> dict[str, list[tuple[str, str, int, bool]]]:
    """Options of every filter: value, words, count, whether chosen."""
    t = Texts(lang)
    groups = {
        group.code: text_in(group.names, lang, *guide.deps.profile.languages)
        for group in guide.deps.profile.caller_groups
    }
    words: dict[str, Callable[[str], str]] = {
        "language": lambda value: language_name(value, lang),
        "access": lambda value: str(access_in_words("profiles", value, lang)),
        "for": lambda value: groups.get(value, value),
        "within": lambda value: t("social.minutes", n=int(value)),
        "open": lambda _value: t("social.open"),
        "free": lambda _value: t("social.free"),
    }
    return {
        name: [(facet.value, words[name](facet.value), facet.count, facet.is_on) for facet in facets]
        for name, facets in found.facets.items()
    }


def _chips(asked: Asked, guide: Guide, lang: str, path: str) -> list[dict[str, str]]:
    """What is chosen, each with the link that takes it away."""
    t, taxonomy = Texts(lang), guide.taxonomy
    groups = {group.code: text_in(group.names, lang) for group in guide.deps.profile.caller_groups}
    given: list[tuple[str, dict[str, Any]]] = []
    if asked.service:
        given.append((taxonomy.services[asked.service].name(lang), {"service": ""}))
    if asked.need:
        given.append((taxonomy.needs[asked.need].name(lang), {"need": ""}))
    if asked.group in groups:
        given.append((groups[asked.group], {"group": ""}))
    if asked.is_open:
        given.append((t("social.open"), {"is_open": False}))
    if asked.access:
        given.append((access_in_words("profiles", asked.access, lang), {"access": None, "is_sure": False}))
    if asked.language:
        given.append((language_name(asked.language, lang), {"language": ""}))
    if asked.is_free:
        given.append((t("social.free"), {"is_free": False}))
    if asked.within_min:
        given.append((t("social.minutes", n=asked.within_min), {"within_min": None}))
    return [{"name": name, "href": f"{path}{asked.but(**without).query()}"} for name, without in given]


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/suggest?q=`: what one may mean while typing, as JSON; nothing of it is kept or logged."""

    @server.route("/suggest")
    def suggest() -> flask.typing.ResponseReturnValue:
        guide, lang = guide_of(deps), language(deps)
        text, is_place = one(flask.request.args, "q"), flask.request.args.get("kind") == "place"
        hits = guide.index().query(text, lang, SUGGESTED, PLACE_KINDS if is_place else None) if len(text) > 1 else []
        held = guide.directory().institutions  # an index of a moment ago may still hold what is protected now
        titles: dict[str, dict[str, Any]] = {}  # the words are what a list offers: the same ones twice say nothing
        for hit in hits:
            if hit.kind != "institution" or hit.id in held:
                titles.setdefault(hit.title, {"title": hit.title, "kind": hit.kind, "lat": hit.lat, "lon": hit.lon})
        return flask.jsonify(list(titles.values()))
