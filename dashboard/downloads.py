"""CSV and XLSX of every card and of the rows behind a figure; large ones are streamed, never held whole."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import flask
import pandas as pd
import xlsxwriter

from dashboard import queries
from dashboard.components.card import Chart
from dashboard.view import view

if TYPE_CHECKING:
    from dashboard.deps import Deps
    from dashboard.view import View

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK_ROWS: Final = 10_000
MAX_XLSX_ROWS: Final = 1_000_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[Any, ...]


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/download/CARD.csv|xlsx` and `/download/rows/KPI.csv|xlsx`, each with the filters as query."""

    @server.route("/download/<card_id>.<kind>")
    def card(card_id: str, kind: str) -> flask.typing.ResponseReturnValue:
        chart_of = deps.cards.find(card_id)
        if chart_of is None or kind not in ("csv", "xlsx"):
            return "No such download", 404
        seen = view(deps, flask.request.args.to_dict(flat=False))
        chart = chart_of(seen)
        return answer(_name(seen, card_id), kind, list(chart.columns.values()), chart_rows(chart))

    @server.route("/download/rows/<kpi>.<kind>")
    def rows(kpi: str, kind: str) -> flask.typing.ResponseReturnValue:
        if kind not in ("csv", "xlsx"):
            return "No such download", 404
        seen = view(deps, flask.request.args.to_dict(flat=False))
        try:
            first = queries.rows(seen.read, seen.filters, kpi, limit=CHUNK_ROWS, offset=0)
        except LookupError:
            return "No such figure", 404
        return answer(_name(seen, kpi), kind, list(first.columns), _all_rows(seen, kpi, first))


def answer(name: str, kind: str, header: list[str], rows: Iterable[Row]) -> flask.Response:
    """A file to save; CSV leaves as it is made, XLSX through a temporary file."""
    if kind == "csv":
        response = flask.Response(flask.stream_with_context(csv_lines(header, rows)), content_type=CSV_TYPE)
    else:
        response = flask.Response(_xlsx(header, rows), content_type=XLSX_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def chart_rows(chart: Chart) -> Iterator[Row]:
    """The rows of the table twin, in the order of its columns."""
    yield from chart.table[list(chart.columns)].itertuples(index=False, name=None)


def csv_lines(header: list[str], rows: Iterable[Row]) -> Iterator[str]:
    """Lines of a CSV that spreadsheets open: a byte order mark, CRLF, no cell that they would run as a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(header)
    for place, row in enumerate(rows):
        writer.writerow([plain(value) for value in row])
        if place % 500 == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def plain(value: Any) -> Any:
    """A cell as a file holds it: no NaN, ISO instants, text that begins like a formula made harmless."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _xlsx(header: list[str], rows: Iterable[Row]) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet("Linka")
        sheet.write_row(0, 0, header, book.add_format({"bold": True, "bottom": 1}))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(0, len(header) - 1), 18)
        for place, row in enumerate(rows, start=1):
            if place > MAX_XLSX_ROWS:
                break
            sheet.write_row(place, 0, [plain(value) for value in row])
        book.close()
        file.seek(0)
        while block := file.read(64 * 1024):
            yield block


def _all_rows(seen: View, kpi: str, first: pd.DataFrame) -> Iterator[Row]:
    frame, offset = first, 0
    while not frame.empty:
        yield from frame.itertuples(index=False, name=None)
        if len(frame) < CHUNK_ROWS:
            return
        offset += CHUNK_ROWS
        frame = queries.rows(seen.read, seen.filters, kpi, limit=CHUNK_ROWS, offset=offset)


def _name(seen: View, what: str) -> str:
    safe = "".join(letter for letter in what if letter.isalnum() or letter in "-_")
    return f"linka-{seen.filters.city}-{safe}-{seen.filters.from_on}-{seen.filters.to_on}"
