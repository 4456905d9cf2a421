"""The backlog evening by evening: how much of what stood open was old."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dashboard import formats, queries
from dashboard.components.card import Chart
from dashboard.components.legend import Key, legend
from dashboard.figures.time import stacked
from dashboard.theme import AGES
from dashboard.view import View

OLD: Final = ("4", "5")
"""Age bands of what has been open for more than 30 days."""


def by_age(view: View) -> Chart:
    """Open requests at the end of each period, by how long they had been open."""
    frame = queries.backlog_by_age(view.read, view.filters, now=view.now)
    names = {code: view.t(f"sla.age.{code}") for code in AGES if (frame["code"] == code).any()}
    wide = frame.pivot_table(index="period_on", columns="code", values="value", aggfunc="sum", fill_value=0)
    table = wide.reset_index()
    table["label"] = [formats.grain_label(day.date(), view.filters.grain, view.lang) for day in table["period_on"]]
    return Chart(
        finding=_says(view, wide),
        unit=view.t("sla.unit_open"),
        n=int(wide.iloc[-1].sum()) if len(wide) else 0,
        table=table,
        columns={"label": view.t("sla.column.day"), **names},
        figure=stacked(frame, names, lang=view.lang, grain=view.filters.grain, colours=AGES) if len(frame) else None,
        body=legend([Key(name, AGES[code]) for code, name in names.items()]) if names else None,
    )


def _says(view: View, wide: pd.DataFrame) -> str:
    if not len(wide):
        return view.t("sla.backlog_none")
    share = 100 * wide[[code for code in OLD if code in wide.columns]].sum(axis=1) / wide.sum(axis=1)
    first, last = (formats.grain_label(day.date(), view.filters.grain, view.lang) for day in wide.index[[0, -1]])
    return view.t(
        "sla.backlog_says",
        n=formats.number(int(wide.iloc[-1].sum()), view.lang),
        share=formats.percent(float(share.iloc[-1]), view.lang, digits=0),
        before=formats.percent(float(share.iloc[0]), view.lang, digits=0),
        first=first,
        last=last,
    )
