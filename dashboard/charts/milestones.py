"""What contacts did after each campaign, siren or law, against the same weekdays before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from dashboard import formats, queries
from dashboard.components.card import Chart
from dashboard.figures.change import changes
from dashboard.figures.labels import LINE_CHARS, shortened
from dashboard.metrics.movers import rate_change_pct
from dashboard.view import View, span

AROUND_DAYS: Final = 14
"""Days held against each other before and after a milestone: whole weeks, so that weekdays weigh alike."""
LEAST_AROUND: Final = 7


def after_milestones(view: View) -> Chart:
    """The change of contacts after each campaign, siren or law, beside the same weekdays before it."""
    rows = [row for one in _milestones(view) if (row := _change_after(view, *one)) is not None]
    names = ("name", "on", "before", "after", "change_pct", "low_pct", "high_pct", "reading")
    frame = pd.DataFrame(rows, columns=list(names))
    sure = frame[(frame["low_pct"] > 0) | (frame["high_pct"] < 0)]
    finding = ""
    if len(frame):
        best = (sure if len(sure) else frame).iloc[-1]
        finding = view.t(
            "centre.after_says" if len(sure) else "centre.after_none", name=f"{best['name']}, {best['on']}",
            change=formats.signed_percent(float(best["change_pct"]), view.lang),
        )  # fmt: skip
    texts = [
        f"{formats.signed_percent(change, view.lang)} ({formats.signed(low, view.lang, digits=0)} … "
        f"{formats.signed(high, view.lang, digits=0)})"
        for change, low, high in zip(frame["change_pct"], frame["low_pct"], frame["high_pct"], strict=True)
    ]
    is_sure = [bool(low > 0 or high < 0) for low, high in zip(frame["low_pct"], frame["high_pct"], strict=True)]
    return Chart(
        finding=finding or view.t("centre.after_nothing"),
        unit=view.t("centre.unit_after", days=AROUND_DAYS),
        n=int((frame["before"] + frame["after"]).sum()) if len(frame) else None,
        table=frame,
        columns={name: view.t(f"centre.column.{name}") for name in names},
        figure=changes(
            [_dated(name, on) for name, on in zip(frame["name"], frame["on"], strict=True)],
            frame["change_pct"].tolist(),
            texts,
            is_sure,
            names=frame["name"].tolist(),
        )
        if len(frame)
        else None,
        note=view.t("centre.after_note"),
    )


def _dated(name: str, on: str) -> str:
    """A name that fits a line, and below it the day in one piece."""
    return f"{shortened(name, LINE_CHARS)}, {on.replace(' ', formats.NO_BREAK)}"


def _whole_days(view: View) -> tuple[date, date]:
    """First and last day of the data that is over: today, half counted, would look like fewer contacts."""
    first, last = span(view.deps)
    return first, min(last, view.deps.today() - timedelta(days=1))


def _milestones(view: View) -> list[tuple[str, pd.Timestamp]]:
    """Those within the data, named, on the city's own day; whatever the period, so that none is overlooked."""
    zone, (first, last) = view.deps.profile.zone, _whole_days(view)
    held = [
        (row["names"].get(view.lang) or row["name"], pd.Timestamp(row["at"].astimezone(zone).date()))
        for row in view.reference.milestones.to_dict("records")
    ]
    return [(str(name), on) for name, on in held if first < on.date() <= last]


def _change_after(view: View, name: str, on: pd.Timestamp) -> tuple[object, ...] | None:
    first, last = _whole_days(view)
    weeks = min(AROUND_DAYS, (on.date() - first).days // 7 * 7, ((last - on.date()).days + 1) // 7 * 7)
    if weeks < LEAST_AROUND:
        return None
    period = replace(
        view.filters,
        from_on=on.date() - timedelta(days=weeks),
        to_on=on.date() + timedelta(days=weeks - 1),
        grain="day",
    )
    counted = queries.series(view.read, period, "contacts", now=view.now)["value"].to_numpy(dtype=np.float64)
    told = rate_change_pct(counted[:weeks], counted[weeks:])
    if told is None:
        return None
    change, low, high = told
    reading = "centre.more" if low > 0 else "centre.less" if high < 0 else "centre.chance"
    return (
        name, formats.day_year(on.date(), view.lang), int(counted[:weeks].sum()), int(counted[weeks:].sum()), change,
        low, high, view.t(reading),
    )  # fmt: skip
