from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from geodata.errors import SearchError
from geodata.search import SearchIndex, postgres_index, topic_documents
from geodata.taxonomy import load_taxonomy
from tests.geodata.search.city import city
from tests.geodata.search.conftest import connection
from tests.geodata.search.hit_rate import lists, queries

PLACES = (
    ("shevchenka 12", "uk"), ("вул Шевченка 12", "uk"), ("dlha ulica", "sk"), ("namestie slobodi 3", "sk"),
    ("Скольная", "ru"), ("апте", "ru"), ("бибилотека", "ru"), ("lekaren 5", "sk"), ("ленина 7", "be"), ("12", "uk"),
    ("ул", "ru"), ("o'brien \"x\" (y)* : & | ! -z", "en"), ("", "uk"), ("цнап", "uk"), ("№ 17", "uk"),
    ("время", "ru"), ("ᬅᬾᬆ", "uk"), ("rehabilitačný pobyt", "sk"),
)  # fmt: skip


@pytest.mark.postgis
def test_both_engines_give_the_same_hits_for_every_query(
    sqlite_city: SearchIndex, postgres_search: SearchIndex
) -> None:
    postgres_search.build(city())
    asked = [(text, lang) for lang in ("ru", "uk", "sk", "be") for text, _ in queries(lang)[::4]] + list(PLACES)
    asked += [(text, lang) for lang, rows in lists("unseen").items() for text, _ in rows[::3]]
    for text, lang in asked:
        assert postgres_search.query(text, lang) == sqlite_city.query(text, lang), text
    for text, lang in (("zzzz qqqq", "sk"), ("терецентор", "uk")):
        assert postgres_search.suggest(text, lang) == sqlite_city.suggest(text, lang), text


@pytest.mark.postgis
def test_a_search_asks_postgres_three_times(postgis_url: str, postgres_search: SearchIndex) -> None:
    postgres_search.build(city())
    lent: list[str] = []

    @contextmanager
    def counted() -> Iterator[psycopg.Connection]:
        with connection(postgis_url) as lending:
            lent.append("once")
            yield lending

    assert postgres_index(counted, "test-city").query("вул Шевченка 12", "uk")
    assert len(lent) == 3, "counts, candidates, the hits that are shown"


@pytest.mark.postgis
def test_an_index_in_postgres_is_replaced_as_a_whole_and_missing_is_said(postgres_search: SearchIndex) -> None:
    with pytest.raises(SearchError, match="build the city first"):
        postgres_search.query("лікар", "uk")
    postgres_search.build(city())
    assert postgres_search.query("Шевченка 12", "uk", kinds=("address",))
    postgres_search.build(topic_documents(load_taxonomy()))
    assert postgres_search.query("Шевченка 12", "uk", kinds=("address",)) == []
    assert postgres_search.query("лікар", "uk")
