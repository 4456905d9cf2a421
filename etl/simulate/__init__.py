"""A city's days made up so that its published figures hold: for the demo, for tests and for benchmarks.

Nothing here knows a database: it yields `Prepared` chunks like any source. The same city, days, seed and start give the
same rows for ever; every row is marked `is_simulated`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from etl.ids import city_id_of, fact_ids
from etl.prepared import Prepared
from etl.simulate import frames, tickets
from etl.simulate.arrivals import Days, draw_days
from etl.simulate.contacts import REQUEST, Contacts, Tables, draw_contacts, prepare
from etl.simulate.draw import Ints
from etl.simulate.facts import SimulationFacts, read_facts
from etl.simulate.institutions import institution_frames
from etl.simulate.needs import need_frame
from etl.simulate.places import draw_points
from etl.simulate.requests import draw_lives
from geodata.profile import CityProfile

__all__ = ["CHUNK_CONTACTS", "Plan", "plan_of", "simulate", "source_name"]

CHUNK_CONTACTS = 150_000


def source_name(city: str) -> str:
    """The name under which the simulated rows of a city are kept."""
    return f"simulated-{city}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated: `scale` multiplies the contacts per day; nothing happens at or after `end_at`."""

    days: int
    seed: int
    start_on: date
    end_at: datetime
    scale: float = 1.0


def plan_of(
    profile: CityProfile, *, days: int, seed: int, now: datetime, start_on: date | None = None, scale: float = 1.0
) -> Plan:
    """The plan: from `start_on`, else the profile's start, else so that it ends today; it never passes `now`."""
    zone = profile.zone
    start = start_on or read_facts(profile).start_on or (now.astimezone(zone).date() - timedelta(days=days - 1))
    last_midnight = datetime.combine(start + timedelta(days=days), time(0), tzinfo=zone)
    return Plan(days, seed, start, min(last_midnight.astimezone(UTC), now.astimezone(UTC)), scale)


def simulate(profile: CityProfile, plan: Plan) -> Iterator[Prepared]:
    """Chunks of contacts with their requests, events and call-backs; then tickets, needs and institutions."""
    facts = read_facts(profile)
    rng = np.random.default_rng([plan.seed, plan.days, *profile.slug.encode()])
    source = source_name(profile.slug)
    keys = frames.Keys(
        profile.slug, city_id_of(profile.slug), source, f"{plan.start_on:%Y%m%d}-{plan.days}-{plan.seed}-"
    )
    tables = prepare(profile, facts)
    days = draw_days(profile, facts, start_on=plan.start_on, days=plan.days, scale=plan.scale, rng=rng)
    number = 0
    for first, last in _stretches(days.count):
        chunk = _chunk(profile, facts, tables, days, keys, plan, first, last, number, rng)
        number += int(days.count[first:last].sum())
        yield chunk
    if facts.tickets_per_day:
        frame = tickets.ticket_frame(profile, facts, tables, days, keys, end_s=_seconds(plan.end_at), rng=rng)
        yield Prepared(main="queue_ticket", rows_read=len(frame), frames={"queue_ticket": frame})
    needs = need_frame(profile, tables, days, keys, end_s=_seconds(plan.end_at), rng=rng)
    yield Prepared(main="need_outcome", rows_read=len(needs), frames={"need_outcome": needs})
    directory = institution_frames(profile, facts, keys, plan.end_at, rng)
    yield Prepared(main="location", rows_read=len(directory["location"]), frames=directory)


def _stretches(count: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of days with at most about `CHUNK_CONTACTS` contacts each."""
    first, total = 0, 0
    for index, value in enumerate(count):
        if total and total + value > CHUNK_CONTACTS:
            yield first, index
            first, total = index, 0
        total += int(value)
    yield first, len(count)


def _chunk(
    profile: CityProfile,
    facts: SimulationFacts,
    tables: Tables,
    days: Days,
    keys: frames.Keys,
    plan: Plan,
    first: int,
    last: int,
    number: int,
    rng: np.random.Generator,
) -> Prepared:
    end_s = _seconds(plan.end_at)
    drawn = draw_contacts(profile, facts, tables, days, first, last, end_s=end_s, rng=rng)
    contacts = _before(drawn, end_s)
    numbers = number + np.arange(len(contacts))
    which = np.flatnonzero(contacts.outcome == REQUEST)
    lives = draw_lives(profile, facts, contacts, which, rng)
    request_keys = [f"{keys.prefix}r{value}" for value in numbers[which]]
    ids = fact_ids(keys.source, request_keys)
    contact_ids = fact_ids(keys.source, [f"{keys.prefix}c{value}" for value in numbers[which]])
    request_of = np.zeros(len(contacts), dtype=np.int64)
    request_of[which] = ids
    points = draw_points(profile, contacts.territory[which], facts.missing_share, rng)
    return Prepared(
        main="contact",
        rows_read=len(contacts),
        frames={
            "contact": frames.contact_frame(profile, keys, contacts, numbers, request_of, end_s),
            "request": frames.request_frame(
                profile, keys, contacts, lives, ids, request_keys, contact_ids, points, end_s
            ),
            "request_event": frames.event_frame(profile, keys, lives, ids, end_s, rng),
            "followup": frames.followup_frame(profile, keys, lives, ids, numbers[which], end_s, rng),
        },
    )


def _before(contacts: Contacts, end_s: int) -> Contacts:
    """The contacts that arrived before the end."""
    keep = contacts.arrived_s < end_s
    if keep.all():
        return contacts
    return Contacts(*(getattr(contacts, name)[keep] for name in Contacts.__slots__))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
