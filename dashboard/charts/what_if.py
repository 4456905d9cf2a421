"""What if the terms had been others: on time under shorter and longer terms, by class, and a term of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dash import html

from dashboard import formats
from dashboard.components.card import Chart
from dashboard.components.states import notice
from dashboard.figures.terms import terms_lines
from dashboard.i18n import Texts
from dashboard.queries import what_if
from dashboard.view import View
from geodata.profile import text_in

if TYPE_CHECKING:
    from dashboard.deps import Deps

_PLURAL: Final = {"minutes": 60, "hours": 3_600}


def terms(view: View) -> Chart:
    """The share on time of each class if its term had been half, three quarters, half as long again or double."""
    frame = what_if.terms_tried(view.read, view.filters, now=view.now)
    frame = frame[frame["n"] >= view.deps.settings.min_n].reset_index(drop=True)
    frame = frame.assign(
        label=[view.reference.label("request_class", code, view.lang) for code in frame["request_class"]],
        term=[term_text(view.t, int(value), unit) for value, unit in zip(frame["value"], frame["unit"], strict=True)],
        factor_pct=100 * frame["factor"],
    )
    as_it_is = frame[frame["factor"] == 1]
    return Chart(
        finding=_finding(view, frame),
        unit=view.t("what_if.unit"),
        n=int(as_it_is["n"].sum()),
        table=frame,
        columns={
            "label": view.t("filter.request_class"), "term": view.t("what_if.column.term"),
            "factor_pct": view.t("what_if.column.factor"), "n": view.t("sla.column.due"),
            "met": view.t("sla.verdict.on_time"), "on_time_pct": view.t("sla.column.on_time"),
            "late_3x": view.t("sla.verdict.late_3x"),
        },
        figure=terms_lines(frame, lang=view.lang, now_name=view.t("what_if.now"), of_term=view.t("what_if.of_term")),
        note=view.t("what_if.note", most=what_if.MAX_REPLAYED),
    )  # fmt: skip


def _finding(view: View, frame: Any) -> str:
    wide = frame.pivot_table(index="label", columns="factor", values="on_time_pct")
    if 1.0 not in wide.columns or 2.0 not in wide.columns:
        return ""
    gain = (wide[2.0] - wide[1.0]).dropna()
    if gain.empty:
        return ""
    name = str(gain.idxmax())
    return view.t(
        "what_if.says",
        name=name,
        now=formats.percent(float(wide.loc[name, 1.0]), view.lang, digits=0),
        then=formats.percent(float(wide.loc[name, 2.0]), view.lang, digits=0),
    )


def term_text(t: Texts, value: int, unit: str) -> str:
    """A term in words: 3 working days."""
    if unit in _PLURAL:
        return formats.duration(value * _PLURAL[unit], t.lang)
    return t(f"what_if.term.{unit}", n=value)


def class_options(deps: Deps, t: Texts) -> list[dict[str, str]]:
    """The classes that have a term, with it, as the profile has them: a layout asks no database."""
    names = {one.code: text_in(one.names, t.lang, *deps.profile.languages) for one in deps.profile.request_classes}
    terms_now = what_if.terms_of(deps.read).to_dict("records")
    return [
        {
            "value": one["request_class"],
            "label": f"{names[one['request_class']]} ({term_text(t, int(one['value']), one['unit'])})",
        }
        for one in terms_now
    ]


def answer(view: View, request_class: str, value: int, unit: str) -> Any:
    """One term of one's own: before and after, in a sentence."""
    known = set(what_if.terms_of(view.read)["request_class"])
    if request_class not in known or unit not in what_if.UNITS or not 1 <= value <= 1_000:
        return notice(view.t("what_if.wrong"), kind="warning")
    found = what_if.what_if(view.read, view.filters, request_class, value, unit, now=view.now)
    words = {
        "name": view.reference.label("request_class", request_class, view.lang),
        "term": term_text(view.t, value, what_if.UNITS[unit]),
    }
    if not found.before.n or not found.after.n:
        return notice(view.t("what_if.answer_none", n=found.requests, **words))
    return html.P(
        [
            html.Span(formats.percent(found.before.on_time_pct, view.lang), className="what-if-before"),
            " → ",
            html.Strong(formats.percent(found.after.on_time_pct, view.lang)),
            html.Span(
                view.t("what_if.answer", before=found.before.n, after=found.after.n, changed=found.changed, **words),
                className="what-if-words",
            ),
        ],
        className="what-if-answer",
    )
