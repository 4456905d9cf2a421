from __future__ import annotations

import pytest

from geodata.search import SearchIndex, topic_index
from geodata.taxonomy import load_taxonomy
from geodata.text import normalise
from tests.geodata.search.hit_rate import hit_rate, list_rates, lists, queries, together

LEAST = {"ru": 40, "uk": 40, "sk": 40, "be": 40, "en": 20}


@pytest.fixture(scope="module")
def topics() -> SearchIndex:
    return topic_index()


@pytest.mark.parametrize("lang", LEAST)
def test_nine_of_ten_everyday_queries_find_the_service_among_the_first_three(topics: SearchIndex, lang: str) -> None:
    rate = hit_rate(topics, lang)
    assert rate.asked >= LEAST[lang]
    assert rate.share >= 0.9, rate.missed


def test_what_the_search_has_learnt_it_keeps(topics: SearchIndex) -> None:
    learnt = together(list_rates(topics, "practice"))
    assert learnt.asked >= 400
    assert learnt.share >= 0.95, learnt.missed


def test_two_of_three_queries_that_nothing_was_mended_for_find_their_service(topics: SearchIndex) -> None:
    rates = list_rates(topics, "unseen")
    assert {rate.lang for rate in rates} >= {"ru", "uk", "sk", "be"}
    assert all(rate.asked >= 30 for rate in rates)
    assert together(rates).share >= 0.67


@pytest.mark.parametrize("name", ["practice", "unseen", "everyday_dev", "everyday_test", "stories_test"])
def test_the_lists_expect_services_that_exist_and_are_public(name: str) -> None:
    public = load_taxonomy().public().services
    assert {code for asked in lists(name).values() for _, right in asked for code in right} <= set(public)


@pytest.mark.parametrize("lang", LEAST)
def test_no_query_of_several_words_was_copied_into_the_taxonomy(lang: str) -> None:
    taxonomy = load_taxonomy()
    topics = (*taxonomy.services.values(), *taxonomy.needs.values())
    hints = {normalise(w) for t in topics for w in t.hints[lang]}
    words = hints | {normalise(w) for t in topics for w in t.words[lang]}
    assert [text for text, _ in queries(lang) if " " in text and normalise(text) in words] == []
    counted = [text for name in ("unseen", "everyday_test", "stories_test") for text, _ in lists(name).get(lang, ())]
    assert [text for text in counted if " " in text and normalise(text) in hints] == []


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
