"""Figures of the data itself: what is known of each request, what was rejected, how fresh the sources are."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.metrics.figure import Value, count, share_pct
from dashboard.metrics.gather import Frames
from dashboard.metrics.reading import at


def known_pct(measure: str) -> Callable[[Frames], Value]:
    """Share of requests of which something is known."""
    return lambda frames: share_pct(at(frames["created"], measure), at(frames["created"], "requests"))


def with_closing_time_pct(frames: Frames) -> Value:
    """Share of closed requests whose closing time is known."""
    return share_pct(at(frames["created"], "with_closing_time"), at(frames["created"], "marked_closed"))


def rejected_rows(frames: Frames) -> Value:
    """Rows waiting to be mended, over all sources."""
    return count(frames["status"]["open_rejects"].sum())


def freshness_h(frames: Frames) -> Value:
    """Hours since the newest row of the source that lags most."""
    known = frames["status"]["freshness_h"].dropna()
    return Value(None if known.empty else float(known.max()), len(known))
