"""Shares as hits and cases, by one dimension or by several: what intervals, peers and case mix are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.reader import Reader
from dashboard.queries.reference import reference
from dashboard.queries.selection import select_of
from dashboard.queries.series import BY, summed_by_code


def shares(
    read: Reader, filters: Filters, family: str, measures: Sequence[str], by: str, *, now: datetime
) -> pd.DataFrame:
    """Columns `code` ("" for none) and `measures` of `family`, summed over the period; one row per code."""
    found = ask(read, select_of(read, filters), family, list(measures), by=[BY[by]], now=now)
    return summed_by_code(read, found, by, measures)


def mix(read: Reader, filters: Filters, family: str, hits: str, cases: str, *, now: datetime) -> pd.DataFrame:
    """Columns `executor`, `topic`, `request_class` (codes), `hits`, `cases`: each executor's cases, stratum by stratum.

    Rows without an executor are left out: nobody answers for them.
    """
    keys = {"executor": "executor_id", "topic": "topic_id", "request_class": "request_class_id"}
    found = ask(read, select_of(read, filters), family, [hits, cases], by=list(keys.values()), now=now)
    names = reference(read)
    for kind, column in keys.items():
        codes = {number: names.code_of(kind, int(number)) for number in found[column].unique()}
        found[kind] = found[column].map(codes)
    held = found[(found["executor"] != "") & (found[cases] > 0)]
    return held.rename(columns={hits: "hits", cases: "cases"})[[*keys, "hits", "cases"]].reset_index(drop=True)
