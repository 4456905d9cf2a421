"""Raw rows as they came: columns of text, numbered, in chunks; what every reader of tabular files hands on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from etl.prepared import empty_rejects

RowNumbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RawChunk:
    """Rows of text columns (missing is NULL); `row_no` counts from 1 below the header.

    `refused` are rows that could not even be split into columns (columns of `Prepared.rejects`).
    """

    table: pa.Table
    row_no: RowNumbers
    refused: pd.DataFrame = field(default_factory=empty_rejects)


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file or result set: its name for the book, the hash of its bytes, its header, and its rows."""

    name: str
    file_hash: str | None
    rows_hint: int | None
    header: tuple[str, ...]
    chunks: Iterator[RawChunk]


def unique_names(names: Sequence[object]) -> tuple[str, ...]:
    """Column names, trimmed; an empty one becomes `column_N`, a repeated one gets `_2`, `_3`, ..."""
    seen: dict[str, int] = {}
    unique = []
    for position, name in enumerate(names, start=1):
        text = " ".join(str("" if name is None else name).replace("\ufeff", "").split()) or f"column_{position}"
        seen[text] = seen.get(text, 0) + 1
        unique.append(text if seen[text] == 1 else f"{text}_{seen[text]}")
    return tuple(unique)


def text_table(header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    """Rows of text as an Arrow table; shorter rows are filled with NULL, empty text is NULL."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    arrays = [pa.array([value or None for value in column], pa.string()) for column in columns]
    return pa.table(dict(zip(header, arrays, strict=True)))
