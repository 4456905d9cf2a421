"""The way to a place in words: will one make it, when to come instead, what is unknown, what is left."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from dashboard.app import LinkaDash
from dashboard.deps import Deps
from dashboard.directory.asked import Point
from dashboard.directory.guide import Guide, guide_of
from dashboard.directory.opening import intake_hours
from dashboard.directory.ways import Trip, in_words
from dashboard.queries.directory import Institution, Offer
from tests.dashboard.apps import NOW
from tests.dashboard.built_city import START, built_app, built_staff_app, city_data

__all__ = ["built_app", "built_staff_app", "city_data"]

HOME = "http://localhost"
CENTRE = Point(60.16773, 24.94107, START)
SEA = Point(59.5, 24.9)


@pytest.fixture(scope="module")
def guide(built_app: LinkaDash) -> Guide:
    return guide_of(built_app.deps)


@pytest.fixture(scope="module")
def care(guide: Guide) -> tuple[Institution, Offer]:
    """Give a placed institution with intake hours of its own for home care."""
    held = guide.directory().placed()
    found = ((place, place.offer("home_care")) for place in held)
    return next((place, offer) for place, offer in found if offer is not None and offer.schedules)


def asked(guide: Guide, care: tuple[Institution, Offer], hours_on: float, **changes: Any) -> dict[str, Any]:
    """Ask for the way so many hours after the tests' now (a Wednesday, 12:30 in the city)."""
    place, offer = care
    end = Point(place.lat or 0.0, place.lon or 0.0, place.name)
    at = NOW + timedelta(hours=hours_on)
    trip = Trip(**{"start": CENTRE, "end": end, "mode": "transit", "at": at, **changes})
    hours = intake_hours(place, offer, guide.deps.profile, guide.directory())
    return in_words(guide, trip, hours, "en")


@pytest.mark.parametrize(("hours_on", "kind"), [(20.0, "yes"), (18.5, "wait"), (9.0, "no")])
def test_the_arrival_is_held_against_the_hours_of_that_very_service(
    guide: Guide, care: tuple[Institution, Offer], hours_on: float, kind: str
) -> None:
    found = asked(guide, care, hours_on)["choices"]
    assert {choice["verdict"]["kind"] for choice in found} == {kind}
    assert all(bool(choice["verdict"]["then"]) == (kind == "no") for choice in found)
    if kind != "no":
        assert all("Last useful departure" in choice["verdict"]["last"] for choice in found)


def test_who_comes_too_late_is_offered_the_way_for_the_next_opening(
    guide: Guide, care: tuple[Institution, Offer], built_app: LinkaDash
) -> None:
    then = asked(guide, care, 9.0)["choices"][0]["verdict"]["then"]
    assert re.fullmatch(r"2026-05-21T\d\d:00", then)
    client = built_app.server.test_client()
    page = client.get(f"/place/{care[0].id}?service=home_care&from={START}&when={then}&by=arrive", base_url=HOME).text
    assert "You will not make it" not in page
    assert page.count('class="way"') >= 1


def test_a_leg_says_line_direction_stops_and_steps(guide: Guide, care: tuple[Institution, Offer]) -> None:
    legs = [leg for choice in asked(guide, care, 20.0)["choices"] for leg in choice["legs"]]
    rides = [leg for leg in legs if leg["line"]]
    assert rides
    assert all(leg["towards"].startswith("towards ") and "stop" in leg["stops"] for leg in rides)
    walks = [leg for leg in legs if not leg["line"]]
    assert all(leg["own"].startswith("on foot ") and leg["steps"] for leg in walks)


def test_a_ride_along_the_shape_of_its_line_is_not_called_straight(
    guide: Guide, care: tuple[Institution, Offer]
) -> None:
    far = Point(60.1765, 24.9480)
    found = asked(guide, care, 20.0, start=far)
    assert any(way.rides for way in found["found"])
    assert not any(choice["is_straight"] for choice in found["choices"])


def test_what_is_unknown_for_a_wheelchair_is_said(guide: Guide, care: tuple[Institution, Offer]) -> None:
    found = asked(guide, care, 20.0, mode="wheelchair")["choices"]
    assert any("surface unknown" in text or "kerb" in text for choice in found for text in choice["unknown"])


def test_a_start_outside_the_streets_is_a_sentence(guide: Guide, care: tuple[Institution, Offer]) -> None:
    found = asked(guide, care, 20.0, start=SEA)
    assert found["choices"] == []
    assert "outside the area" in found["trouble"]


def test_a_day_without_a_timetable_leaves_the_walk(guide: Guide, care: tuple[Institution, Offer]) -> None:
    found = asked(guide, care, 24 * 1000)
    assert "valid from" in found["trouble"]
    assert [choice["lines"] for choice in found["choices"]] == [[]]


def test_without_a_network_the_card_says_what_is_left(public_app: LinkaDash, care: tuple[Institution, Offer]) -> None:
    client = public_app.server.test_client()
    page = client.get(f"/place/{care[0].id}?from={CENTRE.lat},{CENTRE.lon}", base_url=HOME).text
    assert "The streets of this city have not been built yet" in page


def test_a_worker_opens_streets_and_search_before_anybody_asks(
    city_engine: Engine, make_deps_of: Callable[..., Deps], city_data: Any
) -> None:
    guide = Guide(make_deps_of(city_engine, "public", LINKA_DATA_DIR=str(city_data)))
    guide.warm_up()
    router = guide.router()
    assert router is not None
    assert set(router._graphs) == {"foot", "wheelchair", "bicycle", "car"}
    assert set(router._planners) == {"foot", "wheelchair"}


def test_an_operators_best_are_of_the_very_service_and_never_one_not_entitled(built_staff_app: LinkaDash) -> None:
    client = built_staff_app.server.test_client()
    page = client.get(f"/operator?q=home+care&age=80&from={START}", base_url=HOME).text
    assert re.findall(r'class="give-kind">([^<]*)<', page) == ["Home help"] * 3
    young = client.get(f"/operator?q=home+care&age=20&has_disability=no&from={START}", base_url=HOME).text
    assert "Home help" not in re.findall(r'class="give-kind">([^<]*)<', young)


def test_the_next_question_of_a_rule_is_answered_by_a_link(built_staff_app: LinkaDash) -> None:
    client = built_staff_app.server.test_client()
    page = client.get(f"/operator?q=home+care&age=80&from={START}", base_url=HOME).text
    link = re.search(r'href="(/operator\?[^"]*=yes)"', page)
    assert link is not None
    answered = client.get(link[1].replace("&amp;", "&"), base_url=HOME).text
    assert page.count("Entitlement to be asked") == 3
    assert answered != page
    assert "age=80" in link[1]


def test_the_take_away_map_carries_the_way_of_the_hour_asked_for(
    built_app: LinkaDash, care: tuple[Institution, Offer]
) -> None:
    client = built_app.server.test_client()
    query = f"place={care[0].id}&from={START}&when=2026-05-21T08:40&service=home_care"
    page = client.get(f"/takeaway.html?{query}", base_url=HOME).text
    assert "08:4" in page
    assert "Take the tram" in page or "Go " in page
    assert "http://" not in re.sub(r"http://(www\.w3\.org|localhost)", "", page)
