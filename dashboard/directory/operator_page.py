"""Operator mode: need, person and address give the three best open, reachable places that one is entitled to.

A referral, and a need that nothing met, go to the ledger: service, place and groups, never the person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, get_args
from urllib.parse import urlencode

import flask

from dashboard import plain
from dashboard.directory import result_page
from dashboard.directory.card import documents, rule_of
from dashboard.directory.check_page import answers_of
from dashboard.directory.find import find
from dashboard.directory.found import Result
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.result_page import question as asked_of
from dashboard.directory.words import phones, result_row, service_name
from dashboard.directory.writing import is_own_form, writer_of
from dashboard.i18n import Texts
from dashboard.queries.public_writes import STATUSES, Outcome, reports
from dashboard.view import language
from geodata.accessibility import PROFILES
from geodata.accessibility import in_words as access_in_words
from geodata.eligibility import Value, Verdict, check, question
from geodata.profile import text_in
from geodata.routing import MODES

if TYPE_CHECKING:
    from dashboard.deps import Deps

OPTIONS = 3
LOOKED_AT = 40
OUTCOMES = ("no_service", "not_entitled", "full", "closed_then", "not_accessible", "too_far")
PERSON = ("is_resident", "has_disability", "needs_daily_help", "lives_alone", "is_displaced", "is_veteran")
ENTITLED_ORDER = {"yes": 0, "ask": 1, "no": 2}


def best(
    guide: Guide, results: tuple[Result, ...], answers: dict[str, Value]
) -> list[tuple[Result, str, Verdict | None]]:
    """The three best: entitled before to be asked, the very service before akin ones, open ones, then the nearest.

    Never one that the caller is not entitled to.
    """
    ranked = []
    for place in results[:LOOKED_AT]:
        for code in place.meant or tuple(sorted(place.place.codes))[:1]:
            rule = rule_of(guide, code)
            verdict = check(rule, answers) if rule else None
            answer = verdict.answer if verdict else "ask"
            if answer != "no":
                time_s = float("inf") if place.travel_s is None else place.travel_s
                order = (ENTITLED_ORDER[answer], place.rank, place.state != "open", time_s)
                ranked.append((order, place, code, verdict))
                break
    ranked.sort(key=lambda row: row[0])
    return [(place, code, verdict) for _, place, code, verdict in ranked[:OPTIONS]]


def body_of(deps: Deps, values: dict[str, Any], *, path: str) -> str:
    """The page as HTML."""
    guide, lang, now = guide_of(deps), language(deps), deps.now()
    t = Texts(lang)
    flat = {key: value[-1] if isinstance(value, list) else value for key, value in values.items()}
    asked, unknown = asked_of(guide, values, lang)
    person = ("age", *(fact for fact in PERSON if _is_fact(fact)))
    answers = answers_of(flat, tuple(fact for fact in flat if _is_fact(fact)), lang)
    found, finder = find(guide, replace(asked, sort="open"), lang=lang, now=now)
    is_asked = bool(asked.text or asked.service or asked.need)
    options = best(guide, found.results, answers) if is_asked else []
    rows = [
        {**_option(guide, one, code, verdict, lang=lang, now=now, asked=asked), **_answers(verdict, flat, t)}
        for one, code, verdict in options
    ]
    return plain.body(
        deps,
        "operator.html",
        path=path,
        has_map=False,
        asked=asked,
        start_name=finder.start.name if finder.start else "",
        start=finder.start,
        rows=rows,
        is_asked=is_asked,
        age=flat.get("age", ""),
        saved=flat.get("saved", ""),
        trouble=t("social.address_unknown", text=unknown) if unknown else "",
        service=found.meant[0] if found.meant else "",
        person=[(fact, question(fact, lang).text, flat.get(fact, "")) for fact in person if fact != "age"],
        access=[(one, access_in_words("profiles", one, lang), one == asked.access) for one in PROFILES],
        groups=[(g.code, text_in(g.names, lang), g.code == asked.group) for g in deps.profile.caller_groups],
        modes=[(mode, t(f"social.modes.{mode}"), mode == asked.mode) for mode in MODES],
        outcomes=[(name, t(f"operator.outcomes.{name}")) for name in OUTCOMES],
        reports=[_report(guide, row, lang) for row in reports(deps.read)],
        statuses=[(name, t(f"operator.statuses.{name}")) for name in STATUSES],
    )


def _is_fact(fact: str) -> bool:
    try:
        question(fact, "en")
    except KeyError:
        return False
    return True


def _option(
    guide: Guide, one: Result, code: str, verdict: Verdict | None, *, lang: str, now: Any, asked: Any
) -> dict[str, Any]:
    t = Texts(lang)
    row = result_row(one, guide, lang=lang, now=now, query=asked.query())
    offer, public_url = one.place.offer(code), guide.deps.settings.public_url
    numbers = phones(one.place, (offer,) if offer else ())
    answer = verdict.answer if verdict else "ask"
    said = [row["name"], service_name(offer, guide, lang) if offer else "", row["address"], row["state_words"]]
    said += [row["travel"], ", ".join(number["number"] for number in numbers)]
    to_bring = documents(offer, guide, lang) if offer else []
    said += [f"{t('card.documents')}: {', '.join(to_bring)}" if to_bring else ""]
    return {
        **row,
        "code": code,
        "service": service_name(offer, guide, lang) if offer else "",
        "public": f"{public_url}{row['href']}" if public_url and not one.place.is_protected else "",
        "numbers": numbers,
        "answer": answer,
        "entitled": t(f"operator.entitled_{answer}"),
        "ask": question(verdict.next_question, lang).text if verdict and verdict.next_question else "",
        "said": "\n".join(line for line in said if line),
    }


def _answers(verdict: Verdict | None, flat: dict[str, Any], t: Texts) -> dict[str, Any]:
    """How the next question of a rule is answered: a link for yes and for no, or a box for a number.

    Either is the same page with that answer given.
    """
    fact = verdict.next_question if verdict else None
    kept = {key: value for key, value in flat.items() if value and key not in ("saved", fact)}
    if not fact:
        return {"ask_links": [], "ask_number": "", "kept": {}}
    if question(fact, t.lang).kind == "number":
        return {"ask_links": [], "ask_number": fact, "kept": kept}
    links = [(t(f"check.is_{one}"), f"/operator?{urlencode({**kept, fact: one})}") for one in ("yes", "no")]
    return {"ask_links": links, "ask_number": "", "kept": {}}


def _report(guide: Guide, row: dict[str, Any], lang: str) -> dict[str, Any]:
    place = guide.place(row["location_id"] or "")
    return {
        **row,
        "place": place.name if place else "",
        "field_words": Texts(lang)(f"card.fields.{row['field']}"),
        "at": row["reported_at"].astimezone(guide.deps.profile.zone).strftime("%Y-%m-%d %H:%M"),
    }


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `POST /operator/outcome`, `POST /operator/report` and the words while typing."""
    result_page.register(server, deps)

    @server.route("/operator/outcome", methods=["POST"])
    def outcome() -> flask.typing.ResponseReturnValue:
        form = flask.request.form
        name = form.get("outcome", "")
        if not is_own_form() or name not in get_args(Outcome):
            return "Not from this page", 403
        bits = {group.code: group.bit for group in deps.profile.caller_groups}
        mask = 1 << bits[form["for"]] if form.get("for") in bits else 0
        writer_of(deps).need(
            cast("Outcome", name),
            now=deps.now(),
            service_code=form.get("service", "")[:80],
            location_id=form.get("place", "")[:80],
            caller_group_mask=mask,
        )
        return flask.redirect("/operator?saved=1", 303)

    @server.route("/operator/report", methods=["POST"])
    def report() -> flask.typing.ResponseReturnValue:
        form = flask.request.form
        number, status = form.get("report", ""), form.get("status", "")
        if not is_own_form() or not number.isdigit() or status not in STATUSES:
            return "Not from this page", 403
        writer_of(deps).decide(int(number), status, now=deps.now())
        return flask.redirect("/operator?saved=1#reports", 303)
