"""Which open requests will be late tomorrow if nothing happens, how likely, how such warnings held in the past.

At risk is an open, unpaused request whose term ends within 24 hours. The probability that it will be late is the share
of similar requests, open at its age, that were still open at the age at which its term ends (`survival`). Ages count on
the request's working calendar, so that the night before a due morning does not look like a chance to finish.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, select

from etl import bulk
from etl.clock.clocks import Clocks, clocks_of
from etl.clock.events import NOTHING, Ids
from etl.clock.policies import NO_POLICY, PolicyBook, book_of
from etl.clock.survival import Floats, Similar, fit
from etl.clock.tables import seconds, whole
from etl.clock.verdict import AT_RISK_WITHIN_S, Verdict
from etl.clock.zones import Seconds
from etl.ids import city_id_of
from etl.schema import request, sla_result
from geodata.profile import CityProfile

LEARN_FROM_DAYS = 365
BACKTEST_DAYS = 28
BASES = ("all", "class", "topic", "executor")
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Requests with a term as the tables hold them now; instants are UTC seconds, `NOTHING` where there is none."""

    ids: Ids
    similar: Similar
    policy: Ids
    created_s: Seconds
    due_s: Seconds
    resolved_s: Seconds
    paused_since_s: Seconds
    clocks: Clocks

    def ages(self, rows: Flags, at_s: Seconds) -> Seconds:
        """Age of the chosen requests at instants, on their working calendars."""
        policy, created = self.policy[rows], self.created_s[rows]
        later = np.maximum(at_s, created)
        return self.clocks.passed("work", policy, later) - self.clocks.passed("work", policy, created)

    def alike(self, rows: Flags) -> Similar:
        """What makes the chosen requests similar."""
        return Similar(self.similar.class_ids[rows], self.similar.topic_ids[rows], self.similar.executor_ids[rows])


def at_risk(connection: Connection, profile: CityProfile, *, now: datetime) -> pd.DataFrame:
    """Open requests whose term ends within 24 h, likeliest late first.

    Columns: `request_id`, `topic_id`, `executor_id`, `due_at` (UTC), `late_pct` (probability), `similar_n` and `basis`
    (the finest group it was learnt from: executor, topic, class or all).
    """
    cases = read_cases(connection, profile, now=now)
    rows, probability, counts, finest = predict(cases, int(now.timestamp()))
    frame = pd.DataFrame(
        {
            "request_id": cases.ids[rows],
            "topic_id": cases.similar.topic_ids[rows],
            "executor_id": cases.similar.executor_ids[rows],
            "due_at": pd.Series(cases.due_s[rows].astype("datetime64[s]")).dt.tz_localize("UTC"),
            "late_pct": np.round(probability * 100, 1),
            "similar_n": counts,
            "basis": np.array(BASES)[finest],
        }
    )
    return frame.sort_values(["late_pct", "due_at"], ascending=[False, True], kind="stable", ignore_index=True)


def predict(cases: Cases, now_s: int) -> tuple[Flags, Floats, Ids, Ids]:
    """At risk at `now_s`: which rows, the probability of being late, requests and level it was learnt from.

    Only what had happened by `now_s` is learnt from; terms and executors are those the tables hold.
    """
    was_open = (cases.created_s <= now_s) & ((cases.resolved_s == NOTHING) | (cases.resolved_s > now_s))
    is_waiting = (cases.paused_since_s != NOTHING) & (cases.paused_since_s <= now_s)
    soon = (cases.due_s > now_s) & (cases.due_s <= now_s + AT_RISK_WITHIN_S)
    rows: Flags = was_open & soon & ~is_waiting
    known: Flags = (cases.created_s <= now_s) & (cases.created_s > now_s - LEARN_FROM_DAYS * 86_400)
    if not rows.any() or not known.any():
        nothing = np.empty(0, dtype=np.int64)
        return np.zeros(len(cases.ids), dtype=bool), np.empty(0), nothing, nothing
    ended = np.where(was_open, now_s, cases.resolved_s)[known]
    survival = fit(cases.alike(known), cases.ages(known, ended), ~was_open[known])
    at = np.full(int(rows.sum()), now_s)
    return rows, *survival.stays_open(cases.alike(rows), cases.ages(rows, at), cases.ages(rows, cases.due_s[rows]))


def backtest(connection: Connection, profile: CityProfile, *, now: datetime, days: int = BACKTEST_DAYS) -> pd.DataFrame:
    """What the warnings of the last `days` days would have said, against what came: see `reliability`."""
    cases = read_cases(connection, profile, now=now)
    moments = [int((now - timedelta(days=day)).timestamp()) for day in range(days, 0, -1)]
    return reliability(cases, moments, now_s=int(now.timestamp()))


def reliability(cases: Cases, moments: list[int], *, now_s: int) -> pd.DataFrame:
    """Warnings at each moment, learnt only from before it, by predicted probability.

    Columns: `from_pct`, `to_pct`, `n` (warnings whose term has since ended), `predicted_pct` and `observed_pct` (late).
    """
    said: list[Floats] = []
    came: list[Flags] = []
    for moment in moments:
        rows, probability, *_ = predict(cases, moment)
        due, resolved = cases.due_s[rows], cases.resolved_s[rows]
        has_ended = due <= now_s
        said.append(probability[has_ended])
        came.append(((resolved == NOTHING) | (resolved > due))[has_ended])
    predicted, observed = np.concatenate([*said, np.empty(0)]), np.concatenate([*came, np.empty(0, dtype=bool)])
    band = np.minimum((predicted * 10).astype(np.int64), 9)
    table = pd.DataFrame({"band": band, "predicted_pct": predicted * 100, "observed_pct": observed * 100.0})
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


def read_cases(connection: Connection, profile: CityProfile, *, now: datetime) -> Cases:
    """The city's requests that have a term and were not cancelled."""
    columns = (
        request.c.request_id, request.c.topic_id, request.c.request_class_id, request.c.executor_id,
        request.c.created_at,
        sla_result.c.sla_policy_id, sla_result.c.due_at, sla_result.c.resolved_at, sla_result.c.paused_at,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(sla_result, sla_result.c.request_id == request.c.request_id)
        .where(
            request.c.city_id == city_id_of(profile.slug),
            sla_result.c.due_at.is_not(None),
            sla_result.c.verdict.is_(None) | (sla_result.c.verdict != Verdict.CANCELLED.value),
        )
    )
    return _cases(bulk.read_frame(connection, statement), book_of(profile), int(now.timestamp()))


def _cases(frame: pd.DataFrame, book: PolicyBook, now_s: int) -> Cases:
    created, due, resolved = (seconds(frame[name]) for name in ("created_at", "due_at", "resolved_at"))
    last = max([now_s, *(int(values.max()) for values in (due, resolved) if len(values))])
    first = min([now_s, *([int(created.min())] if len(created) else [])])
    years = np.array([first, last]).astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970
    return Cases(
        ids=frame["request_id"].to_numpy(np.int64),
        similar=Similar(*(whole(frame[name], 0) for name in ("request_class_id", "topic_id", "executor_id"))),
        policy=_places(book, whole(frame["sla_policy_id"], 0)),
        created_s=created,
        due_s=due,
        resolved_s=resolved,
        paused_since_s=seconds(frame["paused_at"]),
        clocks=clocks_of(book, first_year=int(years[0]) - 1, last_year=int(years[1]) + 1),
    )


def _places(book: PolicyBook, policy_ids: Ids) -> Ids:
    """Places in the book of policy ids; an id that the profile no longer has counts as none."""
    order: Any = np.argsort(book.policy_ids)
    place = np.minimum(np.searchsorted(book.policy_ids, policy_ids, sorter=order), len(order) - 1)
    found: Ids = np.where(book.policy_ids[order[place]] == policy_ids, order[place], NO_POLICY)
    return found
