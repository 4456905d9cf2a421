"""Am I entitled: the questions of one rule on one form, answered yes, no or ask, with reasons and what to do instead.

The answers come by POST and are forgotten with the response: they are nobody's business but the reader's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import flask

from dashboard import plain
from dashboard.directory.card import rule_of
from dashboard.directory.guide import guide_of
from dashboard.directory.writing import told
from dashboard.i18n import Texts
from dashboard.view import language
from geodata.eligibility import Value, check, document_in_words, question, reason_in_words

if TYPE_CHECKING:
    from dashboard.deps import Deps

MAX_NUMBER = 200


def answers_of(form: Mapping[str, str], facts: tuple[str, ...], lang: str) -> dict[str, Value]:
    """The answers given; an empty one has not been asked, `unknown` was asked and not known."""
    found: dict[str, Value] = {}
    for fact in facts:
        given = form.get(fact, "").strip()
        if given == "unknown":
            found[fact] = None
        elif question(fact, lang).kind == "yes_no" and given in ("yes", "no"):
            found[fact] = given == "yes"
        elif question(fact, lang).kind == "number" and given.isascii() and given.isdigit() and int(given) <= MAX_NUMBER:
            found[fact] = int(given)
    return found


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/check/SERVICE`, by GET to ask and by POST to answer."""

    @server.route("/check/<code>", methods=["GET", "POST"])
    def entitled(code: str) -> flask.typing.ResponseReturnValue:
        guide, lang = guide_of(deps), language(deps)
        t, service = Texts(lang), guide.taxonomy.services.get(code)
        if service is None:
            return told(deps, t("check.none"), path="/check", back="/find", status=404, has_number=True)
        rule = rule_of(guide, code)
        form = flask.request.form
        answers = answers_of(form, rule.facts, lang) if rule and flask.request.method == "POST" else {}
        verdict = check(rule, answers) if rule and flask.request.method == "POST" else None
        instead = guide.taxonomy.services.get(verdict.fallback_service or "") if verdict else None
        place = guide.place(flask.request.args.get("place", ""))
        questions: list[dict[str, Any]] = [
            {
                "fact": fact,
                "kind": question(fact, lang).kind,
                "text": question(fact, lang).text,
                "given": form.get(fact, ""),
            }
            for fact in (rule.facts if rule else ())
        ]
        return plain.document(
            deps,
            "check.html",
            title=t("check.title", service=service.name(lang)),
            path="/check",
            service=service.name(lang),
            about=service.about(lang),
            questions=questions,
            has_rule=rule is not None,
            answer=verdict.answer if verdict else "",
            words=t(f"check.{verdict.answer}") if verdict else "",
            reasons=[reason_in_words(test, lang) for test in verdict.reasons] if verdict else [],
            documents=[document_in_words(one, lang) for one in verdict.documents]
            if verdict and verdict.answer != "no"
            else [],
            instead=(instead.name(lang), f"/find?service={instead.code}")
            if instead and verdict and verdict.answer != "yes"
            else None,
            law=rule.law if rule else "",
            action=flask.request.full_path.rstrip("?"),
            where=f"/find?service={code}",
            back=f"/place/{place.id}" if place else f"/find?service={code}",
        )
