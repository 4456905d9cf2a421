"""The command line, end to end in this process: what it prints, its exit codes, and that errors are one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from etl.__main__ import app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

SOURCE, MAP = "town", "town.toml"
COLUMNS = """
table = "request"
[fields]
key = "key"
created = "created"
closed = "closed"
lon = "lon"
lat = "lat"
"""
ROWS = """key,created,closed,lon,lat
a,2024-03-01T08:00:00Z,2024-03-01T09:00:00Z,24.94,60.17
b,2024-03-01T08:00:00Z,,24.94,60.17
c,soon,,24.94,60.17
"""


@pytest.fixture
def run(
    database_url: str, environment: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Result]:
    """Run `python -m etl ...` on a fresh database, in a folder with the map of a city's files."""
    environment(database_url=database_url, city="demo")
    monkeypatch.chdir(tmp_path)
    (tmp_path / MAP).write_text(COLUMNS, encoding="utf-8")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_city_is_made_loaded_watched_and_exported(run: Callable[..., Result], file: Path, tmp_path: Path) -> None:
    assert answer(run("init", "--json"))["version_before"] is None
    again = answer(run("init", "--json"))
    assert again["version_before"] == again["version"]

    loaded = answer(run("load", MAP, file, "--json"))
    assert [loaded[name] for name in ("read", "inserted", "updated", "unchanged", "rejected")] == [3, 2, 0, 0, 1]
    loaded = answer(run("load", MAP, file, "--json"))
    assert [loaded[name] for name in ("read", "inserted", "updated", "unchanged", "rejected")] == [3, 0, 0, 2, 1]

    status = answer(run("status", "--json"))["sources"][0]
    assert (status["source"], status["loads"], status["open_rejects"], status["status"]) == (SOURCE, 2, 1, "done")

    check = answer(run("check", "--json"))
    values = {finding["id"]: finding["value"] for finding in check["findings"]}
    assert (check["ok"], values["geocoded_pct"], values["with_executor_pct"]) == (True, 100.0, 0.0)

    for file_format in ("csv", "parquet"):
        rows = answer(run("export", tmp_path / "out", "--format", file_format, "--table", "request", "--json"))["rows"]
        assert rows == {f"request.{file_format}": 2}
    exported = pd.read_parquet(tmp_path / "out" / "request.parquet")
    assert sorted(exported["source_key"]) == ["a", "b"]
    assert len(pd.read_csv(tmp_path / "out" / "request.csv")) == 2


def test_rejects_are_listed_exported_mended_and_loaded_again(
    run: Callable[..., Result], file: Path, tmp_path: Path
) -> None:
    run("init")
    run("load", MAP, file)
    listed = answer(run("rejects", "list", "--json"))
    assert (listed["rejects"], listed["by_reason"][0]["reason"]) == (1, "bad_instant")
    mended = tmp_path / "mended.csv"
    assert run("rejects", "export", mended).exit_code == 0
    result = run("rejects", "resubmit", mended, "--json")
    assert result.exit_code == 3, "nothing of the file was taken"
    refused = json.loads(result.stdout)
    assert (refused["inserted"], refused["rejected"]) == (0, 1)
    assert answer(run("rejects", "list", "--json"))["rejects"] == 1

    run("rejects", "export", mended)
    frame = pd.read_csv(mended)
    assert "write the moment" in frame.loc[0, "linka_cure"]
    frame.assign(created="2024-03-02T10:00:00Z").to_csv(mended, index=False)
    loaded = answer(run("rejects", "resubmit", mended, "--json"))

    assert (loaded["inserted"], loaded["rejected"]) == (1, 0)
    assert answer(run("rejects", "list", "--json"))["rejects"] == 0


def test_rejects_can_be_set_aside(run: Callable[..., Result], file: Path) -> None:
    run("init")
    run("load", MAP, file)
    assert run("rejects", "dismiss").exit_code == 2
    assert "1 rejects dismissed" in run("rejects", "dismiss", "--reason", "bad_instant").output
    assert answer(run("rejects", "list", "--json"))["rejects"] == 0


def test_a_dry_run_and_strictness(run: Callable[..., Result], file: Path) -> None:
    run("init")
    assert answer(run("load", MAP, file, "--json", "--dry-run"))["inserted"] == 2
    assert answer(run("status", "--json"))["sources"] == []
    assert run("load", MAP, file, "--strict").exit_code == 3


def test_the_first_load_makes_the_tables_it_needs(run: Callable[..., Result], file: Path) -> None:
    assert answer(run("load", MAP, file, "--json"))["inserted"] == 2


def test_an_error_is_one_clear_line_with_its_cure(run: Callable[..., Result], file: Path) -> None:
    failed = run("check")
    assert (failed.exit_code, failed.stderr.count("\n")) == (1, 1)
    assert "python -m etl init" in failed.stderr
    assert "nowhere.csv" in json.loads(run("load", MAP, "nowhere.csv", "--json").stdout)["error"]
    assert run("init", "--city", "atlantis").stderr.startswith("error: there is no profile 'atlantis'")
    run("init")
    missing = run("load", MAP, "nowhere.csv")
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1)
    assert run("load").exit_code == 2
    assert run("load", MAP, file, "-o", "novalue").exit_code == 2
    assert "no table nonsense" in run("export", "x", "--table", "nonsense").stderr


def test_each_problem_of_a_profile_has_a_line(
    run: Callable[..., Result], environment: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "cities" / "town").mkdir(parents=True)
    (tmp_path / "cities" / "town" / "city.toml").write_text("colour = 1\n", encoding="utf-8")
    environment(cities_dir=str(tmp_path / "cities"))
    lines = run("init", "--city", "town").stderr.splitlines()
    assert lines[0] == "error: the profile town is wrong:"
    assert '  city.toml: country: is missing; write country = "SK"' in lines


def test_what_people_read_says_the_row_equation(run: Callable[..., Result], file: Path) -> None:
    run("init")
    text = run("load", MAP, file).output
    assert "read 3 = inserted 2 + updated 0 + unchanged 0 + rejected 1" in text
    assert SOURCE in run("status").output
    listed = run("rejects", "list").output
    assert "write the moment" in listed
    assert "[formats]" in listed
    assert "requests with a point" in run("check").output
