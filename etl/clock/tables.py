"""Requests and their events from the tables as arrays, and the clock's answers back as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true

from etl import bulk
from etl.clock.events import NOTHING, Events, Ids, Requests, order_events, received_s
from etl.clock.policies import NO_POLICY, PolicyBook
from etl.clock.results import Results
from etl.clock.verdict import Verdict, verdicts_of
from etl.clock.zones import Seconds
from etl.schema import EVENT_KINDS, request, request_event
from etl.sketch import buckets_of

CHUNK_REQUESTS = 200_000
_LOWEST = int(np.iinfo(np.int64).min)
_REQUEST = (
    request.c.request_id,
    request.c.topic_id,
    request.c.request_class_id,
    request.c.executor_id,
    request.c.created_at,
)
_EVENT = (
    request_event.c.request_id, request_event.c.event_no, request_event.c.at, request_event.c.kind,
    request_event.c.reason, request_event.c.executor_id, request_event.c.request_class_id,
    request_event.c.extended_to_at, request_event.c.extended_min,
)  # fmt: skip

FEW = 100
"""So many ids are written into the statement."""


@dataclass(frozen=True, slots=True)
class History:
    """Requests with their events, and the two frames they came from (events in the order of `Events.given`)."""

    requests: Requests
    events: Events
    request_rows: pd.DataFrame
    event_rows: pd.DataFrame

    def reasons(self, row: int) -> Mapping[int, str]:
        """Reason codes of one request by number of the event, in replay order."""
        first, last = self.events.first[row : row + 2].tolist()
        given = self.event_rows["reason"]
        places = self.events.given[first:last].tolist()
        said = ((number, given.iloc[place]) for number, place in enumerate(places) if place >= 0)
        return {number: str(reason) for number, reason in said if isinstance(reason, str)}


def history_of(connection: Connection, city_id: int, ids: Ids) -> History:
    """The requests of a city among `ids`, in order of id, with their events."""
    if len(ids) <= FEW:  # without a table of their own, so that a reader who may write nothing can ask
        return history_where(connection, city_id, request.c.request_id.in_(ids.tolist()))
    with bulk.temporary_ids(connection, request.c.request_id, ids) as stage:
        wanted = select(stage.c.request_id)
        return _history(connection, city_id, request.c.request_id.in_(wanted), request_event.c.request_id.in_(wanted))


def history_where(connection: Connection, city_id: int, which: ColumnElement[bool]) -> History:
    """The requests of a city for which a condition on `request` holds, in order of id, with their events."""
    return _history(connection, city_id, which, which)


def histories(
    connection: Connection, city_id: int, *, chunk: int = CHUNK_REQUESTS, share: float = 1.0
) -> Iterator[History]:
    """Every request of a city with its events, about `chunk` requests at a time: ids are hashes, spread evenly.

    `share`: a part of them, those of the lowest ids, which for the same reason are a fair sample.
    """
    count = connection.scalar(select(func.count()).select_from(request).where(request.c.city_id == city_id)) or 0
    parts, width = max(1, -(-int(count * share) // chunk)), int(2**64 * min(share, 1.0))
    bounds = [_LOWEST + width * part // parts for part in range(1, parts)]
    for low, high in pairwise([None, *bounds, None if share >= 1 else _LOWEST + width]):
        yield _history(
            connection,
            city_id,
            _between(request.c.request_id, low, high),
            _between(request_event.c.request_id, low, high),
        )


def _between(column: ColumnElement[Any], low: int | None, high: int | None) -> ColumnElement[bool]:
    """From `low` on, below `high`; None is no bound."""
    bounds = [column >= low] if low is not None else []
    return and_(true(), *bounds, *([column < high] if high is not None else []))


def _history(
    connection: Connection, city_id: int, which_requests: ColumnElement[bool], which_events: ColumnElement[bool]
) -> History:
    of_city = (request.c.city_id == city_id) & which_requests
    rows = bulk.read_frame(connection, select(*_REQUEST).where(of_city))
    statement: Select[Any] = select(*_EVENT).where(which_events)
    if which_requests is which_events:  # a condition on `request`: the events need its columns
        statement = statement.join(request, request.c.request_id == request_event.c.request_id).where(of_city)
    events = bulk.read_frame(connection, statement)
    return history_of_rows(rows, events)


def history_of_rows(rows: pd.DataFrame, events: pd.DataFrame) -> History:
    """The history of rows of `request` and `request_event`, in any order; events of other requests are left out.

    Columns of theirs that are not there count as empty.
    """
    rows, events = (_with_all(frame, columns) for frame, columns in ((rows, _REQUEST), (events, _EVENT)))
    of_theirs = events["request_id"].isin(rows["request_id"])  # those of another city are not
    return _arrays(_sorted(rows, "request_id"), _sorted(events[of_theirs], "request_id", "event_no"))


def _with_all(frame: pd.DataFrame, columns: tuple[Any, ...]) -> pd.DataFrame:
    return frame.reindex(columns=[column.name for column in columns])


def _sorted(frame: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """By whole numbers, here rather than in the database: NumPy sorts them several times as fast."""
    order = np.lexsort([frame[key].to_numpy(np.int64) for key in reversed(keys)])
    return frame.take(order).reset_index(drop=True)


def _arrays(rows: pd.DataFrame, events: pd.DataFrame) -> History:
    ids = rows["request_id"].to_numpy(np.int64)
    owner = np.searchsorted(ids, events["request_id"].to_numpy(np.int64))
    at_s, codes = seconds(events["at"]), pd.Index(EVENT_KINDS).get_indexer(pd.Index(events["kind"])).astype(np.int8)
    extended = whole(events["extended_min"], NOTHING)
    requests = Requests(
        ids=ids,
        topic_ids=whole(rows["topic_id"], 0),
        class_ids=whole(rows["request_class_id"], 0),
        created_s=received_s(len(ids), owner, at_s, codes, seconds(rows["created_at"])),
    )
    ordered = order_events(
        requests,
        request=owner,
        at_s=at_s,
        kind=codes,
        executor_ids=whole(events["executor_id"], 0),
        class_ids=whole(events["request_class_id"], 0),
        extended_s=np.where(extended == NOTHING, NOTHING, extended * 60),
        extended_to_s=seconds(events["extended_to_at"]),
    )
    return History(requests, ordered, rows, events)


def seconds(instants: pd.Series[Any]) -> Seconds:
    """UTC seconds of tz-aware instants; `NOTHING` for missing ones."""
    naive = pd.to_datetime(instants, utc=True).dt.tz_localize(None)
    return naive.to_numpy("datetime64[s]").astype(np.int64)


def whole(numbers: pd.Series[Any], missing: int) -> npt.NDArray[np.int64]:
    """Whole numbers with `missing` for those that are not there."""
    return np.asarray(numbers.astype("Int64").fillna(missing), dtype=np.int64)


def result_rows(results: Results, book: PolicyBook, city_id: int) -> pd.DataFrame:
    """The rows of `sla_result`: nothing in them depends on the present moment."""
    verdict = verdicts_of(results, _LOWEST + 1).astype(object)
    is_final = np.isin(verdict, [Verdict.ON_TIME, Verdict.LATE, Verdict.LATE_3X, Verdict.CANCELLED])
    has_policy = results.policy != NO_POLICY
    waits = results.waits
    zone = results.clocks.zone
    minutes = {
        name: _minutes(getattr(results, f"{name}_s")) for name in ("target", "working", "calendar", "paused", "late")
    }
    frame = {
        "request_id": results.ids,
        "city_id": np.full(len(results), city_id),
        "sla_policy_id": _optional(np.append(book.policy_ids, 0)[results.policy], has_policy),
        "started_at": _instants(results.started_s),
        "due_at": _instants(results.due_s),
        "due_on": _days(np.where(waits, NOTHING, results.due_s), zone.days(results.due_s)),
        "late3_at": _instants(results.late3_s),
        "resolved_at": _instants(results.resolved_s),
        "resolved_on": _days(results.resolved_s, zone.days(results.resolved_s)),
        "target_min": minutes["target"],
        "working_min": minutes["working"],
        "calendar_min": minutes["calendar"],
        "counted_at": _instants(np.where(results.resolved_s != NOTHING, results.resolved_s, results.last_s)),
        "paused_min": minutes["paused"],
        "late_min": minutes["late"],
        "verdict": pd.Series(verdict, dtype="string").where(pd.Series(is_final)),
        "is_paused": results.paused_since_s != NOTHING,
        "paused_at": _instants(results.paused_since_s),
        "duration_bucket": buckets_of(results.calendar_s / 60),
        "events": np.minimum(results.events, np.iinfo(np.int16).max),
        "executor_changes": np.minimum(results.executor_changes, np.iinfo(np.int16).max),
        "returns": np.minimum(results.returns, np.iinfo(np.int16).max),
        "reopens": np.minimum(results.reopens, np.iinfo(np.int16).max),
    }
    return pd.DataFrame(frame)


def executor_rows(results: Results, city_id: int) -> pd.DataFrame:
    """The rows of `sla_executor_time`."""
    times = results.executor_times
    return pd.DataFrame(
        {
            "request_id": results.ids[times.request],
            "executor_id": times.executor_ids,
            "city_id": np.full(len(times.request), city_id),
            "working_min": times.working_s // 60,
            "calendar_min": times.calendar_s // 60,
        }
    )


def _instants(at_s: Seconds) -> pd.Series[Any]:
    return pd.Series(at_s.astype("datetime64[s]").astype("datetime64[us]")).dt.tz_localize("UTC")


def _days(at_s: Seconds, days: Seconds) -> pd.Series[Any]:
    safe = np.where(at_s == NOTHING, NOTHING, days).astype("datetime64[D]")
    return pd.Series(safe.astype("datetime64[s]").astype("datetime64[us]"))


def _minutes(values: Seconds) -> pd.Series[Any]:
    return _optional(np.where(values == NOTHING, 0, values) // 60, values != NOTHING)


def _optional(values: npt.NDArray[np.int64], is_there: npt.NDArray[np.bool_]) -> pd.Series[Any]:
    return pd.Series(pd.array(values, dtype="Int64")).where(pd.Series(is_there))
