"""Keeps `sla_result` and `sla_executor_time` in step with the events, for the requests that a load has touched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, delete, func, insert, select

from etl import bulk
from etl.clock import tables
from etl.clock.events import Ids
from etl.clock.explain import WriteDay, explain, numbered_day
from etl.clock.policies import PolicyBook, book_of
from etl.clock.replay import replay
from etl.clock.results import Results
from etl.clock.timeline import Segment, timeline_of
from etl.clock.verdict import verdicts_of
from etl.errors import ClockError
from etl.ids import city_id_of, reference_id
from etl.schema import clock_state, load_run, sla_executor_time, sla_result
from geodata.profile import CityProfile, text_in

CODE_VERSION = 3
"""Raised with every change of a rule of the clock: results of an older version are recomputed."""
STATE_NAME = "clock"


def update(connection: Connection, profile: CityProfile, *, request_ids: Ids | None, now: datetime) -> int:
    """Recompute the results of `request_ids` (None: of the whole city) and return how many there are.

    Unchanged results are not rewritten. What is written does not depend on `now`, which is only noted in `clock_state`.
    """
    book, city_id = book_of(profile), city_id_of(profile.slug)
    if request_ids is None:
        count = sum(_renew(connection, book, city_id, history) for history in tables.histories(connection, city_id))
    else:
        ids = np.unique(np.asarray(request_ids, dtype=np.int64))
        slices = (ids[start : start + tables.CHUNK_REQUESTS] for start in range(0, len(ids), tables.CHUNK_REQUESTS))
        histories = (tables.history_of(connection, city_id, some) for some in slices)
        count = sum(_renew(connection, book, city_id, history) for history in histories)
    _note(connection, profile, city_id, now=now, is_whole=request_ids is None)
    return count


def _renew(connection: Connection, book: PolicyBook, city_id: int, history: tables.History) -> int:
    if not len(history.requests):
        return 0
    results = replay(history.requests, history.events, book)
    rows = tables.result_rows(results, book, city_id)
    bulk.upsert_frame(connection, sla_result, rows)
    _replace_executor_times(connection, results, city_id)
    return len(results)


def _replace_executor_times(connection: Connection, results: Results, city_id: int) -> None:
    key = pd.DataFrame({"request_id": results.ids})
    with bulk.staged(connection, sla_executor_time, key) as stage:
        gone = sla_executor_time.c.request_id.in_(select(stage.c.request_id))
        bulk.delete_rows(connection, sla_executor_time, gone)
    bulk.append_frame(connection, sla_executor_time, tables.executor_rows(results, city_id))


def is_current(connection: Connection, profile: CityProfile) -> bool:
    """Whether the results were computed under the profile's terms and calendars as they are; true without any."""
    known = connection.scalar(
        select(clock_state.c.version).where(
            clock_state.c.city_id == city_id_of(profile.slug), clock_state.c.name == STATE_NAME
        )
    )
    return known is None or known == version_of(profile)


def version_of(profile: CityProfile) -> str:
    """Changes with the terms, calendars, topics and zone of the profile, and with the rules of the clock."""
    parents = [(topic.code, topic.parent) for topic in profile.topics]
    said = (
        CODE_VERSION,
        profile.policies,
        sorted(profile.calendars.items()),
        parents,
        profile.time_zone,
        profile.country,
    )
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


def _note(connection: Connection, profile: CityProfile, city_id: int, *, now: datetime, is_whole: bool) -> None:
    mine = (clock_state.c.city_id == city_id) & (clock_state.c.name == STATE_NAME)
    known = connection.scalar(select(clock_state.c.version).where(mine))
    version = version_of(profile) if is_whole or known is None else known
    load_id = connection.scalar(select(func.max(load_run.c.load_id)).where(load_run.c.city_id == city_id)) or 0
    connection.execute(delete(clock_state).where(mine))
    row = {"city_id": city_id, "name": STATE_NAME, "version": version, "load_id": load_id, "updated_at": now}
    connection.execute(insert(clock_state), [row])


@dataclass(frozen=True, slots=True)
class Explained:
    """One request's story: words, strip, and the figures they come from."""

    text: str
    timeline: tuple[Segment, ...]
    verdict: str
    remaining_min: int | None
    results: Results


def explain_request(
    connection: Connection,
    profile: CityProfile,
    request_id: int,
    *,
    now: datetime,
    lang: str = "en",
    write_day: WriteDay = numbered_day,
) -> Explained:
    """Why this request is on time or late, from its events in the tables; raises `ClockError` for an unknown one."""
    history = tables.history_of(connection, city_id_of(profile.slug), np.array([request_id], dtype=np.int64))
    if not len(history.requests):
        raise ClockError(f"there is no request {request_id} in {profile.slug}: take an id from the request list")
    book, now_s = book_of(profile, lang), int(now.timestamp())
    results = replay(history.requests, history.events, book, through_s=now_s)
    reasons = history.reasons(0)
    left = int(results.remaining_s(now_s)[0])
    verdict = str(verdicts_of(results, now_s)[0])
    return Explained(
        text=explain(
            results, book, 0, now_s=now_s, lang=lang, reasons=reasons,
            executors=_executor_names(profile, lang), write_day=write_day,
        ),
        timeline=timeline_of(results, book, 0, now_s=now_s, reasons=reasons),
        verdict=verdict,
        remaining_min=int(left / 60) if verdict.startswith("open") else None,
        results=results,
    )  # fmt: skip


def _executor_names(profile: CityProfile, lang: str) -> dict[int, str]:
    return {
        reference_id(profile.slug, "executor", executor.code): text_in(executor.names, lang, *profile.languages)
        for executor in profile.executors
    }
