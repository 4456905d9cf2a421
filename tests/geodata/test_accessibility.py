from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.accessibility import (
    LINK_OF,
    LINKS,
    PROFILES,
    Observation,
    Profile,
    assess,
    in_words,
    observations_from_osm,
    settle,
)
from geodata.accessibility.observations import Value
from geodata.wordforms import LANGUAGES

VALUES: tuple[Value, ...] = ("yes", "no", "limited", "unknown")
observations = st.lists(
    st.builds(
        Observation,
        property=st.sampled_from(sorted(LINK_OF)),
        value=st.sampled_from(VALUES),
        source=st.sampled_from(("OpenStreetMap", "staff")),
        observed_on=st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2025, 1, 1))),
    ),
    max_size=12,
)
profiles = st.sampled_from(PROFILES)


def seen(**values: Value) -> list[Observation]:
    return [Observation(name, value, "staff", date(2025, 1, 1)) for name, value in values.items()]


@given(observations, profiles, st.booleans())
def test_the_total_is_the_weakest_link_and_names_it(
    given_observations: list[Observation], profile: Profile, by_car: bool
) -> None:
    access = assess(given_observations, profile, by_car=by_car)
    counted = {link.link: link.verdict for link in access.links if by_car or link.link != "parking"}
    if access.verdict == "yes":
        assert set(counted.values()) == {"yes"}
        assert access.weakest_link is None
    else:
        assert access.weakest_link is not None
        assert counted[access.weakest_link] == access.verdict
        assert access.verdict == ("no" if "no" in counted.values() else "unknown")


@given(observations, profiles, st.sampled_from(sorted(LINK_OF)), st.sampled_from(("yes", "no")))
def test_learning_what_was_unknown_never_flips_yes_and_no(
    given_observations: list[Observation], profile: Profile, name: str, value: Value
) -> None:
    before = [o for o in given_observations if o.property != name]
    after = assess([*before, Observation(name, value, "staff", date(2025, 6, 1))], profile)
    if assess(before, profile).verdict != "unknown":
        assert after.verdict == assess(before, profile).verdict


@given(profiles, st.booleans())
def test_a_place_nobody_looked_at_is_unknown_never_fine(profile: Profile, by_car: bool) -> None:
    access = assess([], profile, by_car=by_car)
    assert access.verdict == "unknown"
    assert any(link.missing for link in access.links)


@given(
    st.permutations(seen(step_free_way="yes", step_free_entrance="no", step_free_inside="limited", lift="yes")),
    profiles,
)
def test_the_order_of_observations_does_not_matter(shuffled: list[Observation], profile: Profile) -> None:
    assert assess(shuffled, profile) == assess(sorted(shuffled, key=lambda o: o.property), profile)


def test_one_known_barrier_makes_a_no_whatever_else_is_unknown() -> None:
    access = assess(seen(step_free_entrance="no"), "wheelchair")
    assert (access.verdict, access.weakest_link) == ("no", "entrance")


def test_limited_is_ask_for_a_wheelchair_and_fine_for_a_rollator() -> None:
    place = seen(step_free_way="yes", step_free_entrance="limited", step_free_inside="yes")
    assert assess(place, "wheelchair").verdict == "unknown"
    assert assess(place, "wheelchair").weakest_link == "entrance"
    assert assess(place, "rollator").verdict == "yes"


def test_parking_counts_only_for_those_who_come_by_car() -> None:
    place = seen(step_free_way="yes", step_free_entrance="yes", step_free_inside="yes", disabled_parking="no")
    assert assess(place, "wheelchair").verdict == "yes"
    assert assess(place, "wheelchair", by_car=True).weakest_link == "parking"


def test_entrance_and_inside_can_be_judged_without_the_way() -> None:
    access = assess(seen(step_free_entrance="yes", step_free_inside="yes"), "wheelchair")
    assert (access.verdict, access.weakest_link, access.at_the_place) == ("unknown", "way", "yes")


def test_the_newest_observation_holds_and_equally_new_ones_that_disagree_are_unknown() -> None:
    old = Observation("lift", "yes", "OpenStreetMap", date(2020, 1, 1))
    new = Observation("lift", "no", "staff", date(2025, 1, 1))
    other = Observation("lift", "yes", "visitor", date(2025, 1, 1))
    silent = Observation("lift", "unknown", "staff", date(2026, 1, 1))
    assert settle([new, old, silent])["lift"] == new
    assert settle([old, new, other])["lift"].value == "unknown"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, {}),
        ({"wheelchair": "yes"}, {"step_free_entrance": "yes", "step_free_inside": "yes"}),
        ({"wheelchair": "limited"}, {"step_free_entrance": "limited", "step_free_inside": "limited"}),
        ({"wheelchair": "no"}, {"step_free_entrance": "no"}),
        ({"wheelchair": "bad value"}, {}),
        ({"toilets:wheelchair": "no"}, {"accessible_toilet": "no"}),
        ({"hearing_loop": "yes"}, {"induction_loop": "yes"}),
        ({"ramp": "yes"}, {"step_free_entrance": "limited"}),
        ({"ramp": "yes", "ramp:wheelchair": "yes"}, {"step_free_entrance": "yes"}),
        ({"step_count": "0"}, {"step_free_entrance": "yes"}),
        ({"step_count": "4"}, {"step_free_entrance": "no"}),
        ({"door:width": "85 cm"}, {"wide_entrance": "limited"}),
        ({"door:width": "1,2"}, {"wide_entrance": "yes"}),
        ({"door:width": "wide"}, {}),
        ({"automatic_door": "button"}, {"automatic_door": "yes"}),
        ({"kerb": "raised", "surface": "cobblestone"}, {"lowered_kerb": "no", "firm_surface": "no"}),
        ({"tactile_paving": "yes"}, {"tactile_way": "yes"}),
        ({"capacity:disabled": "2"}, {"disabled_parking": "yes"}),
        ({"capacity:disabled": "0"}, {"disabled_parking": "no"}),
    ],
)
def test_osm_tags_say_what_they_say_and_no_more(tags: dict[str, str], expected: dict[str, str]) -> None:
    assert {o.property: o.value for o in observations_from_osm(tags)} == expected


def test_osm_observations_carry_source_day_and_note() -> None:
    tags = {"wheelchair": "no", "check_date:wheelchair": "2024-05-06", "wheelchair:description": "two steps"}
    (seen_there,) = observations_from_osm(tags, observed_on=date(2020, 1, 1))
    assert (seen_there.source, seen_there.observed_on, seen_there.note) == (
        "OpenStreetMap",
        date(2024, 5, 6),
        "two steps",
    )
    (undated,) = observations_from_osm({"wheelchair": "no", "check_date": "spring"}, observed_on=date(2020, 1, 1))
    assert undated.observed_on == date(2020, 1, 1)


@pytest.mark.parametrize("lang", [*LANGUAGES, "de"])
def test_everything_has_words(lang: str) -> None:
    assert all(in_words("profiles", p, lang) for p in PROFILES)
    assert all(in_words("links", link, lang) for link in LINKS)
    assert all(in_words("properties", name, lang) for name in LINK_OF)
    assert all(in_words("values", value, lang) for value in VALUES)
