"""The cards of the topics page: the tree, what moved, how the mix drifts, what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pandas as pd

from dashboard import formats, queries
from dashboard.charts.rates import first_and_last
from dashboard.charts.topic_data import Compared, compared, is_news, measure_of, on_tree, tree_order, unit_of
from dashboard.components.card import Chart
from dashboard.components.legend import Key, legend
from dashboard.figures.change import changes
from dashboard.figures.time import Line, over_time, part_colours, stacked
from dashboard.figures.tree import tree_map
from dashboard.metrics.drift import DISTINCT_Z, chance_pct, distinctive, drift_p, drift_pct
from dashboard.metrics.movers import ALPHA
from dashboard.queries.topics import new_source_topics
from dashboard.theme import PURPLE
from dashboard.view import View, span

KPIS: Final = ("contacts", "requests", "with_topic_pct", "security_pct")
CHOSEN_KPIS: Final = ("contacts", "requests", "topic_share_pct")
"""Where a topic is chosen: how much of all it is; all have a topic then."""
TOP_MIX: Final = 6
TOP_MOVERS: Final = 12
TOP_NEW: Final = 8
WHOLE_FROM: Final = 20
"""A usual number from which tenths of a contact say nothing."""
NEW_DAYS: Final = 7
USUAL_DAYS: Final = 56
PLACE: Final = "\u2003"
"""What one step down the tree is indented by in a table."""
UP, DOWN, STEADY = "▲", "▼", "="


def tree(view: View) -> Chart:
    """The tree as nested areas that open on a click."""
    found = compared(view)
    frame = found.moved[found.moved["now"] > 0].copy()
    total = int(found.now.to_numpy().sum())
    shown = tree_order(view, frame["code"].tolist())
    frame = frame.set_index("code").loc[[code for code, _ in shown]].reset_index()
    frame = frame.assign(depth=[depth for _, depth in shown], value=frame["now"])
    frame["name"] = _names(view, frame["code"])
    frame["share_pct"] = frame["value"] / total * 100 if total else 0.0
    frame["move"] = [_move(z, sure) for z, sure in zip(frame["z"], frame["is_significant"], strict=True)]
    frame["verdict"] = [_sign(view, one) for one in frame["move"]]
    known = set(frame["code"])
    parents = view.reference.tables["topic"]["parent"]
    frame["parent"] = [str(parents.get(code, "")) if parents.get(code, "") in known else "" for code in frame["code"]]
    frame["text"] = [
        f"{formats.number(int(value), view.lang)} {_mark(move)}".strip()
        for value, move in zip(frame["value"], frame["move"], strict=True)
    ]
    frame["hover"] = [
        f"<b>{name}</b><br>{formats.number(int(value), view.lang)} · {formats.percent(share, view.lang)}<br>"
        f"{formats.signed_percent(change, view.lang)}: {verdict}"
        for name, value, share, change, verdict in zip(
            frame["name"], frame["value"], frame["share_pct"], frame["change_pct"], frame["verdict"], strict=True
        )
    ]
    frame["label"] = [PLACE * depth + name for depth, name in zip(frame["depth"], frame["name"], strict=True)]
    leaves = frame[~frame["code"].isin(set(frame["parent"]))].sort_values("value", ascending=False)
    finding = ""
    if len(leaves):
        first = leaves.iloc[0]
        finding = view.t(
            "topics.tree_says", name=first["name"], share=formats.percent(float(first["share_pct"]), view.lang),
            half=_half(leaves["value"], total), all=len(leaves),
        )  # fmt: skip
    return Chart(
        finding=finding,
        unit=unit_of(view),
        n=total,
        table=frame[["label", "value", "share_pct", "before", "change_pct", "verdict"]],
        columns=_columns(view, "label", "value", "share_pct", "before", "change_pct", "verdict"),
        figure=tree_map(frame.assign(label=frame["name"]), root=view.t("topics.all")),
        note=view.t("topics.tree_note", before=found.label),
        hrefs={"label": [_narrowed(view, code) for code in frame["code"]]},
    )


def tree_table(view: View) -> Chart:
    """The same tree as an indented table; each topic narrows the page to itself."""
    chart = tree(view)
    return replace(chart, figure=None, is_table=True, finding=view.t("topics.table_says", n=len(chart.table)))


def _half(values: pd.Series, total: int) -> str:
    """How many of the largest leaves hold half of everything."""
    return str(int((values.cumsum() < total / 2).sum()) + 1)


def movers_of(view: View) -> Chart:
    """What moved most against the period before, and whether chance would do it."""
    found = compared(view)
    frame = found.moved.assign(name=_names(view, found.moved["code"]))
    frame["verdict"] = [
        _sign(view, _move(z, sure)) for z, sure in zip(frame["z"], frame["is_significant"], strict=True)
    ]
    frame["chance_pct"] = (frame["p"] * 100).clip(upper=100).round(2)
    told = frame[~frame["code"].isin(_carried(view, frame))]
    top = pd.concat([told[told["is_significant"]], told[~told["is_significant"]]]).head(TOP_MOVERS)
    top = top[top["excess"] != 0].sort_values("excess", ascending=False)
    texts = [
        f"{formats.signed(excess, view.lang, digits=0)} ({formats.signed_percent(change, view.lang)})"
        for excess, change in zip(top["excess"], top["change_pct"], strict=True)
    ]
    sure = told[told["is_significant"]]
    if len(sure):
        best = sure.iloc[0]
        finding = view.t(
            "topics.movers_says", name=best["name"], n=len(sure),
            change=formats.signed_percent(float(best["change_pct"]), view.lang),
            excess=formats.signed(float(best["excess"]), view.lang, digits=0),
        )  # fmt: skip
    else:
        finding = view.t("topics.movers_none", n=len(frame))
    return Chart(
        finding=finding,
        unit=unit_of(view),
        n=int(found.now.to_numpy().sum()),
        table=frame,
        columns=_columns(view, "name", "before", "now", "excess", "change_pct", "chance_pct", "verdict"),
        figure=changes(list(top["name"]), top["excess"].tolist(), texts, [bool(one) for one in top["is_significant"]]),
        note=view.t("topics.movers_note", before=found.label, alpha=formats.percent(ALPHA * 100, view.lang)),
        hrefs={"name": [_narrowed(view, code) for code in frame["code"]]},
    )


def _carried(view: View, frame: pd.DataFrame) -> set[str]:
    """Topics whose movement is nearly all that of one topic below them: the narrower one is told."""
    parents = view.reference.tables["topic"]["parent"]
    excess = dict(zip(frame["code"], frame["excess"], strict=True))
    return {
        str(parents[code])
        for code, value in excess.items()
        if code in parents.index and abs(above := excess.get(str(parents[code]), 0.0)) and 0.9 <= value / above <= 1.2
    }


def mix(view: View) -> Chart:
    """Shares of the largest topics over time."""
    frame, names = _mix(view)
    totals = frame.groupby("code")["value"].sum()
    wide = frame.pivot_table(index="period_on", columns="code", values="value", aggfunc="sum").reset_index()
    wide["label"] = [formats.grain_label(day.date(), view.filters.grain, view.lang) for day in wide["period_on"]]
    n = int(totals.sum())
    finding = ""
    if n and len(wide) > 1:
        third = max(len(wide) // 3, 1)
        first, last = (wide[list(names)].iloc[part].sum() for part in (slice(None, third), slice(-third, None)))
        code = str((last / last.sum() - first / first.sum()).drop("rest", errors="ignore").abs().idxmax())
        pairs = [(int(held[code]), int(held.sum())) for held in (first, last)]
        finding = view.t("topics.mix_says", name=names[code], **first_and_last(view, *pairs))
    elif n:
        code = str(totals.drop("rest", errors="ignore").idxmax())
        finding = view.t(
            "topics.mix_says_one", name=names[code], share=formats.percent(totals[code] / n * 100, view.lang)
        )
    return Chart(
        finding=finding,
        unit=view.t("topics.unit_share"),
        n=n,
        table=wide,
        columns={"label": view.t("topics.column.period"), **names},
        figure=stacked(frame, names, lang=view.lang, grain=view.filters.grain, is_share=True),
        body=legend([Key(names[code], found) for code, found in part_colours(names).items()]),
    )


def _mix(view: View) -> tuple[pd.DataFrame, dict[str, str]]:
    by_code = queries.series(view.read, view.filters, measure_of(view), by="topic", now=view.now)
    level = on_tree(view, by_code)
    largest = level.groupby("code")["value"].sum().sort_values(ascending=False)
    kept = [str(code) for code in largest.index[:TOP_MIX] if code and largest[code]]
    level["code"] = level["code"].where(level["code"].isin(kept), "rest")
    frame = level.groupby(["period_on", "code"], as_index=False)[["value"]].sum()
    names = {code: view.reference.label("topic", code, view.lang) for code in kept}
    if (frame["code"] == "rest").any():
        names["rest"] = view.t("topics.rest")
    return frame, names


def drift(view: View) -> Chart:
    """How far each step's mix lies from that of the period before, beside what chance alone does."""
    found = compared(view)
    reference = found.before.sum(axis=1)
    daily = queries.series(view.read, view.filters, measure_of(view), by="topic", now=view.now)
    daily = daily[daily["code"] != queries.NONE]
    rows = []
    for start, held in daily.groupby("period_on"):
        now = held.set_index("code")["value"]
        rows.append((start, drift_pct(reference, now), chance_pct(reference, now), int(now.sum())))
    frame = pd.DataFrame(rows, columns=["period_on", "drift_pct", "chance_pct", "n"]).astype(
        {"drift_pct": float, "chance_pct": float}
    )
    frame["label"] = [formats.grain_label(day.date(), view.filters.grain, view.lang) for day in frame["period_on"]]
    whole, by_chance = drift_pct(reference, found.leaves), chance_pct(reference, found.leaves)
    finding = ""
    if whole is not None and by_chance is not None:
        is_real = drift_p(reference, found.leaves) < ALPHA and whole > by_chance
        finding = view.t(
            "topics.drift_says" if is_real else "topics.drift_none",
            share=formats.number(whole, view.lang, digits=1), chance=formats.number(by_chance, view.lang, digits=1),
        )  # fmt: skip
    lines = [
        Line("drift_pct", view.t("topics.drift"), PURPLE),
        Line("chance_pct", view.t("topics.by_chance"), is_expected=True),
    ]
    return Chart(
        finding=finding,
        unit=view.t("topics.unit_drift"),
        n=int(frame["n"].sum()) if finding else 0,
        table=frame,
        columns=_columns(view, "label", "drift_pct", "chance_pct", "n"),
        figure=over_time(frame, lines, lang=view.lang, grain=view.filters.grain),
        note=view.t("topics.drift_note", before=found.label),
    )


def new(view: View) -> Chart:
    """What is new this week, in words: topics unusual for the last seven days, and names never seen before."""
    week = replace(view.filters, from_on=view.filters.to_on - timedelta(days=NEW_DAYS - 1))
    first = max(week.from_on - timedelta(days=USUAL_DAYS), span(view.deps)[0])
    usual = replace(week, from_on=first, to_on=week.from_on - timedelta(days=1))
    rows: list[tuple[str, str, int, float, str]] = []
    n = queries.total(view.read, week, measure_of(view), now=view.now)
    if usual.from_on <= usual.to_on:
        now, before = (
            queries.breakdown(view.read, one, measure_of(view), "topic", now=view.now).set_index("code")["value"]
            for one in (week, usual)
        )
        held = distinctive(before.drop("", errors="ignore"), now.drop("", errors="ignore"))
        rows = [
            _new_row(view, row, usual.days) for row in held[is_news(held, DISTINCT_Z)].head(TOP_NEW).to_dict("records")
        ]
        for name in new_source_topics(view.read, view.filters, week.from_on).to_dict("records"):
            text = view.t("topics.new_name", name=name["source_topic"])
            rows.append((text, str(name["source_topic"]), int(name["value"]), 0.0, ""))
    frame = pd.DataFrame(rows, columns=["says", "name", "now", "usual", "href"])
    finding = view.t("topics.new_none")
    if len(frame):
        finding = view.t("topics.new_says", n=len(frame), name=frame["name"].iloc[0])
    return Chart(
        finding=finding,
        unit=unit_of(view),
        n=n,
        table=frame,
        columns=_columns(view, "says", "now", "usual"),
        is_table=True,
        note=view.t(
            "topics.new_note",
            period=formats.period(week.from_on, week.to_on, view.lang),
            days=formats.number(max(usual.days, 0), view.lang),
        ),
        hrefs={"says": list(frame["href"])},
    )


def _new_row(view: View, row: Mapping[Any, Any], usual_days: int) -> tuple[str, str, int, float, str]:
    name = view.reference.label("topic", str(row["code"]), view.lang)
    now, before, times = int(str(row["now"])), int(str(row["before"])), float(str(row["times"]))
    usual = before / usual_days * NEW_DAYS
    if not before:
        text = view.t("topics.new_first", name=name, n=now)
    else:
        text = view.t(
            "topics.new_more", name=name, n=now, usual=_usual(view, usual),
            times=formats.number(times, view.lang, digits=1),
        )  # fmt: skip
    return text, name, now, round(usual, 1), _narrowed(view, str(row["code"]))


def _usual(view: View, count: float) -> str:
    return formats.number(count, view.lang, digits=1 if count < WHOLE_FROM else 0)


def _names(view: View, codes: pd.Series) -> list[str]:
    return [view.reference.label("topic", code, view.lang) or view.t("topics.none") for code in codes]


def _move(z: float, is_sure: bool) -> int:
    return (1 if z > 0 else -1) if is_sure else 0


def _mark(move: int) -> str:
    return {1: UP, -1: DOWN, 0: ""}[move]


def _sign(view: View, move: int) -> str:
    word = view.t("topics.rose" if move > 0 else "topics.fell" if move < 0 else "topics.steady")
    return f"{_mark(move) or STEADY} {word}"


def _narrowed(view: View, code: str) -> str:
    return View(view.deps, replace(view.filters, topic=(code,)), view.lang, view.now).href("/topics")


def _columns(view: View, *names: str) -> dict[str, str]:
    return {name: view.t(f"topics.column.{name}") for name in names}


__all__ = ["KPIS", "Compared", "drift", "mix", "movers_of", "new", "tree", "tree_table"]
