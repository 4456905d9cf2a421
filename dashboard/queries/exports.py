"""All rows behind a figure, a page at a time: a file of millions needs one page of memory and no long question.

A period is asked week by week, so that no page waits for the ones before it to be counted through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from dashboard.filters import Filters
from dashboard.queries.as_of import reader_as_of
from dashboard.queries.populations import POPULATIONS
from dashboard.queries.reader import Reader
from dashboard.queries.rows import rows

PAGE_ROWS: Final = 10_000
WINDOW_DAYS: Final = 7


@contextmanager
def known_at(read: Reader, filters: Filters, as_of: datetime | None) -> Iterator[Reader]:
    """The reader of what was known at `as_of`; of what is known now where it is None."""
    if as_of is None:
        yield read
        return
    with reader_as_of(read, filters, as_of) as past:
        yield past


def row_pages(read: Reader, filters: Filters, kpi: str, *, now: datetime) -> Iterator[pd.DataFrame]:
    """The rows of `rows` in its order and with its columns, all of them; one page at least, which may be empty.

    Raises `UnknownMeasureError` with the first page.
    """
    is_first = True
    for window in _windows(filters, is_stock=POPULATIONS.get(kpi, ("stock", ""))[0] == "stock"):
        offset = 0
        while True:
            page = rows(read, window, kpi, limit=PAGE_ROWS, offset=offset, now=now)
            if is_first or len(page):
                yield page
            is_first = False
            if len(page) < PAGE_ROWS:
                break
            offset += PAGE_ROWS


def _windows(filters: Filters, *, is_stock: bool) -> Iterator[Filters]:
    """The period in weeks; what stands open now is asked at once, since the period does not narrow it."""
    if is_stock:
        yield filters
        return
    start = filters.from_on
    while start <= filters.to_on:
        end = min(start + timedelta(days=WINDOW_DAYS - 1), filters.to_on)
        yield replace(filters, from_on=start, to_on=end)
        start = end + timedelta(days=1)
