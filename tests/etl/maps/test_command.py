from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from etl.__main__ import app
from etl.maps import load_map

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "číslo;prijaté;stav;popis\n1;15.03.2024 08:00;nové;text\n"


@pytest.fixture(autouse=True)
def _small(environment: Callable[..., None]) -> None:
    environment(city="rajec")


def test_a_proposal_is_printed_as_a_map_and_written_on_request(tmp_path: Path) -> None:
    file, goal = tmp_path / "a.csv", tmp_path / "town.toml"
    file.write_text(FILE, encoding="cp1250")
    shown = CliRunner().invoke(app, ["map", str(file)])
    assert shown.exit_code == 0
    assert tomllib.loads(shown.stdout)["time_zone"] == "Europe/Bratislava"
    assert CliRunner().invoke(app, ["map", str(file), "-o", str(goal)]).exit_code == 0
    assert load_map(goal).fields["created"] == ("prijaté",)
    again = CliRunner().invoke(app, ["map", str(file), "-o", str(goal)])
    assert again.exit_code == 1
    assert "is there already" in again.stderr


def test_machines_get_what_was_placed_and_what_was_not(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(FILE, encoding="utf-8")
    found = json.loads(CliRunner().invoke(app, ["map", str(file), "--json"]).stdout)
    assert found["fields"] == {"key": "číslo", "created": "prijaté", "status": "stav"}
    assert (found["unplaced"], found["missing"]) == (["popis"], [])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["map", str(tmp_path / "no.csv")])
    assert result.exit_code == 1
    assert "no such file" in result.stderr
