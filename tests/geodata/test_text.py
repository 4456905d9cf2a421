from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.text import fold, script, similarity, skeleton, transliterate, trigrams, words
from geodata.wordforms import LANGUAGES, language, lemma, light_stem


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("dom pracy", "дом працы"), ("Shevchenka", "Шевченка"), ("Ševčenka", "Шевченка"), ("Kyjiv", "Київ"),
        ("reyestratsiya", "реєстрація"), ("zhenshchina", "женщина"), ("yurist", "юрист"), ("khlib", "хліб"),
    ],
)  # fmt: skip
def test_transliterations_meet_in_one_skeleton(latin: str, cyrillic: str) -> None:
    assert transliterate(latin) == transliterate(cyrillic)


@pytest.mark.parametrize(
    ("left", "right"), [("п'ять", "п’ять"), ("ҐАНОК", "ганок"), ("ёлка", "елка"), ("Škôlka", "skolka"), ("ўсё", "усе")]
)
def test_spellings_of_one_word_fold_together(left: str, right: str) -> None:
    assert [fold(w) for w in words(left)] == [fold(w) for w in words(right)]


@pytest.mark.parametrize(
    ("lang", "forms"),
    [
        ("sk", ("dieťa", "dieťaťom")), ("uk", ("переселенець", "переселенців")), ("ru", ("пособие", "пособия")),
        ("be", ("прышчэпка", "прышчэпку")), ("en", ("benefits", "benefit")),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_a_key_in_their_language(lang: str, forms: tuple[str, str]) -> None:
    assert lemma(forms[0], lang) == lemma(forms[1], lang) != ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_stop_words(lang: str) -> None:
    assert len(language(lang).stop) > 50


def test_an_unknown_language_has_no_word_lists() -> None:
    assert language("xx").stop == frozenset()


@given(st.text(max_size=40))
def test_folding_is_settled_after_once_and_skeletons_are_ascii(text: str) -> None:
    for word in words(text):
        folded = fold(word)
        assert fold(folded) == folded
        assert skeleton(folded).isascii()
        assert light_stem(folded)[:1] == folded[:1]
        assert script(word) in ("latin", "cyrillic", "other")


@given(st.text("abcde", min_size=1, max_size=8), st.text("abcde", min_size=1, max_size=8))
def test_similarity_is_symmetric_and_one_only_for_the_same_trigrams(left: str, right: str) -> None:
    assert similarity(left, right) == similarity(right, left)
    assert (similarity(left, right) == 1) == (trigrams(left) == trigrams(right))
