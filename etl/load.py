"""One load into the tables, chunk by chunk inside one transaction: rows, their history, rejects, unmapped, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, exists, select

from etl import bulk, history
from etl.behind import Behind
from etl.compare import Comparison, all_new, compare, next_event_numbers
from etl.errors import LoadError
from etl.fresh import ClockRows, FreshClock
from etl.late_indexes import LateIndexes
from etl.prepared import Prepared
from etl.rejects import settle_earlier
from etl.rollup.differences import Differences
from etl.rollup.hand import Hand
from etl.schema import (
    followup,
    load_reject,
    metadata,
    request,
    request_event,
    sla_executor_time,
    sla_result,
    unmapped_value,
)
from etl.seen import Ids, SeenIds
from etl.touched import DAY_COLUMNS, Touched
from etl.withdrawn import TABLES, Listing, counted, withdraw

NEWEST = (
    "source_updated_at", "closed_at", "created_at", "arrived_at", "tried_at", "issued_at", "last_modified", "day_on",
)  # fmt: skip
"""Columns that tell how fresh a source is."""

_REPEATED = {
    "field": "source_key",
    "reason": "duplicate_key",
    "cure": "the key came before in this file: give each row a key of its own, or keep one row of each",
}


@dataclass(slots=True)
class Loader:
    """A running load. `is_first`: nothing of the source was ever loaded, so its rows need no comparison.

    `listing` is given for a directory: what it lists is noted, and what it no longer lists is withdrawn at the end.
    `clock` runs the terms of new requests while their rows are written, `behind` writes them.
    """

    behind: Behind
    city_id: int
    load_id: int
    source: str
    file: str
    now: datetime
    is_first: bool
    is_simulated: bool
    clock: FreshClock
    read: int = 0
    rejected: int = 0
    counts: bulk.Counts = field(default_factory=bulk.Counts)
    touched: Touched = field(default_factory=Touched)
    repairs: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    hand: Hand = field(default_factory=Hand)
    kept_events: int = 0
    newest_at: datetime | None = None
    listing: Listing | None = None
    withdrawn: int = 0
    warnings: list[str] = field(default_factory=list)
    _counted: set[str] = field(default_factory=set)
    _seen: dict[str, SeenIds] = field(default_factory=dict)
    _new_requests: pd.DataFrame | None = None
    _has_calls: bool | None = None
    differences: Differences = field(init=False)
    _indexes: LateIndexes = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is written yet."""
        self._indexes = LateIndexes(self.city_id)
        self.differences = Differences(self.connection, self.city_id)

    @property
    def connection(self) -> Connection:
        """The load's connection, once all that was appended is written."""
        return self.behind.connection

    def add(self, chunk: Prepared) -> None:
        """Write one chunk; raises `LoadError` where its rows do not add up or do not fit the tables."""
        _check_equation(chunk, self.file)
        for name, frame in chunk.reference.items():
            self._add_reference(_table(name), frame)
        self._counted.add(chunk.main)
        self._new_requests = None
        for name, frame in chunk.frames.items():
            self._add_table(_table(name), frame, chunk)
            self._note_listed(name, frame["id"] if name in TABLES else ())
        self._leave_to_the_end()
        for name, ids in chunk.refused_ids.items():
            self._note_listed(name, ids)
        self._reject(chunk.rejects)
        self.read += chunk.rows_read
        self.repairs.update({name: int(count) for name, count in chunk.repairs.items()})
        for field_, value, rows in chunk.unmapped[["field", "value", "rows"]].itertuples(index=False):
            self.unmapped[(str(field_), str(value))] += int(rows)

    def finish(self) -> None:
        """Write what is known only when all chunks are in."""
        self._indexes.restore(self.connection)
        rows = [
            {"city_id": self.city_id, "source": self.source, "field": field_, "value": value, "rows": rows,
             "load_id": self.load_id}
            for (field_, value), rows in self.unmapped.items()
        ]  # fmt: skip
        bulk.upsert_frame(self.connection, unmapped_value, pd.DataFrame(rows))
        settle_earlier(self.connection, self.city_id, source=self.source, file=self.file, load_id=self.load_id)
        if self.listing is not None:
            gone = withdraw(
                self.connection, self.listing, city_id=self.city_id, source=self.source, load_id=self.load_id,
                now=self.now,
            )  # fmt: skip
            self.withdrawn = counted(gone, self._counted)
            self.warnings += gone.warnings

    def _add_reference(self, table: Table, frame: pd.DataFrame) -> None:
        """Reference rows first seen here; what the profile says of a known one stands."""
        rows = self._stamped(table, frame).drop_duplicates([column.name for column in table.primary_key])
        bulk.upsert_frame(self.connection, table, rows, keep=list(rows.columns))

    def _add_table(self, table: Table, frame: pd.DataFrame, chunk: Prepared) -> None:
        is_main = table.name == chunk.main
        rows, repeats = self._without_repeats(table, self._stamped(table, frame))
        if is_main and len(repeats):
            self._reject(_rejects_of(repeats))
        if rows.empty:
            return
        self._note_newest(rows)
        found = self._compared(table, rows)
        if is_main:
            self.counts += bulk.Counts(len(found.new), len(found.changed), found.unchanged)
        if table is request_event:
            self._append_events(found)
        elif table is request and request_event.name not in chunk.frames:
            self._add_with_history(found)
        else:
            self._write(table, found)
            self._new_requests = found.new if table is request else self._new_requests

    def _append(self, table: Table, rows: pd.DataFrame) -> None:
        if len(rows):
            self.behind.do(self._indexes.set_aside, table)
            self.behind.do(bulk.append_frame, table, rows)

    def _write(self, table: Table, found: Comparison) -> None:
        self._note_differences(table, found)
        self._append(table, self._known(table, found.new))
        if table is not request:  # requests are counted with the answers of their clock
            self.hand.add(table, (table, found.new))
        if len(found.changed):
            bulk.upsert_frame(self.connection, table, found.changed)
        self._note(table, found)

    def _note_listed(self, table: str, ids: Iterable[str]) -> None:
        if self.listing is not None and table in TABLES:
            self.listing.add(table, ids)

    def _stamped(self, table: Table, frame: pd.DataFrame) -> pd.DataFrame:
        stamps: dict[str, Any] = {"city_id": self.city_id, "is_simulated": self.is_simulated}
        added = {name: value for name, value in stamps.items() if name in table.c and name not in frame.columns}
        if "load_id" in table.c:
            added["load_id"] = self.load_id
        if table.name in TABLES and "withdrawn_at" not in frame.columns:
            added["withdrawn_at"] = None
        if table is request_event and "known_at" not in frame.columns:
            added["known_at"] = frame["at"] if self.is_first else pd.Timestamp(self.now)
        return frame.assign(**added)

    def _known(self, table: Table, new: pd.DataFrame) -> pd.DataFrame:
        """New rows with the moment since when they are known; those of a source's first load, since they happened."""
        if "known_at" not in table.c or "known_at" in new.columns or self.is_first:
            return new
        return new.assign(known_at=pd.Timestamp(self.now))

    def _without_repeats(self, table: Table, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The rows whose key this load has not met yet, and the others."""
        ids = _key_ids(table, frame)
        seen = self._seen.setdefault(table.name, SeenIds())
        is_repeat = seen.known(ids) | pd.Series(ids).duplicated().to_numpy()
        if not is_repeat.any():
            seen.add(ids)
            return frame, frame.iloc[:0]
        seen.add(ids[~is_repeat])
        return frame[~is_repeat], frame[is_repeat]

    def _compared(self, table: Table, rows: pd.DataFrame) -> Comparison:
        if self.is_first and ("source_key" in table.c or table is request_event):
            return all_new(rows)
        wanted = [column for _, column in DAY_COLUMNS.get(table.name, ())]
        return compare(self.connection, table, rows, [*wanted, *(history.BEFORE if table is request else ())])

    def _note(self, table: Table, found: Comparison) -> None:
        for rows in (found.new, found.changed, found.before):
            self.touched.add_rows(table.name, rows)
        if table is request:
            self.touched.add_requests(found.changed["request_id"] if len(found.changed) else ())
        if table is followup:
            for rows in (found.new, found.changed):
                self.touched.add_related(rows["request_id"])

    def _note_differences(self, table: Table, found: Comparison) -> None:
        """What requests count so far, before something of them changes."""
        if table is request:
            self.differences.add_new(found.new["request_id"])
            self.differences.add_changing(self.behind, found.changed["request_id"] if len(found.changed) else ())
        if table is followup:
            for rows in (found.new, found.changed):
                self.differences.add_changing(self.behind, rows["request_id"])

    def _note_newest(self, rows: pd.DataFrame) -> None:
        for name in NEWEST:
            if name not in rows.columns or rows.empty:
                continue
            instants = pd.to_datetime(rows[name], utc=True)
            newest = instants[instants <= self.now].max()
            if not pd.isna(newest):
                self.newest_at = max(self.newest_at or datetime.min.replace(tzinfo=UTC), newest.to_pydatetime())

    def _append_events(self, found: Comparison) -> None:
        """Events that the source itself gives; those held already are never rewritten."""
        self.kept_events += len(found.changed)
        new = found.new
        fresh = self._new_requests if self._new_requests is not None else pd.DataFrame({"request_id": []})
        is_fresh = new["request_id"].isin(fresh["request_id"])
        running = self._start_clock(fresh, new[is_fresh])
        others = pd.unique(new.loc[~is_fresh, "request_id"])
        self.differences.add_changing(self.behind, others)
        self._append(request_event, new)
        self.touched.add_requests(others)
        self._write_clock(running)
        self._new_requests = None

    def _add_with_history(self, found: Comparison) -> None:
        """Requests whose source tells their state only: what it says becomes events."""
        known_at = None if self.is_first else self.now
        first = history.first_events(found.new, known_at=known_at, now=self.now)
        running = self._start_clock(found.new, first)
        self._write(request, found)
        parts = [first]
        if len(found.changed):
            numbers = next_event_numbers(self.connection, found.changed["request_id"])
            names = frozenset(found.changed.columns)
            parts.append(history.next_events(found.changed, found.before, numbers, now=self.now, names=names))
        for events in parts:
            self._append(request_event, events.assign(load_id=self.load_id))
        self._write_clock(running)

    def _leave_to_the_end(self) -> None:
        """New requests of a source that gives events, but none came with them."""
        if self._new_requests is not None:
            self.touched.add_requests(self._new_requests["request_id"])

    def _start_clock(self, requests: pd.DataFrame, events: pd.DataFrame) -> Future[ClockRows] | None:
        """Begin the clock of new requests, whose every event is in hand; those the tables know events of go the long
        way: they are read back at the end.
        """
        if len(requests) and not self.is_first:
            known = requests["request_id"].isin(next_event_numbers(self.connection, requests["request_id"]).index)
            self.touched.add_requests(requests.loc[known, "request_id"])
            requests = requests[~known]
        return self.clock.start(requests, events) if len(requests) else None

    def _write_clock(self, running: Future[ClockRows] | None) -> None:
        if running is None:
            return
        made = running.result()
        self.hand.add(request, (request, made.requests), (sla_result, made.results))
        for table, rows in ((sla_result, made.results), (sla_executor_time, made.executor_times)):
            if self.is_first:
                self._append(table, rows)
            else:
                bulk.upsert_frame(self.connection, table, rows)
        self.touched.add_days("due_days", made.results["due_on"])
        self.touched.add_days("resolved_days", made.results["resolved_on"])
        if self._calls_are_known():
            self.touched.add_related(made.results["request_id"])

    def _calls_are_known(self) -> bool:
        """Whether calls back may have been loaded before the requests they ask about."""
        if self._has_calls is None:
            some = exists().where(followup.c.city_id == self.city_id, followup.c.load_id != self.load_id)
            self._has_calls = bool(self.connection.scalar(select(some)))
        return self._has_calls

    def _reject(self, rejects: pd.DataFrame) -> None:
        if rejects.empty:
            return
        self.rejected += len(rejects)
        rows = rejects.assign(load_id=self.load_id, city_id=self.city_id, source=self.source, file=self.file)
        values = rows["value"].map(lambda value: None if value is None or value != value else str(value))
        bulk.append_frame(self.connection, load_reject, rows.assign(value=values, status="open"))


def _table(name: str) -> Table:
    if name not in metadata.tables:
        raise LoadError(f"there is no table {name}: correct the source or its map")
    return metadata.tables[name]


def _check_equation(chunk: Prepared, file: str) -> None:
    if chunk.main not in chunk.frames:
        raise LoadError(f"{file}: the source gave no rows for its main table {chunk.main}")
    kept, refused = len(chunk.frames[chunk.main]), len(chunk.rejects)
    if chunk.rows_read != kept + refused:
        raise LoadError(f"{file}: {chunk.rows_read} rows read, but {kept} kept and {refused} rejected")


def _key_ids(table: Table, frame: pd.DataFrame) -> Ids:
    """One int64 per key: the id itself, or a hash of a key of text or several columns."""
    keys = [column.name for column in table.primary_key]
    missing = [key for key in keys if key not in frame.columns]
    if missing:
        raise LoadError(f"rows for table {table.name} lack their key {', '.join(missing)}")
    if len(keys) == 1 and pd.api.types.is_integer_dtype(frame[keys[0]].dtype):
        return frame[keys[0]].to_numpy(dtype=np.int64)
    return pd.util.hash_pandas_object(frame[keys], index=False).to_numpy().view(np.int64)


def _rejects_of(rows: pd.DataFrame) -> pd.DataFrame:
    key = rows["source_key"] if "source_key" in rows.columns else rows.iloc[:, 0]
    return pd.DataFrame({"row_no": None, **_REPEATED, "value": key.to_numpy(), "raw": None})
