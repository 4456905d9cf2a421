from __future__ import annotations

import pytest

from geodata.cities import load_profile
from geodata.taxonomy import load_taxonomy
from geodata.wordforms import LANGUAGES

TAXONOMY = load_taxonomy()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_service_and_need_has_its_words_in_every_language(lang: str) -> None:
    for topic in (*TAXONOMY.services.values(), *TAXONOMY.needs.values()):
        assert topic.names[lang], topic.code
        assert topic.abouts[lang].endswith("."), topic.code
        assert topic.words[lang], topic.code
        assert all(" ".join(hint.split()) == hint for hint in topic.hints[lang]), topic.code


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_services_share_a_name(lang: str) -> None:
    names = [service.name(lang) for service in TAXONOMY.leaves()]
    assert len(names) == len(set(names))


def test_the_tree_has_branches_of_a_size_people_can_read() -> None:
    assert 60 <= len(TAXONOMY.leaves()) <= 90
    for branch in TAXONOMY.children(None):
        assert 1 <= len(TAXONOMY.children(branch.code)) <= 10, branch.code


def test_the_public_tree_has_no_protected_service_and_no_need_leads_to_one() -> None:
    public = TAXONOMY.public()
    assert "violence_shelter" not in public.services
    assert "violence_help" in public.services
    assert all(code in public.services for need in public.needs.values() for code in need.services)


def test_a_language_that_is_not_ours_reads_english() -> None:
    assert TAXONOMY.services["pharmacy"].name("de") == "Pharmacy"
    assert TAXONOMY.services["pharmacy"].about("de")


def test_services_name_their_groups_as_the_cities_do() -> None:
    known = {group.code for group in load_profile("demo").caller_groups}
    assert {group for service in TAXONOMY.services.values() for group in service.groups} <= known
