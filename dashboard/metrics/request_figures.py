"""Figures of requests: received, due, closed, late, open, called back; the cohort of each is in its definition."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.metrics.figure import Value, count, mean, share_pct
from dashboard.metrics.gather import Frames
from dashboard.metrics.reading import at, percentile
from dashboard.metrics.survival import kaplan_meier, time_interval, time_until

_MIN_PER_H = 60.0


def number(frame: str, measure: str) -> Callable[[Frames], Value]:
    """A count."""
    return lambda frames: count(at(frames[frame], measure))


def _of_kind(frames: Frames, frame: str, kind: str) -> Value:
    held = frames[frame]
    told = held[held["kind"] != ""]
    return share_pct(told.loc[told["kind"] == kind, "value"].sum(), told["value"].sum())


def urgent_pct(frames: Frames) -> Value:
    """Urgent of those with a class."""
    return _of_kind(frames, "created_by_class", "urgent")


def statutory_pct(frames: Frames) -> Value:
    """Statutory of those with a class."""
    return _of_kind(frames, "created_by_class", "statutory")


def district_executor_pct(frames: Frames) -> Value:
    """With district bodies of those with an executor."""
    return _of_kind(frames, "created_by_executor", "district")


def topic_share_pct(frames: Frames) -> Value:
    """Of the topics filtered, of all."""
    return share_pct(at(frames["created"], "requests"), at(frames["created_any_topic"], "requests"))


def _per_1000(frames: Frames, residents: str) -> Value:
    people, received = at(frames["residents"], residents), at(frames["created"], "requests")
    return Value(1000 * received / people if people > 0 else None, int(received))


def rate_per_1000(frames: Frames) -> Value:
    """Requests per 1,000 residents."""
    return _per_1000(frames, "population")


def rate_per_1000_65_plus(frames: Frames) -> Value:
    """Requests per 1,000 residents aged 65 and over."""
    return _per_1000(frames, "population_65_plus")


def on_time_pct(frames: Frames) -> Value:
    """Met of all due."""
    return share_pct(at(frames["due"], "met"), at(frames["due"], "due"))


def source_on_time_pct(frames: Frames) -> Value:
    """Met of all due, by the terms that the source gave."""
    return share_pct(at(frames["source_terms"], "met"), at(frames["source_terms"], "due"))


def confirmed_on_time_pct(frames: Frames) -> Value:
    """Met and confirmed, of those due whose caller was reached."""
    return share_pct(at(frames["due"], "confirmed_on_time"), at(frames["due"], "checked"))


def response_pct(frames: Frames) -> Value:
    """Reached at follow-up, of those due and closed."""
    held = frames["due"]
    return share_pct(at(held, "checked"), at(held, "due") - at(held, "open"))


def false_closure_pct(frames: Frames) -> Value:
    """Denied or soon reopened, of those called back."""
    return share_pct(at(frames["followups"], "false_closures"), at(frames["followups"], "reviewed"))


def time_to_close(share: float, frame: str = "lifetimes") -> Callable[[Frames], Value]:
    """Hours after which `share` of the requests are closed, open ones included (Kaplan-Meier)."""

    def computed(frames: Frames) -> Value:
        held = frames[frame]
        n = int(held["closed"].sum() + held["censored"].sum())
        curve = kaplan_meier(held)
        time, limits = time_until(curve, share), time_interval(curve, share)
        hours = limits and (limits[0] / _MIN_PER_H, limits[1] / _MIN_PER_H)
        return Value(None if time is None else time / _MIN_PER_H, n, hours, is_rate=True)

    return computed


def late(frames: Frames) -> Value:
    """Due and missed."""
    return count(at(frames["due"], "late_closed") + at(frames["due"], "open"))


def late_3x_pct(frames: Frames) -> Value:
    """Beyond three times the term, of all due."""
    return share_pct(at(frames["late_3x"], "late_3x"), at(frames["due"], "due"))


def lateness(share: float) -> Callable[[Frames], Value]:
    """A percentile of the time beyond the term, hours."""
    return lambda frames: percentile(frames["overdue_times"], share, per=_MIN_PER_H)


def transfer_mean(frames: Frames) -> Value:
    """Changes of executor per request."""
    return mean(at(frames["created"], "transfers"), at(frames["created"], "requests"))


def bounce_pct(frames: Frames) -> Value:
    """Returned for rework."""
    return share_pct(at(frames["created"], "bounced"), at(frames["created"], "requests"))


def reached_pct(frames: Frames) -> Value:
    """Calls back that were answered."""
    return share_pct(at(frames["followups"], "reached"), at(frames["followups"], "followups"))


def confirmed_pct(frames: Frames) -> Value:
    """Confirmed of those reached."""
    return share_pct(at(frames["followups"], "confirmed"), at(frames["followups"], "reached"))


def satisfaction_pct(frames: Frames) -> Value:
    """Content of those that said."""
    return share_pct(at(frames["followups"], "satisfied"), at(frames["followups"], "rated"))
