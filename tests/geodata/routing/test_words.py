"""Steps in words: the same templates in every language, nothing left unfilled, nouns in the right number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

import pytest

from geodata.routing.words import LANGUAGES, words
from tests.geodata.conftest import BERLIN


def templates(texts: Mapping[str, object], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from templates(value, f"{path}{key}.")
        elif isinstance(value, str):
            yield f"{path}{key}", value


def plain(lang: str) -> dict[str, str]:
    return {key: text for key, text in templates(words(lang).texts) if not key.startswith("count.")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_template_with_the_same_places_to_fill(lang: str) -> None:
    english, other = plain("en"), plain(lang)
    assert other.keys() == english.keys()
    for key, text in other.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", english[key])), key
    assert len(words(lang).texts["headings"]) == 8


@pytest.mark.parametrize(
    ("lang", "counted"),
    [
        ("en", {1: "1 stop", 2: "2 stops"}),
        ("sk", {1: "1 zastávka", 3: "3 zastávky", 5: "5 zastávok"}),
        ("uk", {1: "1 зупинка", 3: "3 зупинки", 5: "5 зупинок", 21: "21 зупинка"}),
        ("ru", {1: "1 остановка", 4: "4 остановки", 11: "11 остановок", 22: "22 остановки"}),
        ("be", {1: "1 прыпынак", 2: "2 прыпынкі", 12: "12 прыпынкаў"}),
    ],
)
def test_nouns_agree_with_their_number(lang: str, counted: dict[int, str]) -> None:
    assert {n: words(lang).count("stops", n) for n in counted} == counted


def test_distances_are_said_as_people_say_them() -> None:
    assert [words("en").distance(m) for m in (3, 47, 123, 480, 951, 2449)] == [
        "5 m", "45 m", "120 m", "500 m", "1 km", "2.4 km",
    ]  # fmt: skip
    assert words("sk").distance(2449) == "2,4 km"
    assert words("uk").distance(2449) == "2,4 км"


def test_a_street_without_a_name_takes_the_template_without_one() -> None:
    assert words("en").step("left", "", distance="50 m") == "Turn left and go 50 m."
    assert words("en").step("left", "Oak Street", distance="50 m") == "Turn left into Oak Street and go 50 m."


def test_an_unknown_language_falls_back_to_english() -> None:
    assert words("fi").step("elevator", "") == "Take the lift."


def test_times_are_those_of_the_instants_zone() -> None:
    assert words("sk").time(datetime(2022, 9, 14, 8, 5, tzinfo=BERLIN)) == "08:05"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_step_keeps_an_unfilled_place(heidelberg, lang: str) -> None:
    from tests.geodata.conftest import MORNING

    for mode in ("transit", "foot", "wheelchair", "car"):
        for itinerary in heidelberg.route((49.4037, 8.6756), (49.412, 8.71), mode, depart_at=MORNING, lang=lang):
            texts = [step.text for step in itinerary.steps] + [unknown.text for unknown in itinerary.unknown]
            assert texts
            assert not any(re.search(r"[{}]|  |None", text) for text in texts), texts
