"""XLSX workbooks, row by row without holding the sheet: the sheets that fit the map, or the one that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from etl.errors import SourceError
from etl.maps import ReadOptions
from etl.sources.archives import open_zip
from etl.transforms.raw import RawChunk, RawFile, text_table, unique_names

Header = tuple[str, ...]


def open_xlsx(
    path: Path,
    options: ReadOptions,
    *,
    chunk_rows: int,
    name: str,
    file_hash: str | None,
    fits: Callable[[Header], bool] | None = None,
) -> list[RawFile]:
    """The rows of the sheet that is asked for, else of every sheet whose header `fits`, else of the first with rows.

    All as text, moments in ISO 8601. Raises `SourceError` for a file or sheet that cannot be read.
    """
    open_zip(path, name=name).close()
    book = _book(path, name)
    try:
        if options.sheet is not None and options.sheet not in book.sheetnames:
            raise SourceError(f"{name}: has no sheet {options.sheet!r}; it has {', '.join(book.sheetnames)}")
        asked = [sheet.title for sheet in book.worksheets] if options.sheet is None else [options.sheet]
        headers = {title: _opened(book, title, options.skip_rows)[0] for title in asked}
    finally:
        book.close()
    filled = {title: header for title, header in headers.items() if header}
    if not filled:
        raise SourceError(f"{name}: sheet {', '.join(asked)} is empty; name another with `sheet` in the map's [read]")
    fitting = [title for title, header in filled.items() if fits is not None and fits(header)]
    chosen = fitting or [next(iter(filled))]
    return [
        RawFile(
            name if len(chosen) == 1 else f"{name} [{sheet}]", file_hash, None, filled[sheet],
            _chunks(path, name, sheet, options.skip_rows, chunk_rows),
        )
        for sheet in chosen
    ]  # fmt: skip


def _book(path: Path, name: str) -> Any:
    try:
        return load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise SourceError(f"{name}: cannot be read as an XLSX workbook: {error}") from error


def _opened(book: Any, title: str, skip_rows: int) -> tuple[Header, Iterator[Any]]:
    """The header of a sheet, empty where it has no rows, and the rows below it."""
    sheet = book[title]
    sheet.reset_dimensions()  # many exporters write a wrong one, which would cut the sheet
    rows = sheet.iter_rows(values_only=True)
    first = next((row for row in islice(rows, skip_rows, None) if any(_text(cell) for cell in row)), ())
    cells = list(first)
    while cells and _text(cells[-1]) is None:
        cells.pop()
    return unique_names([_text(cell) for cell in cells]), rows


def _chunks(path: Path, name: str, sheet: str, skip_rows: int, chunk_rows: int) -> Iterator[RawChunk]:
    book = _book(path, name)  # opened anew, for a file whose columns do not fit is never read
    header, rows = _opened(book, sheet, skip_rows)
    width, row_no = len(header), 0
    held: list[list[str | None]] = []
    numbers: list[int] = []
    try:
        for row in rows:
            row_no += 1
            cells = [_text(cell) for cell in row[:width]]
            if any(cell is not None for cell in cells):  # sheets end in formatted, empty rows
                held.append(cells + [None] * (width - len(cells)))
                numbers.append(row_no)
            if len(held) == chunk_rows:
                yield RawChunk(text_table(header, held), np.array(numbers, dtype=np.int64))
                held, numbers = [], []
        if held or row_no == 0 or not numbers:
            yield RawChunk(text_table(header, held), np.array(numbers, dtype=np.int64))
    finally:
        book.close()


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds" if not cell.microsecond else "microseconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip() or None
