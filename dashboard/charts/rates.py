"""Rates with intervals, row by row, beside what peers reach with the same topics and classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from dashboard import formats
from dashboard.components.card import Chart
from dashboard.components.legend import Key, legend
from dashboard.figures.intervals import MARKS, PEERS, dots
from dashboard.metrics.casemix import standardise
from dashboard.metrics.contrast import contrast
from dashboard.metrics.figure import share_pct, shown
from dashboard.metrics.intervals import wilson
from dashboard.metrics.judge import ALIKE, BETTER, WORSE, judged
from dashboard.queries.executors import everybody
from dashboard.queries.shares import mix, shares
from dashboard.view import View

TOP: Final = 16
SIGN: Final = {WORSE: "▲ ", BETTER: "● ", ALIKE: ""}
"""What stands before the word of a judgement, in tables as in the figures."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of the dictionary as hits over cases of a family; `is_good`: higher is better."""

    kpi: str
    family: str
    hits: str
    cases: str
    is_good: bool


RATES: Final[Mapping[str, Rate]] = {
    rate.kpi: rate
    for rate in (
        Rate("on_time_pct", "due", "met", "due", is_good=True),
        Rate("confirmed_on_time_pct", "due", "confirmed_on_time", "checked", is_good=True),
        Rate("false_closure_pct", "followups", "false_closures", "reviewed", is_good=False),
        Rate("bounce_pct", "created", "bounced", "requests", is_good=False),
        Rate("confirmed_pct", "followups", "confirmed", "reached", is_good=True),
    )
}


def against_peers(view: View, kpi: str) -> pd.DataFrame:
    """`metrics.casemix.standardise` of a rate over all executors, with `label`, `kind`; executors filtered are kept.

    Peers are all executors, whatever executors are filtered.
    """
    rate = RATES[kpi]
    strata = mix(view.read, everybody(view.filters), rate.family, rate.hits, rate.cases, now=view.now)
    made = standardise(strata)
    names = view.reference
    kinds = [str(names.cell("executor", code, "kind")) for code in made["executor"]]
    labels = [names.label("executor", code, view.lang) for code in made["executor"]]
    return made.assign(kind=kinds, label=labels, cases=made["cases"].astype("int64"))


def overall_pct(view: View, kpi: str) -> float:
    """The rate of all executors together."""
    made = against_peers(view, kpi)
    return 100 * float(made["hits"].sum()) / float(made["cases"].sum()) if len(made) else float("nan")


def is_asked(view: View, code: str, kind: str) -> bool:
    """Whether the filters on executors let this one through."""
    filters = view.filters
    return (not filters.executor or code in filters.executor) and (
        not filters.executor_kind or kind in filters.executor_kind
    )


def asked(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of executors that the filters let through."""
    kept = [is_asked(view, code, kind) for code, kind in zip(frame["executor"], frame["kind"], strict=True)]
    return frame[pd.Series(kept, index=frame.index, dtype="bool")].reset_index(drop=True)


def by_executor(view: View, kpi: str) -> Chart:
    """One row per executor: its rate with the interval, and its peers' on the same topics and classes."""
    rate, minimum = RATES[kpi], view.deps.settings.min_n
    frame = asked(view, against_peers(view, kpi))
    n = int(frame["cases"].sum())
    frame = frame[frame["cases"] >= minimum]
    frame = frame.assign(
        gap=frame["observed_pct"] - frame["peers_pct"],
        said=judged(frame["hits"].tolist(), frame["cases"].tolist(), frame["peers_pct"].tolist(), is_good=rate.is_good),
    ).sort_values("gap", ascending=rate.is_good, ignore_index=True)
    frame["judged"] = [word_of(view, one) for one in frame["said"]]
    top = frame.head(TOP)
    return Chart(
        finding=_worst_gap(view, frame),
        unit=view.t(f"rates.unit.{kpi}"),
        n=n,
        table=frame,
        columns={
            "label": view.t("filter.executor"), "cases": view.t("rates.column.cases"),
            "observed_pct": view.t("rates.column.own"), "low_pct": view.t("sla.column.low"),
            "high_pct": view.t("sla.column.high"), "peers_pct": view.t("rates.column.peers"),
            "adjusted_pct": view.t("rates.column.adjusted"), "comparable_pct": view.t("rates.column.comparable"),
            "judged": view.t("rates.column.judged"),
        },
        figure=dots(
            list(top["label"]), top["observed_pct"].tolist(), top["low_pct"].tolist(), top["high_pct"].tolist(),
            top["cases"].tolist(), lang=view.lang, judged=top["said"].tolist(), names=_names(view),
            peers=top["peers_pct"].tolist(), peers_name=view.t("rates.peers"),
        ) if len(top) else None,
        body=legend([*_keys(view), Key(view.t("rates.peers"), *PEERS)]) if len(top) else None,
        note=view.t("rates.note", min=minimum),
    )  # fmt: skip


def word_of(view: View, judgement: str) -> str:
    """A judgement in words, with its sign."""
    return SIGN[judgement] + view.t(f"rates.{judgement}")


def _names(view: View) -> dict[str, str]:
    return {one: view.t(f"rates.{one}") for one in (WORSE, ALIKE, BETTER)}


def _keys(view: View) -> list[Key]:
    return [Key(name, MARKS[code][1], MARKS[code][2]) for code, name in _names(view).items()]


def _worst_gap(view: View, frame: pd.DataFrame) -> str:
    """How many fall behind the peers beyond chance, and who most; else who is ahead most; else nobody."""
    behind, ahead = (frame[frame["said"] == one] for one in (WORSE, BETTER))
    if frame.empty:
        return ""
    if behind.empty and ahead.empty:
        return view.t("rates.nobody")
    told = behind if len(behind) else ahead
    worst = told.iloc[int(told["gap"].abs().argmax())]
    return view.t(
        "rates.behind_says" if len(behind) else "rates.ahead_says",
        n=len(behind),
        name=worst["label"],
        own=formats.percent(float(worst["observed_pct"]), view.lang),
        peers=formats.percent(float(worst["peers_pct"]), view.lang),
    )


def by_dimension(view: View, kpi: str, by: str) -> Chart:
    """One row per code of a dimension: its rate with Wilson's interval, everybody's marked."""
    rate, minimum = RATES[kpi], view.deps.settings.min_n
    found = shares(view.read, view.filters, rate.family, [rate.hits, rate.cases], by, now=view.now)
    frame = found.rename(columns={rate.hits: "hits", rate.cases: "cases"})
    n, hits = int(frame["cases"].sum()), int(frame["hits"].sum())
    mean = 100 * hits / n if n else 0.0
    kind = {"topic_top": "topic"}.get(by, by)
    frame = frame[frame["cases"] >= minimum].reset_index(drop=True)
    pairs = zip(frame["hits"].tolist(), frame["cases"].tolist(), strict=True)
    limits = [wilson(hit, case) or (0.0, 1.0) for hit, case in pairs]
    frame = frame.assign(
        label=[_label(view, kind, code) for code in frame["code"]],
        value_pct=100 * frame["hits"] / frame["cases"],
        low_pct=[100 * one[0] for one in limits],
        high_pct=[100 * one[1] for one in limits],
        said=judged(frame["hits"].tolist(), frame["cases"].tolist(), [mean] * len(frame), is_good=rate.is_good),
    ).sort_values("value_pct", ascending=rate.is_good, ignore_index=True)
    frame["judged"] = [word_of(view, one) for one in frame["said"]]
    top = frame.head(TOP)
    return Chart(
        finding=_extremes(view, frame, mean),
        unit=view.t(f"rates.unit.{kpi}"),
        n=n,
        table=frame,
        columns={
            "label": view.t(f"filter.{kind}"), "cases": view.t("rates.column.cases"),
            "hits": view.t(f"rates.hits.{kpi}"), "value_pct": view.t("sla.column.share"),
            "low_pct": view.t("sla.column.low"), "high_pct": view.t("sla.column.high"),
            "judged": view.t("rates.column.judged"),
        },
        figure=dots(
            list(top["label"]), top["value_pct"].tolist(), top["low_pct"].tolist(), top["high_pct"].tolist(),
            top["cases"].tolist(), lang=view.lang, judged=top["said"].tolist(), names=_names(view),
            reference=(mean, f"{view.t('rates.all')} {formats.percent(mean, view.lang, digits=0)}"),
        ) if len(top) else None,
        body=legend(_keys(view)) if len(top) else None,
        note=view.t("rates.note", min=minimum),
    )  # fmt: skip


def _label(view: View, kind: str, code: str) -> str:
    if kind == "executor_kind":
        return view.t(f"executor_kind.{code}") if code else view.t("sla.none")
    return view.reference.label(kind, code, view.lang) or view.t("sla.none")


def _extremes(view: View, frame: pd.DataFrame, mean: float) -> str:
    """The worst and the best of those that stand out; `frame` has the worst first."""
    if frame.empty:
        return ""
    worse, better = (frame[frame["said"] == one] for one in (WORSE, BETTER))
    every = formats.percent(mean, view.lang, digits=0)
    if worse.empty and better.empty:
        return view.t("rates.all_alike", mean=every)
    if worse.empty or better.empty:
        one = worse.iloc[0] if len(worse) else better.iloc[-1]
        key = "rates.worst_says" if len(worse) else "rates.best_says"
        return view.t(key, name=one["label"], share=_whole(view, one["value_pct"]), mean=every)
    low, high = worse.iloc[0], better.iloc[-1]
    return view.t(
        "rates.extremes_says", worst=low["label"], low=_whole(view, low["value_pct"]), best=high["label"],
        high=_whole(view, high["value_pct"]), mean=every,
    )  # fmt: skip


def _whole(view: View, value: float) -> str:
    return formats.percent(float(value), view.lang, digits=0)


def first_and_last(view: View, first: tuple[int, int], last: tuple[int, int]) -> dict[str, str]:
    """`first` and `last` share (of hits and cases each), and the `reading`: whether chance alone would do it."""
    both = [shown("", share_pct(*one), unit="%", min_n=1, higher_is_better=None) for one in (first, last)]
    is_real = contrast(*both).is_real
    return {
        "first": formats.percent(both[0].value, view.lang, digits=0),
        "last": formats.percent(both[1].value, view.lang, digits=0),
        "reading": view.t("compare.real" if is_real else "compare.chance"),
    }


def one_of(view: View, code: str) -> View:
    """The same view of one executor."""
    return replace(view, filters=replace(view.filters, executor=(code,), executor_kind=()))
