"""The cards of the comparison: every figure side by side, days laid over each other, topics side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final, cast

import pandas as pd

from dashboard import formats, metrics, queries
from dashboard.components.card import Chart
from dashboard.figures.change import changes
from dashboard.figures.time import Line, over_time
from dashboard.filters import Filters, parse
from dashboard.kpis import interval_text, value_text
from dashboard.metrics import REGISTRY, Figure
from dashboard.metrics.contrast import Contrast, contrast
from dashboard.metrics.drift import chance_pct, drift_pct
from dashboard.metrics.movers import movers
from dashboard.queries.compare import differing, rest_of_city
from dashboard.theme import BLUE, ORANGE
from dashboard.view import View, span

REST: Final = "rest"
"""Value of `vs_territory` that means everything but side A's territories."""
TOP: Final = 12


def sides(view: View) -> tuple[Filters, Filters]:
    """A, the filters of the page, and B: another period, other territories, or both; by default the period before."""
    one, extra = view.filters, view.extra
    previous = one.previous
    is_area = bool(extra.get("vs_territory"))
    first, last = (one.from_on, one.to_on) if is_area else (previous.from_on, previous.to_on)
    query = {
        "from": extra.get("vs_from", first.isoformat()),
        "to": extra.get("vs_to", last.isoformat()),
        "territory": [code for code in extra.get("vs_territory", "").split(",") if code],
    }
    parsed = parse(query, city=one.city, default_from=first, default_to=last, known=queries.reference(view.read))
    territory = one.territory
    if extra.get("vs_territory") == REST and one.territory:
        territory = rest_of_city(view.read, one.territory)
    elif is_area and parsed.territory:
        territory = parsed.territory
    began = min(max(parsed.from_on, span(view.deps)[0]), parsed.to_on)  # days before the data are no days without calls
    return one, replace(one, from_on=began, to_on=parsed.to_on, territory=territory)


def missing(view: View) -> str:
    """That the data begin after B, where they do."""
    began, other = span(view.deps)[0], sides(view)[1]
    return view.t("compare.before_data", day=formats.day_year(began, view.lang)) if other.to_on < began else ""


def side_names(view: View) -> tuple[str, str]:
    """What each side is, in words."""
    one, other = sides(view)
    return _name(view, one, "A"), _name(view, other, "B")


def _name(view: View, filters: Filters, letter: str) -> str:
    days = formats.period(filters.from_on, filters.to_on, view.lang)
    labels = [view.reference.label("territory", code, view.lang) for code in filters.territory]
    if len(labels) > 3:
        labels = [view.t("compare.territories", n=len(labels))]
    return f"{letter}: {', '.join([*labels, days])}"


def figures(view: View) -> Chart:
    """Every figure of the dictionary for A and B with the difference and whether chance would do it."""
    one, other = sides(view)
    found = _figures(view)
    frame = pd.DataFrame([_row(view, name, *found[name]) for name in found if found[name][0].n or found[name][1].n])
    if len(frame):  # what differs beyond chance first, the surest on top; the rest as the dictionary has it
        order = frame["score"].where(frame["is_real"] == True, -1.0).sort_values(ascending=False, kind="stable")  # noqa: E712
        frame = frame.loc[order.index].reset_index(drop=True)
    name_a, name_b = side_names(view)
    real = frame[frame["is_real"] == True] if len(frame) else frame  # noqa: E712 - None is neither
    finding = view.t("compare.none", n=len(frame)) if len(frame) else ""
    if len(real):
        best = real.iloc[0]
        finding = view.t("compare.says", n=len(real), all=len(frame), name=best["name"], a=best["a"], b=best["b"])
    columns = {
        "name": view.t("compare.column.name"), "a": name_a, "b": name_b,
        "difference": view.t("compare.column.difference"), "interval": view.t("compare.column.interval"),
        "reading": view.t("compare.column.reading"), "a_n": f"n {name_a[0]}", "b_n": f"n {name_b[0]}",
    }  # fmt: skip
    rows = [
        [f"/rows/{name}?{_query(view, side)}" if name in queries.POPULATIONS else "" for name in frame.get("id", [])]
        for side in (one, other)
    ]
    return Chart(
        finding=finding,
        unit=view.t("compare.unit"),
        n=len(frame),
        table=frame,
        columns=columns if len(frame) else {},
        is_table=True,
        note=view.t("compare.note"),
        hrefs={"a": rows[0], "b": rows[1]},
        numbers=("a", "b", "difference", "interval"),
    )


def _query(view: View, filters: Filters) -> str:
    return View(view.deps, filters, view.lang, view.now).query


def _figures(view: View) -> dict[str, tuple[Figure, Figure]]:
    """Both sides' figures; asked once per answer."""
    kept = view.__dict__.get("_compared_figures")
    if kept is not None:
        return cast("dict[str, tuple[Figure, Figure]]", kept)
    one, other = sides(view)
    ids = differing(list(REGISTRY), one, other)
    minimum = view.deps.settings.min_n
    left, right = (metrics.figures(view.read, side, ids, now=view.now, min_n=minimum) for side in (one, other))
    made = {name: (left[name], right[name]) for name in ids}
    view.__dict__["_compared_figures"] = made
    return made


def _row(view: View, name: str, one: Figure, other: Figure) -> dict[str, object]:
    first, second = sides(view)
    told = contrast(one, other, exposure=(first.days, second.days))
    return {
        "id": name, "name": REGISTRY[name].name(view.lang), "a": value_text(one, view.lang),
        "b": value_text(other, view.lang), "a_n": one.n, "b_n": other.n, "is_real": told.is_real,
        "difference": _difference(view, one, told), "interval": _interval(view, one, told),
        "reading": _reading(view, one, told), "score": _score(told),
        "small": interval_text(one, view) or interval_text(other, view),
    }  # fmt: skip


def _difference(view: View, one: Figure, told: Contrast) -> str:
    if told.difference is None:
        return formats.NONE
    if one.unit == "%":
        return view.t("kpi.points", change=formats.signed(told.difference, view.lang, digits=1))
    return formats.signed_percent(told.change_pct, view.lang)


def _interval(view: View, one: Figure, told: Contrast) -> str:
    if told.low is None or told.high is None:
        return formats.NONE
    digits = 1 if one.unit == "%" else 0
    return (
        f"{formats.signed(told.low, view.lang, digits=digits)} … {formats.signed(told.high, view.lang, digits=digits)}"
    )


def _reading(view: View, one: Figure, told: Contrast) -> str:
    if told.is_real is None:
        return view.t("compare.not_judged")
    if not told.is_real:
        return f"= {view.t('compare.chance')}"
    is_up = (told.low or 0.0) > 0
    sign = "▲" if is_up else "▼"
    if one.higher_is_better is None:
        return f"{sign} {view.t('compare.higher' if is_up else 'compare.lower')}"
    return f"{sign} {view.t('compare.better' if is_up == one.higher_is_better else 'compare.worse')}"


def _score(told: Contrast) -> float:
    """How many half-widths of its interval the difference is from nothing."""
    if told.low is None or told.high is None:
        return 0.0
    middle, half = (told.low + told.high) / 2, (told.high - told.low) / 2
    return abs(middle) / half if half else 0.0


def days(view: View) -> Chart:
    """Contacts (or requests) of both sides, day by day, laid over each other so that weekdays meet."""
    one, other = sides(view)
    measure = _measure(view, one)
    held = [
        queries.series(view.read, side, measure, grain="day", now=view.now)["value"].astype(float)
        for side in (one, other)
    ]
    ahead = (one.from_on - other.from_on).days % 7  # days by which B starts earlier in its week
    held[1].index -= ahead
    frame = pd.concat(held, axis=1, keys=["a", "b"]).sort_index()
    first = one.from_on + timedelta(days=int(frame.index[0]))
    frame["label"] = _weekdays(view, one, frame.index)
    frame["label_b"] = _weekdays(view, other, frame.index + ahead)
    frame = frame.assign(period_on=pd.date_range(first, periods=len(frame), freq="D", unit="us"))
    n = int(frame[["a", "b"]].sum().sum())
    means = [float(part.mean()) if len(part) else 0.0 for part in held]
    finding = ""
    if n:
        finding = view.t(
            "compare.days_says", a=formats.number(means[0], view.lang, digits=1),
            b=formats.number(means[1], view.lang, digits=1),
            change=formats.signed_percent(formats.change_pct(means[1], means[0]), view.lang),
        )  # fmt: skip
    names = side_names(view)
    return Chart(
        finding=finding,
        unit=view.t("compare.unit_contacts" if measure == "contacts" else "compare.unit_requests"),
        n=n,
        table=frame,
        columns={"label": view.t("compare.column.day_a"), "a": names[0], "label_b": view.t("compare.column.day_b"),
                 "b": names[1]},
        figure=over_time(frame, [Line("a", "A", BLUE), Line("b", "B", ORANGE)], lang=view.lang, grain="day"),
        note=" · ".join(names),
    )  # fmt: skip


def _weekdays(view: View, side: Filters, places: pd.Index) -> list[str]:
    """The names of a side's days by their places from its first day; a dash where it has no such day."""
    return [
        formats.weekday(side.from_on + timedelta(days=place), view.lang) if 0 <= place < side.days else formats.NONE
        for place in places.tolist()
    ]


def topics(view: View) -> Chart:
    """Topics of both sides: where B has more or fewer than A lets expect."""
    one, other = sides(view)
    measure = _measure(view, one)
    daily = [_daily(view, side, measure) for side in (one, other)]
    frame = movers(*daily)
    frame["name"] = [view.reference.label("topic", code, view.lang) or formats.NONE for code in frame["code"]]
    frame["reading"] = [
        view.t("compare.real") if sure else view.t("compare.chance") for sure in frame["is_significant"]
    ]
    top = frame[frame["excess"] != 0].head(TOP).sort_values("excess", ascending=False)
    texts = [
        f"{formats.signed(excess, view.lang, digits=0)} ({formats.signed_percent(change, view.lang)})"
        for excess, change in zip(top["excess"], top["change_pct"], strict=True)
    ]
    sums = [part.sum(axis=1) for part in daily]
    drift, by_chance = drift_pct(*sums), chance_pct(*sums)
    finding = ""
    if drift is not None and by_chance is not None:
        finding = view.t(
            "compare.topics_says", drift=formats.number(drift, view.lang, digits=1),
            chance=formats.number(by_chance, view.lang, digits=1),
        )  # fmt: skip
    names = side_names(view)
    return Chart(
        finding=finding,
        unit=view.t("compare.unit_contacts" if measure == "contacts" else "compare.unit_requests"),
        n=int(sum(part.sum() for part in sums)) if finding else 0,
        table=frame,
        columns={"name": view.t("filter.topic"), "before": names[0], "now": names[1],
                 "change_pct": view.t("compare.column.difference"), "reading": view.t("compare.column.reading")},
        figure=changes(list(top["name"]), top["excess"].tolist(), texts, [bool(one) for one in top["is_significant"]]),
        note=view.t("compare.topics_note"),
    )  # fmt: skip


def _measure(view: View, one: Filters) -> str:
    return "contacts" if queries.total(view.read, one, "contacts", now=view.now) else "created"


def _daily(view: View, filters: Filters, measure: str) -> pd.DataFrame:
    found = queries.series(view.read, filters, measure, grain="day", by="topic_top", now=view.now)
    wide = found[found["code"] != queries.NONE].pivot_table(
        index="code", columns="period_on", values="value", aggfunc="sum", fill_value=0
    )
    return wide.reindex(columns=pd.date_range(filters.from_on, filters.to_on, freq="D", unit="us"), fill_value=0)


def shortcuts(view: View) -> dict[str, dict[str, str]]:
    """What side B often is, by the name of its text: the extra keys of each address."""
    one = view.filters
    year = timedelta(days=364)
    made: dict[str, dict[str, str]] = {
        "before": {},
        "year": {"vs_from": (one.from_on - year).isoformat(), "vs_to": (one.to_on - year).isoformat()},
    }
    if one.territory and rest_of_city(view.read, one.territory):
        made["rest"] = {"vs_territory": REST}
    return made
