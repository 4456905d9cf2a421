"""How one caller group's topics moved: what displaced people ask about now is not what they asked on arrival."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd

from dashboard import formats, queries
from dashboard.charts.topic_data import measure_of
from dashboard.components.card import Chart
from dashboard.components.legend import Key, legend
from dashboard.figures.time import part_colours, stacked
from dashboard.filters import Filters
from dashboard.metrics.drift import chance_pct, drift_p, drift_pct
from dashboard.metrics.movers import ALPHA
from dashboard.queries.topics import topics_by
from dashboard.view import View

TOP: Final = 6
REST: Final = "rest"
LEAST_SHOWN: Final = 0.6
"""Share of the cases whose topics have a colour of their own; else the level above is shown."""
DEEPEST: Final = 3


def group_mix(view: View) -> Chart:
    """Shares of the topics of one group, as noted, step by step: the group filtered, else the one that moved most."""
    code = _chosen(view)
    if not code:
        return Chart("", "", 0, pd.DataFrame(), {})
    alone = replace(view, filters=replace(view.filters, group=(code,)))
    found = queries.series(alone.read, alone.filters, measure_of(view), by="topic", now=view.now)
    found = found[found["code"] != queries.NONE]
    level = _level(view, found.groupby("code")["value"].sum())
    found = found.assign(code=found["code"].map(level))
    largest = found.groupby("code")["value"].sum().sort_values(ascending=False)
    kept = [str(one) for one in largest.index[:TOP] if largest[one]]
    frame = found.assign(code=found["code"].where(found["code"].isin(kept), REST))
    frame = frame.groupby(["period_on", "code"], as_index=False)[["value"]].sum()
    names = {one: view.reference.label("topic", one, view.lang) for one in kept}
    if (frame["code"] == REST).any():
        names[REST] = view.t("topics.rest")
    wide = frame.pivot_table(index="period_on", columns="code", values="value", aggfunc="sum").reset_index()
    wide["label"] = [formats.grain_label(day.date(), view.filters.grain, view.lang) for day in wide["period_on"]]
    return Chart(
        finding=_finding(view, alone.filters, code, level),
        unit=view.t("topics.unit_share"),
        n=int(largest.sum()),
        table=wide,
        columns={"label": view.t("topics.column.period"), **names},
        figure=stacked(frame, names, lang=view.lang, grain=view.filters.grain, is_share=True),
        body=legend([Key(names[one], found) for one, found in part_colours(names).items()]),
        note=view.t("topics.group_note"),
        links=_others(view, code),
    )


def halves(filters: Filters) -> tuple[Filters, Filters]:
    """The first and the second half of the period; one day is both."""
    middle = filters.from_on + (filters.to_on - filters.from_on) / 2
    later = middle if filters.days < 2 else middle + pd.Timedelta(days=1).to_pytimedelta()
    return replace(filters, to_on=middle), replace(filters, from_on=later)


def _level(view: View, counted: pd.Series) -> dict[str, str]:
    """Each topic as noted to the one shown for it: itself, or one above where too little would have its own colour."""
    parents = view.reference.tables["topic"]["parent"]
    level = {str(code): str(code) for code in view.reference.tables["topic"].index}
    level |= {str(code): str(code) for code in counted.index}
    for _ in range(DEEPEST):
        sums = _lifted(counted, level).sort_values(ascending=False)
        if sums.head(TOP).sum() >= LEAST_SHOWN * sums.sum():
            break
        level = {code: _above(parents, shown) for code, shown in level.items()}
    return level


def _lifted(counted: pd.Series, level: dict[str, str]) -> pd.Series:
    """The counts by the topic that is shown."""
    return counted.groupby(counted.index.map(level)).sum()


def _above(parents: pd.Series, code: str) -> str:
    """The topic above; the same where it stands on top."""
    above = parents.get(code)
    return str(above) if above in parents.index else code


def _counts(view: View, filters: Filters) -> pd.DataFrame:
    found = topics_by(view.read, filters, measure_of(view), "group", now=view.now)
    return found[(found["code"] != queries.NONE) & (found["topic"] != queries.NONE)]


def _chosen(view: View) -> str:
    """The group filtered; else the one whose topics drifted furthest beyond chance; "" where no group has cases."""
    if view.filters.group:
        return view.filters.group[0]
    first, second = (_counts(view, one) for one in halves(view.filters))
    scores: dict[str, float] = {}
    for code in sorted({*first["code"], *second["code"]}):
        before, now = (held[held["code"] == code].set_index("topic")["value"] for held in (first, second))
        drift, chance = drift_pct(before, now), chance_pct(before, now)
        scores[str(code)] = drift / chance if drift is not None and chance else 0.0
    return max(scores, key=lambda one: scores[one], default="")


def _finding(view: View, filters: Filters, code: str, level: dict[str, str]) -> str:
    """The topic that moved most between the halves of the period, if the mix moved more than chance would."""
    group = view.reference.label("group", code, view.lang)
    before, now = (
        queries.breakdown(view.read, one, measure_of(view), "topic", now=view.now).set_index("code")["value"]
        for one in halves(filters)
    )
    before, now = (_lifted(held.drop(queries.NONE, errors="ignore"), level) for held in (before, now))
    drift, chance = drift_pct(before, now), chance_pct(before, now)
    if drift is None or chance is None:
        return view.t("topics.group_few", group=group)
    if drift <= chance or drift_p(before, now) >= ALPHA:
        return view.t("topics.group_steady", group=group)
    codes = before.index.union(now.index)
    first, last = (100 * held.reindex(codes, fill_value=0) / held.sum() for held in (before, now))
    moved = last - first
    up, down = str(moved.idxmax()), str(moved.idxmin())
    names = {one: view.reference.label("topic", one, view.lang) for one in (up, down)}
    return view.t(
        "topics.group_says", group=group, up=names[up], up_first=formats.percent(float(first[up]), view.lang, digits=0),
        up_last=formats.percent(float(last[up]), view.lang, digits=0), down=names[down],
        down_first=formats.percent(float(first[down]), view.lang, digits=0),
        down_last=formats.percent(float(last[down]), view.lang, digits=0),
    )  # fmt: skip


def _others(view: View, code: str) -> tuple[tuple[str, str], ...]:
    """The other groups, each a link that narrows the page to it."""
    table = view.reference.tables["group"]
    return tuple(
        (
            view.reference.label("group", str(one), view.lang),
            replace(view, filters=replace(view.filters, group=(str(one),))).href("/topics"),
        )
        for one in table.index
        if str(one) != code
    )
