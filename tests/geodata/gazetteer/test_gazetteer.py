"""Addresses as people type them: beginnings of words, no accents, abbreviations, the number apart."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from geodata.errors import NetworkBuildError, SearchError
from geodata.gazetteer.build import write_gazetteer
from geodata.gazetteer.read import Entry, read_entries
from geodata.gazetteer.search import Gazetteer
from geodata.gazetteer.text import fold

ENTRIES = [
    Entry("street", {"": "Námestie SNP"}, 19.14, 48.73, "Námestie SNP"),
    Entry("address", {"": "Námestie SNP 1"}, 19.141, 48.731, "Námestie SNP", "1", "Banská Bystrica"),
    Entry("address", {"": "Námestie SNP 14"}, 19.142, 48.732, "Námestie SNP", "14", "Banská Bystrica"),
    Entry("street", {"": "вулиця Шевченка"}, 32.06, 49.44, "вулиця Шевченка"),
    Entry("stop", {"": "Площадь Победы", "be": "Плошча Перамогі"}, 27.57, 53.91),
    Entry("poi", {"": "Mestský úrad"}, 19.145, 48.735, category="amenity=townhall"),
]


@pytest.fixture
def gazetteer(tmp_path: Path) -> Gazetteer:
    write_gazetteer(ENTRIES, tmp_path / "gazetteer.sqlite")
    return Gazetteer.open(tmp_path / "gazetteer.sqlite")


def names(gazetteer: Gazetteer, text: str) -> list[str]:
    return [found.entry.name for found in gazetteer.search(text)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("námestie snp", "Námestie SNP"),
        ("namestie", "Námestie SNP"),
        ("nam. SNP", "Námestie SNP"),
        ("namestie snp 14", "Námestie SNP 14"),
        ("14 námestie snp", "Námestie SNP 14"),
        ("snp 1", "Námestie SNP 1"),
        ("вул. Шевч", "вулиця Шевченка"),
        ("плошча перам", "Площадь Победы"),
        ("mestsky", "Mestský úrad"),
    ],
)
def test_typed_as_people_type(gazetteer: Gazetteer, typed: str, first: str) -> None:
    assert names(gazetteer, typed)[0] == first


def test_an_unknown_number_still_finds_the_street(gazetteer: Gazetteer) -> None:
    assert "Námestie SNP" in names(gazetteer, "namestie snp 999")


@pytest.mark.parametrize("typed", ["", "   ", '"', "*", "AND", "qqqq", "a:b", "'; --"])
def test_nothing_typed_never_raises(gazetteer: Gazetteer, typed: str) -> None:
    assert names(gazetteer, typed) == []


def test_a_click_on_the_map_has_a_name(gazetteer: Gazetteer) -> None:
    nearest = gazetteer.nearest(48.7319, 19.1419)
    assert nearest is not None
    assert nearest.name == "Námestie SNP 14"
    assert gazetteer.nearest(10.0, 10.0) is None


def test_nearby_comes_first_among_equals(tmp_path: Path) -> None:
    twins = [Entry("street", {"": "Main"}, lon, 49.0, "Main") for lon in (8.0, 9.0)]
    write_gazetteer(twins, tmp_path / "g.sqlite")
    found = Gazetteer.open(tmp_path / "g.sqlite").search("main", near=(49.0, 9.0))
    assert found[0].entry.lon == 9.0


def test_the_extract_gives_addresses_streets_and_stops(demo_network: Path, helsinki_pbf: Path) -> None:
    gazetteer = Gazetteer.open(demo_network / "gazetteer.sqlite")
    kinds = {kind: sum(1 for _ in gazetteer.entries(kind)) for kind in ("address", "street", "stop", "poi")}
    assert kinds["address"] > 900
    assert kinds["street"] > 60
    assert len(read_entries(helsinki_pbf)) == sum(1 for _ in gazetteer.entries())
    street = next(iter(gazetteer.entries("street"))).name
    assert street in names(gazetteer, street[:5].upper())
    started = time.perf_counter()
    for typed in ("man", "mannerheimintie 1", "kaisa", "rautatie"):
        gazetteer.search(typed)
    assert time.perf_counter() - started < 0.4


def test_folding() -> None:
    assert fold("Straße des 17. Juni") == "strasse des 17 juni"
    assert fold("Їжакевича, вул.") == "їжакевича вулиця"
    assert fold("Ёлки") == "елки"


def test_what_is_no_gazetteer_is_refused_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"no database, not at all")
    for name in ("bad", "none"):
        with pytest.raises(SearchError, match="geodata build"):
            Gazetteer.open(tmp_path / name)
    with pytest.raises(NetworkBuildError):
        read_entries(tmp_path / "bad")
