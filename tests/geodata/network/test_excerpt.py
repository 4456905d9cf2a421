"""The streets that travel inside a file: around the places, not too many, names apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.network import excerpt as module
from geodata.network.excerpt import excerpt
from geodata.network.streets import Streets

PLACES = [(60.1690, 24.9400), (60.1720, 24.9480)]


@pytest.fixture(scope="module")
def streets(demo_network: Path) -> Streets:
    return Streets.load(demo_network)


def test_streets_lie_around_the_places_and_carry_their_names(streets: Streets) -> None:
    found = excerpt(streets, PLACES, "fi")
    points = [point for line in (*found.main, *found.minor) for point in line]
    assert len(points) > 300
    assert all(60.160 < lat < 60.181 and 24.92 < lon < 24.97 for lat, lon in points)
    names = [name for name, _, _ in found.labels]
    assert "Mannerheimintie" in names
    assert len(set(names)) == len(names) <= module.MAX_LABELS


def test_names_stand_apart(streets: Streets) -> None:
    labels = excerpt(streets, PLACES, "fi").labels
    for number, (_, lat, lon) in enumerate(labels):
        assert all(abs(lat - y) > 0.0005 or abs(lon - x) > 0.001 for _, y, x in labels[:number])


def test_a_whole_city_gives_its_main_streets_alone(streets: Streets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PIECES", 100)
    found = excerpt(streets, PLACES, "fi")
    assert found.minor == []
    assert 0 < len(found.main) <= 100


def test_no_place_no_streets(streets: Streets) -> None:
    found = excerpt(streets, [], "fi")
    assert (found.main, found.minor, found.labels) == ([], [], [])
