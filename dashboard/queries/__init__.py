"""The questions the screen may ask: filters in, frames with promised columns out; only here is SQL known.

Every function takes a `Reader` first. Figures (values with n, interval and definition) are made of these answers in
`dashboard.metrics`; the rows behind a figure are `rows(read, filters, kpi)`.
"""

from __future__ import annotations

from dashboard.queries.errors import NotLoadedError, QueryError, UnknownMeasureError
from dashboard.queries.measures import MEASURES, STOCKS
from dashboard.queries.percentiles import lifetimes, sketch
from dashboard.queries.populations import POPULATIONS
from dashboard.queries.reader import Reader
from dashboard.queries.reference import NONE, Reference, data_state, reference
from dashboard.queries.rows import count_rows, rows
from dashboard.queries.series import BY, backlog_by_age, breakdown, heat, norm, series, total
from dashboard.queries.status import data_span, has_simulated, loads, reject_reasons, rejects, status, unmapped

__all__ = [
    "BY",
    "MEASURES",
    "NONE",
    "POPULATIONS",
    "STOCKS",
    "NotLoadedError",
    "QueryError",
    "Reader",
    "Reference",
    "UnknownMeasureError",
    "backlog_by_age",
    "breakdown",
    "count_rows",
    "data_span",
    "data_state",
    "has_simulated",
    "heat",
    "lifetimes",
    "loads",
    "norm",
    "reference",
    "reject_reasons",
    "rejects",
    "rows",
    "series",
    "sketch",
    "status",
    "total",
    "unmapped",
]  # fmt: skip
