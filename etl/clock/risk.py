"""Which open requests will be late tomorrow if nothing happens, how likely, and how such warnings held in the past.

At risk is an open, unpaused request whose term ends within 24 hours. The probability that it will be late is the share
of similar requests, open at its age, that were still open at the age at which its term ends (`survival`). Ages count on
the request's working calendar without pauses, so that neither a night nor a wait looks like a chance to finish.
A back-test replays only the events there were at each past moment: it says what would have been said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, select

from etl.clock.events import NOTHING, Events, Ids, Requests, order_events
from etl.clock.policies import PolicyBook, book_of
from etl.clock.replay import replay
from etl.clock.results import Results
from etl.clock.survival import Floats, Similar, fit
from etl.clock.tables import histories, history_where
from etl.clock.verdict import AT_RISK_WITHIN_S
from etl.clock.zones import Seconds
from etl.ids import city_id_of
from etl.schema import request, sla_result
from geodata.profile import CityProfile

LEARN_FROM_DAYS = 365
BACKTEST_DAYS = 28
BASES = ("all", "class", "topic", "executor")
Flags = npt.NDArray[np.bool_]
Lives = Sequence[tuple[Requests, Events]]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How requests stood at a moment, one row each.

    `age_s`: time used on the working calendar, pauses left out; `until_s`: what it will be when the term ends.
    """

    ids: Ids
    class_ids: Ids
    topic_ids: Ids
    executor_ids: Ids
    age_s: Seconds
    until_s: Seconds
    due_s: Seconds
    is_open: Flags
    is_soon: Flags

    def similar(self, rows: Flags) -> Similar:
        """What makes the chosen requests similar."""
        return Similar(self.class_ids[rows], self.topic_ids[rows], self.executor_ids[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Warnings:
    """The requests at risk at a moment: probability of being late, requests learnt from, level of the finest group."""

    ids: Ids
    topic_ids: Ids
    executor_ids: Ids
    due_s: Seconds
    probability: Floats
    counts: Ids
    finest: Ids


def at_risk(connection: Connection, profile: CityProfile, *, now: datetime, share: float = 1.0) -> pd.DataFrame:
    """Open requests whose term ends within 24 h, likeliest late first; of all, learnt from a fair `share` of requests.

    Columns: `request_id`, `topic_id`, `executor_id`, `due_at` (UTC), `late_pct` (probability), `similar_n` and `basis`
    (the finest group it was learnt from: executor, topic, class or all).
    """
    asked = None if share >= 1 else [_ending_soon(connection, profile, now)]
    said = warn(read_lives(connection, profile, share=share), book_of(profile), int(now.timestamp()), asked)
    frame = pd.DataFrame(
        {
            "request_id": said.ids,
            "topic_id": said.topic_ids,
            "executor_id": said.executor_ids,
            "due_at": pd.Series(said.due_s.astype("datetime64[s]")).dt.tz_localize("UTC"),
            "late_pct": np.round(said.probability * 100, 1),
            "similar_n": said.counts,
            "basis": np.array(BASES)[said.finest],
        }
    )
    return frame.sort_values(["late_pct", "due_at"], ascending=[False, True], kind="stable", ignore_index=True)


def warn(lives: Lives, book: PolicyBook, at_s: int, asked: Lives | None = None) -> Warnings:
    """The warnings at `at_s`, from the events there were by then: of `lives`, or of `asked` as learnt from `lives`."""
    learnt = _joined([_standing(requests, events, book, at_s) for requests, events in lives])
    told_of = learnt if asked is None else _joined([_standing(one, events, book, at_s) for one, events in asked])
    soon = told_of.is_soon
    if not soon.any() or not len(learnt.ids):
        nothing = np.empty(0, dtype=np.int64)
        return Warnings(nothing, nothing, nothing, nothing, np.empty(0), nothing, nothing)
    survival = fit(learnt.similar(np.ones(len(learnt.ids), dtype=bool)), learnt.age_s, ~learnt.is_open)
    told = survival.stays_open(told_of.similar(soon), told_of.age_s[soon], told_of.until_s[soon])
    return Warnings(told_of.ids[soon], told_of.topic_ids[soon], told_of.executor_ids[soon], told_of.due_s[soon], *told)


def backtest(connection: Connection, profile: CityProfile, *, now: datetime, days: int = BACKTEST_DAYS) -> pd.DataFrame:
    """What the warnings of the last `days` days would have said, against what came: see `reliability`."""
    moments = [int((now - timedelta(days=day)).timestamp()) for day in range(days, 0, -1)]
    return reliability(read_lives(connection, profile), book_of(profile), moments, now_s=int(now.timestamp()))


def reliability(lives: Lives, book: PolicyBook, moments: Iterable[int], *, now_s: int) -> pd.DataFrame:
    """Warnings at each moment by predicted probability, against whether the request was late in the end.

    Columns: `from_pct`, `to_pct`, `n` (warnings whose term has since ended), `predicted_pct`, `observed_pct` (late).
    """
    outcome = pd.concat([_outcomes(requests, events, book, now_s) for requests, events in lives])
    said = [warn(lives, book, moment) for moment in moments]
    told = pd.DataFrame(
        {
            "request_id": np.concatenate([one.ids for one in said]),
            "predicted_pct": np.concatenate([one.probability for one in said]) * 100,
        }
    )
    table = told.join(outcome, on="request_id", how="inner")
    table["band"] = np.minimum((table["predicted_pct"] / 10).astype("int64"), 9)
    grouped = table.groupby("band").agg(
        n=("band", "size"), predicted_pct=("predicted_pct", "mean"), observed_pct=("observed_pct", "mean")
    )
    grouped.insert(0, "from_pct", grouped.index * 10)
    grouped.insert(1, "to_pct", grouped.index * 10 + 10)
    return grouped.reset_index(drop=True).round(1)


def calibration_error_pct(table: pd.DataFrame) -> float:
    """The mean distance of predicted and observed shares, weighted by n, in percentage points."""
    n = int(table["n"].sum())
    return float(((table["predicted_pct"] - table["observed_pct"]).abs() * table["n"]).sum() / n) if n else 0.0


def _ending_soon(connection: Connection, profile: CityProfile, now: datetime) -> tuple[Requests, Events]:
    city_id, due_at = city_id_of(profile.slug), sla_result.c.due_at
    ends = (sla_result.c.verdict.is_(None), due_at > now, due_at <= now + timedelta(seconds=AT_RISK_WITHIN_S))
    soon = select(sla_result.c.request_id).where(sla_result.c.city_id == city_id, *ends)
    history = history_where(connection, city_id, request.c.request_id.in_(soon))
    return history.requests, history.events


def read_lives(connection: Connection, profile: CityProfile, *, share: float = 1.0) -> Lives:
    """The city's requests with their events, or a fair `share` of them."""
    read = histories(connection, city_id_of(profile.slug), share=share)
    return [(history.requests, history.events) for history in read]


def known_by(requests: Requests, events: Events, at_s: int) -> tuple[Requests, Events]:
    """The requests received in the year before `at_s`, with the events they had by then."""
    is_known = (requests.created_s <= at_s) & (requests.created_s > at_s - LEARN_FROM_DAYS * 86_400)
    number = np.cumsum(is_known) - 1
    kept = Requests(*(getattr(requests, column.name)[is_known] for column in fields(Requests)))
    rows = is_known[events.request] & (events.at_s <= at_s)
    names = ("at_s", "kind", "executor_ids", "class_ids", "extended_s", "extended_to_s")
    return kept, order_events(
        kept, request=number[events.request[rows]], **{name: getattr(events, name)[rows] for name in names}
    )


def _standing(requests: Requests, events: Events, book: PolicyBook, at_s: int) -> Standing:
    known, happened = known_by(requests, events, at_s)
    results = replay(known, happened, book, through_s=at_s + AT_RISK_WITHIN_S)
    is_open = results.resolved_s == NOTHING
    runs = is_open & (results.paused_since_s == NOTHING) & (results.cancelled_s == NOTHING)
    age = results.working_s + np.where(runs, _worked(results, results.last_s, at_s), 0)
    is_soon = runs & (results.due_s > at_s) & (results.due_s <= at_s + AT_RISK_WITHIN_S)
    ahead = _worked(results, np.full(len(known), at_s), np.where(is_soon, results.due_s, at_s))
    kept = results.cancelled_s == NOTHING
    standing = Standing(
        ids=known.ids,
        class_ids=known.class_ids,
        topic_ids=known.topic_ids,
        executor_ids=results.trace.executor_ids[happened.first[1:] - 1],
        age_s=age,
        until_s=age + ahead,
        due_s=results.due_s,
        is_open=is_open,
        is_soon=is_soon,
    )
    return Standing(*(getattr(standing, column.name)[kept] for column in fields(Standing)))


def _worked(results: Results, from_s: Seconds, to_s: Seconds | int) -> Seconds:
    """Working time of each request's calendar between instants, none before its clock starts."""
    if not len(results):
        return np.empty(0, dtype=np.int64)
    start = np.maximum(from_s, results.started_s)
    end = np.maximum(to_s, start)
    return results.clocks.passed("work", results.policy, end) - results.clocks.passed("work", results.policy, start)


def _joined(parts: Sequence[Standing]) -> Standing:
    return Standing(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Standing)))


def _outcomes(requests: Requests, events: Events, book: PolicyBook, now_s: int) -> pd.DataFrame:
    """Whether each request was late (`observed_pct`: 100 or 0), for those whose term has ended by `now_s`."""
    results = replay(requests, events, book, through_s=now_s)
    has_ended = (results.due_s != NOTHING) & (results.due_s <= now_s) & (results.cancelled_s == NOTHING)
    is_late = (results.resolved_s == NOTHING) | (results.resolved_s > results.due_s)
    rows = has_ended & ~results.waits
    return pd.DataFrame({"observed_pct": is_late[rows] * 100.0}, index=pd.Index(results.ids[rows], name="request_id"))
