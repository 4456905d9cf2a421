"""Whole rows of sums for the figures: every measure of a family at once, stocks, residents."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.percentiles import sketch_of
from dashboard.queries.reader import Reader
from dashboard.queries.reference import reference
from dashboard.queries.selection import select_of
from dashboard.queries.stocks import overdue_buckets, stock, unprocessed_ages_min
from etl.rollup.families import FAMILIES


def one_row(read: Reader, filters: Filters, family: str, *, now: datetime) -> pd.DataFrame:
    """One row with every measure of `family` over the period."""
    measures = list(FAMILIES[family].branches[0].measures)
    return ask(read, select_of(read, filters), family, measures, now=now)


def stock_count(read: Reader, filters: Filters, name: str, *, now: datetime) -> pd.DataFrame:
    """One row, column `n`: a stock at `now`."""
    found = stock(read, select_of(read, filters), name, now=now)
    return pd.DataFrame({"n": [int(found["n"].sum())]})


def overdue_times(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Columns `bucket`, `n`: minutes beyond the term of requests due in the period, open ones up to now."""
    where = select_of(read, filters)
    closed = sketch_of(read, where, "lateness", now=now)
    still = overdue_buckets(read, where, now=now)
    both = pd.concat([closed, still], ignore_index=True)
    return both.astype("int64").groupby("bucket", as_index=False)[["n"]].sum()


def unprocessed(read: Reader, filters: Filters, *, now: datetime) -> pd.DataFrame:
    """Columns `age_min`, `n` of messages that nobody has handled."""
    return unprocessed_ages_min(read, select_of(read, filters), now=now)


def residents(read: Reader, filters: Filters) -> pd.DataFrame:
    """One row: `population`, `population_65_plus` of the territories asked for (the city), `territories`, `bodies`.

    `territories` counts those of the lowest level, `bodies` the executors that serve a territory; NaN where not known.
    """
    names = reference(read)
    table = names.tables["territory"]
    below = names.below("territory", filters.territory) if filters.territory else tuple(table.index)
    leaves = [code for code in below if code not in set(table["parent"])]
    serving = names.tables["executor"]["territory_id"].dropna()
    return pd.DataFrame(
        {
            "population": [names.population(filters.territory)],
            "population_65_plus": [names.population(filters.territory, is_65_plus=True)],
            "territories": [len(leaves)],
            "bodies": [int(serving.isin(table.loc[list(below), "id"]).sum())],
        }
    )
