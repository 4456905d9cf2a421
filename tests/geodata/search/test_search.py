from __future__ import annotations

import threading
from pathlib import Path

import pytest

from geodata.errors import SearchError
from geodata.search import Document, Phrase, SearchIndex, institution_document, sqlite_index, topic_documents
from geodata.taxonomy import load_taxonomy
from tests.geodata.search.city import city


@pytest.mark.parametrize(
    ("text", "lang", "title", "how"),
    [
        ("Аптека", "ru", "Аптека", "exact"),
        ("апте", "ru", "Аптека", "prefix"),
        ("бибилотека", "ru", "Библиотека", "typo"),
        ("лікарню", "uk", "Лікарня", "stem"),
        ("bibliyateka", "be", "Бібліятэка", "translit"),
        ("нотариус", "uk", "Нотаріус", "exact"),
        ("lekaren", "sk", "Lekáreň", "exact"),
        ("babysitter", "en", "Childminder", "synonym"),
        ("hospitl", "en", "Hospital", "typo"),
        ("нотаріуус", "uk", "Нотаріус", "typo"),
        ("dôcodok", "sk", "Dôchodok", "typo"),
    ],
)
def test_a_hit_says_how_it_matched(sqlite_city: SearchIndex, text: str, lang: str, title: str, how: str) -> None:
    hit = sqlite_city.query(text, lang, 1, ("service",))[0]
    assert (hit.title, hit.why.how) == (title, how)
    assert hit.why.term


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("вулиця Шевченка 12", "uk"), ("вул. Шевченка, 12", "uk"), ("shevchenka 12", "uk"), ("шевченко 12", "ru"),
        ("12 шевченка", "uk"), ("вулиці Шевченка 12", "uk"),
    ],
)  # fmt: skip
def test_an_address_is_found_however_it_is_written(sqlite_city: SearchIndex, text: str, lang: str) -> None:
    assert sqlite_city.query(text, lang, 1, ("address",))[0].title == "вулиця Шевченка 12"


@pytest.mark.parametrize(
    ("text", "lang", "title"),
    [
        ("улица Шевченко, д. 12", "ru", "вулиця Шевченка 12"),
        ("вул. Шевченка буд. 12 кв. 5", "uk", "вулиця Шевченка 12"),
        ("шевчнка 12", "uk", "вулиця Шевченка 12"), ("вул.Шевченка 12 а", "uk", "вулиця Шевченка 12а"),
        ("12-А шевченка", "uk", "вулиця Шевченка 12а"), ("Shevchenka 12a", "en", "вулиця Шевченка 12а"),
        ("dlha 7 b", "sk", "Dlhá ulica 7/B"), ("nám. slobody 10", "sk", "Námestie slobody 10"),
        ("школьная, 5, корп. 2", "ru", "Школьная улица 5 к2"), ("школьная 5к2", "ru", "Школьная улица 5 к2"),
        ("пр-т незалежности 14", "ru", "проспект Незалежності 14"), ("почта на Ленина 17", "ru", "вуліца Леніна 17"),
        ("lekáreň pri stanici", "sk", "Železničná stanica"), ("памперсы на школьной улице", "ru", "Школьная улица"),
        ("Шевченка 9999", "uk", "вулиця Шевченка"), ("аптека Шевченка", "uk", "вулиця Шевченка"),
    ],
)  # fmt: skip
def test_a_place_is_found_with_house_letters_typos_shortened_words_and_a_need_beside(
    sqlite_city: SearchIndex, text: str, lang: str, title: str
) -> None:
    assert sqlite_city.query(text, lang, 1, ("address", "street", "stop"))[0].title == title


@pytest.mark.parametrize(
    ("text", "lang"), [("kde je", "sk"), ("де і як мені", "uk"), ("dzie ja", "be"), ("где мне", "ru"), ("ъ", "ru")]
)
def test_words_that_tell_nothing_find_nothing_and_offer_general_topics(
    sqlite_city: SearchIndex, text: str, lang: str
) -> None:
    answer = sqlite_city.answer(text, lang)
    assert answer.hits == ()
    assert "counselling" in {hit.id for hit in answer.suggestions}


def test_a_street_comes_before_its_house_numbers(sqlite_city: SearchIndex) -> None:
    assert sqlite_city.query("dlha ulica", "sk", 1, ("street", "address"))[0].kind == "street"


def test_titles_come_in_the_language_of_the_asker(sqlite_city: SearchIndex) -> None:
    assert sqlite_city.query("аптека", "sk", 1, ("service",))[0].title == "Lekáreň"


def test_hits_keep_to_the_kinds_asked_for_and_to_the_limit(sqlite_city: SearchIndex) -> None:
    hits = sqlite_city.query("лікар", "uk", 2, ("institution",))
    assert 0 < len(hits) <= 2
    assert {hit.kind for hit in hits} == {"institution"}
    assert all(0 <= hit.score <= 1 for hit in hits)


def test_an_institution_is_found_by_the_service_it_gives_in_any_language(sqlite_city: SearchIndex) -> None:
    assert any("pharmacy" in hit.services for hit in sqlite_city.query("lekáreň", "sk", 5, ("institution",)))


@pytest.mark.parametrize("text", ["", "   ", "!!!", "''", "\x00", "🙂", "a" * 5000, "OR AND NOT NEAR(", '"*'])
def test_no_text_breaks_the_search(sqlite_city: SearchIndex, text: str) -> None:
    answer = sqlite_city.answer(text, "uk")
    assert answer.hits or answer.suggestions


def test_nothing_found_offers_topics_instead_of_a_dead_end(sqlite_city: SearchIndex) -> None:
    answer = sqlite_city.answer("xqzwv", "uk")
    assert answer.hits == ()
    assert [hit.kind for hit in answer.suggestions] == ["service"] * 5


def test_protected_services_and_their_places_are_never_in_a_public_index(tmp_path: Path) -> None:
    taxonomy = load_taxonomy()
    shelter = institution_document(1, "Dom Nádej", services=["violence_shelter"], taxonomy=taxonomy, address="Tichá 9")
    public, staff = sqlite_index(tmp_path / "public.sqlite"), sqlite_index(tmp_path / "staff.sqlite")
    public.build([*topic_documents(taxonomy), shelter])
    staff.build([*topic_documents(taxonomy), shelter], is_staff=True)
    for text in ("Dom Nádej", "Tichá 9", "bezpečný dom", "violence_shelter", "притулок для жінок"):
        assert not {"violence_shelter", "1"} & {hit.id for hit in public.query(text, "sk", 50)}
    assert staff.query("Dom Nádej", "sk", 1, ("institution",))[0].id == "1"
    assert b"N\xc3\xa1dej" not in (tmp_path / "public.sqlite").read_bytes()


def test_a_missing_index_and_a_wrong_file_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="build the city first"):
        sqlite_index(tmp_path / "none.sqlite").query("x", "uk")
    (tmp_path / "other.sqlite").write_text("no database at all, but long enough to be read as one" * 20)
    with pytest.raises(SearchError, match="not a search index"):
        sqlite_index(tmp_path / "other.sqlite").query("x", "uk")


def test_a_failed_build_leaves_the_old_index_as_it_was(tmp_path: Path) -> None:
    index = sqlite_index(tmp_path / "search.sqlite")
    twin = Document("place", "1", {"": "Stará Ľubovňa"}, (Phrase("title", "Stará Ľubovňa"),))
    index.build([twin])
    with pytest.raises(SearchError, match="come twice"):
        index.build([twin, twin])
    assert index.query("stara lubovna", "sk")[0].id == "1"
    assert [p.name for p in tmp_path.iterdir()] == ["search.sqlite"]


def test_a_rebuilt_index_is_read_anew_and_from_many_threads(tmp_path: Path) -> None:
    index = sqlite_index(tmp_path / "search.sqlite")
    index.build(city())
    expected = index.query("лікар", "uk")
    seen: list[object] = []
    threads = [threading.Thread(target=lambda: seen.append(index.query("лікар", "uk"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 4
    index.build(topic_documents(load_taxonomy()))
    assert {hit.kind for hit in index.query("лікар", "uk")} <= {"service", "need"}


@pytest.mark.parametrize(
    "text", ["время", "п'яний", "min.", "' OR 1=1 --", '"', "NEAR(a b)", "w*", "\x00", "ᬅᬾᬆ", "௹ ₪ ²½"]
)
@pytest.mark.parametrize("lang", ["ru", "uk", "sk"])
def test_no_word_of_any_script_breaks_the_search(sqlite_city: SearchIndex, text: str, lang: str) -> None:
    assert isinstance(sqlite_city.query(text, lang), list)


def test_a_word_of_the_same_root_is_found_by_its_beginning(sqlite_city: SearchIndex) -> None:
    assert "rehabilitation" in {hit.id for hit in sqlite_city.query("rehabilitačný", "sk", 3, ("service",))}


def test_a_word_that_few_topics_hold_tells_more_than_one_that_many_do(tmp_path: Path) -> None:
    # `mother` stands in one entry of each of many topics, `drinks` in several entries of one.
    drinking = _topic("drinking", *(f"drinks {what}" for what in ("gin", "rum", "beer", "wine", "ale", "mead", "port")))
    index = sqlite_index(tmp_path / "search.sqlite")
    index.build([drinking, *(_topic(f"other-{n}", "mother") for n in range(6))])
    assert index.query("mother drinks", "en", 1)[0].id == "drinking"


def _topic(code: str, *hints: str) -> Document:
    return Document("service", code, {"": code}, tuple(Phrase("hint", hint, "en") for hint in hints))
