"""A small city made of random facts, straight in the tables: what the tests of questions and figures stand on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from dashboard.queries import Reader
from etl.bulk import append_frame
from etl.ids import city_id_of, fact_ids, reference_id
from etl.profile_tables import write_profile
from etl.schema import (
    contact,
    contact_daily,
    followup,
    need_outcome,
    queue_ticket,
    request,
    request_event,
    sla_result,
)
from geodata.cities import load_profile
from geodata.profile import CityProfile

FIRST = date(2026, 3, 1)
DAYS = 40
NOW = datetime(2026, 4, 6, 9, 30, tzinfo=UTC)
"""Within the period, so that some terms still lie ahead."""


def write_city(engine: Engine, *, seed: int = 1, contacts: int = 400, requests: int = 300) -> Reader:
    """Write profile and facts of the demo city; give its reader with the clock at `NOW`."""
    profile = load_profile("demo")
    rng = np.random.default_rng(seed)
    with engine.begin() as connection:
        write_profile(connection, profile, now=NOW)
        frames = Frames(profile, rng)
        append_frame(connection, contact, frames.contacts(contacts))
        append_frame(connection, contact_daily, frames.daily())
        filed = frames.requests(requests)
        append_frame(connection, request, filed["request"])
        append_frame(connection, sla_result, filed["sla_result"])
        append_frame(connection, request_event, filed["request_event"])
        append_frame(connection, followup, frames.followups(filed["request"]))
        append_frame(connection, queue_ticket, frames.tickets(150))
        append_frame(connection, need_outcome, frames.needs(60))
    return replace(Reader.of(engine, profile, clock=lambda: NOW), fresh_s=0)


class Frames:
    """Random rows of each fact table, missing values at realistic rates."""

    def __init__(self, profile: CityProfile, rng: np.random.Generator) -> None:
        self.profile, self.rng, self.city = profile, rng, city_id_of(profile.slug)

    def pick(self, kind: str, codes: list[str], n: int, missing: float = 0.1) -> pd.Series:
        ids = np.array([reference_id(self.profile.slug, kind, code) for code in codes])
        chosen = pd.Series(self.rng.choice(ids, n)).astype("Int32")
        return chosen.mask(self.rng.random(n) < missing)

    def instants(self, n: int) -> pd.Series:
        start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
        seconds = self.rng.integers(0, DAYS * 86_400, n)
        return pd.Series(pd.to_datetime([start + timedelta(seconds=int(second)) for second in seconds], utc=True))

    def local(self, at: pd.Series) -> pd.Series:
        return at.dt.tz_convert(self.profile.time_zone)

    def base(self, source: str, n: int) -> dict[str, object]:
        keys = [str(number) for number in range(n)]
        return {
            "city_id": self.city, "source": source, "source_key": keys, "load_id": 1,
            "is_simulated": self.rng.random(n) < 0.5,
        }  # fmt: skip

    def contacts(self, n: int) -> pd.DataFrame:
        at = self.instants(n)
        local = self.local(at)
        outcome = self.rng.choice(["consultation", "request", "abandoned", "unprocessed", "transferred", "other"], n)
        wait = pd.Series(self.rng.integers(0, 300, n)).astype("Int32").mask(self.rng.random(n) < 0.3)
        is_answered = np.isin(outcome, ["consultation", "request", "transferred"]) & (self.rng.random(n) < 0.9)
        return pd.DataFrame({
            "contact_id": fact_ids("test", [f"c{number}" for number in range(n)]), **self.base("test", n),
            "arrived_at": at, "arrived_on": local.dt.date, "arrived_hour": local.dt.hour.astype("Int16"),
            "arrived_weekday": local.dt.day_of_week.astype("Int16"),
            "channel_id": self.pick("channel", [one.code for one in self.profile.channels], n),
            "line_id": self.pick("line", [one.code for one in self.profile.lines], n, 0.3),
            "topic_id": self.pick("topic", [one.code for one in self.profile.topics], n),
            "territory_id": self.pick("territory", [one.code for one in self.profile.territories], n, 0.3),
            "outcome": outcome, "wait_s": wait,
            "talk_s": pd.Series(self.rng.integers(10, 900, n)).astype("Int32").where(pd.Series(is_answered)),
            "answered_at": (at + pd.to_timedelta(wait.fillna(0).astype(int), unit="s")).where(pd.Series(is_answered)),
            "caller_group_mask": self.rng.integers(0, 8, n), "is_on_behalf": self.rng.random(n) < 0.2,
        })  # fmt: skip

    def daily(self) -> pd.DataFrame:
        offered = self.rng.integers(50, 200, DAYS)
        answered = (offered * 0.9).astype(int)
        days = [FIRST + timedelta(days=number) for number in range(DAYS)]
        return pd.DataFrame({
            "contact_daily_id": fact_ids("daily", [str(day) for day in days]), **self.base("daily", DAYS),
            "day_on": days,
            "offered": offered, "answered": answered, "abandoned": offered - answered,
            "wait_total_s": answered * 37.3, "answered_in_time": offered * self.rng.random(DAYS),
        })  # fmt: skip

    def requests(self, n: int) -> dict[str, pd.DataFrame]:
        at = self.instants(n).sort_values(ignore_index=True)
        local = self.local(at)
        ids = fact_ids("test", [f"r{number}" for number in range(n)])
        kind = self.rng.choice(["closed", "open", "cancelled"], n, p=[0.7, 0.25, 0.05])
        took = pd.Series(pd.to_timedelta(self.rng.integers(1, 20_000, n), unit="min"))
        closed = (at + took).where(pd.Series(kind != "open"))
        closed = closed.where(closed <= pd.Timestamp(NOW), at + pd.Timedelta(minutes=1)).where(
            pd.Series(kind != "open")
        )
        due = (at + pd.to_timedelta(self.rng.choice([1440, 4320, 21_600], n), unit="min")).where(
            self.rng.random(n) > 0.1
        )
        late3 = at + (due - at) * 3
        is_known = pd.Series(kind == "closed")
        apart = np.random.default_rng(99)  # so that the other columns stay as they are
        is_paused = pd.Series((kind == "open") & (apart.random(n) < 0.3))
        paused = (at + pd.to_timedelta(apart.integers(30, 9_000, n), unit="min")).where(is_paused)
        paused = paused.where(paused < pd.Timestamp(NOW), at + pd.Timedelta(seconds=1)).where(is_paused)
        waits = is_paused & ~(paused > due)
        verdict = pd.Series(
            np.where(closed <= due, "on_time", np.where(closed <= late3, "late", "late_3x")), dtype=object
        )
        verdict = verdict.where(is_known & due.notna(), None).mask(pd.Series(kind == "cancelled"), "cancelled")
        executor = self.pick("executor", [one.code for one in self.profile.executors], n)
        classes = [one.code for one in self.profile.request_classes]
        filed = pd.DataFrame({
            "request_id": ids, **self.base("test", n),
            "topic_id": self.pick("topic", [one.code for one in self.profile.topics], n),
            "request_class_id": self.pick("request_class", classes, n, 0.02),
            "channel_id": self.pick("channel", [one.code for one in self.profile.channels], n),
            "territory_id": self.pick("territory", [one.code for one in self.profile.territories], n, 0.3),
            "executor_id": executor, "caller_group_mask": self.rng.integers(0, 8, n), "status": kind,
            "contact_id": pd.Series(fact_ids("test", [f"c{number}" for number in range(n)])).astype("Int64"),
            "created_at": at, "created_on": local.dt.date, "created_hour": local.dt.hour.astype("Int16"),
            "created_weekday": local.dt.day_of_week.astype("Int16"), "closed_at": closed,
            "closed_on": self.local(closed).dt.date, "source_due_at": due.where(pd.Series(apart.random(n) < 0.5)),
            "lon": np.where(self.rng.random(n) < 0.8, 24.94, np.nan), "lat": 60.17,
        })  # fmt: skip
        worked = pd.Series(self.rng.integers(0, 6000, n)).where(is_known, 0)
        results = pd.DataFrame({
            "request_id": ids, "city_id": self.city, "started_at": at, "due_at": due,
            "due_on": self.local(due.mask(waits)).dt.date, "is_paused": is_paused, "paused_at": paused,
            "late3_at": late3, "resolved_at": closed.where(is_known), "resolved_on": self.local(closed).dt.date,
            "working_min": worked, "counted_at": closed.where(is_known, at),
            "verdict": verdict, "events": 2, "executor_changes": self.rng.integers(0, 3, n),
            "returns": (self.rng.random(n) < 0.1).astype(int), "reopens": (self.rng.random(n) < 0.1).astype(int),
        })  # fmt: skip
        return {"request": filed, "sla_result": results, "request_event": self.events(filed, results)}

    def events(self, filed: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
        rows = []
        for one, result in zip(filed.itertuples(), results.itertuples(), strict=True):
            happened = [("created", one.created_at)]
            if result.is_paused:
                happened.append(("paused", result.paused_at))
            if not pd.isna(one.closed_at):
                middle = one.created_at + (one.closed_at - one.created_at) / 2
                if result.reopens:
                    happened += [("closed", middle - timedelta(seconds=1)), ("reopened", middle)]
                happened.append((one.status, one.closed_at))
            executor = None if pd.isna(one.executor_id) else one.executor_id
            rows += [(one.request_id, number, kind, at, executor) for number, (kind, at) in enumerate(happened)]
        made = pd.DataFrame(rows, columns=["request_id", "event_no", "kind", "at", "executor_id"])
        return made.assign(known_at=made["at"], load_id=1, executor_id=made["executor_id"].astype("Int32"))

    def followups(self, filed: pd.DataFrame) -> pd.DataFrame:
        closed = filed[filed["status"] == "closed"]
        asked = pd.concat(
            [closed.sample(frac=0.6, random_state=1), closed.sample(frac=0.2, random_state=2)], ignore_index=True
        )
        n = len(asked)
        at = asked["closed_at"] + pd.to_timedelta(self.rng.integers(60, 4_000, n), unit="min")
        reached = self.rng.random(n) < 0.7
        confirmed = pd.Series(self.rng.random(n) < 0.85).astype("boolean").where(pd.Series(reached))
        return pd.DataFrame({
            "followup_id": fact_ids("test", [f"f{number}" for number in range(n)]), "request_id": asked["request_id"],
            **self.base("test", n), "tried_at": at, "tried_on": self.local(at).dt.date, "is_reached": reached,
            "is_confirmed": confirmed.mask(self.rng.random(n) < 0.1),
            "is_satisfied": confirmed.mask(self.rng.random(n) < 0.3),
        })  # fmt: skip

    def tickets(self, n: int) -> pd.DataFrame:
        at = self.instants(n)
        local = self.local(at)
        is_called = pd.Series(self.rng.random(n) < 0.9)
        wait = pd.Series(self.rng.integers(0, 3_000, n)).astype("Int32").where(is_called)
        return pd.DataFrame({
            "queue_ticket_id": fact_ids("test", [f"t{number}" for number in range(n)]), **self.base("test", n),
            "line_id": self.pick("line", [one.code for one in self.profile.lines], n),
            "topic_id": self.pick("topic", [one.code for one in self.profile.topics], n),
            "territory_id": self.pick("territory", [one.code for one in self.profile.territories], n),
            "issued_at": at, "issued_on": local.dt.date, "issued_hour": local.dt.hour.astype("Int16"),
            "called_at": (at + pd.to_timedelta(wait.fillna(0).astype(int), unit="s")).where(is_called),
            "wait_s": wait, "service_s": pd.Series(self.rng.integers(30, 2_000, n)).astype("Int32").where(is_called),
        })  # fmt: skip

    def needs(self, n: int) -> pd.DataFrame:
        at = self.instants(n)
        return pd.DataFrame({
            "need_outcome_id": fact_ids("test", [f"n{number}" for number in range(n)]), **self.base("test", n),
            "at": at,
            "on_day": self.local(at).dt.date,
            "outcome": self.rng.choice(["no_service", "full", "too_far", "referred", "helped"], n),
            "territory_id": self.pick("territory", [one.code for one in self.profile.territories], n),
        })  # fmt: skip
