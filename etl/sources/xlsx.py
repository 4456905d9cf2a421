"""XLSX workbooks, row by row without holding the sheet: the first sheet with rows, or the one that the map names."""

from __future__ import annotations

from collections.abc import Iterator
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


def open_xlsx(path: Path, options: ReadOptions, *, chunk_rows: int, name: str, file_hash: str | None) -> RawFile:
    """The sheet's rows as text, moments in ISO 8601; raises `SourceError` for a file or sheet that cannot be read."""
    open_zip(path, name=name).close()
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise SourceError(f"{name}: cannot be read as an XLSX workbook: {error}") from error
    sheet = _sheet(book, options.sheet, name)
    sheet.reset_dimensions()  # many exporters write a wrong one, which would cut the sheet
    rows = sheet.iter_rows(values_only=True)
    first = next((row for row in islice(rows, options.skip_rows, None) if any(_text(cell) for cell in row)), None)
    if first is None:
        book.close()
        raise SourceError(f"{name}: sheet {sheet.title!r} is empty; name another with `sheet` in the map's [read]")
    cells = list(first)
    while cells and _text(cells[-1]) is None:
        cells.pop()
    header = unique_names([_text(cell) for cell in cells])
    return RawFile(name, file_hash, None, header, _chunks(book, rows, header, chunk_rows))


def _sheet(book: Any, asked: str | None, name: str) -> Any:
    if asked is None:
        return book.worksheets[0]
    if asked not in book.sheetnames:
        raise SourceError(f"{name}: has no sheet {asked!r}; it has {', '.join(book.sheetnames)}")
    return book[asked]


def _chunks(book: Any, rows: Iterator[Any], header: tuple[str, ...], chunk_rows: int) -> Iterator[RawChunk]:
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
