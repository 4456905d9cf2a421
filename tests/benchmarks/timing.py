"""Timing as it is worth reporting: warmed up, repeated, as percentiles; memory as the peak of the process."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Stopwatch:
    """Seconds of a `with measured() as watch:` block."""

    seconds: float = field(default=0.0)


@contextmanager
def measured() -> Iterator[Stopwatch]:
    """Time a block once."""
    gc.collect()
    watch = Stopwatch()
    start = time.perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = time.perf_counter() - start


@dataclass(frozen=True)
class Times:
    """Seconds of repeated calls."""

    samples: tuple[float, ...]

    def percentile_ms(self, percent: float) -> float:
        """A percentile, in milliseconds."""
        return float(np.percentile(self.samples, percent)) * 1000

    @property
    def p50_ms(self) -> float:
        """The median, in milliseconds."""
        return self.percentile_ms(50)

    @property
    def p95_ms(self) -> float:
        """The 95th percentile, in milliseconds."""
        return self.percentile_ms(95)


def repeated(call: Callable[[], object], *, times: int = 20, warm_up: int = 2, limit_s: float = 60) -> Times:
    """Time a call again and again, until `times` or `limit_s` is reached, at least once."""
    for _ in range(warm_up):
        call()
    samples: list[float] = []
    while len(samples) < times and (not samples or sum(samples) < limit_s):
        start = time.perf_counter()
        call()
        samples.append(time.perf_counter() - start)
    return Times(tuple(samples))


def peak_memory_mb() -> float:
    """The most memory this process has held so far, in megabytes (each benchmark runs in a process of its own)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
