"""The parts of the brief as charts and tables: what the screen shows and what the files hold."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from dashboard import formats
from dashboard.charts.sla import story_links
from dashboard.components.card import Chart
from dashboard.digest import sentences
from dashboard.digest.content import Late, Shelf
from dashboard.digest.strip import PERIODS, Row
from dashboard.figures.time import Line, over_time
from dashboard.metrics import REGISTRY
from dashboard.theme import BLUE
from dashboard.view import View

STATE_ORDER: Final = ("overdue", "open", "late", "on_time", "none", "cancelled")


def numbers(shelf: Shelf, view: View) -> Chart:
    """The strip as a table: one row per figure and period."""
    t, rows = view.t, shelf.draft(view).part("strip")
    found = [_number(row, period, view) for row in rows for period in PERIODS]
    columns = {
        "name": t("brief.column.figure"), "period": t("filter.grain"), "value": t("brief.column.count"), "n": "n",
        "low": "2.5 %", "high": "97.5 %", "norm": t("brief.column.norm"), "target": t("brief.column.target"),
    }  # fmt: skip
    table = pd.DataFrame(found, columns=list(columns))
    return Chart(finding="", unit="", n=len(table), table=table, columns=columns, is_table=True)


def _number(row: Row, period: str, view: View) -> tuple[Any, ...]:
    cell = row.cells[period]
    low, high = cell.figure.interval or (None, None)
    name = REGISTRY[row.kpi].name(view.lang)
    return name, view.t(f"brief.column.{period}"), cell.figure.value, cell.figure.n, low, high, cell.norm, row.target


def told(shelf: Shelf, view: View) -> Chart:
    """The lines that wrote themselves, as a table."""
    t, seen = view.t, shelf.draft(view).part("watch")
    rows = [
        (
            sentences.headline(line.finding, view.reference, t), line.finding.count, round(line.finding.expected, 1),
            line.finding.low, line.finding.high, line.finding.p,
            "; ".join(f"{name}: {parts}" for name, parts in sentences.carried(line, view.reference, t)),
        )
        for line in seen.lines
    ]  # fmt: skip
    columns = {"line": t("brief.column.line"), "count": t("brief.column.count"), "expected": t("brief.column.expected"),
               "low": "2.5 %", "high": "97.5 %", "p": "p", "carries": t("brief.column.carries")}  # fmt: skip
    table = pd.DataFrame(rows, columns=list(columns))
    return Chart(finding="", unit="", n=len(table), table=table, columns=columns, is_table=True)


def late(shelf: Shelf, view: View) -> Chart:
    """The requests whose term ends by the next meeting, likeliest late first."""
    t, draft = view.t, shelf.draft(view)
    found: Late = draft.part("late")
    zone = view.deps.profile.zone
    table = _named(found.rows, view)
    table["chance_pct"] = table["late_pct"].astype("float64")
    has_chances = found.likely is not None
    columns = {
        **{kind: t(f"filter.{kind}") for kind in ("topic", "territory", "executor")},
        **{name: t(f"brief.column.{name}") for name in ("received", "due")},
        **({"chance_pct": t("brief.column.chance"), "similar_n": t("brief.column.similar")} if has_chances else {}),
        "source_key": t("brief.column.key"),
    }  # fmt: skip
    until = formats.instant(found.until, view.lang, zone)
    return Chart(
        finding=sentences.late_says(found, t, until), unit=t("brief.unit_requests"), n=len(table), table=table,
        columns=columns, is_table=True, is_list=True, hrefs={"source_key": story_links(view, table["request_id"])},
    )  # fmt: skip


def urgent(shelf: Shelf, view: View) -> Chart:
    """The day's urgent requests one by one, those that need somebody first."""
    t, draft = view.t, shelf.draft(view)
    found: pd.DataFrame = draft.part("urgent")
    states = [sentences.state_of(row, draft.moment) for row in sentences.records(found)]
    table = _named(found, view).assign(code=states, state=[t(f"brief.state.{state}") for state in states])
    table = table.iloc[sorted(range(len(table)), key=lambda place: (STATE_ORDER.index(states[place]), place))]
    counts = {state: states.count(state) for state in STATE_ORDER}
    finding = t("brief.urgent_none")
    if states:
        told = {name: formats.number(counts[name], view.lang) for name in ("on_time", "late", "overdue", "open")}
        finding = t("brief.urgent_says", n=len(states), **told)
    columns = {"state": t("brief.column.state"), "topic": t("filter.topic"), "territory": t("filter.territory"),
               "executor": t("filter.executor"), "received": t("brief.column.received"), "due": t("brief.column.due"),
               "source_key": t("brief.column.key")}  # fmt: skip
    return Chart(
        finding=finding, unit=t("brief.unit_requests"), n=len(table), table=table.reset_index(drop=True),
        columns=columns, is_table=True, is_list=True, hrefs={"source_key": story_links(view, table["request_id"])},
    )  # fmt: skip


def _named(found: pd.DataFrame, view: View) -> pd.DataFrame:
    """Codes as names, instants as the city writes them."""
    zone, lang = view.deps.profile.zone, view.lang
    named: dict[str, list[str]] = {
        kind: [view.reference.label(kind, code, lang) or view.t("volumes.not_known") for code in found[kind]]
        for kind in ("topic", "territory", "executor")
    }
    at = {
        new: [sentences.moment(value, lang, zone) for value in found[old]]
        for new, old in (("received", "created_at"), ("due", "due_at"))
    }
    return found.assign(**named, **at)


def backlog(shelf: Shelf, view: View) -> Chart:
    """Open requests at the end of each of the last 30 days."""
    t, draft = view.t, shelf.draft(view)
    found: pd.DataFrame = draft.part("backlog")
    line = Line("value", t("brief.column.open"), BLUE, is_filled=True)
    figure = over_time(found, [line], lang=view.lang, grain="day") if len(found) else None
    return Chart(
        finding=sentences.backlog_says(found, t), unit=t("brief.unit_requests"), table=found,
        n=int(found["value"].iloc[-1]) if len(found) else 0,
        columns={"period_on": t("brief.column.day"), "value": t("brief.column.open")}, figure=figure,
    )  # fmt: skip
