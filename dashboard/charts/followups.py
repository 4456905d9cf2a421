"""The cards of the follow-ups page: whether what was closed was done, as those say who asked for it."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd

from dashboard import formats, queries
from dashboard.charts.enough import from_cases, is_enough
from dashboard.charts.rates import by_dimension, by_executor, first_and_last
from dashboard.charts.sla import story_links, with_names
from dashboard.components.card import Chart
from dashboard.figures.parts import ranked
from dashboard.figures.time import Line, over_time
from dashboard.metrics.intervals import wilson
from dashboard.queries import followups
from dashboard.queries.shares import shares
from dashboard.theme import BLUE, GREEN, LATE, SLATE
from dashboard.view import View

KPIS: Final = (
    "followups_tried", "reached_pct", "confirmed_pct", "followups_denied", "satisfaction_pct", "false_closure_pct",
    "response_pct",
)  # fmt: skip
STEPS: Final = {
    "tried": "followups_tried", "reached": "followups_reached", "confirmed": "followups_confirmed",
    "denied": "followups_denied", "rated": "followups_rated", "satisfied": "followups_satisfied",
}  # fmt: skip
_OF: Final = {"reached": "tried", "confirmed": "reached", "denied": "reached", "rated": "reached", "satisfied": "rated"}
_COLOURS: Final = {
    "tried": SLATE,
    "reached": BLUE,
    "confirmed": GREEN,
    "denied": LATE,
    "rated": SLATE,
    "satisfied": GREEN,
}

false_by_executor = partial(by_executor, kpi="false_closure_pct")
confirmed_by_executor = partial(by_executor, kpi="confirmed_pct")
false_by_topic = partial(by_dimension, kpi="false_closure_pct", by="topic_top")
confirmed_by_topic = partial(by_dimension, kpi="confirmed_pct", by="topic_top")


def steps(view: View) -> Chart:
    """Tried, reached, confirmed, denied, satisfied: each with its share of the step it is a part of."""
    counts = {step: queries.total(view.read, view.filters, measure, now=view.now) for step, measure in STEPS.items()}
    rows = []
    for step, count in counts.items():
        whole = counts[_OF[step]] if step in _OF else count
        told = is_enough(view, whole)
        limits = (wilson(count, whole) if told else None) or (float("nan"), float("nan"))
        share = 100 * count / whole if told else float("nan")
        of = view.t(f"followups.step.{_OF[step]}") if step in _OF else ""
        rows.append((view.t(f"followups.step.{step}"), count, of, share, 100 * limits[0], 100 * limits[1]))
    frame = pd.DataFrame(rows, columns=["label", "value", "of", "share_pct", "low_pct", "high_pct"])
    frame.loc[0, ["share_pct", "low_pct", "high_pct"]] = float("nan")
    texts = [formats.number(counts["tried"], view.lang)] + [
        _with_share(view, value, share)
        for value, share in zip(frame["value"].iloc[1:], frame["share_pct"].iloc[1:], strict=True)
    ]
    return Chart(
        finding=view.t(
            "followups.steps_says",
            reached=_share(view, counts["reached"], counts["tried"]),
            confirmed=_share(view, counts["confirmed"], counts["reached"]),
            satisfied=_share(view, counts["satisfied"], counts["rated"]),
        ) if is_enough(view, counts["reached"]) else view.t("card.too_few"),
        unit=view.t("followups.unit_calls"),
        n=counts["tried"],
        table=frame,
        columns={
            "label": view.t("followups.column.step"), "value": view.t("followups.column.calls"),
            "of": view.t("followups.column.of"), "share_pct": view.t("sla.column.share"),
            "low_pct": view.t("sla.column.low"), "high_pct": view.t("sla.column.high"),
        },
        figure=ranked(list(frame["label"]), frame["value"].tolist(), lang=view.lang, texts=texts,
                      colours=[_COLOURS[step] for step in counts]),
        note=from_cases(view),
    )  # fmt: skip


def _with_share(view: View, value: float, share: float) -> str:
    """A count with its share, where that is told."""
    count = formats.number(int(value), view.lang)
    return f"{count} · {formats.percent(share, view.lang, digits=0)}" if share == share else count


def _share(view: View, part: int, whole: int) -> str:
    return formats.percent(100 * part / whole if is_enough(view, whole) else None, view.lang, digits=0)


def weekly(view: View) -> Chart:
    """Confirmed and falsely closed week by week; weeks of too few calls have no point."""
    found = {
        name: queries.series(view.read, view.filters, name, grain="week", now=view.now).set_index("period_on")["value"]
        for name in ("followups_reached", "followups_confirmed", "reviewed", "false_closures")
    }
    frame = pd.DataFrame(found).reset_index()
    minimum = view.deps.settings.min_n
    reached, reviewed = (frame[name].where(frame[name] >= minimum) for name in ("followups_reached", "reviewed"))
    frame["confirmed_pct"] = 100 * frame["followups_confirmed"] / reached
    frame["false_pct"] = 100 * frame["false_closures"] / reviewed
    frame["label"] = [formats.grain_label(day.date(), "week", view.lang) for day in frame["period_on"]]
    lines = [
        Line("confirmed_pct", view.t("followups.step.confirmed"), GREEN),
        Line("false_pct", view.t("followups.false"), LATE),
    ]
    known = frame.dropna(subset=["confirmed_pct"])
    finding = ""
    if len(known):
        pairs = [
            (int(known["followups_confirmed"].iloc[at]), int(known["followups_reached"].iloc[at])) for at in (0, -1)
        ]
        finding = view.t("followups.weekly_says", **first_and_last(view, *pairs))
    else:
        frame = frame.iloc[:0]
        finding = view.t("card.too_few")
    return Chart(
        finding=finding,
        unit=view.t("followups.unit_weekly"),
        n=int(frame["followups_reached"].sum()),
        table=frame,
        columns={
            "label": view.t("executors.column.week"), "followups_reached": view.t("followups.step.reached"),
            "followups_confirmed": view.t("followups.step.confirmed"),
            "confirmed_pct": view.t("followups.column.confirmed_pct"), "reviewed": view.t("followups.column.reviewed"),
            "false_closures": view.t("followups.false"), "false_pct": view.t("followups.column.false_pct"),
        },
        figure=over_time(frame, lines, lang=view.lang, grain="week", is_share=True),
        note=view.t("rates.min_n", min=minimum),
    )  # fmt: skip


def reasons(view: View) -> Chart:
    """Why callers deny that it was done."""
    frame = followups.reasons(view.read, view.filters, now=view.now)
    n = int(frame["value"].sum())
    frame = frame.assign(
        label=[reason_text(view, code) for code in frame["code"]],
        share_pct=100 * frame["value"] / (n if is_enough(view, n) else float("nan")),
    )
    texts = [_with_share(view, *row) for row in zip(frame["value"], frame["share_pct"], strict=True)]
    finding = view.t("card.too_few")
    if is_enough(view, n):
        first = frame.iloc[0]
        finding = view.t(
            "followups.reasons_says", name=first["label"],
            share=formats.percent(float(first["share_pct"]), view.lang, digits=0),
        )  # fmt: skip
    return Chart(
        finding=finding,
        unit=view.t("followups.unit_denials"),
        n=n,
        table=frame,
        columns={
            "label": view.t("followups.column.reason"), "value": view.t("followups.column.calls"),
            "share_pct": view.t("sla.column.share"),
        },
        figure=ranked(list(frame["label"]), frame["value"].tolist(), lang=view.lang, texts=texts, colours=LATE),
        links=((view.t("sla.all_rows"), f"/rows/followups_denied?{view.query}"),),
    )  # fmt: skip


def reason_text(view: View, code: str) -> str:
    """A reason in words; one without a translation as it was written."""
    if not code:
        return view.t("followups.reason_none")
    key = f"followups.reason.{code}"
    return view.t(key) if view.t.has(key) else code.replace("_", " ")


def _ledger_finding(view: View, total: int) -> str:
    """Whose closings were none most often, over all of the period and not only over the rows that are listed."""
    if not total:
        return view.t("followups.ledger_none")
    names = ["false_closures", "reviewed"]
    held = shares(view.read, view.filters, "followups", names, "executor", now=view.now)
    most = held.sort_values("false_closures", ascending=False).iloc[0]
    name = view.reference.label("executor", str(most["code"]), view.lang) or view.t("sla.none")
    count, of = int(most["false_closures"]), int(most["reviewed"])
    return view.t("followups.ledger_says", n=total, name=name, most=count, of=of)


def ledger(view: View) -> Chart:
    """Closings that were none, one by one: denied at follow-up, or reopened within days."""
    found = followups.false_closures(view.read, view.filters, now=view.now)
    total = queries.total(view.read, view.filters, "false_closures", now=view.now)
    frame = with_names(view, found).assign(
        how=[view.t("followups.denied" if denied else "followups.reopened") for denied in found["is_denied"]],
        why=[reason_text(view, code) if code else formats.NONE for code in found["reason"]],
    )
    return Chart(
        finding=_ledger_finding(view, total),
        unit=view.t("sla.unit_shown", shown=len(frame)),
        n=total,
        table=frame,
        columns={
            "source_key": view.t("sla.column.request"), "tried_at": view.t("followups.column.called"),
            "how": view.t("followups.column.how"), "why": view.t("followups.column.reason"),
            "executor_name": view.t("filter.executor"), "topic_name": view.t("filter.topic"),
            "territory_name": view.t("filter.territory"), "closed_at": view.t("followups.column.closed"),
        },
        hrefs={"source_key": story_links(view, frame["id"])},
        is_table=True,
        is_list=True,
        links=((view.t("sla.all_rows"), f"/rows/false_closure_pct?{view.query}"),),
    )  # fmt: skip
