"""The frames that figures are made of, each asked once per set of figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import pandas as pd

from dashboard import queries
from dashboard.filters import Filters
from dashboard.queries import Reader
from dashboard.queries.gathered import one_row, overdue_times, residents, stock_count, unprocessed
from dashboard.queries.source_terms import source_terms

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks what, and when."""

    read: Reader
    filters: Filters
    now: datetime


def _row(family: str) -> Callable[[Question], pd.DataFrame]:
    return lambda asked: one_row(asked.read, asked.filters, family, now=asked.now)


def _stock(name: str) -> Callable[[Question], pd.DataFrame]:
    return lambda asked: stock_count(asked.read, asked.filters, name, now=asked.now)


def _sketch(family: str) -> Callable[[Question], pd.DataFrame]:
    return lambda asked: queries.sketch(asked.read, asked.filters, family, now=asked.now)


def _by(measure: str, by: str) -> Callable[[Question], pd.DataFrame]:
    return lambda asked: queries.breakdown(asked.read, asked.filters, measure, by, now=asked.now)


def _late_3x(asked: Question) -> pd.DataFrame:
    return pd.DataFrame({"late_3x": [queries.total(asked.read, asked.filters, "late_3x", now=asked.now)]})


def _any_topic(asked: Question) -> pd.DataFrame:
    return one_row(asked.read, replace(asked.filters, topic=()), "created", now=asked.now)


def _displaced(asked: Question) -> pd.DataFrame:
    known = queries.reference(asked.read).codes("group") or frozenset()
    if "displaced" not in known:
        return pd.DataFrame({"contacts": []})
    return one_row(asked.read, replace(asked.filters, group=("displaced",)), "contacts", now=asked.now)


def _with_kind(measure: str, by: str) -> Callable[[Question], pd.DataFrame]:
    """`code`, `value` and the `kind` of each code (of classes and executors)."""

    def asked_with(asked: Question) -> pd.DataFrame:
        found = queries.breakdown(asked.read, asked.filters, measure, by, now=asked.now)
        kinds = queries.reference(asked.read).tables[by]["kind"]
        return found.assign(kind=found["code"].map(kinds).fillna(""))

    return asked_with


GATHERERS: Final[Mapping[str, Callable[[Question], pd.DataFrame]]] = {
    "contacts": _row("contacts"),
    "displaced": _displaced,
    "contacts_by_topic_top": _by("contacts", "topic_top"),
    "created": _row("created"),
    "created_any_topic": _any_topic,
    "created_by_class": _with_kind("requests", "request_class"),
    "created_by_executor": _with_kind("requests", "executor"),
    "created_by_territory": _by("requests", "territory"),
    "due": _row("due"),
    "late_3x": _late_3x,
    "closed": _row("closed"),
    "followups": _row("followups"),
    "tickets": _row("tickets"),
    "needs": _row("needs"),
    "waits": _sketch("waits"),
    "ticket_waits": _sketch("ticket_waits"),
    "ticket_services": _sketch("ticket_services"),
    "lifetimes": lambda asked: queries.lifetimes(asked.read, asked.filters, now=asked.now),
    "work_lifetimes": lambda asked: queries.lifetimes(asked.read, asked.filters, now=asked.now, is_working=True),
    "overdue_times": lambda asked: overdue_times(asked.read, asked.filters, now=asked.now),
    "unprocessed": lambda asked: unprocessed(asked.read, asked.filters, now=asked.now),
    "source_terms": lambda asked: source_terms(asked.read, asked.filters, now=asked.now),
    "residents": lambda asked: residents(asked.read, asked.filters),
    "status": lambda asked: queries.status(asked.read, now=asked.now),
    **{name: _stock(name) for name in ("open", "overdue", "due_today", "due_24h", "at_risk")},
}
"""How each frame is asked; the names are what `Kpi.needs` lists."""


def gather(asked: Question, needs: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The frames named, each once, over one connection."""
    with asked.read.connect() as connection:
        held = replace(asked, read=replace(asked.read, session=connection))
        return {name: GATHERERS[name](held) for name in dict.fromkeys(needs)}
