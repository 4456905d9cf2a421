"""What a source hands to the loader: frames that already have the tables' columns, and the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from etl.withdrawn import Listing

REJECT_COLUMNS = ("row_no", "field", "value", "reason", "cure", "raw")
"""Columns of `Prepared.rejects`; `raw` is a dict of the row as it came, personal fields masked."""

UNMAPPED_COLUMNS = ("field", "value", "rows")


def empty_rejects() -> pd.DataFrame:
    """No rejects, with the promised columns."""
    return pd.DataFrame({name: pd.Series(dtype=object) for name in REJECT_COLUMNS})


def empty_unmapped() -> pd.DataFrame:
    """No unmapped values, with the promised columns."""
    return pd.DataFrame({name: pd.Series(dtype=object) for name in UNMAPPED_COLUMNS})


@dataclass(frozen=True, slots=True)
class Prepared:
    """One chunk of a source, ready to load.

    `main` names the table whose rows are counted (`request`, `contact`, `location`, ...). `frames` maps
    table names to rows with those tables' columns, without `load_id` (the loader adds it); ids are set (`etl.ids`),
    instants are tz-aware UTC, days are `datetime.date` or datetime64, absent columns are NULL in new rows and as they
    were in known ones. Every row of the source is either one row of `frames[main]` or one row of `rejects`:
    `rows_read = len(frames[main]) + len(rejects)`.
    `reference` frames (executors, topics, territories first seen here) are upserted before the facts. `refused_ids` are
    ids by table of directory rows that the file lists but that were refused: they are not gone.
    """

    main: str
    rows_read: int
    frames: Mapping[str, pd.DataFrame]
    reference: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    rejects: pd.DataFrame = field(default_factory=empty_rejects)
    unmapped: pd.DataFrame = field(default_factory=empty_unmapped)
    repairs: Mapping[str, int] = field(default_factory=dict)
    refused_ids: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileBatches:
    """One file (or stream) of a source: what `etl.sources.open_source` yields and one transaction loads.

    `file` is its name as the book of loads shows it, without credentials; `file_hash` BLAKE2b of its bytes;
    `total_rows_hint` rows to expect, for the time left; `listing` what it is of a directory, None for facts.
    """

    file: str
    file_hash: str | None
    total_rows_hint: int | None
    batches: Iterator[Prepared]
    source: str
    listing: Listing | None = None
