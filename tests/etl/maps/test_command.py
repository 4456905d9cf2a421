from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import openpyxl
import pytest
from typer.testing import CliRunner

from etl.__main__ import app
from etl.maps import load_map

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "číslo;prijaté;stav;popis\n1;15.03.2024 08:00;nové;text\n"


@pytest.fixture(autouse=True)
def _small(environment: Callable[..., None], tmp_path: Path) -> None:
    environment(city="rajec", database_url=f"sqlite:///{tmp_path}/town.db")


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


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_title_above_the_header_is_found_and_the_proposed_map_loads_the_file(tmp_path: Path, kind: str) -> None:
    rows = [["Podania, 2024"], [], ["Číslo", "Dátum prijatia", "Stav"], ["1", "15.03.2024 08:00", "nové"]]
    file, goal = tmp_path / f"a.{kind}", tmp_path / "town.toml"
    if kind == "csv":
        file.write_text("\n".join(";".join(row) for row in rows), encoding="cp1250")
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(file)
    assert CliRunner().invoke(app, ["map", str(file), "-o", str(goal)]).exit_code == 0
    assert load_map(goal).read.skip_rows == 1
    loaded = CliRunner().invoke(app, ["load", str(goal), str(file), "--json"])
    assert json.loads(loaded.stdout)["inserted"] == 1


def test_a_narrow_file_without_a_title_keeps_its_first_line_as_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;prijaté\n1;15.03.2024\n2;16.03.2024\n", encoding="utf-8")
    found = json.loads(CliRunner().invoke(app, ["map", str(tmp_path / "a.csv"), "--json"]).stdout)
    assert found["fields"] == {"key": "id", "created": "prijaté"}


def test_a_folder_of_years_gives_one_map(tmp_path: Path) -> None:
    (tmp_path / "roky").mkdir()
    (tmp_path / "roky" / "2019.csv").write_text(FILE, encoding="cp1250")
    (tmp_path / "roky" / "2020.csv").write_text(FILE.replace("číslo", "id"), encoding="utf-8")
    found = json.loads(CliRunner().invoke(app, ["map", str(tmp_path / "roky"), "--json"]).stdout)
    assert (found["fields"]["key"], found["more_fields"]) == ("číslo", {"key": ["id"]})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["map", str(tmp_path / "no.csv")])
    assert result.exit_code == 1
    assert "no such file" in result.stderr
