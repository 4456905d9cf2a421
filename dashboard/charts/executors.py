"""The cards of the executors' page: all side by side, fairly; and of the page of one executor."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import pandas as pd

from dashboard import formats, metrics, queries
from dashboard.charts import followups as followup_charts
from dashboard.charts import sla as sla_charts
from dashboard.charts.rates import (
    RATES,
    against_peers,
    asked,
    by_dimension,
    by_executor,
    first_and_last,
    one_of,
    word_of,
)
from dashboard.components.card import Chart
from dashboard.components.legend import Key, legend
from dashboard.figures.funnel import SYMBOLS, funnel
from dashboard.figures.time import Line, over_time
from dashboard.metrics.funnel import CHANCE, curves, judge
from dashboard.metrics.intervals import wilson
from dashboard.metrics.judge import BETTER, WORSE, judged
from dashboard.queries import executors as executor_queries
from dashboard.queries.executors import everybody
from dashboard.queries.reference import EXECUTOR_KINDS
from dashboard.theme import BLUE, colour
from dashboard.view import View

KPIS: Final = ("due", "on_time_pct", "confirmed_on_time_pct", "false_closure_pct", "bounce_pct", "backlog_open")
ONE_KPIS: Final = (
    "requests", "on_time_pct", "confirmed_on_time_pct", "false_closure_pct", "bounce_pct", "backlog_open", "overdue",
    "at_risk",
)  # fmt: skip
LEVELS: Final = {"95": 95.0, "998": 99.8}
TOLD: Final = ("on_time_pct", "confirmed_on_time_pct", "false_closure_pct", "bounce_pct")

on_time = partial(by_executor, kpi="on_time_pct")
confirmed = partial(by_executor, kpi="confirmed_on_time_pct")
false_closures = partial(by_executor, kpi="false_closure_pct")
bounces = partial(by_executor, kpi="bounce_pct")
kinds_on_time = partial(by_dimension, kpi="on_time_pct", by="executor_kind")


OF_KINDS: Final = {
    "on_time_pct": ("met", "due"),
    "confirmed_on_time_pct": ("confirmed_on_time", "checked"),
    "false_closure_pct": ("false_closures", "reviewed"),
    "bounce_pct": ("bounced", "requests"),
}
"""Rates of the kinds: hits and cases among the counts of `queries.executors`."""


def kinds_table(view: View) -> Chart:
    """City bodies, district bodies, utilities, state bodies, partners: everything side by side, with intervals."""
    frame = executor_queries.kinds(view.read, view.filters, now=view.now)
    frame = frame.assign(label=[view.t(f"executor_kind.{kind}") for kind in frame["kind"]])
    frame["age_d"] = frame["open_median_h"] / 24
    rates: dict[str, str] = {}
    for kpi, (hits, cases) in OF_KINDS.items():
        enough = frame[cases] >= max(view.deps.settings.min_n, 1)
        frame[kpi] = (100 * frame[hits] / frame[cases].where(enough)).astype("float64")
        frame[f"{kpi}_limits"] = [
            _limits(view, hit, case) if is_told else formats.NONE
            for hit, case, is_told in zip(frame[hits], frame[cases], enough, strict=True)
        ]
        rates |= {kpi: view.t(f"executors.column.{kpi}"), f"{kpi}_limits": view.t("executors.column.limits")}
    frame = frame.sort_values("on_time_pct", ignore_index=True)
    told = frame.dropna(subset=["on_time_pct"])
    shares = ", ".join(
        f"{row['label']} {formats.percent(float(row['on_time_pct']), view.lang, digits=0)}"
        for row in told.to_dict("records")
    )
    return Chart(
        finding=view.t("executors.kinds_says", shares=shares) if len(told) else view.t("executors.one_few"),
        unit=view.t("executors.unit"),
        n=int(frame["requests"].sum()),
        table=frame,
        columns=_table_columns(
            view, rates, label="filter.executor_kind", executors="executors.column.executors",
        ),
        is_table=True,
        note=view.t("rates.min_n", min=view.deps.settings.min_n),
    )  # fmt: skip


def _table_columns(view: View, rates: dict[str, str], **first: str) -> dict[str, str]:
    """Who it is, the work, the rates, what stands open: the columns of both tables."""
    work = {"requests": "sla.column.requests", "due": "sla.column.due"}
    left = {name: f"executors.column.{name}" for name in ("open", "overdue", "age_d")}
    named = {name: view.t(key) for name, key in (first | work).items()}
    return named | rates | {name: view.t(key) for name, key in left.items()}


def _limits(view: View, hits: float, cases: float) -> str:
    ends = wilson(float(hits), float(cases)) or (0.0, 1.0)
    return "\u2060–\u2060".join(formats.number(100 * end, view.lang, digits=0) for end in ends)


def table(view: View) -> Chart:
    """One row per executor with everything, peers beside, rates of too few cases left out."""
    frame = _with_rates(view, executor_queries.executors(view.read, view.filters, now=view.now))
    rates = {
        f"{kpi}_{column}": view.t(f"executors.column.{kpi}{'' if column == 'own_pct' else '_peers'}")
        for kpi in TOLD
        for column in ("own_pct", "peers_pct")
    }
    return Chart(
        finding=_table_finding(view, frame),
        unit=view.t("executors.unit"),
        n=int(frame["requests"].sum()),
        table=frame,
        columns=_table_columns(view, rates, label="filter.executor", kind_name="filter.executor_kind"),
        hrefs={"label": [one_of(view, code).href("/executor") for code in frame["code"]]},
        is_table=True,
        note=view.t("rates.min_n", min=view.deps.settings.min_n),
    )  # fmt: skip


def _with_rates(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.assign(
        label=[view.reference.label("executor", code, view.lang) for code in frame["code"]],
        kind_name=[view.t(f"executor_kind.{kind}") for kind in frame["kind"]],
        age_d=frame["open_median_h"] / 24,
    )
    for kpi in TOLD:
        told = against_peers(view, kpi).set_index("executor")
        told = told[told["cases"] >= view.deps.settings.min_n]
        made[f"{kpi}_own_pct"] = made["code"].map(told["observed_pct"])
        made[f"{kpi}_peers_pct"] = made["code"].map(told["peers_pct"])
    return made


def _table_finding(view: View, frame: pd.DataFrame) -> str:
    if frame.empty:
        return ""
    most, total = frame.iloc[0], int(frame["requests"].sum())
    return view.t(
        "executors.table_says",
        n=len(frame),
        name=most["label"],
        share=formats.percent(100 * int(most["requests"]) / total if total else None, view.lang, digits=0),
        overdue=int(frame["overdue"].sum()),
    )


def funnel_plot(view: View) -> Chart:
    """On time, adjusted for topics and classes, by cases, between the limits of chance."""
    everyone = against_peers(view, "on_time_pct").dropna(subset=["adjusted_pct"])
    frame = asked(view, everyone[everyone["cases"] >= view.deps.settings.min_n])
    if frame.empty:
        return Chart("", view.t("executors.unit_due"), 0, frame, {})
    target = 100 * float(everyone["hits"].sum()) / float(everyone["cases"].sum())
    said = judge((frame["adjusted_pct"] / 100).tolist(), frame["cases"].tolist(), target / 100)
    side = ["low" if value < target else "high" for value in frame["adjusted_pct"]]
    frame = frame.assign(
        value_pct=frame["adjusted_pct"],
        is_named=[one != CHANCE for one in said],
        judged=[
            view.t("executors.judged.chance" if one == CHANCE else f"executors.judged.{one}_{way}")
            for one, way in zip(said, side, strict=True)
        ],
    ).sort_values("value_pct", ignore_index=True)
    names = {kind: view.t(f"executor_kind.{kind}") for kind in EXECUTOR_KINDS}
    return Chart(
        finding=_funnel_finding(view, frame, said, target),
        unit=view.t("executors.unit_due"),
        n=int(frame["cases"].sum()),
        table=frame,
        columns={
            "label": view.t("filter.executor"), "cases": view.t("sla.column.due"),
            "observed_pct": view.t("rates.column.own"), "peers_pct": view.t("rates.column.peers"),
            "adjusted_pct": view.t("rates.column.adjusted"), "judged": view.t("executors.column.judged"),
        },
        figure=funnel(
            frame, curves(target / 100, int(frame["cases"].max() * 1.1) + 5), target, lang=view.lang, kinds=names,
            levels={level: f"{formats.number(share, view.lang)}{formats.THIN}%" for level, share in LEVELS.items()},
            target_name=view.t("rates.all"), cases_name=view.t("sla.column.due"),
        ),
        body=legend([
            Key(name, colour(kind), SYMBOLS[kind][1]) for kind, name in names.items() if kind in set(frame["kind"])
        ]),
        note=view.t("executors.funnel_note"),
    )  # fmt: skip


def _funnel_finding(view: View, frame: pd.DataFrame, said: list[str], target: float) -> str:
    beyond = frame[frame["is_named"]]
    worse = beyond[beyond["value_pct"] < target]
    if worse.empty:
        return view.t("executors.funnel_nobody", n=len(frame))
    return view.t(
        "executors.funnel_says", n=len(worse), of=len(frame), names=", ".join(worse["label"].head(4)),
        chance=said.count(CHANCE),
    )  # fmt: skip


# --- one executor


def chosen(view: View) -> str:
    """The executor the filters name; else the one with the most requests; empty where nobody has any."""
    if view.filters.executor:
        return view.filters.executor[0]
    found = queries.breakdown(view.read, view.filters, "created", "executor", now=view.now)
    known = found[found["code"] != ""]
    return str(known["code"].iloc[0]) if len(known) else ""


def narrowed(view: View) -> View:
    """The view of the chosen executor alone."""
    return one_of(view, chosen(view))


def one_against_peers(view: View) -> Chart:
    """The executor's rates with intervals, its peers' with the same topics and classes, and both adjusted."""
    code, rows = chosen(view), []
    for kpi, rate in RATES.items():
        frame = against_peers(view, kpi)
        frame = frame[frame["cases"] >= view.deps.settings.min_n]
        said = judged(
            frame["hits"].tolist(), frame["cases"].tolist(), frame["peers_pct"].tolist(), is_good=rate.is_good
        )
        own = frame.assign(said=said)[frame["executor"] == code]
        rows += [
            (metrics.REGISTRY[kpi].name(view.lang), *(one[name] for name in (*_ONE, "said")))
            for one in own.to_dict("records")
        ]
    frame = pd.DataFrame(rows, columns=["name", *_ONE, "said"]).astype({"cases": "int64"})
    worse, better = (", ".join(frame.loc[frame["said"] == one, "name"]) for one in (WORSE, BETTER))
    key = "executors.one_worse" if worse else "executors.one_better" if better else "executors.one_alike"
    name = view.reference.label("executor", code, view.lang)
    frame["judged"] = [word_of(view, one) for one in frame["said"]]
    return Chart(
        finding=view.t(key, name=name, what=worse or better) if len(frame) else view.t("executors.one_few"),
        unit=view.t("executors.unit_rates"),
        n=None,
        table=frame,
        columns={
            "name": view.t("executors.column.figure"), "observed_pct": view.t("rates.column.own"),
            "low_pct": view.t("sla.column.low"), "high_pct": view.t("sla.column.high"),
            "peers_pct": view.t("rates.column.peers"), "adjusted_pct": view.t("rates.column.adjusted"),
            "cases": view.t("rates.column.cases"), "comparable_pct": view.t("rates.column.comparable"),
            "judged": view.t("executors.column.judged"),
        },
        is_table=True,
        note=view.t("rates.note", min=view.deps.settings.min_n),
    )  # fmt: skip


_ONE: Final = ("observed_pct", "low_pct", "high_pct", "peers_pct", "adjusted_pct", "cases", "comparable_pct")


def one_over_time(view: View) -> Chart:
    """On time week by week, the executor's and all executors' together."""
    own = _weekly(narrowed(view)).rename(columns={"pct": "own_pct", "due": "own_due", "met": "own_met"})
    both = own.merge(_weekly(replace(view, filters=everybody(view.filters))), on="period_on").rename(
        columns={"pct": "all_pct", "due": "all_due", "met": "all_met"}
    )
    both["label"] = [formats.grain_label(day.date(), "week", view.lang) for day in both["period_on"]]
    name = view.reference.label("executor", chosen(view), view.lang)
    known = both.dropna(subset=["own_pct"])
    finding = ""
    if len(known):
        pairs = [(int(known["own_met"].iloc[at]), int(known["own_due"].iloc[at])) for at in (0, -1)]
        finding = view.t("executors.over_time_says", **first_and_last(view, *pairs))
    else:
        both = both.iloc[:0]
        finding = view.t("card.too_few")
    lines = [Line("own_pct", view.t("rates.own"), BLUE), Line("all_pct", view.t("rates.all"), is_expected=True)]
    return Chart(
        finding=finding,
        unit=view.t("executors.unit_weekly"),
        n=int(both["own_due"].sum()),
        table=both,
        columns={
            "label": view.t("executors.column.week"), "own_pct": name, "own_due": view.t("sla.column.due"),
            "all_pct": view.t("rates.all"), "all_due": view.t("executors.column.all_due"),
        },
        figure=over_time(both, lines, lang=view.lang, grain="week", is_share=True),
        note=view.t("rates.min_n", min=view.deps.settings.min_n),
    )  # fmt: skip


def _weekly(view: View) -> pd.DataFrame:
    due, met = (
        queries.series(view.read, view.filters, name, grain="week", now=view.now)["value"] for name in ("due", "met")
    )
    weeks = queries.series(view.read, view.filters, "due", grain="week", now=view.now)["period_on"]
    shown = due.where(due >= view.deps.settings.min_n)
    return pd.DataFrame({"period_on": weeks, "pct": 100 * met / shown, "due": due, "met": met})


def one_topics(view: View) -> Chart:
    """How the executor's requests ended, by topic."""
    return sla_charts.by_topic(narrowed(view))


def one_lateness(view: View) -> Chart:
    """How deep the executor's lateness goes."""
    return sla_charts.lateness(narrowed(view))


def one_reasons(view: View) -> Chart:
    """Why callers deny what the executor closed."""
    return followup_charts.reasons(narrowed(view))


def one_oldest(view: View) -> Chart:
    """What lies open with the executor, the oldest first."""
    alone = narrowed(view)
    found = executor_queries.oldest_open(alone.read, alone.filters, now=alone.now)
    total = queries.total(alone.read, alone.filters, "open", now=alone.now)
    frame = sla_charts.with_names(view, found).assign(
        age=[formats.duration(minutes * 60, view.lang) for minutes in found["age_min"]],
        state=[view.t("sla.verdict.overdue" if late else "executors.within") for late in found["is_overdue"]],
    )
    finding = view.t("executors.oldest_none")
    if len(frame):
        finding = view.t("executors.oldest_says", n=total, age=frame["age"].iloc[0])
    return Chart(
        finding=finding,
        unit=view.t("sla.unit_shown", shown=len(frame)),
        n=total,
        table=frame,
        columns={
            "source_key": view.t("sla.column.request"), "age": view.t("executors.column.open_for"),
            "state": view.t("sla.column.state"), "due_at": view.t("sla.column.due_at"),
            "topic_name": view.t("filter.topic"), "request_class_name": view.t("filter.request_class"),
        },
        hrefs={"source_key": sla_charts.story_links(view, frame["id"])},
        is_table=True,
        note=view.t("sla.now_note"),
    )  # fmt: skip
