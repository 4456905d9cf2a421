"""The shipped profiles hold the facts that the centres published."""

from __future__ import annotations

from datetime import date, time

import pytest

from geodata.cities import list_profiles, load_profile
from geodata.profile import CityProfile, Topic

FIVE = ("banska-bystrica", "cherkasy", "kryvyi-rih", "minsk", "rajec")
SCREEN_LANGUAGES = {"sk", "uk", "be", "ru", "en"}


def leaves_of(profile: CityProfile) -> list[Topic]:
    parents = {topic.parent for topic in profile.topics}
    return [topic for topic in profile.topics if topic.code not in parents]


def test_the_five_centres_and_the_demo_are_shipped() -> None:
    assert set(list_profiles()) == {*FIVE, "demo"}


@pytest.mark.parametrize("slug", list_profiles())
def test_a_shipped_profile_speaks_all_five_languages_where_readers_need_them(slug: str) -> None:
    profile = load_profile(slug)
    assert set(profile.languages) == SCREEN_LANGUAGES
    parts = (
        *profile.topics, *profile.executors, *profile.channels, *profile.lines, *profile.caller_groups,
        *profile.request_classes, *profile.milestones, *profile.calendars.values(),
    )  # fmt: skip
    assert not [part.code for part in parts if set(part.names) < SCREEN_LANGUAGES]
    assert set(profile.names) >= SCREEN_LANGUAGES


@pytest.mark.parametrize("slug", list_profiles())
def test_a_shipped_tree_is_deep_broad_and_terms_cite_their_rule(slug: str) -> None:
    profile = load_profile(slug)
    assert max(topic.level for topic in profile.topics) == 3
    assert 25 <= len(leaves_of(profile)) <= 61
    assert all(policy.law for policy in profile.policies)
    assert "standard" in {c.code for c in profile.request_classes}
    assert {c.kind for c in profile.request_classes} >= {"consultation", "urgent", "statutory"}
    versions = [policy.version for policy in profile.policies if policy.code == "standard"]
    assert versions == [1, 2]
    assert any(policy.starts_at_opening for policy in profile.policies)
    assert any(policy.rolls_to_working_day for policy in profile.policies)


@pytest.mark.parametrize("slug", ["banska-bystrica", "cherkasy", "demo", "kryvyi-rih", "minsk", "rajec"])
def test_some_term_is_for_a_topic_of_its_own(slug: str) -> None:
    assert [policy for policy in load_profile(slug).policies if policy.topic]


@pytest.mark.parametrize("slug", list_profiles())
def test_what_is_simulated_adds_up(slug: str) -> None:
    simulation = load_profile(slug).simulation
    shares = [simulation[f"{name}_share"] for name in ("request", "consultation", "abandoned", "unprocessed")]
    assert sum(float(str(share)) for share in shares) == pytest.approx(1.0)
    for key in ("channels", "classes", "executor_kinds"):
        table = simulation[key]
        assert isinstance(table, dict)
        assert sum(table.values()) == pytest.approx(1.0), key
    hours, weekdays = simulation["hours"], simulation["weekdays"]
    assert isinstance(hours, list)
    assert isinstance(weekdays, list)
    assert (len(hours), len(weekdays)) == (24, 7)


def test_banska_bystrica_works_nine_to_two_with_slovak_holidays() -> None:
    profile = load_profile("banska-bystrica")
    centre = profile.calendars["centre"]
    assert centre.weekly == (*(((time(9), time(14)),),) * 5, (), ())
    assert centre.observes_holidays
    assert profile.opened_on == date(2020, 3, 16)
    assert {c.kind for c in profile.channels} >= {"phone", "email", "voice_message"}
    standard = [policy for policy in profile.policies if policy.request_class == "standard"]
    assert {(policy.clock, policy.calendar) for policy in standard} == {("working", "centre")}
    (published,) = profile.published
    assert (published.kpi, published.value, published.kind) == ("requests", 800, "at_least")


def test_rajec_serves_22_municipalities_with_numbered_tickets() -> None:
    profile = load_profile("rajec")
    assert len(profile.territories) == 22
    assert sum(area.population or 0 for area in profile.territories) > 20_000
    assert [line.code for line in profile.lines if line.code.startswith("counter_")]
    closing = {day[-1][1] for day in profile.calendars["centre"].weekly if day}
    assert len(closing) > 1, "longer on some days"


def test_cherkasy_has_several_lines_around_the_clock_and_300_a_week_on_15_45() -> None:
    profile = load_profile("cherkasy")
    assert len(profile.lines) >= 3
    assert all(profile.calendars[line.calendar].is_always_open for line in profile.lines)
    (published,) = profile.published
    assert published.value / published.days * 7 == pytest.approx(300)
    assert published.filters == {"line": "line_1545"}
    assert sum(area.level == "raion" for area in profile.territories) == 4
    assert sum(area.level == "hromada" for area in profile.territories) == 66


def test_minsk_has_a_territorial_centre_for_each_of_nine_districts() -> None:
    profile = load_profile("minsk")
    centres = [executor.territory for executor in profile.executors if executor.kind == "district"]
    assert sorted(code or "" for code in centres) == sorted(area.code for area in profile.territories)
    assert len(centres) == 9
    assert profile.calendars["centre"].weekly == (*(((time(8), time(20)),),) * 5, (), ())
    assert profile.hot_line == "139"


def test_kryvyi_rih_publishes_what_its_simulation_must_give() -> None:
    profile = load_profile("kryvyi-rih")
    found = {(f.kpi, f.filters.get("group", "")): f.value for f in profile.published}
    assert found == {
        ("contacts", ""): 26000, ("requests", ""): 8000, ("consultations", ""): 18000, ("urgent_pct", ""): 33.3,
        ("district_executor_pct", ""): 60, ("security_pct", ""): 25, ("contacts", "displaced"): 1800,
        ("confirmed_pct", ""): 90,
    }  # fmt: skip
    districts = [executor for executor in profile.executors if executor.kind == "district"]
    assert len(districts) == len(profile.territories) == 7
    weights = profile.simulation["topics"]
    assert isinstance(weights, dict)
    tree = {topic.code: topic for topic in profile.topics}

    def top(code: str) -> str:
        parent = tree[code].parent
        return code if parent is None else top(parent)

    security = sum(weight for code, weight in weights.items() if top(code) == "security")
    groups = profile.simulation["groups"]
    assert isinstance(groups, dict)
    usual_days = 80 / (80 + 5)  # one day brings six times the contacts, nearly all about water
    left = security / sum(weights.values()) * (1 - groups["displaced"]) * usual_days
    assert left == pytest.approx(0.25, abs=0.01)


def test_the_demo_says_that_it_is_invented_in_every_language() -> None:
    profile = load_profile("demo")
    assert "invented" in profile.names["en"]
    assert "vymyslené" in profile.names["sk"]
    assert profile.languages[0] == "en"
    assert profile.calendars[profile.lines[0].calendar].is_always_open
