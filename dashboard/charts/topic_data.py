"""What the cards of the topics page share: topics counted over the tree, for this period and the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

import pandas as pd

from dashboard import formats, queries
from dashboard.choices import in_tree_order
from dashboard.filters import Filters
from dashboard.metrics.movers import movers
from dashboard.view import View, span


@dataclass(frozen=True)
class Compared:
    """Daily counts (codes of the whole tree x days) of two periods, and what moved between them.

    `leaves` are this period's sums by the topic that was noted, `before` the earlier days by the same, `moved` the
    movers of every topic of the tree; `label` names the earlier period.
    """

    now: pd.DataFrame
    before: pd.DataFrame
    leaves: pd.Series
    moved: pd.DataFrame
    label: str


def measure_of(view: View) -> str:
    """Contacts, where the city notes them; else requests."""
    return "contacts" if queries.total(view.read, view.filters, "contacts", now=view.now) else "created"


def unit_of(view: View) -> str:
    """What is counted, and in which days where they are not the period's own."""
    unit = view.t("topics.unit_contacts" if measure_of(view) == "contacts" else "topics.unit_requests")
    counted = periods(view)[1]
    is_whole = counted == view.filters
    return unit if is_whole else f"{unit}, {formats.period(counted.from_on, counted.to_on, view.lang)}"


def periods(view: View) -> tuple[Filters, Filters]:
    """The period before and this one; where nothing is known of the days before, the two halves of this period."""
    filters, first = view.filters, span(view.deps)[0]
    if filters.previous.from_on >= first or filters.days < 2:
        return filters.previous, filters
    half = filters.from_on + timedelta(days=filters.days // 2)
    return replace(filters, to_on=half - timedelta(days=1)), replace(filters, from_on=half)


def compared(view: View) -> Compared:
    """This period against the one before; asked once per answer."""
    kept = view.__dict__.get("_topics_compared")
    if kept is not None:
        return cast("Compared", kept)
    earlier, later = periods(view)
    measure = measure_of(view)
    noted_before, noted_now = (_daily(view, one, measure) for one in (earlier, later))
    before, now = (summed_up(view, one) for one in (noted_before, noted_now))
    made = Compared(
        now=noted_now,
        before=noted_before,
        leaves=noted_now.sum(axis=1),
        moved=movers(before, now),
        label=formats.period(earlier.from_on, earlier.to_on, view.lang),
    )
    view.__dict__["_topics_compared"] = made
    return made


def _daily(view: View, filters: Filters, measure: str) -> pd.DataFrame:
    found = queries.series(view.read, filters, measure, grain="day", by="topic", now=view.now)
    found = found[found["code"] != queries.NONE]
    wide = found.pivot_table(index="code", columns="period_on", values="value", aggfunc="sum", fill_value=0)
    days = pd.date_range(filters.from_on, filters.to_on, freq="D", unit="us")
    return wide.reindex(columns=days, fill_value=0)


def summed_up(view: View, wide: pd.DataFrame) -> pd.DataFrame:
    """Rows for every topic of the tree that has cases: its own and those of all below it."""
    rows = {}
    for code in view.reference.tables["topic"].index:
        below = [one for one in view.reference.below("topic", [str(code)]) if one in wide.index]
        if below:
            rows[str(code)] = wide.loc[below].sum()
    return pd.DataFrame(rows).T if rows else wide.head(0)


def on_tree(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """Codes of `frame` lifted to the top of the tree; below a chosen topic, to the level under it."""
    parents = view.reference.tables["topic"]["parent"]
    chosen = set(view.filters.topic) if len(view.filters.topic) == 1 else set()

    def lifted(code: str) -> str:
        while (
            code in parents.index
            and parents[code] in parents.index
            and parents[code] not in chosen
            and code not in chosen
        ):
            code = str(parents[code])
        return code

    codes = {code: lifted(str(code)) for code in frame["code"].unique()}
    return frame.assign(code=frame["code"].map(codes))


def tree_order(view: View, codes: Sequence[str]) -> list[tuple[str, int]]:
    """The codes with their depth, each after what stands above it."""
    known = set(codes)
    labels = view.reference.labels("topic", view.lang)
    shown = [(code, depth) for code, depth in in_tree_order(view.reference, "topic", labels) if code in known]
    least = min((depth for _, depth in shown), default=0)
    return [(code, depth - least) for code, depth in shown]


def is_news(held: pd.DataFrame, z: float) -> pd.Series:
    """Rows of `distinctive` that are told: unusual, more than a handful, and half as much again at least."""
    return (held["z"] >= z) & (held["now"] >= 3) & ((held["times"] >= 1.5) | held["times"].isna())
