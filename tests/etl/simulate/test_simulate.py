"""The simulator's promises: the same plan gives the same rows, the city's shares hold, and no life runs backwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from etl.simulate import Plan, plan_of, simulate
from geodata.cities import list_profiles, load_profile

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def frames_of(city: str, *, days: int = 80, seed: int = 1, plan: Plan | None = None) -> Mapping[str, pd.DataFrame]:
    profile = load_profile(city)
    gathered: dict[str, list[pd.DataFrame]] = {}
    for chunk in simulate(profile, plan or plan_of(profile, days=days, seed=seed, now=NOW)):
        assert chunk.rows_read == len(chunk.frames[chunk.main])
        for name, frame in chunk.frames.items():
            gathered.setdefault(name, []).append(frame)
    return {name: pd.concat(parts, ignore_index=True) for name, parts in gathered.items()}


@pytest.fixture(scope="module")
def kryvyi_rih() -> Mapping[str, pd.DataFrame]:
    return frames_of("kryvyi-rih")


def test_the_same_plan_gives_the_same_rows(kryvyi_rih: Mapping[str, pd.DataFrame]) -> None:
    again = frames_of("kryvyi-rih")
    for name, frame in kryvyi_rih.items():
        pd.testing.assert_frame_equal(frame, again[name])


def test_another_seed_gives_other_rows(kryvyi_rih: Mapping[str, pd.DataFrame]) -> None:
    other = frames_of("kryvyi-rih", seed=2)
    assert not set(kryvyi_rih["contact"]["contact_id"]) & set(other["contact"]["contact_id"])


def test_every_row_is_marked_simulated_and_has_an_id_of_its_own(kryvyi_rih: Mapping[str, pd.DataFrame]) -> None:
    for name in ("contact", "request", "followup", "location", "service"):
        frame = kryvyi_rih[name]
        assert frame["is_simulated"].all()
        assert frame.iloc[:, 0].is_unique


def test_published_shares_hold_within_chance(kryvyi_rih: Mapping[str, pd.DataFrame]) -> None:
    contact = kryvyi_rih["contact"]
    assert len(contact) == pytest.approx(26_000, rel=0.05)
    assert (contact["outcome"] == "request").sum() == pytest.approx(8_000, rel=0.06)
    assert (contact["outcome"] == "consultation").sum() == pytest.approx(18_000, rel=0.06)


@pytest.mark.parametrize("city", list_profiles())
def test_no_life_runs_backwards(city: str) -> None:
    frames = frames_of(city, days=40)
    event = frames["request_event"]
    ordered = event.sort_values(["request_id", "event_no"])
    first = ordered.groupby("request_id").head(1)
    assert (first["kind"] == "created").all()
    assert set(event["request_id"]) == set(frames["request"]["request_id"])
    step = ordered["at"].diff().dt.total_seconds().to_numpy()
    same = ordered["request_id"].to_numpy()[1:] == ordered["request_id"].to_numpy()[:-1]
    assert (step[1:][same] >= 0).all()


@pytest.mark.parametrize("city", list_profiles())
def test_status_and_closing_time_agree_with_the_last_event(city: str) -> None:
    frames = frames_of(city, days=40)
    last = (
        frames["request_event"]
        .sort_values(["request_id", "event_no"])
        .groupby("request_id")
        .tail(1)
        .set_index("request_id")
    )
    request = frames["request"].set_index("request_id")
    kind = last["kind"].reindex(request.index)
    assert (request["status"].eq("closed") == kind.eq("closed")).all()
    assert (request["status"].eq("cancelled") == kind.eq("cancelled")).all()
    closed = request["status"].eq("closed")
    assert (request.loc[closed, "closed_at"] == last["at"].reindex(request.index)[closed]).all()
    assert request.loc[~closed, "closed_at"].isna().all()


def test_nothing_happens_after_the_end() -> None:
    profile = load_profile("demo")
    plan = plan_of(profile, days=30, seed=1, now=NOW)
    frames = frames_of("demo", plan=plan)
    assert plan.end_at == NOW
    for table, column in (
        ("contact", "arrived_at"),
        ("request_event", "at"),
        ("followup", "tried_at"),
        ("request", "closed_at"),
    ):
        assert (frames[table][column].dropna() < NOW).all()


def test_a_day_without_an_hour_and_a_day_with_one_twice_keep_their_contacts() -> None:
    profile = load_profile("demo")
    for first in (date(2026, 3, 28), date(2026, 10, 24)):
        plan = plan_of(profile, days=3, seed=1, now=datetime(2027, 1, 1, tzinfo=UTC), start_on=first)
        contact = frames_of("demo", plan=plan)["contact"]
        wall = contact["arrived_at"].dt.tz_convert(profile.time_zone)
        assert (wall.dt.hour == contact["arrived_hour"]).all()
        assert (wall.dt.tz_localize(None).dt.normalize() == contact["arrived_on"]).all()


def test_tickets_are_called_in_turn() -> None:
    ticket = frames_of("rajec")["queue_ticket"].dropna(subset=["called_at"])
    assert (ticket["wait_s"] >= 0).all()
    for _, counter in ticket.groupby("line_id"):
        assert counter.sort_values("issued_at")["called_at"].is_monotonic_increasing
    assert ticket["territory_id"].nunique() == 22


def test_a_surge_day_has_its_factor_and_its_topic() -> None:
    contact = frames_of("demo", days=120)["contact"]
    per_day = contact.groupby("arrived_on").size()
    assert per_day.max() > 4 * per_day.median()
    top = contact[contact["arrived_on"] == per_day.idxmax()]["topic_id"].value_counts(normalize=True)
    assert top.iloc[0] > 0.6


def test_what_is_given_to_people_in_need_costs_nothing(kryvyi_rih: Mapping[str, pd.DataFrame]) -> None:
    services = kryvyi_rih["service"].set_index("service_code")["is_free"]
    assert services[["humanitarian_aid", "soup_kitchen", "clothing_bank"]].eq(True).all()
    assert not services.eq(True).all()


def test_the_directory_has_protected_places_and_gaps() -> None:
    frames = frames_of("minsk", days=2)
    location = frames["location"]
    assert location["is_protected"].sum() == 1
    assert location["opening_hours"].isna().any()
    assert len(location[location["kind"] == "social_centre"]) == 9
    assert len(location[location["kind"] == "seniors_club"]) >= 300
    values = frames["accessibility_observation"]["value"]
    assert {"yes", "no"} <= set(values)
    assert len(np.unique(location["id"])) == len(location)
