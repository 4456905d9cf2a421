"""What the contact-centre page asks besides the usual: sums by period, waits by period or hour, waiting messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from dashboard.filters import Filters
from dashboard.queries.ask import ask
from dashboard.queries.reader import Reader
from dashboard.queries.selection import select_of
from dashboard.queries.series import BY, coded, period_starts, summed_by_code
from dashboard.queries.stocks import UNPROCESSED
from etl.rollup.families import FAMILIES
from etl.rollup.requests import age_min
from etl.schema import contact
from etl.sketch import quantiles as quantile_rows


def sums(
    read: Reader, filters: Filters, family: str, measures: Sequence[str], *, by: str | None, now: datetime
) -> pd.DataFrame:
    """Columns `measures` and `period_on` (by the filters' grain; `by` None) or `code`: several sums of one family."""
    keys = ["day_on"] if by is None else [BY[by]]
    found = ask(read, select_of(read, filters), family, list(measures), by=keys, now=now)
    if by is not None:
        return summed_by_code(read, found, by, measures)
    found["period_on"] = period_starts(found["day_on"], filters.grain)
    days = pd.Series(pd.date_range(filters.from_on, filters.to_on, freq="D", unit="us"))
    starts = pd.Index(period_starts(days, filters.grain).unique(), name="period_on")
    return found.groupby("period_on")[list(measures)].sum().reindex(starts, fill_value=0).reset_index()


def hourly(read: Reader, filters: Filters, measures: Sequence[str], *, now: datetime) -> pd.DataFrame:
    """Columns `weekday`, `hour`, `measures` of contacts: all 168 cells."""
    found = ask(read, select_of(read, filters), "contacts", list(measures), by=["weekday", "hour"], now=now)
    cells = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
    return found.groupby(["weekday", "hour"])[list(measures)].sum().reindex(cells, fill_value=0).reset_index()


def quantiles(
    read: Reader, filters: Filters, family: str, shares: Sequence[float], *, by: str | None, now: datetime
) -> pd.DataFrame:
    """Columns `period_on` (`by` None) or `code`, `n`, and one per share, `p50` for 0.5: percentiles of a sketch."""
    key = "day_on" if by is None else BY[by]
    found = ask(read, select_of(read, filters), family, ["n"], by=[key, "bucket"], now=now)
    if by is None:
        found["period_on"] = period_starts(found["day_on"], filters.grain)
        name = "period_on"
    else:
        found, name = coded(read, found, by), "code"
    rows, keys = pd.factorize(found[name], sort=True)
    counts = np.zeros((len(keys), int(found["bucket"].max()) + 1 if len(found) else 1), dtype=np.int64)
    np.add.at(counts, (rows, found["bucket"].to_numpy(dtype=np.int64)), found["n"].to_numpy(dtype=np.int64))
    read_off = {f"p{round(share * 100)}": quantile_rows(counts, share) for share in shares}
    return pd.DataFrame({name: pd.Series(keys, dtype=found[name].dtype), "n": counts.sum(axis=1), **read_off})


def waiting_messages(read: Reader, filters: Filters, *, now: datetime, limit: int = 500) -> pd.DataFrame:
    """Messages nobody has handled, the oldest first, whatever the period.

    Columns: `contact_id, source_key, arrived_at, age_min, channel, line, topic, territory`, and `n_all`, how many
    there are in all.
    """
    branch = FAMILIES["contacts"].branches[0]
    where = select_of(read, filters)
    columns = {one: branch.dims.get(one, branch.dimension(one)) for one in where.dimensions}
    kinds = ("channel", "line", "topic", "territory")
    found = read.frame(
        select(
            contact.c.contact_id,
            contact.c.source_key,
            contact.c.arrived_at,
            age_min(contact.c.arrived_at, int(now.timestamp())).label("age_min"),
            *(branch.dimension(BY[kind]).label(BY[kind]) for kind in kinds),
            func.count().over().label("n_all"),
        )
        .select_from(branch.source)
        .where(
            contact.c.city_id == read.city_id,
            contact.c.outcome == UNPROCESSED,
            contact.c.handled_at.is_(None),
            contact.c.arrived_at <= now,
            *where.conditions(columns),
        )
        .order_by(contact.c.arrived_at, contact.c.contact_id)
        .limit(limit)
    )
    for kind in kinds:
        found = coded(read, found, kind).rename(columns={"code": kind})
    return found
