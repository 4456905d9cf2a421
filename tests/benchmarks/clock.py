"""The clock: four events a request, replayed on one core.

The aim is a million requests in under twenty seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from etl.clock.events import Events, Kind, Requests, order_events, received_s
from etl.clock.policies import PolicyBook, book_of
from etl.clock.replay import replay
from geodata.cities import load_profile
from tests.benchmarks.timing import measured

if TYPE_CHECKING:
    from tests.benchmarks.report import Report

AIM_S_PER_MILLION = 20.0
START_S = 1_735_700_000
DAY_S = 86_400
EVENTS = 4
SHAPES = (
    (Kind.CREATED, Kind.ASSIGNED, Kind.PAUSED, Kind.RESUMED),
    (Kind.CREATED, Kind.PAUSED, Kind.RESUMED, Kind.CLOSED),
    (Kind.CREATED, Kind.CLOSED, Kind.REOPENED, Kind.CLOSED),
)


def histories(count: int, book: PolicyBook) -> tuple[Requests, Events]:
    """A year of requests of every class and topic of the demo city, four events each."""
    rng = np.random.default_rng(1)
    classes = np.array([book.class_id(code) for code in sorted({policy.request_class for policy in book.policies})])
    topics = np.array([book.topic_id(code) for code in book.parents])
    request = np.repeat(np.arange(count), EVENTS)
    step_s = np.repeat(rng.integers(600, 5 * DAY_S, count), EVENTS)
    at_s = np.repeat(START_S + rng.integers(0, 365 * DAY_S, count), EVENTS) + np.tile(np.arange(EVENTS), count) * step_s
    kind = np.array(SHAPES, dtype=np.int8)[rng.integers(0, len(SHAPES), count)].ravel()
    requests = Requests(
        np.arange(count), rng.choice(topics, count), rng.choice(classes, count), received_s(count, request, at_s, kind)
    )
    executors = rng.integers(0, 20, count * EVENTS)
    return requests, order_events(requests, request=request, at_s=at_s, kind=kind, executor_ids=executors)


def run(report: Report, *, rows: int) -> None:
    """Replay `rows` requests."""
    book = book_of(load_profile("demo"))
    requests, events = histories(rows, book)
    with measured() as watch:
        replay(requests, events, book)
    report.add(f"replay of {rows:,} requests", watch.seconds, "s", at_most=AIM_S_PER_MILLION * rows / 1_000_000)
    report.add("rate of the replay", rows / watch.seconds, "requests/s")
