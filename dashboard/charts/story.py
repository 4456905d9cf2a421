"""Why is this late: one request's life as a strip, in words, and who had it how long."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final

import pandas as pd
from dash import html

from dashboard import formats
from dashboard.charts.sla import story_links
from dashboard.components.card import Chart
from dashboard.figures.strip import Mark, overdue_apart, strip
from dashboard.queries import sla
from dashboard.queries.sla import Story
from dashboard.theme import SIGNS
from dashboard.view import View

KINDS: Final = ("working", "overdue", "pause", "night", "day_off", "holiday", "closed")
_SIGN_OF: Final = {
    "on_time": "on_time", "late": "late", "late_3x": "late_3x", "open_at_risk": "at_risk", "open_overdue": "late",
}  # fmt: skip
_S_PER_MIN: Final = 60


def chosen(view: View) -> Story | None:
    """The request that the address names, else the latest of the late ones."""
    named = view.extra.get("request")
    if named is None:
        late = sla.late_requests(view.read, view.filters, now=view.now, limit=1)
        named = str(late["id"].iloc[0]) if len(late) else None
    return (
        sla.story(view.read, named, now=view.now, lang=view.lang, write_day=partial(_day, view.lang)) if named else None
    )


def _day(lang: str, day_on: date, has_year: bool) -> str:
    """A day of the timeline as its reader writes it."""
    return formats.day_year(day_on, lang) if has_year else formats.day_short(day_on, lang)


def timeline(view: View) -> Chart:
    """The strip: working time, nights, days off, holidays, pauses, executors; the term and where it was passed."""
    told = chosen(view)
    if told is None:
        return Chart(view.t("story.none" if view.extra.get("request") else "sla.late_none"), "", 0, pd.DataFrame(), {})
    parts = overdue_apart(told.segments, told.due_at)
    names = view.reference.labels("executor", view.lang) | {"": view.t("story.nobody")}
    kinds = {kind: view.t(f"story.kind.{kind}") for kind in KINDS}
    table = parts.assign(
        what=[kinds[kind] for kind in parts["kind"]],
        executor_name=[names.get(code, code) for code in parts["executor"]],
        length=[formats.duration(minutes * _S_PER_MIN, view.lang) for minutes in parts["minutes"]],
        whole_minutes=parts["minutes"].round().astype("int64"),
    )
    return Chart(
        finding=verdict_text(view, told),
        unit=view.t("story.unit"),
        n=None,
        table=table,
        columns={
            "start_at": view.t("story.column.start"), "end_at": view.t("story.column.end"),
            "what": view.t("story.column.what"), "label": view.t("story.column.why"),
            "length": view.t("story.column.length"), "whole_minutes": view.t("story.column.minutes"),
            "executor_name": view.t("filter.executor"),
        },
        figure=strip(parts, lang=view.lang, kinds=kinds, executors=names,
                     rows=(view.t("story.row_clock"), view.t("story.row_executor")), marks=_marks(view, told)),
        body=html.P(told.text, className="story"),
        note=f"{view.t('sla.column.request')} {told.source_key} · {view.deps.profile.time_zone}",
        links=() if view.extra.get("request") == told.id else (
            (view.t("story.open"), story_links(view, [told.id])[0]),
        ),
    )  # fmt: skip


def verdict_text(view: View, told: Story) -> str:
    """What is to be said of it in one sentence, with what used the time up."""
    used = overdue_apart(told.segments, told.due_at).groupby("kind")["minutes"].sum()
    late = float(used.get("overdue", 0.0))
    sign = SIGNS.get(_SIGN_OF.get(told.verdict, ""), "")
    said = view.t(
        f"story.verdict.{told.verdict}",
        late=formats.duration(late * _S_PER_MIN, view.lang),
        left=formats.duration((told.remaining_min or 0) * _S_PER_MIN, view.lang),
    )
    held = told.segments[told.segments["kind"] != "closed"].groupby("executor")["minutes"].sum()
    longest = view.reference.label("executor", str(held.idxmax()), view.lang) if len(held) else ""
    paused = float(used.get("pause", 0.0))
    parts = [f"{sign} {said}".strip()]
    if longest:
        time = formats.duration(float(held.max()) * _S_PER_MIN, view.lang)
        parts.append(view.t("story.longest", name=longest, time=time))
    if paused:
        parts.append(view.t("story.paused", time=formats.duration(paused * _S_PER_MIN, view.lang)))
    return " ".join(parts)


def _marks(view: View, told: Story) -> list[Mark]:
    found = [Mark(told.due_at, view.t("story.mark.due"), is_term=True)] if told.due_at else []
    shown = {row["kind"]: row["at"] for row in told.marks.to_dict("records") if row["kind"] != "created"}
    found += [Mark(at, view.t(f"story.mark.{kind}")) for kind, at in shown.items()]
    if told.resolved_at is None and told.verdict.startswith("open"):
        found.append(Mark(view.now.astimezone(view.deps.profile.zone), view.t("story.mark.now")))
    return sorted(found, key=lambda mark: mark.at)


def held(view: View) -> Chart:
    """How long each executor had it: within hours, and by the clock on the wall."""
    told = chosen(view)
    if told is None:
        return Chart(view.t("story.none"), "", 0, pd.DataFrame(), {}, is_table=True)
    parts = overdue_apart(told.segments, told.due_at)
    parts = parts[parts["kind"] != "closed"].assign(
        counted=parts["minutes"].where(parts["kind"].isin(("working", "overdue")), 0.0),
        late=parts["minutes"].where(parts["kind"] == "overdue", 0.0),
    )
    sums = parts.groupby("executor", as_index=False)[["minutes", "counted", "late"]].sum()
    sums = sums.sort_values("minutes", ascending=False, ignore_index=True)
    names = view.reference.labels("executor", view.lang) | {"": view.t("story.nobody")}
    n = int((sums["executor"] != "").sum())
    frame = pd.DataFrame({"name": [names.get(code, code) for code in sums["executor"]]})
    for column in ("counted", "late", "minutes"):
        frame[column] = [formats.duration(one * _S_PER_MIN, view.lang) if one else formats.NONE for one in sums[column]]
        frame[f"{column}_h"] = (sums[column] / 60).round(1)
    return Chart(
        finding=view.t("story.held_says", n=n),
        unit=view.t("story.unit_executors"),
        n=n,
        table=frame,
        columns={
            "name": view.t("filter.executor"), "counted": view.t("story.column.counted"),
            "late": view.t("story.column.late"), "minutes": view.t("story.column.held"),
            "minutes_h": view.t("sla.column.hours"),
        },
        is_table=True,
        numbers=("counted", "late", "minutes"),
    )  # fmt: skip


def facts(view: View) -> list[tuple[str, str]]:
    """What the request is: names and values."""
    told = chosen(view)
    if told is None:
        return []
    zone, label = view.deps.profile.zone, view.reference.label
    at = {"received": told.created_at, "due": told.due_at, "closed": told.resolved_at}
    return [
        (view.t("sla.column.request"), told.source_key),
        *((view.t(f"filter.{kind}"), label(kind, getattr(told, kind), view.lang) or formats.NONE)
          for kind in ("topic", "request_class", "executor", "territory")),
        *((view.t(f"story.fact.{name}"), formats.instant(one, view.lang, zone) if one else formats.NONE)
          for name, one in at.items()),
        (view.t("story.fact.term"), _term(view, told)),
    ]  # fmt: skip


def _term(view: View, told: Story) -> str:
    """The term as a person says it; where the clocks changed on the way, that is said instead of an odd hour."""
    if not told.target_min or not told.term_min:
        return formats.NONE
    term = formats.duration(told.term_min * _S_PER_MIN, view.lang)
    return term if told.term_min == told.target_min else view.t("story.clocks_changed", term=term)
