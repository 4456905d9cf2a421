"""`python -m geodata route`: the JSON others read, exit codes, plain sentences."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geodata.__main__ import make_app
from geodata.network import engine
from geodata.network.build import Parts, build_network
from tests.geodata.conftest import TODAY

ENDS = ("--from", "49.4037,8.6756", "--to", "49.4120,8.7100")


def run(network: Path, *options: str) -> tuple[int, Any]:
    result = CliRunner().invoke(make_app(), ["route", "--network", str(network), *ENDS, "--json", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def test_a_language_that_linka_does_not_speak_is_refused_with_the_list() -> None:
    result = CliRunner().invoke(make_app(), ["route", *ENDS, "--lang", "xx"])
    assert result.exit_code == 2
    assert "use one of" in result.stderr


@pytest.mark.parametrize("mode", ["transit", "foot", "wheelchair", "bicycle", "car"])
def test_the_shape_of_the_answer(heidelberg_network: Path, mode: str) -> None:
    code, found = run(heidelberg_network, "--mode", mode, "--depart", "2022-09-14T08:00")
    assert code == 0
    for itinerary in found["itineraries"]:
        assert {"duration_s", "distance_m", "departs_at", "arrives_at", "legs", "unknown"} <= itinerary.keys()
        assert datetime.fromisoformat(itinerary["departs_at"]).utcoffset() is not None
        for leg in itinerary["legs"]:
            assert {"mode", "from", "to", "departs_at", "arrives_at", "distance_m", "geometry", "steps"} <= leg.keys()
            assert leg["geometry"]["type"] == "LineString"
            assert len(leg["geometry"]["coordinates"]) >= 2
            assert leg["steps"]
    if mode == "transit":
        assert any("line" in leg for one in found["itineraries"] for leg in one["legs"])


def test_arrive_by(heidelberg_network: Path) -> None:
    _, found = run(heidelberg_network, "--arrive", "2022-09-14T09:00+02:00")
    assert all(one["arrives_at"] <= "2022-09-14T09:00:00+02:00" for one in found["itineraries"])


@pytest.mark.parametrize(
    ("options", "code", "name"),
    [
        (("--depart", "2023-05-01T08:00"), 5, "not_valid"),
        (("--depart", "2022-09-14T08:00", "--from", "48.0,8.0"), 3, "outside_origin"),
        (("--depart", "2022-09-14T08:00", "--mode", "foot", "--to", "40.0,8.0"), 3, "outside_destination"),
    ],
)
def test_no_route_is_a_sentence_and_an_exit_code(
    heidelberg_network: Path, options: tuple[str, ...], code: int, name: str
) -> None:
    found_code, found = run(heidelberg_network, *options)
    assert (found_code, found["error"]["code"]) == (code, name)
    assert found["error"]["message"].endswith(".")
    assert bool(found["itineraries"]) == (name == "not_valid")


def test_no_network_says_how_to_build_one(tmp_path: Path) -> None:
    code, found = run(tmp_path / "none")
    assert code == 8
    assert "python -m geodata build" in found["error"]["message"]


def test_a_missing_engine_leaves_the_walk(heidelberg_network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise engine.EngineMissingError("not installed")

    monkeypatch.setattr(engine, "_library", missing)
    code, found = run(heidelberg_network, "--depart", "2022-09-14T08:00")
    assert (code, found["error"]["code"]) == (7, "engine_missing")
    assert [leg["mode"] for leg in found["itineraries"][0]["legs"]] == ["foot"]


def test_a_broken_feed_leaves_the_walk(tmp_path: Path, helsinki_pbf: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 not a zip at all")
    parts = Parts(basemap=False, gazetteer=False)
    report = build_network(helsinki_pbf, [tmp_path / "broken.zip"], tmp_path / "network", today=TODAY, parts=parts)
    assert {"unreadable", "no_timetable"} <= {problem.code for problem in report.problems}
    ends = ("--from", "60.170,24.940", "--to", "60.172,24.945")
    code, found = run(tmp_path / "network", "--depart", "2022-09-14T08:00", *ends)
    assert (code, found["error"]["code"]) == (6, "no_timetable")
    assert found["itineraries"][0]["legs"][0]["mode"] == "foot"
    assert run(tmp_path / "network", "--depart", "2022-09-14T08:00", "--mode", "foot", *ends)[0] == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--from", "nowhere"),
        ("--from", "95,8"),
        ("--mode", "rocket"),
        ("--depart", "noon"),
        ("--depart", "9999-12-31T23:59"),
        ("--depart", "x", "--arrive", "y"),
    ],
)
def test_wrong_options_are_refused_in_words(heidelberg_network: Path, options: tuple[str, ...]) -> None:
    result = CliRunner().invoke(make_app(), ["route", "--network", str(heidelberg_network), *ENDS, *options])
    assert result.exit_code == 2


def test_words_without_json(heidelberg_network: Path) -> None:
    options = ["route", "--network", str(heidelberg_network), *ENDS, "--depart", "2022-09-14T08:00", "--lang", "sk"]
    result = CliRunner().invoke(make_app(), options)
    assert result.exit_code == 0
    assert "Nastúpte na" in result.stdout
