"""The brief in words: lines, shares, changes, states, alike on the page, on paper and in the e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard import formats
from dashboard.components.kpi import Tone
from dashboard.digest.content import Late
from dashboard.digest.strip import Cell, Row
from dashboard.filters import Filters, to_query
from dashboard.i18n import Texts
from dashboard.metrics import REGISTRY
from dashboard.metrics.anomaly import Finding
from dashboard.metrics.watch import Line, Watch
from dashboard.queries import Reference
from dashboard.theme import SIGNS

KPI_OF: Final[Mapping[str, str]] = {
    "contacts": "contacts", "created": "requests", "late": "late", "abandoned": "abandoned", "closed": "closed",
    "followups_denied": "followups_reached",
}  # fmt: skip
"""The figure whose rows stand behind a watched measure."""
_MANY: Final = 2.0


def headline(one: Finding, names: Reference, t: Texts) -> str:
    """A line in plain words: what, how many, how many were expected."""
    what = names.label(one.by, one.code, t.lang) if one.by else t("brief.told_whole")
    return t(
        "brief.told_line", what=what, counted=t(f"brief.counted.{one.measure}", n=one.count),
        expected=formats.number(round(one.expected), t.lang), change=change_of(one, t),
    )  # fmt: skip


def change_of(one: Finding, t: Texts) -> str:
    """Times as many from twice on, else percent."""
    if one.expected >= 0.5 and one.count >= _MANY * one.expected:
        ratio = one.count / one.expected
        return t("brief.times", n=round(ratio) if ratio >= 10 else formats.number(ratio, t.lang, digits=1))
    if one.expected < 0.5:
        return formats.signed(one.excess, t.lang, digits=0)
    return formats.signed_percent(100 * one.excess / one.expected, t.lang)


def carried(line: Line, names: Reference, t: Texts) -> list[tuple[str, str]]:
    """What carries the difference: each dimension with its parts and their shares, as (name of dimension, parts)."""
    told: dict[str, list[str]] = {}
    for driver in line.drivers:
        share = formats.percent(min(driver.share_pct, 100.0), t.lang, digits=0)
        told.setdefault(driver.by, []).append(f"{names.label(driver.by, driver.code, t.lang)} {share}")
    return [(t(f"filter.{by}"), ", ".join(parts)) for by, parts in told.items()]


def quiet(one: Finding, t: Texts) -> str:
    """The range of a quiet day and the corrected p-value."""
    p = (
        f"< {formats.number(0.001, t.lang, digits=3)}"
        if one.p < 0.001
        else f"= {formats.number(one.p, t.lang, digits=3)}"
    )
    return t("brief.told_range", low=one.low, high=one.high, p=p)


def rate(seen: Watch, t: Texts) -> str:
    """Of how many counts, against what, with which chance of a false line; nothing while there is too little past."""
    if not seen.weeks:
        return ""
    return t("brief.told_rate", n=seen.n_tests, weeks=seen.weeks, alpha=formats.percent(100 * seen.alpha, t.lang))


def rows_query(one: Finding, filters: Filters) -> str:
    """The query of the rows behind a line: the brief's filters narrowed to its part."""
    narrowed: dict[str, Any] = {one.by: (one.code,)} if one.by else {}
    return to_query(replace(filters, **narrowed))


def value(cell: Cell, t: Texts) -> str:
    """The figure as written; a word where it is not shown."""
    return amount(cell.figure.value, cell.figure.unit, t)


def amount(number: float | None, unit: str, t: Texts) -> str:
    """A number of a figure's unit: shares with their sign."""
    if number is None:
        return formats.NONE
    return formats.percent(number, t.lang, digits=0) if unit == "%" else formats.number(round(number), t.lang)


def change(row: Row, cell: Cell, t: Texts) -> tuple[str, Tone]:
    """The difference to the norm in words, and whether it is good."""
    now, norm = cell.figure.value, cell.norm
    if now is None or norm is None:
        return "", "neutral"
    difference = now - norm
    if cell.figure.unit == "%":
        text = t("brief.points", value=formats.signed(difference, t.lang, digits=0))
    elif row.is_stock:
        text = formats.signed(round(difference), t.lang, digits=0)
    else:
        text = formats.signed_percent(formats.change_pct(now, norm), t.lang)
    return text, tone(cell, difference)


def tone(cell: Cell, difference: float) -> Tone:
    """Good or bad where the figure has a better side and the difference is more than a rounding."""
    better = cell.figure.higher_is_better
    if better is None or abs(difference) < 0.5:
        return "neutral"
    return "good" if (difference > 0) == better else "bad"


def target(row: Row, t: Texts) -> tuple[str, Tone]:
    """The target with the sign of whether it is met, and whether that is good; a dash where there is none.

    A share is held against its week, a figure of a moment against the day.
    """
    known = REGISTRY[row.kpi]
    text = amount(row.target, known.unit, t)
    now = row.cells["day" if row.is_stock else "week"].figure.value
    if row.target is None or now is None or known.higher_is_better is None:
        return text, "neutral"
    is_met = (now >= row.target) == known.higher_is_better or now == row.target
    return (f"{SIGNS['on_time']} {text}", "good") if is_met else (f"{SIGNS['late']} {text}", "bad")


def late_says(late: Late, t: Texts, until: str) -> str:
    """What will be late, in a sentence."""
    values = {"until": until, "overdue": formats.number(late.overdue, t.lang)}
    if late.rows.empty:
        return t("brief.late_none", **values)
    if late.likely is None:
        return t("brief.late_says_unknown", n=len(late.rows), **values)
    return t("brief.late_says", n=len(late.rows), likely=round(late.likely), **values)


def records(found: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame by column name."""
    return [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]


def moment(at: Any, lang: str, zone: ZoneInfo) -> str:
    """Day and time in the city's own time, short; a dash for none."""
    if pd.isna(at):
        return formats.NONE
    return f"{formats.day_short(at.astimezone(zone).date(), lang)} {formats.clock(at, lang, zone)}"


def state_of(row: Mapping[str, Any], now: Any) -> str:
    """How a request stands: on_time, late, overdue, open, cancelled, or none where it has no term."""
    if row["status"] == "cancelled":
        return "cancelled"
    if row["status"] == "open":
        return "overdue" if not pd.isna(row["due_on"]) and row["due_at"] <= now else "open"
    verdict = row["verdict"]
    return "late" if verdict in ("late", "late_3x") else "on_time" if verdict == "on_time" else "none"


def backlog_says(found: pd.DataFrame, t: Texts) -> str:
    """What stands open against the first day of the line; without earlier days, that they are not kept yet."""
    if found.empty:
        return ""
    first, last = int(found["value"].iloc[0]), int(found["value"].iloc[-1])
    told = formats.number(last, t.lang)
    if len(found) == 1:
        return t("brief.backlog_alone", last=told)
    change = formats.signed_percent(formats.change_pct(last, first), t.lang)
    return t("brief.backlog_says", last=told, change=change, first=formats.number(first, t.lang), n=len(found) - 1)
