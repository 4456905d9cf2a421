"""Files hold all that a figure counts, where the screen shows the first rows; also of a past moment."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from dashboard import queries
from dashboard.app import LinkaDash
from dashboard.charts import sla
from dashboard.charts.rows import rows_block
from dashboard.downloads import answer
from dashboard.i18n import LANGUAGES
from dashboard.queries import exports
from dashboard.queries.exports import known_at, row_pages
from dashboard.view import view

HOME = "http://localhost"


def lines_of(app: LinkaDash, address: str) -> list[list[str]]:
    answer = app.server.test_client().get(address, base_url=HOME)
    assert answer.status_code == 200, address
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize(("card", "chart_of"), [("sla-late-list", sla.late_list), ("sla-due-list", sla.due_list)])
def test_the_file_of_a_list_holds_the_rows_that_its_card_counts(
    staff_app: LinkaDash, card: str, chart_of: object
) -> None:
    seen = view(staff_app.deps, "?from=2026-03-01&to=2026-05-20")
    chart = chart_of(seen)  # type: ignore[operator]
    lines = lines_of(staff_app, f"/download/{card}.csv?{seen.query}")
    assert len(lines) - 1 == chart.n
    assert [line[0] for line in lines[1 : 1 + len(chart.table)]] == list(chart.table["source_key"])


def test_a_long_list_comes_in_pages_without_a_row_twice(staff_app: LinkaDash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE_ROWS", 7)
    seen = view(staff_app.deps, "?from=2026-05-01&to=2026-05-20")
    for kpi in ("requests", "late", "backlog_open"):
        keys = [key for page in row_pages(seen.read, seen.filters, kpi, now=seen.now) for key in page["id"]]
        assert len(keys) == len(set(keys)) == queries.count_rows(seen.read, seen.filters, kpi, now=seen.now)


def test_rows_as_of_a_moment_are_counted_and_saved_as_of_it(staff_app: LinkaDash) -> None:
    seen, then = view(staff_app.deps, "?from=2026-05-01&to=2026-05-20"), "2026-05-12T08:00:00+03:00"
    known = lines_of(staff_app, f"/download/rows/requests.csv?{seen.query}&as_of=2026-05-12T08%3A00%3A00%2B03%3A00")
    now = lines_of(staff_app, f"/download/rows/requests.csv?{seen.query}")
    moment = datetime.fromisoformat(then)
    with known_at(seen.read, seen.filters, moment) as past:
        assert len(known) - 1 == queries.count_rows(past, seen.filters, "requests", now=moment)
    assert 1 < len(known) < len(now)


@pytest.mark.parametrize("as_of", ["yesterday", "2026-05-12", "2026-05-12T08:00", "9" * 400])
def test_an_instant_that_is_none_changes_nothing(staff_app: LinkaDash, as_of: str) -> None:
    query = view(staff_app.deps, "?from=2026-05-11&to=2026-05-12").query
    assert lines_of(staff_app, f"/download/rows/requests.csv?{query}&as_of={as_of}") == lines_of(
        staff_app, f"/download/rows/requests.csv?{query}"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kpi", ["contacts", "backlog_open", "followups_tried", "tickets", "unmet_need_pct"])
def test_rows_have_headings_and_words_in_the_readers_language(staff_app: LinkaDash, kpi: str, lang: str) -> None:
    seen = replace(view(staff_app.deps, "?from=2026-05-01&to=2026-05-20"), lang=lang)
    *_, held = rows_block(seen, kpi).children
    table = json.loads(held.to_plotly_json()["props"]["data-table"])
    cells = {one[0] if isinstance(one, list) else one for row in table["rows"] for one in row}
    raw = re.compile(r"[a-z]+(_[a-z]+)+|True|False|nan|None")
    assert not [text for text in (*table["head"], *cells) if raw.fullmatch(text)]


def test_rows_of_requests_lead_to_their_timelines(staff_app: LinkaDash) -> None:
    seen = view(staff_app.deps, "?from=2026-05-01&to=2026-05-20")
    assert "/request?" in str(rows_block(seen, "requests"))
    assert "/request?" in str(rows_block(seen, "contacts")), "a contact that became a request"


def test_a_spreadsheet_holds_long_ids_as_text() -> None:
    cells = [2**63 - 1, -(2**63), 7, None]
    file = openpyxl.load_workbook(io.BytesIO(answer("ids", "xlsx", ["id"], [(one,) for one in cells]).data))
    held = [row[0] for row in file.active.iter_rows(min_row=2, values_only=True)]
    assert held[:3] == [str(2**63 - 1), str(-(2**63)), 7]
