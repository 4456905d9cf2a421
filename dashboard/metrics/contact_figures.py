"""Figures of contacts: offered, answered, waiting, solved; sums over rows and daily figures, never means of means."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.metrics.figure import Value, count, mean, share_pct
from dashboard.metrics.gather import Frames
from dashboard.metrics.reading import at, percentile


def number(measure: str) -> Callable[[Frames], Value]:
    """A count of the frame `contacts`."""
    return lambda frames: count(at(frames["contacts"], measure))


def abandoned_pct(frames: Frames) -> Value:
    """Abandoned of those that queued."""
    held = frames["contacts"]
    return share_pct(at(held, "abandoned"), at(held, "queued"))


def abandoned_after_pct(frames: Frames) -> Value:
    """Abandoned after the threshold, of those that queued and did not leave before it (or with time unknown)."""
    held = frames["contacts"]
    soon = at(held, "abandon_timed") - at(held, "abandoned_after")
    untimed = at(held, "abandoned") - at(held, "abandon_timed")
    if untimed and not at(held, "abandon_timed"):
        return Value(None, 0, is_rate=True)  # daily figures alone: nobody knows how long they waited
    return share_pct(at(held, "abandoned_after"), at(held, "queued") - soon - untimed)


def answer_service_level_pct(frames: Frames) -> Value:
    """Answered in time of those offered."""
    held = frames["contacts"]
    return share_pct(at(held, "in_time_milli") / 1000, at(held, "level_offered"))


def wait_mean_s(frames: Frames) -> Value:
    """Mean wait of those answered."""
    held = frames["contacts"]
    return mean(at(held, "wait_total_s"), at(held, "waited"))


def wait(share: float) -> Callable[[Frames], Value]:
    """A percentile of the wait, seconds."""
    return lambda frames: percentile(frames["waits"], share)


def solved_in_call_pct(frames: Frames) -> Value:
    """Consultations of answered contacts."""
    held = frames["contacts"]
    return share_pct(at(held, "consultations"), at(held, "by_call"))


def unprocessed_messages(frames: Frames) -> Value:
    """Messages waiting now."""
    return count(frames["unprocessed"]["n"].sum())


def unprocessed_oldest_age_h(frames: Frames) -> Value:
    """Age of the oldest."""
    held = frames["unprocessed"]
    return Value(None if held.empty else float(held["age_min"].max()) / 60, int(held["n"].sum()))


def unprocessed_median_age_h(frames: Frames) -> Value:
    """Median age."""
    held = frames["unprocessed"].sort_values("age_min")
    n = int(held["n"].sum())
    if not n:
        return Value(None, 0, is_rate=True)
    middle = held["n"].cumsum().searchsorted([(n + 1) // 2, n // 2 + 1])  # of an even number the mean of two
    return Value(float(held["age_min"].iloc[middle].mean()) / 60, n, is_rate=True)


def on_behalf_pct(frames: Frames) -> Value:
    """Contacts made for somebody else."""
    return _of_rows(frames, "on_behalf")


def groups_pct(frames: Frames) -> Value:
    """Contacts of callers of any group."""
    return _of_rows(frames, "in_groups")


def _of_rows(frames: Frames, measure: str) -> Value:
    """A share of all contacts; none where daily figures alone are known, which do not tell who called."""
    held = frames["contacts"]
    has_rows = at(held, measure) + at(held, "by_call") > 0
    return share_pct(at(held, measure), at(held, "contacts")) if has_rows else Value(None, 0, is_rate=True)


def displaced_contacts(frames: Frames) -> Value:
    """Contacts of displaced people."""
    held = frames["displaced"]
    return Value(None, 0) if held.empty else count(at(held, "contacts"))


def security_pct(frames: Frames) -> Value:
    """Contacts about the topic `security`, of those with a topic."""
    held = frames["contacts_by_topic_top"]
    told = held[held["code"] != ""]
    return share_pct(told.loc[told["code"] == "security", "value"].sum(), told["value"].sum())


def per_1000(frames: Frames) -> Value:
    """Contacts per 1,000 residents."""
    residents = at(frames["residents"], "population")
    contacts = at(frames["contacts"], "contacts")
    return Value(1000 * contacts / residents if residents > 0 else None, int(contacts))
