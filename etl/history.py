"""The life of requests as far as exports tell it: what a first load knows, and what each later one shows as changed.

Sources that carry their own events (a CRM, the simulator) hand them over as rows of `request_event`; nothing here is
asked then. An event is appended and never rewritten; `known_at` says since when the tables hold it.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

BEFORE = ("status", "executor_id", "request_class_id", "closed_at")
"""Columns of a request whose change makes an event."""

EVENT_COLUMNS = ("request_id", "at", "kind", "reason", "executor_id", "request_class_id", "known_at")
_ORDER = {"created": 0, "reopened": 1, "assigned": 2, "closed": 3, "cancelled": 4}
_TIME_UNKNOWN = "time_unknown"


def first_events(rows: pd.DataFrame, *, known_at: datetime | None, now: datetime) -> pd.DataFrame:
    """Events of requests seen for the first time: created, assigned, closed or cancelled, as far as known.

    `known_at` is None for the first load of a source: then an event counts as known since it happened, because the
    source knew it. Returns `EVENT_COLUMNS` and `event_no` from 0.
    """
    rows = _complete(rows)
    created = _events(rows, "created", rows["created_at"]).assign(request_class_id=rows["request_class_id"])
    known = rows[rows["executor_id"].notna()]
    assigned = _events(known, "assigned", known["created_at"]).assign(executor_id=known["executor_id"])
    ended = _endings(rows[rows["status"] != "open"], now=now)
    events = _numbered(pd.concat([created, assigned, ended], ignore_index=True), first=None)
    return events.assign(known_at=events["at"] if known_at is None else pd.Timestamp(known_at))


def next_events(
    rows: pd.DataFrame, before: pd.DataFrame, next_no: pd.Series, *, now: datetime, names: frozenset[str]
) -> pd.DataFrame:
    """Events that tell the rows as they are from how they were.

    `rows` and `before` are aligned by position; `next_no` is the first free event number by `request_id`; `names` are
    the columns that the source gives (a column it does not give has not changed). Returns as `first_events` does.
    """
    rows, before = _complete(rows).reset_index(drop=True), before.reset_index(drop=True)
    at = _change_time(rows, now)
    new_executor = _changed(rows, before, "executor_id", names) & rows["executor_id"].notna()
    new_class = _changed(rows, before, "request_class_id", names) & rows["request_class_id"].notna()
    moved = rows.assign(request_class_id=rows["request_class_id"].where(new_class))[new_executor | new_class]
    # Columns are taken from the chosen rows alone: pandas would let an empty frame grow to a longer column.
    assigned = _events(moved, "assigned", at).assign(
        executor_id=moved["executor_id"], request_class_id=moved["request_class_id"]
    )
    was_open, is_open = before["status"] == "open", rows["status"] == "open"
    reopened = _events(rows[is_open & ~was_open & ("status" in names)], "reopened", at)
    new_time = _changed(rows, before, "closed_at", names) & rows["closed_at"].notna()
    other_end = ~is_open & (was_open | (rows["status"] != before["status"]) | new_time)
    ended = _endings(rows[other_end], now=now)
    events = pd.concat([assigned, reopened, ended], ignore_index=True)
    return _numbered(events, first=next_no).assign(known_at=pd.Timestamp(now))


def _complete(rows: pd.DataFrame) -> pd.DataFrame:
    missing = {name: None for name in (*BEFORE, "source_updated_at") if name not in rows.columns}
    return rows.assign(**missing)


def _events(rows: pd.DataFrame, kind: str, at: pd.Series) -> pd.DataFrame:
    made = pd.DataFrame({"request_id": rows["request_id"], "at": at.reindex(rows.index), "kind": kind})
    return made.assign(reason=None, executor_id=None, request_class_id=None)


def _change_time(rows: pd.DataFrame, now: datetime) -> pd.Series:
    """When a change happened: as the source says, else now, the first moment we can vouch for."""
    return _instants(rows["source_updated_at"]).fillna(pd.Timestamp(now))


def _endings(rows: pd.DataFrame, *, now: datetime) -> pd.DataFrame:
    """Closed and cancelled events; where the source gives no closing time it is unknown, and the reason says so."""
    closed_at = _instants(rows["closed_at"])
    at = closed_at.fillna(_change_time(rows, now))
    kind = np.where(rows["status"] == "cancelled", "cancelled", "closed")
    reason = closed_at.isna().map({True: _TIME_UNKNOWN, False: None})
    return _events(rows, "closed", at).assign(kind=kind, reason=reason)


def _instants(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values, utc=True).dt.as_unit("us")


def _changed(rows: pd.DataFrame, before: pd.DataFrame, name: str, names: frozenset[str]) -> pd.Series:
    if name not in names:
        return pd.Series(np.zeros(len(rows), dtype=bool), index=rows.index)
    after, earlier = rows[name], before[name]
    both_missing = after.isna() & earlier.isna()
    is_same = (after == earlier).astype("boolean").fillna(value=False).astype(bool)
    return ~(both_missing | is_same)


def _numbered(events: pd.DataFrame, *, first: pd.Series | None) -> pd.DataFrame:
    """In order of time within each request, numbered on from `first` (by request), else from 0."""
    order = events["kind"].map(_ORDER)
    events = events.assign(_order=order, at=_instants(events["at"])).sort_values(["request_id", "at", "_order"])
    if first is None:  # a request starts by being created, whatever its source says of the times
        is_created = events["kind"] == "created"
        events = pd.concat([events[is_created], events[~is_created]]).sort_values("request_id", kind="stable")
    number = events.groupby("request_id", sort=False).cumcount()
    if first is not None:
        number += events["request_id"].map(first).fillna(0).astype("int64")
    return events.drop(columns="_order").assign(event_no=number).reset_index(drop=True)
