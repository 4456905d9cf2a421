"""Every card of every staff page: it fills in every language, its figure is a valid one, its files equal the screen."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pandas as pd
import plotly.graph_objects as go
import pytest
from dash.development.base_component import Component

from dashboard import queries
from dashboard.app import LinkaDash
from dashboard.charts import contact_centre as centre_charts
from dashboard.charts import followups as followup_charts
from dashboard.charts import sla as sla_charts
from dashboard.charts import story, volumes
from dashboard.components.card import Chart, filled
from dashboard.components.table import html_table
from dashboard.deps import Deps
from dashboard.downloads import csv_lines, plain
from dashboard.i18n import LANGUAGES
from dashboard.kpis import kpi_cards
from dashboard.view import View, view
from pages import brief, compare, contact_centre, data, executor, executors, followups, late_map, sla, topics
from pages.volumes import CARDS

HOME = "http://localhost"
QUERIES = (
    "",
    "?grain=week&from=2026-03-01&to=2026-05-20",
    "?grain=quarter&group=seniors",
    "?from=1999-01-01&to=1999-01-31",
)
OTHERS: dict[str, Any] = {
    str(name): found[0]
    for page in (topics, executors, executor, followups, contact_centre, compare, sla, late_map, brief)
    for name, found in getattr(page, "CARDS", {}).items()
}
"""Every other page's cards by id; each is tried with fewer questions and languages, all together with all."""
CHARTS = [chart_of for chart_of, *_ in CARDS.values()] + [data.sources, data.loads, data.rejects, data.unmapped]


def texts(component: Any) -> str:
    """All words of a component tree."""
    if isinstance(component, str | int | float):
        return str(component)
    if isinstance(component, list | tuple):
        return " ".join(texts(one) for one in component)
    return texts(component.children) if isinstance(component, Component) and hasattr(component, "children") else ""


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("chart_of", CHARTS, ids=lambda chart_of: chart_of.__name__)
def test_a_card_fills_for_any_question(staff_app: LinkaDash, chart_of: Any, query: str) -> None:
    chart: Chart = chart_of(view(staff_app.deps, query))
    says, figure, _ = filled(chart, view(staff_app.deps, query).t, csv="/x.csv", xlsx="/x.xlsx")
    go.Figure(figure)
    assert texts(says).strip()
    assert chart.is_empty or chart.finding
    assert set(chart.columns) <= set(chart.table.columns)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chart_of", CHARTS, ids=lambda chart_of: chart_of.__name__)
def test_a_card_speaks_every_language(staff_app: LinkaDash, chart_of: Any, lang: str) -> None:
    chart = chart_of(replace(view(staff_app.deps, ""), lang=lang))
    assert "{" not in chart.finding + chart.unit + chart.note


@pytest.mark.parametrize("place", range(len(OTHERS)), ids=list(OTHERS))
def test_a_card_of_another_page_fills_too(staff_app: LinkaDash, place: int) -> None:
    chart_of = list(OTHERS.values())[place]
    for step, query in enumerate((QUERIES[2 * (place % 2)], QUERIES[3])):
        seen = replace(view(staff_app.deps, query), lang=LANGUAGES[(place + step) % len(LANGUAGES)])
        chart = chart_of(seen)
        says, figure, _ = filled(chart, seen.t, csv="/x.csv", xlsx="/x.xlsx")
        go.Figure(figure)
        assert texts(says).strip()
        assert chart.is_empty or chart.finding
        assert "{" not in chart.finding + chart.unit + chart.note
        assert set(chart.columns) <= set(chart.table.columns) or chart.table.empty


@pytest.mark.parametrize(
    ("lang", "day"), [("en", r"\d+ [A-Z][a-z]+"), ("sk", r"\d+\. \d+\."), ("uk", r"\d+ [а-яі]+\.?")]
)
def test_a_timeline_writes_its_days_as_its_reader_does(staff_app: LinkaDash, lang: str, day: str) -> None:
    told = texts(story.timeline(replace(view(staff_app.deps, ""), lang=lang)).body)
    instants = re.findall(r"(?:^|; )([^;]*?) \d\d:\d\d", told)
    assert len(instants) > 1
    assert all(re.fullmatch(day, one) for one in instants), told


def test_moments_lengths_and_numbers_are_not_broken_over_lines() -> None:
    frame = pd.DataFrame({
        "topic": ["No heating", "Registration of displaced people"], "late_by": ["27 days 7 hrs", "–"],
        "due_at": pd.to_datetime(["2026-09-16T12:06Z", "2026-11-02T07:01Z"]),
    })  # fmt: skip
    table: Any = html_table(frame, {name: name for name in frame}, "ru")
    assert json.loads(table.to_plotly_json()["props"]["data-table"])["whole"] == [1, 2]


def test_the_total_on_the_card_is_the_total_of_the_table_and_of_the_facts(deps: Deps, staff_app: LinkaDash) -> None:
    seen = view(deps, "?grain=week")
    chart = volumes.over_days(seen)
    assert chart.n == chart.table["contacts"].sum() == queries.total(seen.read, seen.filters, "contacts", now=seen.now)
    for other in (volumes.outcomes, volumes.hours, volumes.channels):
        assert other(seen).n == chart.n


def test_csv_and_xlsx_hold_what_the_screen_shows(staff_app: LinkaDash) -> None:
    client = staff_app.server.test_client()
    shown = volumes.channels(view(staff_app.deps, ""))
    text = client.get("/download/volumes-channels.csv", base_url=HOME)
    assert text.headers["Content-Disposition"].startswith('attachment; filename="linka-demo-volumes-channels-2026-')
    rows = list(csv.reader(io.StringIO(text.data.decode("utf-8-sig"))))
    assert rows[0] == list(shown.columns.values())
    assert sum(int(row[1]) for row in rows[1:]) == shown.n
    book = openpyxl.load_workbook(io.BytesIO(client.get("/download/volumes-channels.xlsx", base_url=HOME).data))
    sheet = list(book.active.iter_rows(values_only=True))
    assert sum(row[1] for row in sheet[1:]) == shown.n


def test_the_rows_behind_a_figure_are_as_many_as_it_says(staff_app: LinkaDash) -> None:
    seen = view(staff_app.deps, "")
    answer = staff_app.server.test_client().get(f"/download/rows/requests.csv?{seen.query}", base_url=HOME)
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) - 1 == queries.total(seen.read, seen.filters, "created", now=seen.now)


@pytest.mark.parametrize("path", ["no-such-card.csv", "volumes-days.exe", "rows/no_such_kpi.csv", "rows/contacts.exe"])
def test_what_is_not_there_is_a_404(staff_app: LinkaDash, path: str) -> None:
    assert staff_app.server.test_client().get(f"/download/{path}", base_url=HOME).status_code == 404


def test_no_cell_of_a_file_is_run_as_a_formula() -> None:
    assert [plain(value) for value in ("=1+1", "+1", "@x", "-x", "x", None, float("nan"), 3.0, date(2026, 1, 2))] == [
        "'=1+1", "'+1", "'@x", "'-x", "x", "", "", 3, "2026-01-02",
    ]  # fmt: skip
    assert "".join(csv_lines(["a"], [("=1",)])).endswith("a\r\n'=1\r\n")


def test_the_strip_shows_value_n_interval_and_comparisons(deps: Deps) -> None:
    seen: View = view(deps, "?from=2026-05-01&to=2026-05-14")
    contacts, share = kpi_cards(seen, ["contacts", "abandoned_pct"])
    assert contacts.value == f"{queries.total(seen.read, seen.filters, 'contacts', now=seen.now):,}".replace(
        ",", "\u202f"
    )
    assert len(contacts.against) == 2
    assert len(contacts.trend) == 14
    assert share.n
    assert share.interval.startswith("95 %")
    assert contacts.definition


def test_a_figure_of_too_few_cases_is_not_shown_and_says_so(deps: Deps, staff_app: LinkaDash) -> None:
    from dashboard.settings import Settings

    strict = Settings.from_env({"LINKA_MIN_N": "1000", "LINKA_CITY": "demo"})
    seen = view(replace(deps, settings=strict), "?from=2026-05-18&to=2026-05-18")
    (share,) = kpi_cards(seen, ["abandoned_pct"])
    assert share.value == "–"
    assert "1\u202f000" in share.interval


@pytest.mark.parametrize(
    "chart_of",
    [sla_charts.by_class, sla_charts.by_topic, sla_charts.lateness, centre_charts.level,
     centre_charts.waits, centre_charts.lines, centre_charts.tickets, followup_charts.steps,
     followup_charts.reasons],
    ids=lambda chart_of: chart_of.__name__,
)  # fmt: skip
@pytest.mark.parametrize("min_n", [1, 100_000])
def test_no_card_tells_a_rate_of_too_few_cases(staff_app: LinkaDash, chart_of: Any, min_n: int) -> None:
    settings = replace(staff_app.deps.settings, min_n=min_n)
    chart: Chart = chart_of(view(replace(staff_app.deps, settings=settings), "?from=2026-05-01&to=2026-05-20"))
    rates = [name for name in chart.columns if name.endswith("_pct")]
    assert chart.n
    assert bool(chart.table[rates].notna().any().any()) == (min_n == 1 and bool(rates))
    if chart_of is not centre_charts.tickets:  # it tells the longest wait
        few = "There are too few cases here for shares to tell anything."
        assert (chart.finding == few) == (min_n > 1)
