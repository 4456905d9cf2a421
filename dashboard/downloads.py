"""CSV and XLSX of every card and of the rows behind a figure; large ones are streamed, never held whole."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import flask
import pandas as pd
import xlsxwriter

from dashboard.components.card import Chart
from dashboard.queries.exports import known_at, row_pages
from dashboard.view import view

if TYPE_CHECKING:
    from dashboard.deps import Deps
    from dashboard.view import View

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_XLSX_ROWS: Final = 1_000_000
MAX_EXACT: Final = 2**53
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
        pages = _pages(seen, kpi, moment_of(flask.request.args.get("as_of", "")))
        try:
            first = next(pages)
        except LookupError:
            return "No such figure", 404
        return answer(_name(seen, kpi), kind, list(first.columns), _rows_of(chain([first], pages)))


def answer(name: str, kind: str, header: list[str], rows: Iterable[Row]) -> flask.Response:
    """A file to save; CSV leaves as it is made, XLSX through a temporary file."""
    if kind == "csv":
        response = flask.Response(flask.stream_with_context(csv_lines(header, rows)), content_type=CSV_TYPE)
    else:
        response = flask.Response(_xlsx(header, rows), content_type=XLSX_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def chart_rows(chart: Chart) -> Iterator[Row]:
    """The rows of the table twin, in the order of its columns; of a long list all, where the screen shows the first."""
    for page in chart.pages() if chart.pages is not None else (chart.table,):
        yield from page[list(chart.columns)].itertuples(index=False, name=None)


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
            sheet.write_row(place, 0, [_exact(plain(value)) for value in row])
        book.close()
        file.seek(0)
        while block := file.read(64 * 1024):
            yield block


def _exact(value: Any) -> Any:
    """A cell of a spreadsheet, whose numbers hold 53 bits: a longer whole number, an id, as text."""
    return str(value) if isinstance(value, int) and abs(value) > MAX_EXACT else value


def _pages(seen: View, kpi: str, as_of: datetime | None) -> Iterator[pd.DataFrame]:
    with known_at(seen.read, seen.filters, as_of) as source:
        yield from row_pages(source, seen.filters, kpi, now=as_of or seen.now)


def _rows_of(pages: Iterable[pd.DataFrame]) -> Iterator[Row]:
    for page in pages:
        yield from page.itertuples(index=False, name=None)


def moment_of(text: str) -> datetime | None:
    """The instant that an address names; None for none, for one without its zone, and for what is no instant."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _name(seen: View, what: str) -> str:
    safe = "".join(letter for letter in what if letter.isalnum() or letter in "-_")
    return f"linka-{seen.filters.city}-{safe}-{seen.filters.from_on}-{seen.filters.to_on}"
