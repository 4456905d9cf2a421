"""The cards of the volumes page."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd

from dashboard import formats, queries
from dashboard.components.card import Chart
from dashboard.components.legend import Key, legend
from dashboard.figures.parts import ranked, week_by_hours
from dashboard.figures.time import Line, Milestone, over_time, part_colours, stacked
from dashboard.theme import BLUE, MEANINGS, ORANGE, SLATE
from dashboard.view import View, span

OUTCOMES: Final = {
    "consultation": "consultations",
    "request": "contact_requests",
    "transferred": "transferred",
    "abandoned": "abandoned",
    "unprocessed": "unprocessed",
    "other": "other_outcomes",
}
"""Outcome of a contact to the measure that counts it."""
KPIS: Final = ("contacts", "requests", "solved_in_call_pct", "abandoned_pct", "urgent_pct", "unprocessed_messages")
TOP: Final = 14


def before_of(view: View, measure: str) -> int | None:
    """The measure in the period before; None where that reaches before the data begin."""
    previous = view.filters.previous
    if previous.from_on < span(view.deps)[0]:
        return None
    return queries.total(view.read, previous, measure, now=view.now)


def over_days(view: View) -> Chart:
    """Contacts and requests over time with the norm and the milestones."""
    filters, t = view.filters, view.t
    contacts = queries.series(view.read, filters, "contacts", now=view.now).rename(columns={"value": "contacts"})
    requests = queries.series(view.read, filters, "created", now=view.now).rename(columns={"value": "requests"})
    norm = queries.norm(view.read, filters, "contacts", now=view.now).rename(columns={"value": "norm"})
    frame = contacts.merge(requests, on="period_on").merge(norm, on="period_on", how="left")
    frame["label"] = [formats.grain_label(day.date(), filters.grain, view.lang) for day in frame["period_on"]]
    lines = [
        Line("contacts", t("volumes.contacts"), BLUE, is_filled=True),
        Line("requests", t("volumes.requests"), ORANGE),
        Line("norm", t("volumes.norm"), is_expected=True),
    ]
    return Chart(
        finding=_over_days_finding(view, frame),
        unit=t(f"volumes.per.{filters.grain}"),
        n=int(frame["contacts"].sum()),
        table=frame,
        columns={
            "label": t("volumes.column.period"),
            "contacts": t("volumes.contacts"),
            "requests": t("volumes.requests"),
            "norm": t("volumes.norm"),
        },
        figure=over_time(frame, lines, lang=view.lang, grain=filters.grain, milestones=milestones(view)),
        note=t("volumes.norm_note"),
    )


def _over_days_finding(view: View, frame: pd.DataFrame) -> str:
    total = int(frame["contacts"].sum())
    if not total:
        return ""
    peak = frame.iloc[int(frame["contacts"].argmax())]
    change = formats.change_pct(total, before_of(view, "contacts"))
    values = {
        "n": total,
        "peak": peak["label"],
        "most": formats.number(int(peak["contacts"]), view.lang),
        "change": formats.signed_percent(change, view.lang),
        "days": formats.number(view.filters.days, view.lang),
    }
    return view.t("volumes.over_days_says" if change is not None else "volumes.over_days_says_alone", **values)


def milestones(view: View) -> list[Milestone]:
    """The city's milestones within the period, named in the reader's language, at the city's own time."""
    zone, filters = view.deps.profile.zone, view.filters
    found = []
    for row in view.reference.milestones.to_dict("records"):
        at = row["at"].astimezone(zone).replace(tzinfo=None)
        if filters.from_on <= at.date() <= filters.to_on:
            found.append(Milestone(at=at, name=row["names"].get(view.lang) or row["name"]))
    return found


def outcomes(view: View) -> Chart:
    """How contacts ended, period by period."""
    parts = [
        queries.series(view.read, view.filters, measure, now=view.now).assign(code=code)
        for code, measure in OUTCOMES.items()
    ]
    frame = pd.concat(parts, ignore_index=True)
    totals = frame.groupby("code")["value"].sum()
    names = {code: view.t(f"volumes.outcome.{code}") for code in OUTCOMES if totals[code]}
    wide = frame.pivot_table(index="period_on", columns="code", values="value", aggfunc="sum").reset_index()
    wide["label"] = [formats.grain_label(day.date(), view.filters.grain, view.lang) for day in wide["period_on"]]
    n = int(totals.sum())
    return Chart(
        finding=view.t(
            "volumes.outcomes_says",
            solved=_share(view, totals["consultation"], n),
            filed=_share(view, totals["request"], n),
            lost=_share(view, totals["abandoned"], n),
        )
        if n
        else "",
        unit=view.t("volumes.unit_contacts"),
        n=n,
        table=wide,
        columns={"label": view.t("volumes.column.period"), **names},
        figure=stacked(frame, names, lang=view.lang, grain=view.filters.grain),
        body=legend([Key(names[code], found) for code, found in part_colours(names).items()]),
    )


def hours(view: View) -> Chart:
    """Hour by weekday, in the city's own time."""
    frame = queries.heat(view.read, view.filters, "contacts", now=view.now)
    n = int(frame["value"].sum())
    days = formats.weekday_names(view.lang, width="wide")
    peak = frame.iloc[int(frame["value"].argmax())]
    mean = n / len(frame)
    table = frame.assign(day=[days[day] for day in frame["weekday"]], clock=[f"{hour}:00" for hour in frame["hour"]])
    finding = view.t(
        "volumes.hours_says",
        day=days[int(peak["weekday"])],
        hour=f"{int(peak['hour'])}:00–{int(peak['hour']) + 1}:00",
        times=formats.number(float(peak["value"]) / mean, view.lang, digits=1) if mean else "",
    )
    return Chart(
        finding=finding,
        unit=view.t("volumes.unit_contacts"),
        n=n,
        table=table,
        columns={
            "day": view.t("volumes.column.weekday"),
            "clock": view.t("volumes.column.hour"),
            "value": view.t("volumes.contacts"),
        },
        figure=week_by_hours(frame, lang=view.lang, unit=view.t("volumes.unit_contacts")),
        note=view.deps.profile.time_zone,
    )


def channels(view: View) -> Chart:
    """Contacts by channel."""
    return _ranked(view, "contacts", "channel")


def lines_and_counters(view: View) -> Chart:
    """Contacts by line or counter."""
    return _ranked(view, "contacts", "line")


def classes(view: View) -> Chart:
    """Requests by class, which decides the term."""
    return _ranked(view, "created", "request_class", colour=ORANGE)


def groups(view: View) -> Chart:
    """Contacts by caller group; a caller of two groups counts in both."""
    chart = _ranked(view, "contacts", "group")
    return replace(chart, note=view.t("volumes.groups_note"))


def _ranked(view: View, measure: str, by: str, *, colour: str = BLUE) -> Chart:
    frame = queries.breakdown(view.read, view.filters, measure, by, now=view.now)
    total = queries.total(view.read, view.filters, measure, now=view.now)
    labels = view.reference.labels(by, view.lang)
    frame["label"] = [labels.get(code) or view.t("volumes.not_known") for code in frame["code"]]
    frame["share_pct"] = frame["value"] / total * 100 if total else 0.0
    frame = frame.assign(is_none=frame["code"] == "").sort_values("is_none", kind="stable", ignore_index=True)
    top = frame.head(TOP)
    texts = [
        f"{formats.number(int(value), view.lang)} · {formats.percent(share, view.lang)}"
        for value, share in zip(top["value"], top["share_pct"], strict=True)
    ]
    known = top[top["code"] != ""]
    unit = view.t("volumes.unit_contacts" if measure == "contacts" else "volumes.unit_requests")
    finding = ""
    if len(known):
        names = known["label"].tolist()
        shares = [formats.percent(share, view.lang) for share in known["share_pct"]]
        finding = view.t("volumes.ranked_says_one", name=names[0], share=shares[0])
        if len(names) > 1:
            told = {"name": names[0], "share": shares[0], "second": names[1], "next": shares[1]}
            finding = view.t("volumes.ranked_says", **told)
    return Chart(
        finding=finding,
        unit=unit,
        n=total,
        table=frame,
        columns={"label": view.t(f"filter.{by}"), "value": unit, "share_pct": view.t("volumes.column.share")},
        figure=ranked(
            list(top["label"]),
            top["value"].tolist(),
            lang=view.lang,
            texts=texts,
            colours=[SLATE if not code else MEANINGS.get(code, colour) for code in top["code"]],
        ),
    )


def territories(view: View) -> Chart:
    """Requests per 1,000 residents of each territory, the city's own rate marked."""
    counted = queries.breakdown(view.read, view.filters, "created", "territory", now=view.now).set_index("code")[
        "value"
    ]
    reference, table = view.reference, view.reference.tables["territory"]
    rows = []
    for code in table.index:
        residents = reference.population([code])
        inside = int(counted.reindex(list(reference.below("territory", [code]))).fillna(0).sum())
        if residents and not (table["parent"] == code).any() and (not view.filters.territory or code in _wanted(view)):
            rows.append((reference.label("territory", code, view.lang), inside, residents, inside / residents * 1000))
    frame = pd.DataFrame(rows, columns=["label", "value", "residents", "rate"]).sort_values("rate", ascending=False)
    n, residents = int(frame["value"].sum()), int(frame["residents"].sum()) if len(frame) else 0
    top = frame.head(TOP)
    mean = n / residents * 1000 if residents else 0.0
    mark = (mean, f"{view.t('volumes.mean')}: {formats.number(mean, view.lang, digits=1)}")
    finding = ""
    if len(top) and n:
        finding = view.t(
            "volumes.territories_says",
            name=top["label"].iloc[0],
            rate=formats.number(top["rate"].iloc[0], view.lang, digits=1),
            mean=formats.number(mean, view.lang, digits=1),
        )
    return Chart(
        finding=finding,
        unit=view.t("volumes.unit_rate"),
        n=n,
        table=frame,
        columns={
            "label": view.t("filter.territory"),
            "value": view.t("volumes.requests"),
            "residents": view.t("volumes.column.residents"),
            "rate": view.t("volumes.column.rate"),
        },
        figure=ranked(
            list(top["label"]),
            top["rate"].tolist(),
            lang=view.lang,
            colours=ORANGE,
            reference=mark,
            texts=[formats.number(rate, view.lang, digits=1) for rate in top["rate"]],
        ),
        note=view.t("volumes.approximate") if bool(table["is_approximate"].any()) else "",
    )


def _wanted(view: View) -> frozenset[str]:
    return frozenset(view.reference.below("territory", view.filters.territory))


def _share(view: View, part: float, whole: float) -> str:
    return formats.percent(part / whole * 100 if whole else None, view.lang)
