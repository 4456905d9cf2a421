"""From drawn arrays to the tables' own columns, cut at the end: what has not happened yet is not there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.ids import fact_ids, reference_id
from etl.simulate.contacts import CONSULTATION, OUTCOME_NAMES, REQUEST, TRANSFERRED, UNPROCESSED, Contacts
from etl.simulate.draw import Bools, Floats, Ints, instants, local, nullable
from etl.simulate.requests import NEVER, Lives
from geodata.profile import CityProfile

PAUSE_REASONS = ("waiting_for_caller", "weather", "waiting_for_parts", "waiting_for_documents")
DENIAL_REASONS = ("not_done", "partly_done", "bad_quality", "not_contacted")


@dataclass(frozen=True, slots=True)
class Keys:
    """How ids and provenance are made for one simulation."""

    city: str
    city_id: int
    source: str
    prefix: str

    def provenance(self, keys: list[str]) -> dict[str, object]:
        """The provenance columns."""
        return {"city_id": self.city_id, "source": self.source, "source_key": keys, "is_simulated": True}

    def lookup(self, table: str, codes: list[str]) -> Ints:
        """Reference ids by position, with a spare element for -1."""
        return np.array([reference_id(self.city, table, code) for code in codes] + [0], dtype=np.int64)


def _reference(keys: Keys, table: str, codes: list[str], index: Ints) -> pd.Series:
    return nullable(keys.lookup(table, codes)[index], index >= 0, "Int32")


def _days(name: str, seconds: Ints, zone: str) -> dict[str, object]:
    wall = local(seconds, zone)
    return {
        f"{name}_on": wall.normalize(),
        f"{name}_hour": wall.hour.to_numpy().astype("int16"),
        f"{name}_weekday": wall.day_of_week.to_numpy().astype("int16"),
    }


def contact_frame(
    profile: CityProfile, keys: Keys, contacts: Contacts, number: Ints, request_of: Ints, end_s: int
) -> pd.DataFrame:
    """Rows of table `contact`; `request_of` holds the request id per contact, 0 for none."""
    source_keys = [f"{keys.prefix}c{value}" for value in number]
    is_call = ~contacts.is_message
    answered = is_call & np.isin(contacts.outcome, (REQUEST, CONSULTATION, TRANSFERRED))
    handled = contacts.is_message & (contacts.outcome != UNPROCESSED) & (contacts.handled_s < end_s)
    return pd.DataFrame(
        {
            "contact_id": fact_ids(keys.source, source_keys),
            **keys.provenance(source_keys),
            "arrived_at": instants(contacts.arrived_s),
            **_days("arrived", contacts.arrived_s, profile.time_zone),
            "channel_id": _reference(keys, "channel", [row.code for row in profile.channels], contacts.channel),
            "line_id": _reference(
                keys, "line", [row.code for row in profile.lines], np.where(is_call, contacts.line, -1)
            ),
            "topic_id": _reference(keys, "topic", [row.code for row in profile.topics], contacts.topic),
            "territory_id": _reference(
                keys, "territory", [row.code for row in profile.territories], contacts.territory
            ),
            "outcome": np.array(OUTCOME_NAMES)[contacts.outcome],
            "answered_at": instants(contacts.arrived_s + contacts.wait_s, answered),
            "handled_at": instants(contacts.handled_s, handled),
            "wait_s": nullable(contacts.wait_s, is_call, "Int32"),
            "talk_s": nullable(contacts.talk_s, answered, "Int32"),
            "caller_group_mask": contacts.groups.astype("int32"),
            "is_on_behalf": contacts.is_on_behalf,
            "request_id": nullable(request_of, request_of != 0),
        }
    )


def request_frame(
    profile: CityProfile,
    keys: Keys,
    contacts: Contacts,
    lives: Lives,
    ids: Ints,
    source_keys: list[str],
    contact_ids: Ints,
    points: tuple[Floats, Floats],
    end_s: int,
) -> pd.DataFrame:
    """Rows of table `request` as they stand at `end_s`."""
    at = lives.contact
    status, closed = _state(lives, end_s)
    is_closed, is_cancelled = status == "closed", status == "cancelled"
    executor = np.where(lives.reassigned < end_s, lives.executor, lives.first_executor)
    executor = np.where(lives.assigned < end_s, executor, -1)
    has_place = ~np.isnan(points[0])
    return pd.DataFrame(
        {
            "request_id": ids,
            **keys.provenance(source_keys),
            "contact_id": contact_ids,
            "topic_id": _reference(keys, "topic", [row.code for row in profile.topics], contacts.topic[at]),
            "request_class_id": _reference(
                keys, "request_class", [row.code for row in profile.request_classes], lives.request_class
            ),
            "channel_id": _reference(keys, "channel", [row.code for row in profile.channels], contacts.channel[at]),
            "territory_id": _reference(
                keys, "territory", [row.code for row in profile.territories], contacts.territory[at]
            ),
            "executor_id": _reference(keys, "executor", [row.code for row in profile.executors], executor),
            "caller_group_mask": contacts.groups[at].astype("int32"),
            "is_on_behalf": contacts.is_on_behalf[at],
            "status": status,
            "created_at": instants(lives.created),
            **_days("created", lives.created, profile.time_zone),
            "closed_at": instants(np.where(is_closed, closed, 0), is_closed),
            "closed_on": local(np.where(is_closed, closed, 0), profile.time_zone).normalize().where(is_closed),
            "source_updated_at": instants(np.where(is_cancelled, lives.cancelled, 0), is_cancelled),
            "lon": np.where(has_place, points[0], np.nan),
            "lat": np.where(has_place, points[1], np.nan),
        }
    )


def _state(lives: Lives, end_s: int) -> tuple[np.ndarray, Ints]:
    """Status and last closing as known at `end_s`."""
    closed = np.full(len(lives), NEVER)
    is_open = np.ones(len(lives), bool)
    for opens, closes in (
        (None, lives.closed),
        (lives.returned, lives.closed_again),
        (lives.reopened, lives.closed_last),
    ):
        if opens is not None:
            is_open |= opens < end_s
        hit = closes < end_s
        closed = np.where(hit, closes, closed)
        is_open &= ~hit
    status = np.where(is_open, "open", "closed").astype(object)
    status[lives.cancelled < end_s] = "cancelled"
    return status, closed


def event_frame(
    profile: CityProfile, keys: Keys, lives: Lives, ids: Ints, end_s: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Rows of table `request_event`, in order of each request's life."""
    n = len(lives)
    none = np.full(n, -1)
    steps: tuple[tuple[str, Ints, Ints], ...] = (
        ("created", lives.created, none),
        ("assigned", lives.assigned, lives.first_executor),
        ("assigned", lives.reassigned, lives.executor),
        ("paused", lives.paused, none),
        ("resumed", lives.resumed, none),
        ("extended", lives.extended, none),
        ("cancelled", lives.cancelled, none),
        ("closed", lives.closed, none),
        ("returned", lives.returned, none),
        ("closed", lives.closed_again, none),
        ("reopened", lives.reopened, none),
        ("closed", lives.closed_last, none),
    )
    over = np.minimum(lives.cancelled, lives.closed)
    kept = [_kept(kind, at, over, end_s) & ((kind != "assigned") | (executor >= 0)) for kind, at, executor in steps]
    request = np.concatenate([np.flatnonzero(keep) for keep in kept])
    step = np.repeat(np.arange(len(steps)), [int(keep.sum()) for keep in kept])
    at = np.concatenate([moment[keep] for (_, moment, _), keep in zip(steps, kept, strict=True)])
    executor = np.concatenate([who[keep] for (_, _, who), keep in zip(steps, kept, strict=True)])
    order = np.lexsort((step, at, request))
    request, step, at, executor = request[order], step[order], at[order], executor[order]
    first = np.r_[True, request[1:] != request[:-1]]
    event_no = np.arange(len(request)) - np.flatnonzero(first)[np.cumsum(first) - 1]
    kind = np.array([name for name, _, _ in steps], dtype=object)[step]
    reason = np.full(len(request), None, dtype=object)
    reason[kind == "paused"] = np.array(PAUSE_REASONS, dtype=object)[
        rng.integers(0, len(PAUSE_REASONS), int((kind == "paused").sum()))
    ]
    is_extended = kind == "extended"
    return pd.DataFrame(
        {
            "request_id": ids[request],
            "event_no": event_no.astype("int16"),
            "at": instants(at),
            "kind": kind,
            "reason": reason,
            "executor_id": _reference(keys, "executor", [row.code for row in profile.executors], executor),
            "extended_min": nullable(lives.extended_min[request], is_extended, "Int32"),
            "known_at": instants(at),
        }
    )


def _kept(kind: str, at: Ints, over: Ints, end_s: int) -> Bools:
    """Events before the end; nothing is paused or extended once the request is over."""
    keep = at < end_s
    return (
        keep & (at < over) if kind in ("paused", "extended", "assigned") else keep & ((kind != "resumed") | (at < over))
    )


def followup_frame(
    profile: CityProfile, keys: Keys, lives: Lives, ids: Ints, number: Ints, end_s: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Rows of table `followup` tried before `end_s`."""
    at = np.flatnonzero(lives.tried < end_s)
    source_keys = [f"{keys.prefix}f{value}" for value in number[at]]
    reached, confirmed = lives.is_reached[at], lives.is_confirmed[at]
    reason = np.full(len(at), None, dtype=object)
    denied = reached & ~confirmed
    reason[denied] = np.array(DENIAL_REASONS, dtype=object)[rng.integers(0, len(DENIAL_REASONS), int(denied.sum()))]
    return pd.DataFrame(
        {
            "followup_id": fact_ids(keys.source, source_keys),
            "request_id": ids[at],
            **keys.provenance(source_keys),
            "tried_at": instants(lives.tried[at]),
            "tried_on": local(lives.tried[at], profile.time_zone).normalize(),
            "is_reached": reached,
            "is_confirmed": pd.Series(confirmed, dtype="boolean").where(reached),
            "is_satisfied": pd.Series(lives.is_satisfied[at], dtype="boolean").where(reached),
            "reason": reason,
        }
    )
