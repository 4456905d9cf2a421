"""Delimited text: separator and encoding found out, quoted line breaks respected, ragged rows refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from etl.errors import SourceError
from etl.maps import ReadOptions
from etl.prepared import REJECT_COLUMNS, empty_rejects
from etl.sources import encodings
from etl.transforms.raw import RawChunk, RawFile, RowNumbers, unique_names

SEPARATORS = (",", ";", "\t", "|")
_BLOCK = 1 << 22
_HEAD = 1 << 16
_RAGGED_CURE = "give the row as many cells as the header has; put text that holds the separator or a quote in quotes"


def open_delimited(path: Path, options: ReadOptions, *, chunk_rows: int, name: str, file_hash: str | None) -> RawFile:
    """The file's rows as text; raises `SourceError` for an empty file, a wrong encoding or no header."""
    if path.stat().st_size == 0:
        raise SourceError(f"{name}: the file is empty; export it again")
    given = options.encoding
    encoding = encodings.check_name(given, where=name) if given else encodings.detect(path)
    head = _head(path, encoding, name)
    separator = options.separator or sniff(head, options.skip_rows, where=name)
    header = _header(head, separator, options.skip_rows, name)
    place = _header_place(head, separator, options.skip_rows)
    is_bare = "\n" not in head and "\r" not in head
    rows = _Rows(path, encoding, separator, header, replace(options, skip_rows=place), name, is_bare=is_bare)
    return RawFile(name, file_hash, _rows_hint(path, head, encoding), header, rows.chunks(chunk_rows))


def _head(path: Path, encoding: str, name: str) -> str:
    with path.open("rb") as handle:
        text = io.TextIOWrapper(handle, encoding=encoding, errors="replace", newline="")
        found = text.read(_HEAD).lstrip("\ufeff")
    if not found.strip():
        raise SourceError(f"{name}: the file holds nothing but blanks; export it again")
    return found


def sniff(head: str, skip_rows: int = 0, *, where: str) -> str:
    """The separator that cuts the first lines into the same number of cells, the most cells first.

    A file with a single column has none: a comma then. Raises `SourceError` where several fit equally.
    """
    best, best_score = ",", (0.0, 0)
    for separator in SEPARATORS:
        rows = _first_rows(head, separator, skip_rows)
        cells = len(rows[0]) if rows else 0
        if cells > 1:
            even = sum(len(row) == cells for row in rows) / len(rows)
            best, best_score = max((best, best_score), (separator, (even, cells)), key=lambda found: found[1])
    del where
    return best


def _first_rows(head: str, separator: str, skip_rows: int) -> list[list[str]]:
    lines = io.StringIO(head, newline="")
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator) if row]
    except csv.Error:
        return []
    rows = rows[skip_rows : skip_rows + 200]
    return rows[:-1] if len(rows) > 1 and len(head) >= _HEAD else rows  # the last one may be cut


def _header(head: str, separator: str, skip_rows: int, name: str) -> tuple[str, ...]:
    rows = _first_rows(head, separator, skip_rows)
    if not rows:
        raise SourceError(f"{name}: has no header: the first line must name the columns")
    return unique_names(rows[0])


def _header_place(head: str, separator: str, skip_rows: int) -> int:
    """How many lines stand above the header: those to be skipped, and blank ones, which count as lines, too."""
    filled = 0
    for place, row in enumerate(csv.reader(io.StringIO(head, newline=""), delimiter=separator)):
        filled += bool(row)
        if filled > skip_rows:
            return place
    return skip_rows


def _rows_hint(path: Path, head: str, encoding: str) -> int | None:
    lines = head.count("\n")
    size = len(head.encode(encoding, errors="replace"))
    return max(1, round(path.stat().st_size * lines / size) - 1) if lines else None


class _Rows:
    """One pass over the file."""

    def __init__(
        self,
        path: Path,
        encoding: str,
        separator: str,
        header: tuple[str, ...],
        options: ReadOptions,
        name: str,
        *,
        is_bare: bool,
    ) -> None:
        """`is_bare`: the file is a header without even the end of its line."""
        self.path, self.encoding, self.separator = path, encoding, separator
        self.header, self.options, self.name = header, options, name
        self.is_bare = is_bare
        self._ragged: list[Any] = []
        self._waiting: list[int] = []

    def chunks(self, chunk_rows: int) -> Iterator[RawChunk]:
        """Chunks of at most `chunk_rows` rows."""
        held: list[pa.RecordBatch] = []
        rows, next_no, given = 0, 1, False
        for batch in self._batches():
            held.append(batch)
            rows += batch.num_rows
            while rows >= chunk_rows or len(self._ragged) >= chunk_rows:
                table = pa.Table.from_batches(held)
                taken = min(rows, chunk_rows)
                numbers, next_no = self._numbers(next_no, taken)
                yield RawChunk(table.slice(0, taken), numbers, self._refused())
                given = True
                rest = table.slice(taken)
                held, rows = rest.to_batches(), rest.num_rows
        if rows or self._ragged or not given:
            table = pa.Table.from_batches(held, schema=self._schema())
            numbers, _ = self._numbers(next_no, rows)
            yield RawChunk(table, numbers, self._refused())

    def _schema(self) -> pa.Schema:
        return pa.schema([(column, pa.string()) for column in self.header])

    def _batches(self) -> Iterator[pa.RecordBatch]:
        if self.is_bare:
            return
        rows = 0
        try:
            with self._stream() as stream:
                reader = self._reader(stream)
                while True:
                    try:
                        batch = reader.read_next_batch()
                    except StopIteration:
                        return
                    rows += batch.num_rows
                    yield batch
        except pa.ArrowInvalid as error:
            if "Empty CSV file" in str(error):
                return
            if "straddling" in str(error):
                raise SourceError(
                    f"{self.name}: a row some way below row {rows} is longer than {_BLOCK >> 20} MB: a quote that is "
                    "opened and never closed makes one of all that follow; correct it, and load again"
                ) from error
            raise SourceError(
                f"{self.name}: cannot be read as text cut by {self.separator!r}: {error}; "
                "check the quotes, or give the separator and encoding in the map's [read]"
            ) from error
        except UnicodeError as error:
            raise SourceError(
                f"{self.name}: is not {self.encoding} throughout ({error}); give `encoding` in the map's [read]"
            ) from error

    def _stream(self) -> Any:
        raw = pa.input_stream(str(self.path), compression=None)
        return raw if self.encoding == "utf-8" else pa.transcoding_input_stream(raw, self.encoding, "utf-8")

    def _reader(self, stream: Any) -> Any:
        return pa_csv.open_csv(
            stream,
            read_options=pa_csv.ReadOptions(
                use_threads=False, column_names=list(self.header), block_size=_BLOCK,
                skip_rows_after_names=1 + self.options.skip_rows,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.separator, newlines_in_values=True, invalid_row_handler=self._on_ragged
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=self._schema(), strings_can_be_null=True, null_values=["", *self.options.null_values]
            ),
        )  # fmt: skip

    def _on_ragged(self, row: Any) -> str:
        self._ragged.append(row)
        self._waiting.append(row.number - 1 - self.options.skip_rows)
        return "skip"

    def _numbers(self, next_no: int, rows: int) -> tuple[RowNumbers, int]:
        """Numbers of the next good rows: those of refused rows are left out."""
        numbers = np.arange(next_no, next_no + rows + len(self._waiting), dtype=np.int64)
        good = numbers[~np.isin(numbers, np.asarray(self._waiting, dtype=np.int64))][:rows]
        following = int(good[-1]) + 1 if rows else next_no
        self._waiting = [number for number in self._waiting if number >= following]
        return good, following

    def _refused(self) -> pd.DataFrame:
        rows, self._ragged = self._ragged, []
        if not rows:
            return empty_rejects()
        listed = [
            (
                row.number - 1 - self.options.skip_rows, None, None, "ragged_row",
                f"{_RAGGED_CURE} ({row.expected_columns} expected, {row.actual_columns} found)", None,
            )
            for row in rows
        ]  # fmt: skip
        return pd.DataFrame(listed, columns=list(REJECT_COLUMNS))
