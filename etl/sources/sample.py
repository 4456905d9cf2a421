"""The first rows of unknown files, below whatever title stands above their header: what a map is proposed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from etl.errors import SourceError
from etl.maps import ReadOptions
from etl.sources.archives import unpacked
from etl.sources.files import expand
from etl.sources.tabular import SUFFIXES, open_raw
from etl.transforms.raw import RawFile

_ROWS = 2_000
_MOST_TITLE_ROWS = 10
_NARROW = 3
_NEARLY = 0.75


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of text of one file, and how many rows stand above its header."""

    name: str
    table: pa.Table
    skip_rows: int


def samples(path: Path, read: ReadOptions) -> Iterator[Sample]:
    """A sample of the file, or of each file of the folder; raises `SourceError` for what cannot be read."""
    for file, name in expand([str(path)], SUFFIXES):
        with unpacked(file, name=name) as plain:
            skipped, found = _below_title(plain, read, name)
            yield Sample(name, next(iter(found.chunks)).table, skipped)


def _below_title(path: Path, read: ReadOptions, name: str) -> tuple[int, RawFile]:
    """The file from its first row that names nearly as many columns as the widest of the next ones."""
    first = _opened(path, read, name)
    named = _named(first)
    if named == len(first.header) >= _NARROW:
        return 0, first
    widths = {0: named}
    for skipped in range(1, _MOST_TITLE_ROWS + 1):
        try:
            widths[skipped] = _named(_opened(path, replace(read, skip_rows=skipped), name))
        except SourceError:
            break  # the file has no such row
    chosen = next(skipped for skipped, width in widths.items() if width >= _NEARLY * max(widths.values()))
    return chosen, first if chosen == 0 else _opened(path, replace(read, skip_rows=chosen), name)


def _opened(path: Path, read: ReadOptions, name: str) -> RawFile:
    return open_raw(path, read, chunk_rows=_ROWS, name=name, fits=lambda header: len(header) >= _NARROW)[0]


def _named(file: RawFile) -> int:
    return sum(not name.startswith("column_") for name in file.header)
