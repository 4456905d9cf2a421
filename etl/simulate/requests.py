"""What becomes of a request: class, executor, and the moments of its life, not yet cut at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from etl.simulate.contacts import Contacts
from etl.simulate.draw import DAY_S, Bools, Floats, Ints, choose, local, quota, to_utc
from etl.simulate.facts import SimulationFacts
from geodata.profile import CityProfile, SlaPolicy

EPOCH = date(1970, 1, 1)
UNIT_H = {"minutes": 1 / 60, "hours": 1.0, "working_days": 24 * 7 / 5, "calendar_days": 24.0, "months": 24 * 30.4}
CLOSE_SHARE = 0.40
"""Median time to close as a share of the term where the profile names none: leaves about one in seven late."""
CLOSE_SIGMA = 0.85
REASSIGNED, PAUSED, EXTENDED, CANCELLED, RETURNED, REOPENED_IF_DENIED = 0.07, 0.10, 0.06, 0.015, 0.03, 0.5
SATISFIED_THOUGH_DENIED = 0.1
NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, slots=True)
class Lives:
    """One row per request; instants are epoch seconds, `NEVER` where it does not happen."""

    contact: Ints
    request_class: Ints
    first_executor: Ints
    executor: Ints
    created: Ints
    assigned: Ints
    reassigned: Ints
    paused: Ints
    resumed: Ints
    extended: Ints
    extended_min: Ints
    cancelled: Ints
    closed: Ints
    returned: Ints
    closed_again: Ints
    tried: Ints
    is_reached: Bools
    is_confirmed: Bools
    is_satisfied: Bools
    reopened: Ints
    closed_last: Ints

    def __len__(self) -> int:
        return len(self.contact)


def draw_lives(
    profile: CityProfile, facts: SimulationFacts, contacts: Contacts, which: Ints, rng: np.random.Generator
) -> Lives:
    """The lives of the requests made by the contacts `which`."""
    created = contacts.arrived_s[which]
    classes = _classes(profile, facts, contacts.topic[which], rng)
    first = _executors(profile, facts, contacts.topic[which], contacts.territory[which], rng)
    first[rng.random(len(which)) < facts.missing_share / 3] = -1
    target_s = _target_s(profile)[classes]
    speed = np.random.default_rng(len(profile.executors)).lognormal(0, 0.3, len(profile.executors) + 1)
    median_s = _median_s(profile, facts)[classes] * speed[first]
    lasting = (median_s * rng.lognormal(0, CLOSE_SIGMA, len(which))).astype(np.int64)
    lives = _first_closing(profile, created, classes, first, lasting, target_s, which, rng)
    return _after_closing(profile, facts, lives, lasting, rng)


def _first_closing(
    profile: CityProfile,
    created: Ints,
    classes: Ints,
    first: Ints,
    lasting: Ints,
    target_s: Floats,
    which: Ints,
    rng: np.random.Generator,
) -> Lives:
    n = len(which)
    never = np.full(n, NEVER)
    is_statutory = np.array([row.kind == "statutory" for row in profile.request_classes])[classes]
    is_extended = is_statutory & (rng.random(n) < EXTENDED)
    lasting = np.where(
        is_extended, np.maximum(lasting, (target_s * rng.uniform(0.95, 1.4, n)).astype(np.int64)), lasting
    )
    assigned = created + np.minimum(rng.lognormal(np.log(15 * 60), 0.8, n).astype(np.int64), lasting // 2 + 60)
    is_reassigned = (rng.random(n) < REASSIGNED) & (first >= 0)
    second = _another_of_its_kind(profile, first, rng)
    is_paused = rng.random(n) < PAUSED
    length = np.where(is_paused, rng.lognormal(np.log(20 * 3600), 0.8, n), 0).astype(np.int64)
    paused = assigned + (lasting * 0.4).astype(np.int64)
    is_urgent = np.array([row.kind == "urgent" for row in profile.request_classes])[classes]
    raw = assigned + lasting + length
    closed = np.where(is_urgent, raw, in_office_hours(raw, profile.time_zone, rng))
    is_cancelled = rng.random(n) < CANCELLED
    return Lives(
        contact=which,
        request_class=classes,
        first_executor=first,
        executor=np.where(is_reassigned, second, first),
        created=created,
        assigned=assigned,
        reassigned=np.where(is_reassigned, assigned + (lasting * 0.2).astype(np.int64), NEVER),
        paused=np.where(is_paused, paused, NEVER),
        resumed=np.where(is_paused, paused + length, NEVER),
        extended=np.where(is_extended, created + (target_s * 0.85).astype(np.int64), NEVER),
        extended_min=np.where(is_extended, 15 * 24 * 60, 0),
        cancelled=np.where(is_cancelled, closed, NEVER),
        closed=np.where(is_cancelled, NEVER, closed),
        returned=never,
        closed_again=never,
        tried=never,
        is_reached=np.zeros(n, bool),
        is_confirmed=np.zeros(n, bool),
        is_satisfied=np.zeros(n, bool),
        reopened=never,
        closed_last=never,
    )


def _after_closing(
    profile: CityProfile, facts: SimulationFacts, lives: Lives, lasting: Ints, rng: np.random.Generator
) -> Lives:
    """Rework, the call back, and the reopening of what the caller denies."""
    n = len(lives)
    rate = facts.followup
    is_closed = lives.closed < NEVER
    is_returned = is_closed & (rng.random(n) < RETURNED)
    returned = np.where(is_returned, lives.closed + rng.integers(3600, DAY_S, n), NEVER)
    again = np.where(
        is_returned,
        in_office_hours(np.where(is_returned, returned, 0) + lasting // 2 + 3600, profile.time_zone, rng),
        NEVER,
    )
    settled = np.where(is_returned, again, lives.closed)
    is_tried = is_closed & (rng.random(n) < rate.tried)
    tried = np.where(
        is_tried,
        in_office_hours(
            np.where(is_tried, settled, 0) + rng.integers(DAY_S // 2, 3 * DAY_S, n), profile.time_zone, rng
        ),
        NEVER,
    )
    is_reached = is_tried & (rng.random(n) < rate.reached)
    is_confirmed = is_reached & (rng.random(n) < rate.confirmed)
    if_confirmed = min(
        1.0, max(0.0, (rate.satisfied - SATISFIED_THOUGH_DENIED * (1 - rate.confirmed)) / max(rate.confirmed, 0.01))
    )
    is_satisfied = is_reached & (rng.random(n) < np.where(is_confirmed, if_confirmed, SATISFIED_THOUGH_DENIED))
    is_reopened = is_reached & ~is_confirmed & (rng.random(n) < REOPENED_IF_DENIED)
    reopened = np.where(is_reopened, np.where(is_tried, tried, 0) + 1800, NEVER)
    last = np.where(
        is_reopened,
        in_office_hours(np.where(is_reopened, reopened, 0) + lasting // 2 + 3600, profile.time_zone, rng),
        NEVER,
    )
    return replace(
        lives,
        returned=returned,
        closed_again=again,
        tried=tried,
        is_reached=is_reached,
        is_confirmed=is_confirmed,
        is_satisfied=is_satisfied,
        reopened=reopened,
        closed_last=last,
    )


def in_office_hours(seconds: Ints, zone: str, rng: np.random.Generator) -> Ints:
    """The same instants, those of night and week-end moved to office hours of the next working day."""
    wall = local(seconds, zone)
    hour, weekday = wall.hour.to_numpy(), wall.day_of_week.to_numpy()
    off = (hour < 8) | (hour >= 18) | (weekday >= 5)
    if not off.any():
        return seconds
    shift = np.where(hour[off] >= 18, 1, 0)
    landed = (weekday[off] + shift) % 7
    shift = shift + np.where(landed == 5, 2, np.where(landed == 6, 1, 0))
    day = wall[off].normalize().to_numpy().astype("datetime64[D]").astype(np.int64) + shift
    moved = seconds.copy()
    moved[off] = to_utc(EPOCH, day, rng.integers(8 * 3600, 17 * 3600, int(off.sum())), zone)
    return moved


def _classes(profile: CityProfile, facts: SimulationFacts, topic: Ints, rng: np.random.Generator) -> Ints:
    """Class of each request: shares as the profile says, given first to the topics that are of that class by nature."""
    index = {row.code: i for i, row in enumerate(profile.request_classes)}
    natural = np.array([index[row.request_class] for row in profile.topics] + [index["standard"]])[topic]
    if not facts.classes:
        return natural
    codes = sorted(facts.classes, key=lambda code: index[code])
    shares = np.array([facts.classes[code] for code in codes])
    place = np.full(len(profile.request_classes), float(len(codes)) / 2)
    place[[index[code] for code in codes]] = np.arange(len(codes))
    return np.array([index[code] for code in codes])[quota(rng, place[natural], shares / shares.sum())]


def _executors(
    profile: CityProfile, facts: SimulationFacts, topic: Ints, territory: Ints, rng: np.random.Generator
) -> Ints:
    """Executor of each request: kinds in the profile's shares; a district body is that of the request's district."""
    kinds = [
        kind
        for kind in ("city", "district", "utility", "state", "partner")
        if any(row.kind == kind for row in profile.executors)
    ]
    given = facts.executor_kinds or dict.fromkeys(kinds, 1.0)
    shares = np.array([given.get(kind, 0.0) for kind in kinds])
    by_code = {row.code: i for i, row in enumerate(profile.executors)}
    own = np.array([by_code.get(row.executor or "", -1) for row in profile.topics] + [-1])[topic]
    kind_of = np.array([kinds.index(row.kind) for row in profile.executors] + [len(kinds) // 2])
    kind = quota(rng, kind_of[own].astype(float), shares / shares.sum())
    result = np.full(len(topic), -1)
    for number, name in enumerate(kinds):
        hit = np.flatnonzero(kind == number)
        members = np.array([i for i, row in enumerate(profile.executors) if row.kind == name])
        drawn = members[choose(rng, len(hit), np.full(len(members), 1 / len(members)))]
        result[hit] = np.where(np.isin(own[hit], members), own[hit], drawn)
        if name == "district":
            local_body = _district_bodies(profile)[territory[hit]]
            result[hit] = np.where(local_body >= 0, local_body, drawn)
    return result


def _district_bodies(profile: CityProfile) -> Ints:
    """For each territory its district executor, else that of the area above; the last element stands for missing."""
    of = {row.territory: i for i, row in enumerate(profile.executors) if row.kind == "district" and row.territory}
    parent = {row.code: row.parent for row in profile.territories}

    def body(code: str) -> int:
        above: str | None = code
        while above is not None and above not in of:
            above = parent.get(above)
        return -1 if above is None else of[above]

    return np.array([body(row.code) for row in profile.territories] + [-1])


def _another_of_its_kind(profile: CityProfile, executor: Ints, rng: np.random.Generator) -> Ints:
    """A body of the same kind for each executor: most requests sent to the wrong desk stay within the house."""
    kinds = np.array([row.kind for row in profile.executors] + ["none"])
    result = executor.copy()
    for kind in np.unique(kinds[:-1]):
        hit = np.flatnonzero(kinds[executor] == kind)
        members = np.flatnonzero(kinds[:-1] == kind)
        result[hit] = members[rng.integers(0, len(members), len(hit))]
    return result


def _target_s(profile: CityProfile) -> Floats:
    """Length of each class's term in calendar seconds, roughly; a class without a policy counts as ten days."""

    def length(policy: SlaPolicy) -> float:
        return policy.target_value * UNIT_H[policy.target_unit] * 3600

    result = np.full(len(profile.request_classes), 10.0 * DAY_S)
    for policy in sorted(profile.policies, key=lambda row: (row.topic is None, row.version)):
        place = next(i for i, row in enumerate(profile.request_classes) if row.code == policy.request_class)
        result[place] = length(policy)
    return result


def _median_s(profile: CityProfile, facts: SimulationFacts) -> Floats:
    target = _target_s(profile) * CLOSE_SHARE
    given = [facts.close_median_h.get(row.code) for row in profile.request_classes]
    return np.array([hours * 3600 if hours else target[i] for i, hours in enumerate(given)])
