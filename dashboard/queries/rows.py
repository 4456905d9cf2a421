"""The rows behind every figure, one query, in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Select, case, func, literal_column, null, select, union_all

from dashboard.filters import Filters
from dashboard.queries.ask import facts_where
from dashboard.queries.errors import UnknownMeasureError
from dashboard.queries.populations import POPULATIONS
from dashboard.queries.reader import Reader
from dashboard.queries.reference import Reference, reference
from dashboard.queries.selection import Selection, select_of
from dashboard.queries.source_terms import ended_terms
from dashboard.queries.stocks import is_overdue_3x, open_where, stock_conditions
from etl.rollup.branch import Branch, flag, one
from etl.rollup.families import FAMILIES
from etl.schema import sla_result

KINDS: Mapping[str, str] = {
    "topic_id": "topic", "territory_id": "territory", "channel_id": "channel", "line_id": "line",
    "request_class_id": "request_class", "executor_id": "executor",
}  # fmt: skip

IDS: Final = ("id", "request_id")
"""Hashes of 64 bits: each digit is told."""


def rows(
    read: Reader,
    filters: Filters,
    kpi: str,
    *,
    limit: int = 1_000,
    offset: int = 0,
    now: datetime | None = None,
    as_of: datetime | None = None,
) -> pd.DataFrame:
    """The facts that the n of figure `kpi` counts, oldest first.

    Columns: `id, source, source_key, day_on, at` (UTC), what the family tells besides, the codes `topic, territory,
    channel, line, request_class, executor, groups`, and `n`: how many the row counts (1, or the calls of an aggregated
    day), so that the sum over all pages is the figure's n. Raises `UnknownMeasureError` for a figure without rows.
    """
    if as_of is not None:
        from dashboard.queries.as_of import reader_as_of

        with reader_as_of(read, filters, as_of) as past:
            return rows(past, filters, kpi, limit=limit, offset=offset, now=as_of)
    moment = now or read.clock()
    listed = _rows_of(read, _where(read, filters, kpi), kpi, moment).subquery("listed")
    page = select(listed).order_by(listed.c.day_on, listed.c.id).limit(limit).offset(offset)
    found = read.frame(page, whole=IDS)
    return _named(reference(read), found)


def count_rows(read: Reader, filters: Filters, kpi: str, *, now: datetime | None = None) -> int:
    """The sum of `n` over all rows."""
    listed = _rows_of(read, _where(read, filters, kpi), kpi, now or read.clock()).subquery("listed")
    return int(read.frame(select(func.coalesce(func.sum(listed.c.n), 0).label("n")))["n"].iloc[0])


def _where(read: Reader, filters: Filters, kpi: str) -> Selection:
    if kpi == "displaced_contacts":
        return select_of(read, replace(filters, group=("displaced",)))
    return select_of(read, replace(filters, topic=()) if kpi == "topic_share_pct" else filters)


def _rows_of(read: Reader, where: Selection, kpi: str, now: datetime) -> Any:
    if kpi not in POPULATIONS:
        raise UnknownMeasureError(
            f"figure {kpi!r} has no rows of its own; those that have: {', '.join(sorted(POPULATIONS))}"
        )
    family, measure = POPULATIONS[kpi]
    if family == "stock":
        return _stock_rows(read, where, measure, now)
    if family == "source_terms":
        branch = FAMILIES["created"].branches[0]
        return _listing(branch, one(), list(branch.listed)).where(*ended_terms(read, where, now))
    branches = FAMILIES[family].branches
    names = list(dict.fromkeys(name for branch in branches for name in branch.listed))
    parts = []
    for branch in branches:
        weight = _weight(branch, measure, now)
        if weight is not None:
            parts.append(_listing(branch, weight, names).where(*facts_where(read, branch, where, now), weight != 0))
    return parts[0] if len(parts) == 1 else union_all(*parts)


def _stock_rows(read: Reader, where: Selection, name: str, now: datetime) -> Any:
    if name == "unprocessed_now":
        branch = FAMILIES["contacts"].branches[0]
        weight = branch.measure("unprocessed")
        conditions = [weight == 1, branch.listed["at"] <= now]
        listing = _listing(branch, weight, list(branch.listed))
        return listing.where(*facts_where(read, branch, where, None, is_stock=True), *conditions)
    branch = FAMILIES["due"].branches[0]
    listing = _listing(branch, branch.measure("open"), list(branch.listed))
    return listing.where(*open_where(read, where), *stock_conditions(read, name, now))


def _weight(branch: Branch, measure: str, now: datetime) -> ColumnElement[int] | None:
    """How many a row counts for; None where the branch has no such rows."""
    if measure in branch.measures:
        return branch.measures[measure]
    made = _COMBINED.get(measure)
    return made(branch, now) if made is not None else None


def _missed(branch: Branch, _now: datetime) -> ColumnElement[int] | None:
    held = branch.measures.get("late_closed")
    return None if held is None else held + branch.measure("open")


def _missed_3x(branch: Branch, now: datetime) -> ColumnElement[int] | None:
    held = branch.measures.get("late_3x_closed")
    is_open_3x = case((is_overdue_3x(now), branch.measure("open")), else_=literal_column("0"))
    return None if held is None else held + is_open_3x


def _due_closed(branch: Branch, _now: datetime) -> ColumnElement[int] | None:
    held = branch.measures.get("due")
    return None if held is None else held - branch.measure("open")


def _lived(branch: Branch, _now: datetime) -> ColumnElement[int] | None:
    """Requests whose time is known: all but those that are marked closed without a closing time."""
    held = branch.measures.get("requests")
    return None if held is None else held - branch.measure("marked_closed") + branch.measure("with_closing_time")


def _worked(branch: Branch, now: datetime) -> ColumnElement[int] | None:
    lived = _lived(branch, now)
    return None if lived is None else lived * flag(sla_result.c.working_min.is_not(None))


def _queued_on(branch: Branch, _now: datetime) -> ColumnElement[int] | None:
    return branch.measure("queued") - branch.measure("abandoned") + branch.measure("abandoned_after")


def _told(dimension: str) -> Callable[[Branch, datetime], ColumnElement[int] | None]:
    def weight(branch: Branch, _now: datetime) -> ColumnElement[int] | None:
        column = branch.dims.get(dimension)
        return None if column is None else flag(column.is_not(None))

    return weight


_COMBINED: Final[Mapping[str, Callable[[Branch, datetime], ColumnElement[int] | None]]] = {
    "missed": _missed,
    "missed_3x": _missed_3x,
    "due_closed": _due_closed,
    "queued_on": _queued_on,
    "lived": _lived,
    "worked": _worked,
    "classed": _told("request_class_id"),
    "about": _told("topic_id"),
}


def _listing(branch: Branch, weight: ColumnElement[int], names: list[str]) -> Select[Any]:
    told = [branch.listed.get(name, null()).label(name) for name in names]
    dims = [branch.dimension(name).label(name) for name in (*KINDS, "caller_group_mask")]
    return select(branch.day_on.label("day_on"), *told, *dims, weight.label("n")).select_from(branch.source)


def _named(names: Reference, found: pd.DataFrame) -> pd.DataFrame:
    for column, kind in KINDS.items():
        codes = {number: names.code_of(kind, number) for number in found[column].unique()}
        found[kind] = found[column].map(codes)
    bits = {str(code): 1 << int(bit) for code, bit in names.tables["group"]["bit"].items()}
    found["groups"] = [
        ",".join(code for code, bit in bits.items() if int(mask) & bit) for mask in found["caller_group_mask"]
    ]
    found["day_on"] = pd.to_datetime(found["day_on"]).astype("datetime64[us]")
    counted = found.pop("n").astype("int64")
    return found.drop(columns=[*KINDS, "caller_group_mask"]).assign(n=counted)
