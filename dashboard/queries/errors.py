"""The errors of the questions:

QueryError (DashboardError)
├── UnknownMeasureError (LookupError)    no such measure or dimension
└── NotLoadedError (LookupError)         the city has no data yet
"""

from __future__ import annotations

from dashboard.errors import DashboardError


class QueryError(DashboardError):
    """Base of what a question can raise on purpose; its message is fit for a reader."""


class UnknownMeasureError(QueryError, LookupError):
    """There is no such measure, dimension or figure; the message lists those there are."""


class NotLoadedError(QueryError, LookupError):
    """The city has no data yet; the message says which command loads some."""
