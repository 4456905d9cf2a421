"""Warnings come true as often as they say, learn from the like, and never from the future."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from etl.clock.clocks import clocks_of
from etl.clock.events import NOTHING
from etl.clock.risk import Cases, at_risk, backtest, calibration_error_pct, predict, reliability
from etl.clock.survival import Similar, fit
from etl.clock.update import update
from geodata.cities import load_profile
from tests.etl.clock.factories import book
from tests.etl.clock.rows import ref, request_id, write

if TYPE_CHECKING:
    from sqlalchemy import Engine

DAY = 86_400
START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def simulated(count: int = 12_000, *, seed: int = 7) -> Cases:
    """Ninety days of requests with a term of 24 h; three topics and four executors close them at their own pace."""
    rng = np.random.default_rng(seed)
    topic, executor = rng.integers(1, 4, count), rng.integers(1, 5, count)
    median_h = np.array([8.0, 16.0, 30.0])[topic - 1] * np.array([0.7, 1.0, 1.3, 2.0])[executor - 1]
    created = np.sort(START + rng.integers(0, 90 * DAY, count))
    resolved = created + (rng.lognormal(np.log(median_h), 0.8) * 3600).astype(np.int64)
    end = START + 90 * DAY
    city = book()
    place = [policy.code for policy in city.policies].index("a90")
    return Cases(
        ids=np.arange(count),
        similar=Similar(np.ones(count, dtype=np.int64), topic, executor),
        policy=np.full(count, place),
        created_s=created,
        due_s=created + DAY,
        resolved_s=np.where(resolved <= end, resolved, NOTHING),
        paused_since_s=np.full(count, NOTHING),
        clocks=clocks_of(city, first_year=2023, last_year=2025),
    )


def test_warnings_are_calibrated() -> None:
    table = reliability(simulated(), [START + day * DAY for day in range(45, 89)], now_s=START + 90 * DAY)
    assert table["n"].sum() > 2_000
    assert calibration_error_pct(table) < 5
    big = table[table["n"] >= 150]
    assert (big["predicted_pct"] - big["observed_pct"]).abs().max() < 10
    assert table["observed_pct"].iloc[-1] - table["observed_pct"].iloc[0] > 30


def test_nothing_is_learnt_from_the_future() -> None:
    cases, moment = simulated(), START + 60 * DAY
    _, now, *_ = predict(cases, moment)
    blind = np.where(cases.resolved_s > moment, NOTHING, cases.resolved_s)
    names = ("ids", "similar", "policy", "created_s", "due_s", "paused_since_s", "clocks")
    rest: dict[str, Any] = {name: getattr(cases, name) for name in names}
    rows, then, *_ = predict(Cases(resolved_s=blind, **rest), moment)
    assert rows.any()
    np.testing.assert_allclose(now, then)


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


def test_warnings_from_the_tables(engine: Engine) -> None:
    demo, now = load_profile("demo"), datetime(2026, 3, 20, 12, tzinfo=UTC)
    topic = {"executor_id": ref(demo, "executor", "city_hall")}
    past = {
        f"p{day}": ("urgent", [
            (f"2026-03-{day:02d}T08:00", "created", topic),
            (f"2026-03-{day + 1:02d}T{7 + day % 3:02d}:00", "closed", {}),
        ])
        for day in range(1, 18)
    }  # fmt: skip
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
