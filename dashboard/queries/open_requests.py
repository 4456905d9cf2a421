"""The city's open requests as columns of numbers, read once per state of the data: what stands open is counted here.

Open requests are few among all, yet looking each of them up takes a database the longer the more there are; held as
columns, a page counts them by any filters in a few milliseconds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)

from dashboard.queries.columns import Dimension, number_of
from dashboard.queries.latest import Latest
from dashboard.queries.reader import READ_S, Reader
from dashboard.queries.reference import data_state
from dashboard.queries.selection import Selection
from etl.bulk import read_numbers
from etl.db import patient
from etl.rollup.branch import flag
from etl.rollup.families import FAMILIES
from etl.rollup.requests import DIMS, IS_OPEN
from etl.rollup.sql import day_number, epoch_s
from etl.schema import request, sla_result
from etl.tables.rollups import NO_DAY

Numbers = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]

EPOCH_S: Final = 946_684_800
"""Instants are whole seconds since 2000, which 32 bits hold from 1932 to 2067; what lies beyond is held as the edge."""
EARLIEST, LATEST = datetime(1932, 1, 1, tzinfo=UTC), datetime(2068, 1, 1, tzinfo=UTC)
NEVER: Final = 2**31 - 1
"""An instant or a number that is not there."""
NO_DAY_NUMBER: Final = (NO_DAY - date(1970, 1, 1)).days
"""The day of requests without a term, as in the roll-ups."""
MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
_LINE: Final = "line_id"
_PLAIN: Final = "open requests"
_BY_LINE: Final = "open requests by line"
_READING: Final = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class OpenRequests:
    """One entry per open request, the oldest first, in each of `columns`.

    Dimensions as roll-ups know them (0: none); `created_s`, `due_s`, `late3_s`, `paused_s`, `counted_s` since `EPOCH_S`
    (`NEVER`: not there); `created_on`, `due_on` in days since 1970 (`NO_DAY_NUMBER`: due on no day); `has_terms` (the
    clock knows it), `is_undecided` (and has given no verdict), `is_paused`; `policy_id`, `working_min`.
    """

    columns: Mapping[str, Numbers]
    _dimensions: dict[str, Dimension] = field(default_factory=dict)
    _inside: Latest = field(default_factory=Latest)

    def __getitem__(self, name: str) -> Numbers:
        return self.columns[name]

    def inside(self, where: Selection) -> Mask:
        """True for those that pass the filters; the period is not looked at."""
        held: Mask = self._inside.of(where.let, lambda: self._passing(where))
        return held

    def _passing(self, where: Selection) -> Mask:
        held = np.ones(len(self["created_s"]), dtype=np.bool_)
        for name, ids in where.ids.items():
            held &= np.isin(self._dimension(name).numbers, ids)[self._dimension(name).places]
        if where.bits:
            held &= (self["caller_group_mask"] & where.bits) != 0
        held.setflags(write=False)
        return held

    def within(self, where: Selection, day: str) -> Mask:
        """True for those whose `created_on` or `due_on` is one of the days asked for."""
        days = self[day]
        held = (days >= number_of(where.from_on)) & (days <= number_of(where.to_on))
        return held & np.isin(days, [number_of(one) for one in where.on]) if where.on else held

    def received(self, now: datetime) -> Mask:
        """True for those received by `now`."""
        held: Mask = self["created_s"] <= seconds(now)
        return held

    def stock(self, name: str, now: datetime, today: date) -> Mask:
        """True for those that a stock's name means, as `stocks.stock_conditions` and the family `late3` say in SQL."""
        due, now_s = self["due_s"], seconds(now)
        terms, undecided, waits = (self[one].astype(np.bool_) for one in ("has_terms", "is_undecided", "is_paused"))
        is_past: Mask = due <= now_s
        is_soon: Mask = ~is_past & (due <= now_s + DAY_S)
        if name == "open":
            return terms
        if name == "overdue":
            is_due: Mask = self["due_on"] != NO_DAY_NUMBER
            return undecided & is_past & is_due
        if name == "late3":
            return undecided & (self["late3_s"] <= now_s) & (self["paused_s"] > self["late3_s"])
        if name == "due_today":
            is_today: Mask = self["due_on"] == number_of(today)
            return undecided & ~is_past & is_today
        if name == "at_risk":
            return undecided & is_soon & ~waits
        left_s = due.astype(np.int64) - self["paused_s"]
        has_left: Mask = (self["paused_s"] != NEVER) & (due != NEVER) & (left_s >= 0) & (left_s <= DAY_S)
        return undecided & np.where(waits, has_left, is_soon)

    def age_min(self, held: Mask, now: datetime, since: str = "created_s") -> Whole:
        """Whole minutes from an instant to `now`, not below 0."""
        return np.maximum(seconds(now) - self[since][held].astype(np.int64), 0) // MINUTE_S

    def counted(self, held: Mask, by: Sequence[str]) -> pd.DataFrame:
        """Columns `by` and `n`, one row per combination that occurs among `held`; without `by` one row.

        `weekday` is that of the day the term ends.
        """
        if not by:
            return pd.DataFrame({"n": [int(np.count_nonzero(held))]})
        keys = [self._dimension(name) for name in by]
        places = np.zeros(int(np.count_nonzero(held)), dtype=np.int64)
        for key in keys:
            places = places * len(key.numbers) + key.places[held]
        counts = np.bincount(places)
        at = np.flatnonzero(counts)
        n, columns = counts[at], dict[str, Whole]()
        for name, key in zip(reversed(by), reversed(keys), strict=True):
            columns[name] = key.numbers[at % max(len(key.numbers), 1)]
            at = at // max(len(key.numbers), 1)
        return pd.DataFrame({**{name: columns[name] for name in by}, "n": n})

    def _dimension(self, name: str) -> Dimension:
        """A column by its numbers; made when it is first asked for."""
        if name not in self._dimensions:
            column = (self["due_on"] + 3) % 7 if name == "weekday" else self[name]
            self._dimensions[name] = Dimension.of(column)
        return self._dimensions[name]


def seconds(at: datetime) -> int:
    """Whole seconds from `EPOCH_S` to an instant."""
    return int(at.timestamp()) - EPOCH_S


def open_requests(read: Reader, where: Selection, by: Sequence[str] = ()) -> OpenRequests:
    """The open requests with the dimensions that a question filters or groups by; kept until the data change."""
    return _kept(read, _name(where, by))


def read_ahead(read: Reader) -> None:
    """Read them before anybody asks."""
    _kept(read, _PLAIN)


def _kept(read: Reader, name: str) -> OpenRequests:
    state = data_state(read)
    with _READING:  # those who come together wait for one reading
        held = read.kept.get(name)
        if held is None or held[0] != state:
            held = read.kept[name] = (state, _read(read, with_line=name == _BY_LINE))
    found: OpenRequests = held[1]
    return found


def is_read(read: Reader, where: Selection, by: Sequence[str] = ()) -> bool:
    """Whether they are there already, so that asking for them costs nothing."""
    held = read.kept.get(_name(where, by))
    return held is not None and held[0] == data_state(read)


def _name(where: Selection, by: Sequence[str]) -> str:
    return _BY_LINE if _LINE in {*where.dimensions, *by} else _PLAIN


def _read(read: Reader, *, with_line: bool) -> OpenRequests:
    created = FAMILIES["created"].branches[0]
    with read.connect() as connection, patient(connection, READ_S):
        terms, source = _terms(connection)
        has_terms = terms.c.request_id.is_not(None)
        columns = {
            **{name: created.dimension(name) for name in DIMS if with_line or name != _LINE},
            "created_s": _since_epoch(request.c.created_at),
            **{f"{name}_s": _since_epoch(terms.c[f"{name}_at"]) for name in ("due", "late3", "paused", "counted")},
            "created_on": day_number(request.c.created_on),
            "due_on": _or(day_number(terms.c.due_on), NO_DAY_NUMBER),
            "has_terms": flag(has_terms),
            "is_undecided": flag(and_(has_terms, terms.c.verdict.is_(None))),
            "is_paused": flag(and_(has_terms, terms.c.is_paused)),
            "policy_id": _or(terms.c.sla_policy_id, 0),
            "working_min": _or(terms.c.working_min, NEVER),
        }
        told: list[ColumnElement[Any]] = [column.label(name) for name, column in columns.items()]
        is_open = (request.c.city_id == read.city_id, IS_OPEN)
        found = read_numbers(connection, select(*told).select_from(source).where(*is_open))
    order = np.argsort(found["created_s"], kind="stable")
    return OpenRequests({name: column[order].astype(np.int32) for name, column in found.items()})


def _terms(connection: Connection) -> tuple[FromClause, FromClause]:
    """The clock's results, and the requests joined with them."""
    is_its = sla_result.c.request_id == request.c.request_id
    if connection.dialect.name != "postgresql":
        return sla_result, request.outerjoin(sla_result, is_its)
    # One look-up per open request: PostgreSQL would read the terms of all requests there are. OFFSET holds it to that.
    terms = select(sla_result).where(is_its).offset(0).lateral("terms")
    return terms, request.outerjoin(terms, true())


def _or(column: ColumnElement[Any], missing: int) -> ColumnElement[int]:
    return func.coalesce(column, literal_column(str(missing), Integer))


def _since_epoch(at: ColumnElement[Any]) -> ColumnElement[int]:
    since = cast(epoch_s(at) - literal_column(str(EPOCH_S), Integer), Integer)
    is_never = or_(at.is_(None), at >= literal(LATEST, at.type))
    first = literal_column(str(seconds(EARLIEST)), Integer)
    return case((is_never, literal_column(str(NEVER), Integer)), (at < literal(EARLIEST, at.type), first), else_=since)
