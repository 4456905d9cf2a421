"""The clock of requests that are new in a load, run on the rows in hand while the database takes them.

Reading the same rows back afterwards costs more than replaying them.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.clock import tables
from etl.clock.policies import PolicyBook, book_of
from etl.clock.replay import replay
from geodata.profile import CityProfile


@dataclass(frozen=True, slots=True)
class ClockRows:
    """Requests in the order of their ids, their rows of `sla_result` in the same order, and of `sla_executor_time`."""

    requests: pd.DataFrame
    results: pd.DataFrame
    executor_times: pd.DataFrame


class FreshClock:
    """A clock with a thread of its own; made by `fresh_clock`."""

    def __init__(self, book: PolicyBook, city_id: int, worker: ThreadPoolExecutor) -> None:
        """One for a load."""
        self._book, self._city_id, self._worker = book, city_id, worker

    def start(self, requests: pd.DataFrame, events: pd.DataFrame) -> Future[ClockRows]:
        """Begin to replay requests (rows of `request`) that have these events (rows of `request_event`) and no others.

        Events of other requests are left out.
        """
        return self._worker.submit(self._run, requests, events)

    def _run(self, requests: pd.DataFrame, events: pd.DataFrame) -> ClockRows:
        history = tables.history_of_rows(requests, events)
        results = replay(history.requests, history.events, self._book)
        return ClockRows(
            requests.iloc[requests["request_id"].to_numpy(np.int64).argsort()],
            tables.result_rows(results, self._book, self._city_id),
            tables.executor_rows(results, self._city_id),
        )


@contextmanager
def fresh_clock(profile: CityProfile, city_id: int) -> Iterator[FreshClock]:
    """A clock by the profile's terms; its thread ends with the block."""
    worker = ThreadPoolExecutor(1, thread_name_prefix="clock")
    try:
        yield FreshClock(book_of(profile), city_id, worker)
    finally:
        worker.shutdown(wait=True, cancel_futures=True)
