"""Journeys by timetable: every ride is in the feed, both time axes agree, a second engine finds nothing better."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geodata.network.engine import service_start
from geodata.network.links import MAX_LINK_S
from geodata.routing import Itinerary, Leg, NoRouteError, NotValidError, Router, will_i_make_it
from tests.geodata.conftest import BERLIN, MORNING
from tests.geodata.routing.test_streets import pairs

STATION, OLD_TOWN = (49.4037, 8.6756), (49.4120, 8.7100)


def rides(itineraries: tuple[Itinerary, ...]) -> list[Leg]:
    return [leg for itinerary in itineraries for leg in itinerary.rides]


def seconds(text: str) -> int:
    hours, minutes, rest = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + rest


def is_in_feed(leg: Leg, rows: Mapping[str, pd.DataFrame]) -> bool:
    """Whether the trip runs that day and calls at both stops at those times; found from the rows alone."""
    assert leg.transit is not None
    calls = rows["stop_times"][rows["stop_times"]["trip_id"] == leg.transit.trip_id]
    service = rows["trips"].set_index("trip_id").loc[leg.transit.trip_id, "service_id"]
    dates = rows["calendar_dates"]
    for day in (leg.departs_at.date(), leg.departs_at.date() - timedelta(days=1)):
        runs = (
            (dates["service_id"] == service) & (dates["date"] == f"{day:%Y%m%d}") & (dates["exception_type"] == "1")
        ).any()
        zero = service_start(day, BERLIN)
        board = calls[calls["stop_id"] == leg.start.stop_id]["departure_time"].map(seconds)
        alight = calls[calls["stop_id"] == leg.end.stop_id]["arrival_time"].map(seconds)
        leaves, arrives = ((at - zero).total_seconds() for at in (leg.departs_at, leg.arrives_at))
        if runs and (board == leaves).any() and (alight == arrives).any():
            return True
    return False


@pytest.mark.parametrize("hour", [1, 8, 17, 23])
def test_every_ride_is_in_the_feed_at_those_times(
    heidelberg: Router, gtfs_rows: Mapping[str, pd.DataFrame], hour: int
) -> None:
    found = []
    for origin, destination in pairs(8, seed=hour):
        found += rides(heidelberg.route(origin, destination, "transit", depart_at=MORNING.replace(hour=hour)))
    assert len(found) >= 3
    assert all(is_in_feed(leg, gtfs_rows) for leg in found)


def test_a_ride_after_midnight_belongs_to_yesterdays_service(
    heidelberg: Router, gtfs_rows: Mapping[str, pd.DataFrame]
) -> None:
    at = datetime(2022, 9, 15, 0, 5, tzinfo=BERLIN)
    found = rides(heidelberg.route((49.4242, 8.6731), (49.4086, 8.7140), "transit", depart_at=at))
    assert found[0].departs_at.hour == 0
    assert all(is_in_feed(leg, gtfs_rows) for leg in found)


def test_a_long_walk_that_beats_waiting_for_the_morning_is_offered_first(heidelberg: Router) -> None:
    at = datetime(2022, 9, 15, 2, 30, tzinfo=BERLIN)
    found = heidelberg.route(STATION, OLD_TOWN, "transit", depart_at=at)
    assert not found[0].rides
    assert found[0].arrives_at < min(one.departs_at for one in found if one.rides)


def test_the_second_engine_arrives_no_earlier(heidelberg: Router, oracle_file: Path) -> None:
    from cafein import TransportNetwork

    oracle = TransportNetwork.load(str(oracle_file))
    late = []
    for origin, destination in pairs(25, seed=21):
        theirs = oracle.route_between_coordinates(
            origin, destination, "2022-09-14 08:00", max_rides=6, walking_speed_kmph=1.15 * 3.6, max_walking_time=120
        )
        if not theirs:
            continue
        ours = heidelberg.route(origin, destination, "transit", depart_at=MORNING)
        best = min(one["arrival_s"] for one in theirs) - 8 * 3600
        late.append((min(one.arrives_at for one in ours) - MORNING).total_seconds() - best)
    assert len(late) >= 20
    assert np.median(late) <= 60  # walks differ a little, and we leave a minute to find the platform
    assert np.mean(np.abs(late) <= 600) >= 0.8
    assert np.min(late) > -1500


def test_legs_follow_each_other_in_time_and_place(heidelberg: Router) -> None:
    for origin, destination in pairs(10, seed=2):
        for itinerary in heidelberg.route(origin, destination, "transit", depart_at=MORNING):
            assert itinerary.departs_at >= MORNING
            for before, after in zip(itinerary.legs[:-1], itinerary.legs[1:], strict=True):
                assert before.arrives_at <= after.departs_at
                assert before.end.name == after.start.name
            assert itinerary.distance_m == pytest.approx(sum(leg.distance_m for leg in itinerary.legs))


def test_at_most_three_ways_and_none_beaten_by_another(heidelberg: Router) -> None:
    for origin, destination in pairs(10, seed=4):
        found = heidelberg.route(origin, destination, "transit", depart_at=MORNING)
        assert 1 <= len(found) <= 3
        riding = [(one.departs_at, one.arrives_at, len(one.rides)) for one in found if one.rides]
        for a in riding:
            assert not any(b != a and b[0] >= a[0] and b[1] <= a[1] and b[2] <= a[2] for b in riding)


def test_no_way_walks_far_to_save_a_change_and_none_comes_hours_after_the_best(heidelberg: Router) -> None:
    for origin, destination in pairs(12, seed=15):
        riding = [one for one in heidelberg.route(origin, destination, "transit", depart_at=MORNING) if one.rides]
        if not riding:
            continue
        best = min(one.arrives_at for one in riding)
        assert all(one.arrives_at - best <= timedelta(hours=2) for one in riding)
        for worse in riding:
            assert not any(
                better.departs_at >= worse.departs_at
                and better.arrives_at <= worse.arrives_at
                and better.walk_m < worse.walk_m - 700 * max(1, len(better.rides) - len(worse.rides))
                for better in riding
            )


def test_a_place_far_from_any_stop_still_gets_a_ride_where_that_saves_a_long_walk(heidelberg: Router) -> None:
    outskirts, town = (49.3800, 8.6500), (49.4120, 8.7100)
    planner = heidelberg.planner("foot")
    spot = planner.graph.snap([outskirts[1]], [outskirts[0]]).one(0)
    nearest_s = planner.graph.search(spot).seconds_to(planner.stops).min()
    assert nearest_s > MAX_LINK_S
    found = heidelberg.route(outskirts, town, "transit", depart_at=MORNING)
    assert any(one.rides for one in found)
    links = heidelberg.links([outskirts[1]], [outskirts[0]])
    back = heidelberg.route(town, outskirts, "transit", depart_at=MORNING)
    (took,) = heidelberg.travel_times(town, "transit", links, depart_at=MORNING)
    assert took == pytest.approx(min((one.arrives_at - MORNING).total_seconds() for one in back), abs=90)


def test_arrive_by_and_depart_at_agree(heidelberg: Router) -> None:
    compared = 0
    for origin, destination in pairs(12, seed=6):
        leaving = min(
            heidelberg.route(origin, destination, "transit", depart_at=MORNING), key=lambda one: one.arrives_at
        )
        back = heidelberg.route(origin, destination, "transit", arrive_at=leaving.arrives_at)
        latest = max(one.departs_at for one in back)
        assert all(one.arrives_at <= leaving.arrives_at for one in back)
        assert latest >= leaving.departs_at
        again = heidelberg.route(origin, destination, "transit", depart_at=latest)
        assert min(one.arrives_at for one in again) <= leaving.arrives_at
        compared += bool(leaving.rides)
    assert compared >= 6


def test_the_last_useful_departure_still_arrives_in_time_and_a_later_one_does_not(heidelberg: Router) -> None:
    deadline = datetime(2022, 9, 14, 16, 0, tzinfo=BERLIN)
    last = heidelberg.last_useful_departure(STATION, OLD_TOWN, "transit", arrive_by=deadline)
    assert last is not None
    assert last.arrives_at <= deadline
    later = heidelberg.route(STATION, OLD_TOWN, "transit", depart_at=last.departs_at + timedelta(seconds=61))
    assert min(one.arrives_at for one in later) > deadline
    window = (datetime(2022, 9, 14, 9, 0, tzinfo=BERLIN), deadline)
    assert will_i_make_it(last, [window], min_stay=timedelta(0)).answer == "yes"


def test_wheelchair_journeys_say_what_the_feed_does_not(heidelberg: Router) -> None:
    found = heidelberg.route(STATION, OLD_TOWN, "transit", depart_at=MORNING, is_wheelchair=True)
    riding = next(one for one in found if one.rides)
    kinds = {unknown.kind for unknown in riding.unknown}
    assert {"stop_access", "trip_access"} <= kinds
    assert all(leg.mode == "wheelchair" for leg in riding.legs if leg.transit is None)


def test_an_expired_day_is_a_sentence_with_the_walk_as_the_best_left(heidelberg: Router) -> None:
    with pytest.raises(NotValidError, match="valid from June 12, 2022 to December 10, 2022") as caught:
        heidelberg.route(STATION, OLD_TOWN, "transit", depart_at=datetime(2023, 5, 1, 8, tzinfo=BERLIN))
    (walk,) = caught.value.best_left
    assert walk.mode == "foot"
    for lang in ("sk", "uk", "be", "ru", "en"):
        assert "2022" in caught.value.sentence(lang)


def test_stops_and_directions_are_in_the_words(heidelberg: Router) -> None:
    found = heidelberg.route(STATION, OLD_TOWN, "transit", depart_at=MORNING, lang="uk", names=("Вокзал", "Ратуша"))
    riding = next(one for one in found if one.rides)
    text = " ".join(step.text for step in riding.steps)
    first = riding.rides[0]
    assert first.start.name in text
    assert first.end.name in text
    assert f"{first.departs_at:%H:%M}" in text
    assert riding.steps[-1].text == "Ви на місці: Ратуша."


def test_three_hundred_places_are_ordered_by_travel_time_in_less_than_300_ms(heidelberg: Router) -> None:
    drawn = np.random.default_rng(1)
    links = heidelberg.links(drawn.uniform(8.65, 8.715, 300), drawn.uniform(49.385, 49.425, 300))
    heidelberg.travel_times(STATION, "transit", links, depart_at=MORNING)
    started = time.perf_counter()
    found = heidelberg.travel_times(STATION, "transit", links, depart_at=MORNING)
    assert time.perf_counter() - started < 0.3
    assert len(found) == 300
    assert np.isfinite(found).mean() > 0.95


def test_travel_times_are_those_of_the_routes(heidelberg: Router) -> None:
    places = [end for _, end in pairs(12, seed=8)]
    links = heidelberg.links([lon for _, lon in places], [lat for lat, _ in places])
    times = heidelberg.travel_times(STATION, "transit", links, depart_at=MORNING)
    for place, took in zip(places, times, strict=True):
        try:
            routes = heidelberg.route(STATION, place, "transit", depart_at=MORNING)
        except NoRouteError:
            assert np.isnan(took)
            continue
        best = min((one.arrives_at - MORNING).total_seconds() for one in routes)
        assert took == pytest.approx(best, abs=5) or took < best  # links reach farther stops than one that rides at all


def test_a_ride_without_a_shape_says_that_its_line_is_straight(heidelberg: Router) -> None:
    """The excerpt of the feed has no shapes.txt; for one with shapes see the built demo city."""
    rides = [leg for one in heidelberg.route(STATION, OLD_TOWN, "transit", depart_at=MORNING) for leg in one.rides]
    assert rides
    assert all(leg.to_dict()["geometry_is_straight"] for leg in rides)


def test_where_walking_is_quicker_than_riding_it_is_told(heidelberg: Router) -> None:
    lat, lon = STATION
    far = pairs(6, seed=8)
    links = heidelberg.links([lon + 0.001, *(end[1] for _, end in far)], [lat, *(end[0] for _, end in far)])
    found = heidelberg.reach(STATION, "transit", links, depart_at=MORNING)
    walk = heidelberg.travel_times(STATION, "foot", links, depart_at=MORNING)
    assert found.is_walk[0]
    assert not found.is_walk.all()
    assert (found.is_walk == (walk == found.seconds)).all()
    assert not heidelberg.reach(STATION, "foot", links, depart_at=MORNING).is_walk.any()


def test_wheelchair_takes_longer_than_walking_in_the_order_by_time(heidelberg: Router) -> None:
    places = [end for _, end in pairs(30, seed=9)]
    links = heidelberg.links([lon for _, lon in places], [lat for lat, _ in places])
    walk = heidelberg.travel_times(STATION, "foot", links, depart_at=MORNING)
    wheels = heidelberg.travel_times(STATION, "wheelchair", links, depart_at=MORNING)
    both = np.isfinite(walk) & np.isfinite(wheels)
    assert both.mean() > 0.9
    assert (wheels[both] >= walk[both]).all()


def test_threads_share_a_router_and_get_the_same_answers(heidelberg_network: Path) -> None:
    router = Router.open(heidelberg_network)
    asked = pairs(6, seed=10)
    barrier = threading.Barrier(4)

    def ask(_: int) -> list[dict[str, object]]:
        barrier.wait()
        return [router.route(a, b, "transit", depart_at=MORNING)[0].to_dict() for a, b in asked]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(ask, range(4))
    assert all(other == first for other in others)
