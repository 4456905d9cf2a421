from __future__ import annotations

import pytest

from geodata.search import SearchIndex, topic_index
from geodata.taxonomy import load_taxonomy
from geodata.text import normalise
from tests.geodata.search.hit_rate import hit_rate, queries

LEAST = {"ru": 40, "uk": 40, "sk": 40, "be": 40, "en": 20}


@pytest.fixture(scope="module")
def topics() -> SearchIndex:
    return topic_index()


@pytest.mark.parametrize("lang", LEAST)
def test_nine_of_ten_everyday_queries_find_the_service_among_the_first_three(topics: SearchIndex, lang: str) -> None:
    rate = hit_rate(topics, lang)
    assert rate.asked >= LEAST[lang]
    assert rate.share >= 0.9, rate.missed


@pytest.mark.parametrize("lang", LEAST)
def test_no_query_of_several_words_was_copied_into_the_taxonomy(lang: str) -> None:
    taxonomy = load_taxonomy()
    words = {normalise(w) for t in (*taxonomy.services.values(), *taxonomy.needs.values()) for w in t.words[lang]}
    copied = [text for text, _ in queries(lang) if " " in text and normalise(text) in words]
    assert copied == []


@pytest.mark.parametrize("lang", LEAST)
def test_every_expected_service_exists_and_is_public(lang: str) -> None:
    public = load_taxonomy().public().services
    assert {code for _, right in queries(lang) for code in right} <= set(public)


@pytest.mark.parametrize(
    ("text", "lang", "service"),
    [
        ("кто может посидеть с ребёнком", "ru", "nanny"),
        ("dovoz obedov pre babku", "sk", "meals_delivery"),
        ("де отримати гуманітарну допомогу", "uk", "humanitarian_aid"),
    ],
)
def test_the_three_sentences_of_the_issue_are_answered_first(
    topics: SearchIndex, text: str, lang: str, service: str
) -> None:
    assert topics.query(text, lang, 1)[0].id == service
