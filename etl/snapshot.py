"""The backlog at the city's closing hour of each day, kept for good; missed days are filled in from the events.

A request is open from an event that opens it to the next that closes it. An event counts from when it was known
(`known_at`, never before `at`), so that a day filled in later says what a snapshot taken that evening would have said;
the share of the term used, too, is that of the term as it stood then (`etl.terms_then`), and stands still in a pause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, true

from etl import bulk
from etl.clock.events import NOTHING
from etl.clock.policies import PolicyBook, book_of
from etl.clock.tables import seconds, whole
from etl.ids import city_id_of
from etl.locks import hold_derived
from etl.schema import backlog_snapshot, request, request_event, sla_result
from etl.terms_then import TERM, terms_then
from geodata.profile import CityProfile

AGE_DAYS: Final = (1, 3, 7, 30, 90)
"""Lower limits, in days open, of the age bands 1 to 5."""
NO_TERM: Final = 9
OPENING: Final = ("created", "reopened", "returned")
CLOSING: Final = ("closed", "cancelled")
_KEYS: Final = ["day_on", "executor_id", "topic_id", "request_class_id", "territory_id", "age_band", "term_band"]
_CHUNK_ROWS = 2_000_000
_SLICE_REQUESTS = 300_000

Instants = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was written: days, of those back-filled, and rows."""

    days: int
    backfilled: int
    rows: int


def take(
    connection: Connection,
    profile: CityProfile,
    *,
    now: datetime,
    from_on: date | None = None,
    to_on: date | None = None,
) -> Taken:
    """Write the snapshot of every closing hour up to `now` that has none yet; from `from_on` on, even those that have.

    The last closing hour counts as taken on the day; what lies further back is marked as back-filled. A second run
    changes nothing.
    """
    city_id = city_id_of(profile.slug)
    hold_derived(connection, city_id)
    last = last_closed_day(profile, now)
    first = connection.scalar(
        select(func.min(request.c.created_on, type_=request.c.created_on.type)).where(request.c.city_id == city_id)
    )
    if first is None or first > last:
        return Taken(0, 0, 0)
    days = _wanted(connection, city_id, first, min(to_on or last, last), from_on)
    if not days:
        return Taken(0, 0, 0)
    frame = _with_empty_days(standing(connection, profile, days), days)
    frame["is_backfilled"] = frame["day_on"] != last
    counted = bulk.replace_rows(
        connection,
        backlog_snapshot,
        frame.assign(city_id=city_id, day_on=pd.to_datetime(frame["day_on"])),
        (backlog_snapshot.c.city_id == city_id) & backlog_snapshot.c.day_on.between(days[0], days[-1])
        & backlog_snapshot.c.day_on.in_(days),
    )  # fmt: skip
    return Taken(len(days), sum(day != last for day in days), counted)


def _with_empty_days(frame: pd.DataFrame, days: Sequence[date]) -> pd.DataFrame:
    """A day on which nothing stood open has one row that says so: it is known, not missed."""
    empty = sorted(set(days) - set(frame["day_on"]))
    zeros = pd.DataFrame([dict.fromkeys([*_KEYS[1:], "n_open"], 0) | {"day_on": day} for day in empty])
    return pd.concat([frame, zeros], ignore_index=True) if empty else frame


def closing_at(profile: CityProfile, day_on: date) -> datetime:
    """The city's closing hour of a day; midnight means the one that ends the day."""
    at = datetime.combine(day_on, profile.closing_time, tzinfo=profile.zone)
    if profile.closing_time == time(0):
        at = datetime.combine(day_on + timedelta(days=1), time(0), tzinfo=profile.zone)
    return at.astimezone(UTC)


def last_closed_day(profile: CityProfile, now: datetime) -> date:
    """The last day whose closing hour is past."""
    today = now.astimezone(profile.zone).date()
    return today if closing_at(profile, today) <= now else today - timedelta(days=1)


def _wanted(connection: Connection, city_id: int, first: date, last: date, from_on: date | None) -> list[date]:
    found = select(backlog_snapshot.c.day_on).where(backlog_snapshot.c.city_id == city_id).distinct()
    held = set(connection.scalars(found))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if (day not in held and (from_on is None or day >= from_on)) or
            (from_on is not None and day >= from_on)]  # fmt: skip


def standing(connection: Connection, profile: CityProfile, days: Sequence[date]) -> pd.DataFrame:
    """Columns of `backlog_snapshot` but `city_id` and `is_backfilled`: what stood open when each of `days` closed."""
    closings = np.array([int(closing_at(profile, day).timestamp()) for day in days], dtype=np.int64)
    since = closing_at(profile, min(days)) if days else None
    stays = _stays(connection, book_of(profile), city_id_of(profile.slug), since)
    parts = [_stand(held, closings, days) for held in stays]
    whole = pd.concat([_nothing(), *parts], ignore_index=True)
    counted: pd.DataFrame = whole.groupby(_KEYS, as_index=False, sort=True)[["n_open"]].sum()
    return counted.assign(n_open=counted["n_open"].astype("int64"))


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({**{name: pd.Series(dtype="int64") for name in (*_KEYS[1:], "n_open")},
                         "day_on": pd.Series(dtype=object)})  # fmt: skip


def transitions(connection: Connection, city_id: int) -> pd.DataFrame:
    """Columns `at_s`, `is_opening`: each time a request came to be open or ceased to be, as it was known."""
    parts = [
        _turns(_events(connection, wanted))[["at_s", "is_opening"]] for wanted in _slices(connection, city_id, None)
    ]
    return pd.concat(parts, ignore_index=True)


def _slices(connection: Connection, city_id: int, since: datetime | None) -> list[ColumnElement[bool]]:
    """Conditions on `request` that part the city's requests into slices that fit in memory.

    `since`: only requests that may have been open at that moment or later, as known then.
    """
    chosen = request.c.city_id == city_id
    if since is not None:
        known_later = select(request_event.c.request_id).where(request_event.c.known_at >= since)
        is_recent = or_(request.c.status == "open", request.c.closed_at >= since, request.c.request_id.in_(known_later))
        chosen = and_(chosen, is_recent)
    count = connection.scalar(select(func.count()).select_from(request).where(chosen)) or 0
    slices = max(1, -(-count // _SLICE_REQUESTS))
    # Ids are hashes, spread evenly over 64 bits.
    edges = [-(1 << 63) + (1 << 64) * number // slices for number in range(1, slices)]
    lows = [true(), *(request.c.request_id >= edge for edge in edges)]
    highs = [*(request.c.request_id < edge for edge in edges), true()]
    return [and_(chosen, low, high) for low, high in zip(lows, highs, strict=True)]


def _events(connection: Connection, wanted: ColumnElement[bool]) -> pd.DataFrame:
    """Events in the order of being known, with the second from which each counts."""
    names = ("request_id", "event_no", "kind", "executor_id", "request_class_id", "extended_min", "extended_to_at")
    columns = [request_event.c[name] for name in names]
    found = bulk.read_frame(
        connection,
        select(*columns, request_event.c.at, request_event.c.known_at)
        .join(request, request.c.request_id == request_event.c.request_id)
        .where(wanted)
        .order_by(request_event.c.request_id, request_event.c.event_no),
    )
    known = np.maximum(_seconds(found["at"]), _seconds(found["known_at"]))
    found["at_s"] = pd.Series(known).groupby(found["request_id"]).cummax().to_numpy()
    minutes = whole(found["extended_min"], NOTHING)
    found = found.assign(
        happened_s=_seconds(found["at"]),
        extended_s=np.where(minutes == NOTHING, NOTHING, minutes * 60),
        extended_to_s=seconds(found["extended_to_at"]),
    )
    return found.drop(columns=["at", "known_at", "extended_min", "extended_to_at"])


def _seconds(instants: pd.Series) -> Instants:
    return instants.astype("datetime64[s, UTC]").to_numpy(dtype="datetime64[s]").astype(np.int64)


def _turns(events: pd.DataFrame) -> pd.DataFrame:
    """Events that change whether a request is open; a closing of what is closed changes nothing."""
    turns = events[events["kind"].isin((*OPENING, *CLOSING))].copy()
    turns["is_opening"] = turns["kind"].isin(OPENING)
    before = turns.groupby("request_id")["is_opening"].shift().astype("boolean").fillna(False).astype(bool)  # noqa: FBT003
    return turns[turns["is_opening"] != before]


def _stays(connection: Connection, book: PolicyBook, city_id: int, since: datetime | None) -> Iterator[pd.DataFrame]:
    """Stretches of a request being open with one executor and class: `from_s`, `to_s`, and what a band needs."""
    for wanted in _slices(connection, city_id, since):
        events = _events(connection, wanted)
        if not events.empty:
            yield _stays_of(book, events, _facts(connection, wanted))


def _stays_of(book: PolicyBook, events: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    events = events.join(terms_then(book, facts, events))
    facts = facts.drop(columns=[name for name in TERM if name in facts])
    events["is_open"] = _is_open_after(events)
    for name in ("executor_id", "request_class_id"):
        events[name] = events.groupby("request_id")[name].ffill()
    events["to_s"] = events.groupby("request_id")["at_s"].shift(-1)
    stays = events[events["is_open"]].rename(columns={"at_s": "from_s"})
    stays["to_s"] = stays["to_s"].fillna(np.iinfo(np.int64).max // 2).astype("int64")
    stays = stays[stays["to_s"] > stays["from_s"]].merge(facts, on="request_id", suffixes=("", "_now"))
    for name in ("executor_id", "request_class_id"):
        stays[name] = stays[name].fillna(stays[f"{name}_now"])
    return stays


def _is_open_after(events: pd.DataFrame) -> pd.Series:
    said = pd.Series(pd.NA, index=events.index, dtype="boolean")
    said[events["kind"].isin(OPENING)] = True
    said[events["kind"].isin(CLOSING)] = False
    return said.groupby(events["request_id"]).ffill().fillna(False).astype(bool)  # noqa: FBT003


def _facts(connection: Connection, wanted: ColumnElement[bool]) -> pd.DataFrame:
    names = ("request_id", "executor_id", "request_class_id", "topic_id", "territory_id", "created_at")
    found = bulk.read_frame(
        connection,
        select(
            *(request.c[name] for name in names), *(sla_result.c[name] for name in ("started_at", "due_at", "late3_at"))
        )
        .select_from(request.outerjoin(sla_result, sla_result.c.request_id == request.c.request_id))
        .where(wanted),
    )
    for name in ("created_at", "started_at", "due_at", "late3_at"):
        is_known = found[name].notna().to_numpy()
        seconds = _seconds(found[name].fillna(pd.Timestamp(0, tz="UTC")))
        found[name] = np.where(is_known, seconds, -1)
    return found


def _stand(stays: pd.DataFrame, closings: Instants, days: Sequence[date]) -> pd.DataFrame:
    """Counts of the stays that hold at each closing hour: `from_s` <= closing < `to_s`."""
    first = np.searchsorted(closings, stays["from_s"].to_numpy(), side="left")
    last = np.searchsorted(closings, stays["to_s"].to_numpy(), side="left")
    counts = np.maximum(last - first, 0)
    edges = np.searchsorted(
        counts.cumsum(), np.arange(_CHUNK_ROWS, counts.sum() + _CHUNK_ROWS, _CHUNK_ROWS), side="right"
    )
    parts, start = [], 0
    for end in np.unique([*edges, len(counts)]):
        if end > start:
            parts.append(_count(stays.iloc[start:end], first[start:end], counts[start:end], closings))
            start = end
    held = pd.concat(parts, ignore_index=True) if parts else _nothing().assign(day_no=pd.Series(dtype="int64"))
    held["day_on"] = [days[number] for number in held["day_no"]]
    return held.drop(columns="day_no")


def _count(stays: pd.DataFrame, first: Instants, counts: Instants, closings: Instants) -> pd.DataFrame:
    rows = np.repeat(np.arange(len(stays)), counts)
    offset = np.arange(len(rows)) - np.repeat(counts.cumsum() - counts, counts)
    day_no = first[rows] + offset
    now = closings[day_no]
    made: dict[str, Any] = {"day_no": day_no}
    for name in ("executor_id", "topic_id", "request_class_id", "territory_id"):
        made[name] = stays[name].astype("Int64").fillna(0).to_numpy(dtype=np.int64)[rows]
    age_s = now - stays["created_at"].to_numpy()[rows]
    made["age_band"] = np.searchsorted(np.array(AGE_DAYS) * 86_400, age_s, side="right")
    started, due, late3, paused = (stays[name].to_numpy()[rows] for name in TERM)
    made["term_band"] = term_bands(np.where(paused >= 0, np.minimum(now, paused), now), started, due, late3)
    frame = pd.DataFrame(made)
    return frame.groupby(list(made), as_index=False).size().rename(columns={"size": "n_open"})


def term_bands(now: Instants, started: Instants, due: Instants, late3: Instants) -> npt.NDArray[np.int64]:
    """0 under half of the way from start to term, 1 up to the term, 2 overdue, 3 over three times, 9 no term."""
    half = started + (due - started) // 2
    bands = np.select([now < half, now < due, (late3 < 0) | (now < late3)], [0, 1, 2], default=3)
    return np.where(due < 0, NO_TERM, bands).astype(np.int64)


VIOLATION_COLUMNS: Final = ("day_on", "open_before", "inflow", "outflow", "open_now", "difference")


def identity(connection: Connection, city_id: int, *, profile: CityProfile | None = None) -> pd.DataFrame:
    """Days on which inflow less outflow is not the change of the backlog, as `VIOLATION_COLUMNS`; none if all is well.

    Flows are counted from the events between two closing hours, the backlog is what the snapshots kept.
    """
    held = bulk.read_frame(
        connection,
        select(backlog_snapshot.c.day_on, func.sum(backlog_snapshot.c.n_open).label("open_now"))
        .where(backlog_snapshot.c.city_id == city_id)
        .group_by(backlog_snapshot.c.day_on)
        .order_by(backlog_snapshot.c.day_on),
    )
    if held.empty:
        return pd.DataFrame({name: pd.Series(dtype="int64") for name in VIOLATION_COLUMNS})
    city = profile or _profile(connection, city_id)
    days = [day.date() for day in pd.to_datetime(held["day_on"])]
    closings = np.array([int(closing_at(city, day).timestamp()) for day in days], dtype=np.int64)
    turns = transitions(connection, city_id)
    opened = np.sort(turns.loc[turns["is_opening"], "at_s"].to_numpy())
    closed = np.sort(turns.loc[~turns["is_opening"], "at_s"].to_numpy())
    inflow = np.diff(np.searchsorted(opened, closings, side="right"), prepend=0)
    outflow = np.diff(np.searchsorted(closed, closings, side="right"), prepend=0)
    now = held["open_now"].to_numpy(dtype=np.int64)
    before = np.concatenate([[0], now[:-1]])
    table = pd.DataFrame(
        {"day_on": days, "open_before": before, "inflow": inflow, "outflow": outflow, "open_now": now}
    ).assign(difference=now - before - inflow + outflow)
    return table[table["difference"] != 0].reset_index(drop=True)


def _profile(connection: Connection, city_id: int) -> CityProfile:
    from etl.schema import city_table
    from geodata.cities import load_profile

    slug = connection.scalar(select(city_table.c.slug).where(city_table.c.city_id == city_id))
    return load_profile(str(slug))


def forget(connection: Connection, city_id: int) -> int:
    """Drop the city's snapshots; returns the rows."""
    return connection.execute(delete(backlog_snapshot).where(backlog_snapshot.c.city_id == city_id)).rowcount
