"""Warnings come true as often as they say, learn from the like, and never from the future."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from etl.clock.events import Events, Kind, Requests, order_events
from etl.clock.risk import at_risk, backtest, calibration_error_pct, known_by, reliability, warn
from etl.clock.survival import Similar, fit
from etl.clock.update import update
from geodata.cities import load_profile
from tests.etl.clock.factories import book, policy
from tests.etl.clock.rows import ref, request_id, write

if TYPE_CHECKING:
    from sqlalchemy import Engine

DAY = 86_400
ROUND = (policy("u24", 24, "hours", "calendar", "always"),)
START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def simulated(count: int = 8_000, *, seed: int = 7) -> tuple[Requests, Events]:
    """Ninety days of requests with a term of 24 h; four executors with their own pace, a third with a pause."""
    rng = np.random.default_rng(seed)
    executor = rng.integers(1, 5, count)
    created = np.sort(START + rng.integers(0, 90 * DAY, count))
    work = (rng.lognormal(np.log(np.array([6.0, 14.0, 22.0, 40.0])[executor - 1]), 0.8) * 3600).astype(np.int64)
    paused_after = (work * rng.random(count)).astype(np.int64)
    pause = np.where(rng.random(count) < 1 / 3, rng.integers(3600, 2 * DAY, count), 0)
    at = np.stack([created, created + paused_after, created + paused_after + pause, created + work + pause], axis=1)
    kind = np.tile(np.array([Kind.CREATED, Kind.PAUSED, Kind.RESUMED, Kind.CLOSED], dtype=np.int8), count)
    city = book()
    requests = Requests(
        np.arange(count), np.zeros(count, dtype=np.int64), np.full(count, city.class_id("u24")), created
    )
    events = order_events(
        requests,
        request=np.repeat(np.arange(count), 4),
        at_s=at.ravel(),
        kind=kind,
        executor_ids=np.repeat(executor, 4),
    )
    return requests, events


def test_warnings_are_calibrated() -> None:
    lives = [known_by(*simulated(), START + 90 * DAY)]
    table = reliability(lives, book(ROUND), [START + day * DAY for day in range(45, 89)], now_s=START + 90 * DAY)
    assert table["n"].sum() > 1_000
    assert calibration_error_pct(table) < 5
    big = table[table["n"] >= 150]
    assert (big["predicted_pct"] - big["observed_pct"]).abs().max() < 12
    assert table["observed_pct"].iloc[-1] - table["observed_pct"].iloc[0] > 30


def test_nothing_is_learnt_from_the_future() -> None:
    requests, events = simulated()
    moment = START + 60 * DAY
    told = warn([(requests, events)], book(ROUND), moment)
    blind = warn([known_by(requests, events, moment)], book(ROUND), moment)
    assert len(told.ids) > 20
    assert told.ids.tolist() == blind.ids.tolist()
    np.testing.assert_allclose(told.probability, blind.probability)


def test_few_requests_lean_on_their_topic_and_unknown_ones_on_all() -> None:
    slow, fast = np.full(400, 20 * 3600), np.full(400, 2 * 3600)
    ages = np.concatenate([slow, fast, [20 * 3600]])
    similar = Similar(
        np.ones(801, dtype=np.int64), np.repeat([1, 2, 2], [400, 400, 1]), np.repeat([1, 1, 9], [400, 400, 1])
    )
    survival = fit(similar, ages, np.ones(801, dtype=bool))
    asked = Similar(np.array([1, 1, 1, 5]), np.array([1, 2, 2, 5]), np.array([1, 1, 9, 5]))
    open_, counts, level = survival.stays_open(asked, np.full(4, 600), np.full(4, 10 * 3600))
    assert open_[0] > 0.95
    assert open_[1] < 0.05
    assert open_[2] < 0.2
    assert 0.3 < open_[3] < 0.7
    assert counts.tolist() == [400, 400, 1, 801]
    assert level.tolist() == [3, 3, 3, 0]


def test_survival_agrees_with_kaplan_and_meier() -> None:
    from sksurv.nonparametric import kaplan_meier_estimator

    rng = np.random.default_rng(3)
    life, censored = rng.lognormal(np.log(40_000), 1, 5_000), rng.uniform(3_600, 400_000, 5_000)
    is_closed, age = life <= censored, np.minimum(life, censored).astype(np.int64)
    same = Similar(*(np.ones(5_000, dtype=np.int64) for _ in range(3)))
    at = np.array([10_000, 40_000, 100_000, 200_000])
    asked = Similar(*(np.ones(4, dtype=np.int64) for _ in range(3)))
    ours, *_ = fit(same, age, is_closed).stays_open(asked, np.zeros(4, dtype=np.int64), at)
    time, survival = kaplan_meier_estimator(is_closed, age.astype(float))
    theirs = survival[np.searchsorted(time, at, side="right") - 1]
    assert np.abs(ours - theirs).max() < 0.02


@pytest.mark.parametrize("column", ["late_pct", "similar_n", "basis"])
def test_an_empty_city_has_no_warnings(sqlite_engine: Engine, column: str) -> None:
    with sqlite_engine.begin() as connection:
        found = at_risk(connection, load_profile("demo"), now=datetime(2026, 3, 3, tzinfo=UTC))
    assert found.empty
    assert column in found.columns


def closed_in_a_day(assigned: dict[str, int], numbers: range) -> dict[str, Any]:
    """Urgent requests received on the first 17 days of March and closed the next morning."""
    return {
        f"p{number}": ("urgent", [
            (f"2026-03-{1 + number % 17:02d}T08:00", "created", assigned),
            (f"2026-03-{2 + number % 17:02d}T{7 + number % 3:02d}:00", "closed", {}),
        ])
        for number in numbers
    }  # fmt: skip


def test_warnings_from_the_tables(engine: Engine) -> None:
    demo, now = load_profile("demo"), datetime(2026, 3, 20, 12, tzinfo=UTC)
    topic = {"executor_id": ref(demo, "executor", "city_hall")}
    past = closed_in_a_day(topic, range(1, 18))
    fresh: dict[str, Any] = {
        "soon": ("urgent", [("2026-03-20T08:00", "created", topic)]),
        "waits": ("urgent", [("2026-03-20T08:00", "created", topic), ("2026-03-20T09:00", "paused", {})]),
        "over": ("urgent", [("2026-03-18T08:00", "created", topic)]),
        "far": ("statutory_month", [("2026-03-20T08:00", "created", topic)]),
    }
    with engine.begin() as connection:
        write(connection, demo, past | fresh)
        update(connection, demo, request_ids=None, now=now)
        found = at_risk(connection, demo, now=now)
        table = backtest(connection, demo, now=now, days=14)
    assert found["request_id"].tolist() == [request_id("soon")]
    assert found["late_pct"].between(5, 95).all()
    assert found["basis"].tolist() == ["executor"]
    assert table["n"].sum() > 5


def test_of_a_sample_all_that_end_soon_are_told_as_learnt_from_it(engine: Engine) -> None:
    demo, now = load_profile("demo"), datetime(2026, 3, 20, 12, tzinfo=UTC)
    topic = {"executor_id": ref(demo, "executor", "city_hall")}
    past = closed_in_a_day(topic, range(200))
    soon = {f"s{number}": ("urgent", [("2026-03-20T08:00", "created", topic)]) for number in range(12)}
    with engine.begin() as connection:
        write(connection, demo, past | soon)
        update(connection, demo, request_ids=None, now=now)
        whole = at_risk(connection, demo, now=now).sort_values("request_id")
        part = at_risk(connection, demo, now=now, share=0.5).sort_values("request_id")
        none = at_risk(connection, demo, now=now, share=1e-12)
    assert part["request_id"].tolist() == whole["request_id"].tolist()
    assert len(part) == 12
    assert part["similar_n"].between(70, 142).all()
    assert (whole["similar_n"] == 212).all()
    np.testing.assert_allclose(part["late_pct"], whole["late_pct"], atol=15)
    assert none.empty
