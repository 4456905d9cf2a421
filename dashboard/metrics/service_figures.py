"""Figures of client centres, needs and the territory served."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.metrics.figure import Value, count, share_pct
from dashboard.metrics.gather import Frames
from dashboard.metrics.reading import at, percentile


def ticket_wait(share: float) -> Callable[[Frames], Value]:
    """A percentile of the visitors' wait, seconds."""
    return lambda frames: percentile(frames["ticket_waits"], share)


def service_time(share: float) -> Callable[[Frames], Value]:
    """A percentile of the service time, minutes."""
    return lambda frames: percentile(frames["ticket_services"], share, per=60.0)


def unmet_need_pct(frames: Frames) -> Value:
    """Unmet of all needs that ended."""
    return share_pct(at(frames["needs"], "unmet"), at(frames["needs"], "needs"))


def population(frames: Frames) -> Value:
    """Residents."""
    residents = at(frames["residents"], "population")
    return count(residents) if residents else Value(None, 0)


def territories(frames: Frames) -> Value:
    """Territories of the lowest level."""
    return count(at(frames["residents"], "territories"))


def territories_served(frames: Frames) -> Value:
    """Territories that requests came from."""
    held = frames["created_by_territory"]
    return Value(float((held["code"] != "").sum()), int(held["value"].sum()))


def territorial_centres(frames: Frames) -> Value:
    """Executors that serve a territory."""
    return count(at(frames["residents"], "bodies"))
