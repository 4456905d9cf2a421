"""The cards of the SLA page: who was on time, how deep the lateness goes, what is promised, what ends soon."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pandas as pd

from dashboard import formats, queries
from dashboard.charts.enough import from_cases, is_enough, percent_of
from dashboard.components.card import Chart
from dashboard.components.legend import Key, legend
from dashboard.figures.parts import ranked, upright
from dashboard.figures.survival import survival_curve
from dashboard.figures.verdicts import verdict_bars
from dashboard.metrics.lateness import depth
from dashboard.metrics.survival import kaplan_meier, time_until
from dashboard.queries import sla
from dashboard.queries.exports import PAGE_ROWS
from dashboard.queries.gathered import overdue_times
from dashboard.theme import AT_RISK, LATE, MEANINGS, SIGNS
from dashboard.view import View

KPIS: Final = (
    "on_time_pct", "confirmed_on_time_pct", "late", "late_3x_pct", "overdue", "at_risk", "due_today", "due_24h",
)  # fmt: skip
TIME_KPIS: Final = (
    "time_to_close_median_h", "time_to_close_p90_h", "work_time_to_close_median_h", "work_time_to_close_p90_h",
    "lateness_median_h", "lateness_p90_h",
)  # fmt: skip
VERDICTS: Final = ("on_time", "late", "late_3x")
PROMISE_DAYS: Final = 90
TOP: Final = 14
HALF, NINE_IN_TEN = 0.5, 0.9
TABLE_POINTS: Final = 60
_S_PER_MIN: Final = 60


def by_class(view: View) -> Chart:
    """On time, late, three times late by class, and what stands at risk."""
    return _verdicts(view, "request_class")


def by_topic(view: View) -> Chart:
    """The same by topic of the first level."""
    return _verdicts(view, "topic_top")


def _verdicts(view: View, by: str) -> Chart:
    counted = {
        name: queries.breakdown(view.read, view.filters, name, by, now=view.now).set_index("code")["value"]
        for name in ("due", "met", "late", "late_3x", "at_risk", "overdue")
    }
    frame = pd.DataFrame(counted).fillna(0).astype("int64").rename_axis("code").reset_index()
    frame = frame.assign(on_time=frame["met"], late=frame["late"] - frame["late_3x"])
    frame["on_time_pct"] = percent_of(view, frame["on_time"], frame["due"])
    kind = "topic" if by == "topic_top" else by
    frame["label"] = [view.reference.label(kind, code, view.lang) or view.t("sla.none") for code in frame["code"]]
    frame = frame[frame["due"] > 0].sort_values("due", ascending=False, ignore_index=True)
    top = frame.head(TOP)
    names = {code: view.t(f"sla.verdict.{code}") for code in VERDICTS}
    beside = [f"{SIGNS['at_risk']} {formats.number(int(n), view.lang)}" if n else "" for n in top["at_risk"]]
    return Chart(
        finding=_worst(view, frame),
        unit=view.t("sla.unit_due"),
        n=int(frame["due"].sum()),
        table=frame,
        columns={
            "label": view.t(f"filter.{kind}"), "due": view.t("sla.column.due"), **names,
            "on_time_pct": view.t("sla.column.on_time"), "at_risk": view.t("sla.verdict.at_risk"),
            "overdue": view.t("sla.verdict.overdue"),
        },
        figure=verdict_bars(top, names, lang=view.lang, beside=beside, labels=list(top["label"])),
        body=legend([Key(names[code], MEANINGS[code], SIGNS[code]) for code in VERDICTS]),
        note=from_cases(view, view.t("sla.at_risk_note")),
    )  # fmt: skip


def _worst(view: View, frame: pd.DataFrame) -> str:
    known = frame.dropna(subset=["on_time_pct"])
    if known.empty:
        return view.t("card.too_few")
    worst = known.sort_values("on_time_pct").iloc[0]
    whole = 100 * frame["on_time"].sum() / frame["due"].sum()
    return view.t(
        "sla.verdicts_says",
        whole=formats.percent(whole, view.lang, digits=0),
        name=worst["label"],
        share=formats.percent(float(worst["on_time_pct"]), view.lang, digits=0),
        due=int(worst["due"]),
    )


def lateness(view: View) -> Chart:
    """Time beyond the term, in bands."""
    found = depth(overdue_times(view.read, view.filters, now=view.now))
    third = queries.total(view.read, view.filters, "late_3x", now=view.now)
    frame = found.bands.assign(label=[view.t(f"sla.band.{code}") for code in found.bands["code"]])
    told = is_enough(view, found.n)
    frame["share_pct"] = 100 * frame["value"] / (found.n if told else float("nan"))
    shares = [f" · {formats.percent(share, view.lang, digits=0)}" if told else "" for share in frame["share_pct"]]
    texts = [
        f"{formats.number(int(value), view.lang)}{share}" if value else ""
        for value, share in zip(frame["value"], shares, strict=True)
    ]
    finding = view.t("card.too_few")
    if told and found.median_min is not None and found.p90_min is not None:
        finding = view.t(
            "sla.lateness_says",
            median=formats.duration(found.median_min * _S_PER_MIN, view.lang),
            p90=formats.duration(found.p90_min * _S_PER_MIN, view.lang),
            third=third,
        )
    return Chart(
        finding=finding,
        unit=view.t("sla.unit_late"),
        n=found.n,
        table=frame,
        columns={
            "label": view.t("sla.column.late_by"), "value": view.t("sla.column.requests"),
            "share_pct": view.t("sla.column.share"),
        },
        figure=ranked(list(frame["label"]), frame["value"].tolist(), lang=view.lang, texts=texts,
                      colours=LATE),
    )  # fmt: skip


def promise_view(view: View) -> View:
    """The same view over the last `PROMISE_DAYS` days of the period: what a promise is read from."""
    filters = view.filters
    return replace(
        view, filters=replace(filters, from_on=filters.to_on - timedelta(days=PROMISE_DAYS - 1), to_on=filters.to_on)
    )


def survival(view: View) -> Chart:
    """The share closed by time since receipt, open requests included, and the promise."""
    wide = promise_view(view)
    lifetimes = queries.lifetimes(wide.read, wide.filters, now=wide.now)
    curve = kaplan_meier(lifetimes)
    n = int(lifetimes["closed"].sum() + lifetimes["censored"].sum())
    times = {share: time_until(curve, share) for share in (HALF, NINE_IN_TEN)}
    marks = [
        (share, time, formats.duration(time * _S_PER_MIN, view.lang))
        for share, time in times.items()
        if time is not None
    ]
    told = curve.iloc[:: max(1, len(curve) // TABLE_POINTS)].reset_index(drop=True)
    table = pd.DataFrame({
        "time": [formats.duration(time * _S_PER_MIN, view.lang) for time in told["time_min"]],
        "hours": told["time_min"] / 60, "at_risk": told["at_risk"].astype("int64"),
        "closed_pct": 100 * (1 - told["survival"]), "low_pct": 100 * (1 - told["high"]),
        "high_pct": 100 * (1 - told["low"]),
    })  # fmt: skip
    return Chart(
        finding=promise_text(view, times[HALF], times[NINE_IN_TEN]) if n else "",
        unit=view.t("sla.unit_received"),
        n=n,
        table=table,
        columns={
            "time": view.t("sla.column.time"), "hours": view.t("sla.column.hours"),
            "closed_pct": view.t("sla.column.closed"), "low_pct": view.t("sla.column.low"),
            "high_pct": view.t("sla.column.high"), "at_risk": view.t("sla.column.still_open"),
        },
        figure=survival_curve(curve, lang=view.lang, marks=marks, name=view.t("sla.column.closed")),
        note=view.t("sla.survival_note"),
    )  # fmt: skip


def promise_text(view: View, half_min: float | None, nine_min: float | None) -> str:
    """The promise in words, from the last ninety days."""
    half, nine = (
        formats.duration(one * _S_PER_MIN, view.lang) if one is not None else None for one in (half_min, nine_min)
    )
    if half is None:
        return view.t("sla.promise_none", days=PROMISE_DAYS)
    if nine is None:
        return view.t("sla.promise_half", half=half, days=PROMISE_DAYS)
    return view.t("sla.promise", half=half, nine=nine, days=PROMISE_DAYS)


def promises(view: View) -> Chart:
    """The promise by class."""
    wide, rows = promise_view(view), []
    for code in view.reference.tables["request_class"].index:
        if view.filters.request_class and code not in view.filters.request_class:
            continue
        part = replace(wide.filters, request_class=(str(code),))
        lifetimes = queries.lifetimes(view.read, part, now=view.now)
        n = int(lifetimes["closed"].sum() + lifetimes["censored"].sum())
        if n < view.deps.settings.min_n:
            continue
        curve = kaplan_meier(lifetimes)
        half, nine = (time_until(curve, share) for share in (HALF, NINE_IN_TEN))
        label = view.reference.label("request_class", str(code), view.lang)
        rows.append((label, *(_time(view, one) for one in (half, nine)), n, half or float("inf")))
    frame = pd.DataFrame(rows, columns=["label", "half", "nine", "n", "order"]).sort_values("order", ignore_index=True)
    finding = view.t("sla.promises_few")
    if len(frame) > 1:
        first, last = frame.iloc[0], frame.iloc[-1]
        finding = view.t("sla.promises_says", first=first["label"], fast=first["half"], last=last["label"],
                         slow=last["half"])  # fmt: skip
    elif len(frame):
        finding = view.t("sla.promise", half=frame["half"].iloc[0], nine=frame["nine"].iloc[0], days=PROMISE_DAYS)
    return Chart(
        finding=finding,
        unit=view.t("sla.unit_received"),
        n=int(frame["n"].sum()),
        table=frame,
        columns={
            "label": view.t("filter.request_class"), "half": view.t("sla.column.half"),
            "nine": view.t("sla.column.nine"), "n": view.t("sla.column.requests"),
        },
        is_table=True,
    )  # fmt: skip


def _time(view: View, minutes: float | None) -> str:
    return view.t("sla.not_reached") if minutes is None else formats.duration(minutes * _S_PER_MIN, view.lang)


def due_hours(view: View) -> Chart:
    """Terms that end within the next 24 hours, by the hour."""
    zone = view.deps.profile.zone
    start = view.now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    soon = sla.due_by_hour(view.read, view.filters, now=view.now, start=start).set_index("hour")
    total = int(soon["n"].sum())
    hours = [start + timedelta(hours=step) for step in range(25)]
    frame = pd.DataFrame({
        "label": [f"{formats.day_short(at.date(), view.lang)} {at:%H}:00" for at in hours],
        "value": soon["n"].reindex(range(25), fill_value=0).to_numpy(dtype="int64"),
    })  # fmt: skip
    ticks = {
        place: f"{at:%H}:00" + (f"<br>{formats.day_short(at.date(), view.lang)}" if not place or at.hour < 3 else "")
        for place, at in enumerate(hours)
        if at.hour % 3 == 0
    }
    finding = view.t("sla.due_none")
    if total:
        peak = frame.iloc[int(frame["value"].argmax())]
        finding = view.t("sla.due_says", n=total, paused=int(soon["paused"].sum()), hour=peak["label"],
                         most=int(peak["value"]))  # fmt: skip
    return Chart(
        finding=finding,
        unit=view.t("sla.unit_hour"),
        n=total,
        table=frame,
        columns={"label": view.t("sla.column.hour"), "value": view.t("sla.column.requests")},
        figure=upright(list(frame["label"]), frame["value"].tolist(), ticks, lang=view.lang, colour=AT_RISK),
        note=view.t("sla.now_note"),
    )


def due_list(view: View) -> Chart:
    """The same request by request, each with its story."""
    frame = _due_page(view, sla.LISTED, 0)
    return Chart(
        finding=view.t("sla.due_list_says", name=frame["executor_name"].value_counts().index[0],
                       n=int(frame["executor_name"].value_counts().iloc[0]))
        if len(frame) else view.t("sla.due_none"),
        unit=view.t("sla.unit_shown", shown=len(frame)),
        n=queries.total(view.read, view.filters, "due_24h", now=view.now),
        table=frame,
        columns={
            "source_key": view.t("sla.column.request"), "due_at": view.t("sla.column.due_at"),
            "left": view.t("sla.column.left"), "state": view.t("sla.column.state"), **_columns(view),
        },
        hrefs={"source_key": story_links(view, frame["id"])},
        is_table=True,
        is_list=True,
        note=view.t("sla.now_note"),
        pages=lambda: _all_pages(partial(_due_page, view)),
    )  # fmt: skip


def _due_page(view: View, limit: int, offset: int) -> pd.DataFrame:
    soon = sla.due_soon(view.read, view.filters, now=view.now, limit=limit, offset=offset)
    return with_names(view, soon).assign(
        left=[formats.duration(int(minutes) * _S_PER_MIN, view.lang) for minutes in soon["left_min"]],
        state=[view.t("sla.paused" if is_paused else "sla.verdict.at_risk") for is_paused in soon["is_paused"]],
    )


def _all_pages(page_of: Callable[[int, int], pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """A list from its first row to its last; `page_of(limit, offset)` gives a part."""
    offset, page = 0, page_of(PAGE_ROWS, 0)
    yield page
    while len(page) == PAGE_ROWS:
        offset += PAGE_ROWS
        page = page_of(PAGE_ROWS, offset)
        yield page


def late_list(view: View) -> Chart:
    """Late requests, the latest first, each with its why-is-this-late timeline."""
    total = queries.total(view.read, view.filters, "late", now=view.now)
    frame = _late_page(view, sla.LISTED, 0)
    finding = view.t("sla.late_none")
    if len(frame):
        finding = view.t("sla.late_says", n=total, open=int(queries.total(
            view.read, view.filters, "due_open", now=view.now)), most=frame["late_by"].iloc[0])  # fmt: skip
    return Chart(
        finding=finding,
        unit=view.t("sla.unit_shown", shown=len(frame)),
        n=total,
        table=frame,
        columns={
            "source_key": view.t("sla.column.request"), "late_by": view.t("sla.column.late_by"),
            "verdict": view.t("sla.column.verdict"), "state": view.t("sla.column.state"),
            "due_at": view.t("sla.column.due_at"), **_columns(view), "late_h": view.t("sla.column.late_h"),
        },
        hrefs={"source_key": story_links(view, frame["id"])},
        is_table=True,
        is_list=True,
        pages=lambda: _all_pages(partial(_late_page, view)),
    )  # fmt: skip


def _late_page(view: View, limit: int, offset: int) -> pd.DataFrame:
    late = sla.late_requests(view.read, view.filters, now=view.now, limit=limit, offset=offset)
    codes = ["late_3x" if is_3x else "late" for is_3x in late["is_3x"]]
    return with_names(view, late).assign(
        late_by=[formats.duration(minutes * _S_PER_MIN, view.lang) for minutes in late["late_min"]],
        late_h=(late["late_min"] / 60).round(1),
        verdict=[f"{SIGNS[code]}{formats.NO_BREAK}{view.t(f'sla.verdict.{code}')}" for code in codes],
        state=[view.t("sla.open" if is_open else "sla.closed") for is_open in late["is_open"]],
    )


def with_names(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with names of its codes and its instants in the city's zone."""
    zone = view.deps.profile.zone
    made = frame.copy()
    for kind in ("topic", "request_class", "executor", "territory"):
        if kind in made.columns:
            made[f"{kind}_name"] = [view.reference.label(kind, one, view.lang) for one in made[kind]]
    for name in ("created_at", "due_at", "closed_at", "tried_at"):
        if name in made.columns:
            made[name] = pd.to_datetime(made[name], utc=True).dt.tz_convert(zone)
    return made


def story_links(view: View, ids: Iterable[Any]) -> list[str]:
    """The address of each request's story; none where there is no request."""
    base = view.href("/request", request="")  # written once: a list may have thousands
    return ["" if pd.isna(one) else f"{base}{one}" for one in ids]


def _columns(view: View) -> dict[str, str]:
    return {f"{kind}_name": view.t(f"filter.{kind}") for kind in ("topic", "request_class", "executor", "territory")}
