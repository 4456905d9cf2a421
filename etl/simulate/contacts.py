"""The contacts of a stretch of days: channel, line, topic, caller groups, territory, outcome, waiting and talking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.simulate.arrivals import Days, hour_tables, main_calendar
from etl.simulate.draw import DAY_S, Bools, Floats, Ints, choose, choose_by_row, open_fraction, to_utc, weights
from etl.simulate.facts import SimulationFacts
from geodata.profile import CityProfile

MESSAGE_KINDS = {"voice_message", "email", "sms", "web_form", "app", "messenger", "post", "social"}
OUTCOME_NAMES = ("request", "consultation", "abandoned", "unprocessed", "transferred")
REQUEST, CONSULTATION, ABANDONED, UNPROCESSED, TRANSFERRED = range(5)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Columns of equal length; indices point into the profile's tuples, -1 means missing."""

    day: Ints
    arrived_s: Ints
    channel: Ints
    is_message: Bools
    line: Ints
    topic: Ints
    territory: Ints
    groups: Ints
    is_on_behalf: Bools
    outcome: Ints
    wait_s: Ints
    talk_s: Ints
    handled_s: Ints

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True, slots=True)
class Tables:
    """Probabilities prepared once per city."""

    channel: Floats
    is_message: Bools
    line: Floats
    topic: Floats
    leaf_topics: Ints
    territory: Floats
    leaf_territories: Ints
    hours: Floats


def prepare(profile: CityProfile, facts: SimulationFacts) -> Tables:
    """Probabilities from the profile; topics and territories are drawn among the leaves of their trees."""
    parents = {row.parent for row in profile.topics}
    leaves = np.array(
        [i for i, row in enumerate(profile.topics) if row.code not in parents or row.code in facts.topics]
    )
    above = {row.parent for row in profile.territories}
    areas = np.array([i for i, row in enumerate(profile.territories) if row.code not in above], dtype=np.int64)
    people = np.array([float(profile.territories[i].population or 0) for i in areas])
    people = people if people.sum() else np.ones(len(areas))
    is_message = np.array([row.kind in MESSAGE_KINDS for row in profile.channels])
    counters = set(facts.counters)
    phone_lines = {row.code: 1.0 for row in profile.lines if row.code not in counters}
    return Tables(
        channel=weights([row.code for row in profile.channels], facts.channels),
        is_message=is_message,
        line=weights([row.code for row in profile.lines], facts.lines or phone_lines),
        topic=weights([profile.topics[i].code for i in leaves], facts.topics),
        leaf_topics=leaves,
        territory=people / people.sum() if len(people) else people,
        leaf_territories=areas,
        hours=hour_tables(profile, facts, is_message).reshape(-1, 24),
    )


def draw_contacts(
    profile: CityProfile,
    facts: SimulationFacts,
    tables: Tables,
    days: Days,
    first: int,
    last: int,
    *,
    end_s: int,
    rng: np.random.Generator,
) -> Contacts:
    """The contacts of days `first` to `last` (exclusive), sorted by arrival."""
    day = np.repeat(np.arange(first, last), days.count[first:last])
    n = len(day)
    channel, is_message = _channels(tables, days, day, rng)
    hour = choose_by_row(rng, tables.hours, channel * 7 + days.weekday()[day])
    arrived = to_utc(days.start_on, day, hour * 3600 + rng.integers(0, 3600, n), profile.time_zone)
    order = np.argsort(arrived, kind="stable")
    day, arrived, channel, is_message = day[order], arrived[order], channel[order], is_message[order]
    groups = _groups(profile, facts, n, rng)
    in_surge = rng.random(n) < days.surge_share[day]
    topic = _topics(profile, facts, tables, days, day, groups, in_surge, rng)
    territory = _territories(profile, facts, tables, days, day, in_surge, rng)
    outcome = _outcomes(facts, is_message, days.surge_share[day], rng)
    wait_s = np.rint(rng.lognormal(np.log(18 + 160 * days.surge_share[day]), 0.9)).astype(np.int64)
    handled = _handled(profile, days, day, arrived, is_message, rng) + _left_lying(facts, is_message, rng)
    outcome = np.where(is_message & (handled >= end_s), UNPROCESSED, outcome)
    return Contacts(
        day,
        arrived,
        channel,
        is_message,
        choose(rng, n, tables.line),
        topic,
        territory,
        groups,
        rng.random(n) < facts.on_behalf_share,
        outcome,
        wait_s,
        np.rint(rng.lognormal(np.log(150), 0.7, n)).astype(np.int64),
        handled,
    )


def _channels(tables: Tables, days: Days, day: Ints, rng: np.random.Generator) -> tuple[Ints, Bools]:
    """Attended channels only while the lines are open; on other days whoever calls leaves a message."""
    channel = choose(rng, len(day), tables.channel)
    messages = tables.channel * tables.is_message
    closed = ~days.is_open[day] & ~tables.is_message[channel]
    if messages.sum() and closed.any():
        channel[closed] = choose(rng, int(closed.sum()), messages / messages.sum())
    return channel, tables.is_message[channel]


def _groups(profile: CityProfile, facts: SimulationFacts, n: int, rng: np.random.Generator) -> Ints:
    codes = [row.code for row in profile.caller_groups]
    shares = np.array([facts.groups.get(code, 0.0) for code in codes] + [0.0])
    shares[-1] = max(0.0, 1 - shares.sum())
    bits = np.array([1 << row.bit for row in profile.caller_groups] + [0])
    return bits[choose(rng, n, shares / shares.sum())]


def _topics(
    profile: CityProfile,
    facts: SimulationFacts,
    tables: Tables,
    days: Days,
    day: Ints,
    groups: Ints,
    in_surge: Bools,
    rng: np.random.Generator,
) -> Ints:
    topic = tables.leaf_topics[choose(rng, len(day), tables.topic)]
    index = {row.code: i for i, row in enumerate(profile.topics)}
    for group in profile.caller_groups:
        since = 0
        for phase in facts.drift.get(group.code, ()):
            hit = (groups & (1 << group.bit) > 0) & (day >= since) & (day < phase.until_day)
            codes = [code for code in phase.topics if code in index]
            drawn = choose(rng, int(hit.sum()), weights(codes, phase.topics))
            topic[hit] = np.array([index[code] for code in codes])[drawn]
            since = phase.until_day
    for number, surge in enumerate(facts.surges):
        if surge.topic in index:
            topic[in_surge & (days.surge_index[day] == number)] = index[surge.topic]
    topic[rng.random(len(day)) < facts.missing_share / 2] = -1
    return topic


def _territories(
    profile: CityProfile,
    facts: SimulationFacts,
    tables: Tables,
    days: Days,
    day: Ints,
    in_surge: Bools,
    rng: np.random.Generator,
) -> Ints:
    if not len(tables.leaf_territories):
        return np.full(len(day), -1)
    territory = tables.leaf_territories[choose(rng, len(day), tables.territory)]
    index = {row.code: i for i, row in enumerate(profile.territories)}
    for number, surge in enumerate(facts.surges):
        if surge.territory in index:
            hit = in_surge & (days.surge_index[day] == number) & (rng.random(len(day)) < 0.8)
            territory[hit] = index[surge.territory]
    territory[rng.random(len(day)) < facts.missing_share] = -1
    return territory


def _outcomes(facts: SimulationFacts, is_message: Bools, surge: Floats, rng: np.random.Generator) -> Ints:
    """Calls may be abandoned, more so in a surge; the shares of all contacts hold."""
    n = len(is_message)
    calls = max(1 - is_message.mean(), 0.05) if n else 1.0
    abandoned = facts.abandoned_share / calls * (1 + 2.5 * surge)
    base = np.array([facts.request_share, facts.consultation_share])
    rest = max(0.0, 1 - base.sum() - facts.abandoned_share - facts.unprocessed_share)
    shares = np.array([*base, 0.0, 0.0, rest])
    outcome = choose(rng, n, shares / shares.sum())
    draw = rng.random(n)
    return np.where(~is_message & (draw < abandoned), ABANDONED, outcome)


def _left_lying(facts: SimulationFacts, is_message: Bools, rng: np.random.Generator) -> Ints:
    """Seconds that some messages lie longer: `unprocessed_share` of all contacts, one to four days."""
    n = len(is_message)
    share = facts.unprocessed_share / max(is_message.mean(), 0.02) if n else 0.0
    slow = is_message & (rng.random(n) < share)
    return np.where(slow, rng.integers(DAY_S, 4 * DAY_S, n), 0)


def _handled(
    profile: CityProfile, days: Days, day: Ints, arrived: Ints, is_message: Bools, rng: np.random.Generator
) -> Ints:
    """Messages are handled after some hours, those of the night or of a closed day from the next opening on."""
    lag = rng.lognormal(np.log(1.5 * 3600), 0.9, len(day)).astype(np.int64)
    if main_calendar(profile).is_always_open:
        return arrived + lag
    opening = np.full(len(days), -1)
    upcoming = len(days) + 1
    for index in range(len(days) - 1, -1, -1):
        upcoming = index if days.is_open[index] else upcoming
        opening[index] = upcoming
    first_hour = int(np.argmax(open_hours(profile) > 0))
    wait = (opening[day] - day) * DAY_S
    at_opening = to_utc(days.start_on, day, np.full(len(day), first_hour * 3600), profile.time_zone) + wait
    handled: Ints = np.maximum(arrived, at_opening) + np.where(is_message, lag, 0)
    return handled


def open_hours(profile: CityProfile) -> Floats:
    """Hours of the day in which the centre is ever open."""
    total: Floats = open_fraction(main_calendar(profile)).sum(axis=0)
    return total
