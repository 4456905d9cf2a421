"""What if the term had been another: the same history replayed under changed policies, before and after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection

from etl.clock import tables
from etl.clock.events import NOTHING
from etl.clock.policies import PolicyBook, book_of
from etl.clock.replay import replay
from etl.clock.results import Results
from etl.errors import ClockError
from etl.ids import city_id_of
from geodata.profile import CityProfile, SlaPolicy, TargetUnit

_UNITS: dict[str, TargetUnit] = {
    "min": "minutes", "h": "hours", "wd": "working_days", "cd": "calendar_days", "mo": "months",
}  # fmt: skip
_TERM = re.compile(r"(?P<class>[^=@]+)=(?P<value>\d+)(?P<unit>min|h|wd|cd|mo)")
_VERSION = re.compile(r"(?P<code>[^=@]+)@(?P<version>\d+)")


@dataclass(frozen=True, slots=True)
class OnTime:
    """Requests due by a moment (cancelled ones left out): how many, and how many were closed by then and in time."""

    n: int = 0
    met: int = 0
    late_3x: int = 0

    def __add__(self, other: OnTime) -> OnTime:
        return OnTime(self.n + other.n, self.met + other.met, self.late_3x + other.late_3x)

    @property
    def on_time_pct(self) -> float | None:
        """Met of all due, per cent; None where none was due."""
        return round(100 * self.met / self.n, 2) if self.n else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """History under the terms as they were and under others; `changed`: requests whose verdict is another."""

    before: OnTime
    after: OnTime
    requests: int
    changed: int

    def as_json(self) -> dict[str, Any]:
        """`requests`, `changed`, and for `before` and `after`: `on_time_pct`, `n` (due), `met`, `late_3x`."""
        said = {
            name: {"on_time_pct": one.on_time_pct, "n": one.n, "met": one.met, "late_3x": one.late_3x}
            for name, one in (("before", self.before), ("after", self.after))
        }
        return {"requests": self.requests, "changed": self.changed, **said}


def changed(policies: Sequence[SlaPolicy], wishes: Iterable[str]) -> tuple[SlaPolicy, ...]:
    """Policies with other terms: `CLASS=10wd` gives a class that term, `CODE@2` lets one version hold for ever.

    Units: min, h, wd (working days), cd (calendar days), mo (months). Raises `ClockError` for a wish it cannot read.
    """
    result = tuple(policies)
    for wish in wishes:
        if match := _TERM.fullmatch(wish):
            result = _with_term(result, match["class"], int(match["value"]), _UNITS[match["unit"]])
        elif match := _VERSION.fullmatch(wish):
            result = _with_version(result, match["code"], int(match["version"]))
        else:
            raise ClockError(f"--what-if {wish!r}: write CLASS=10wd (min, h, wd, cd, mo) or POLICY@VERSION")
    return result


def _with_term(policies: tuple[SlaPolicy, ...], code: str, value: int, unit: TargetUnit) -> tuple[SlaPolicy, ...]:
    if code not in {policy.request_class for policy in policies}:
        known = ", ".join(sorted({policy.request_class for policy in policies}))
        raise ClockError(f"--what-if: class {code!r} has no term: use one of {known}")
    return tuple(
        replace(policy, target_value=value, target_unit=unit) if policy.request_class == code else policy
        for policy in policies
    )


def _with_version(policies: tuple[SlaPolicy, ...], code: str, version: int) -> tuple[SlaPolicy, ...]:
    kept = [policy for policy in policies if policy.code == code and policy.version == version]
    if not kept:
        known = ", ".join(f"{policy.code}@{policy.version}" for policy in policies)
        raise ClockError(f"--what-if: there is no policy {code}@{version}: use one of {known}")
    for_ever = replace(kept[0], valid_from=date.min, valid_to=None)
    return (for_ever, *(policy for policy in policies if policy.code != code))


def replay_under(
    connection: Connection, profile: CityProfile, policies: Iterable[SlaPolicy], *, now: datetime
) -> Comparison:
    """The city's whole history under its own terms and under `policies`; nothing is written."""
    book, city_id, now_s = book_of(profile), city_id_of(profile.slug), int(now.timestamp())
    other = book.with_policies(policies)
    found = Comparison(OnTime(), OnTime(), 0, 0)
    for history in tables.histories(connection, city_id):
        if len(history.requests):
            found = _added(found, history, book, other, now_s)
    return found


def _added(found: Comparison, history: tables.History, book: PolicyBook, other: PolicyBook, now_s: int) -> Comparison:
    before = replay(history.requests, history.events, book)
    after = replay(history.requests, history.events, other)
    is_changed = (before.resolved_s > before.due_s) != (after.resolved_s > after.due_s)
    return Comparison(
        found.before + on_time(before, now_s),
        found.after + on_time(after, now_s),
        found.requests + len(before),
        found.changed + int(np.count_nonzero(is_changed & (before.resolved_s != NOTHING))),
    )


def on_time(results: Results, now_s: int) -> OnTime:
    """The on-time rate of requests due by `now_s`: open ones are missed, paused ones not due while they wait."""
    is_due = (results.due_s != NOTHING) & (results.due_s <= now_s) & (results.cancelled_s == NOTHING) & ~results.waits
    is_closed = results.resolved_s != NOTHING
    return OnTime(
        n=int(np.count_nonzero(is_due)),
        met=int(np.count_nonzero(is_due & is_closed & (results.resolved_s <= results.due_s))),
        late_3x=int(np.count_nonzero(is_due & is_closed & (results.resolved_s > results.late3_s))),
    )
