from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from geodata.cities import load_profile
from geodata.commands.search import register
from geodata.search import sqlite_index
from tests.geodata.search.city import city


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return app


def test_json_holds_query_language_hits_and_suggestions(app: typer.Typer, tmp_path: Path) -> None:
    found = CliRunner().invoke(
        app,
        ["search", "де отримати гуманітарну допомогу", "--lang", "uk", "--json"],
        env={"LINKA_DATA_DIR": str(tmp_path)},
    )
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    assert (answer["query"], answer["lang"]) == ("де отримати гуманітарну допомогу", "uk")
    assert set(answer["hits"][0]) >= {"kind", "id", "title", "subtitle", "why", "score", "lon", "lat"}
    assert answer["hits"][0]["id"] == "humanitarian_aid"
    assert answer["suggestions"] == []
    assert answer["hot_line"] == load_profile("demo").hot_line != ""


def test_the_default_index_of_the_city_is_used_when_it_was_built(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "testville").mkdir()
    sqlite_index(tmp_path / "testville" / "search.sqlite").build(city())
    found = CliRunner().invoke(
        app, ["search", "Шевченка 12", "--json"], env={"LINKA_DATA_DIR": str(tmp_path), "LINKA_CITY": "testville"}
    )
    hits = json.loads(found.stdout)["hits"]
    assert any(hit["title"] == "вулиця Шевченка 12" and hit["lon"] == 30.5 for hit in hits)


def test_the_index_of_the_shared_services_is_made_once_and_anew_for_other_words(
    app: typer.Typer, tmp_path: Path
) -> None:
    env, kept = {"LINKA_DATA_DIR": str(tmp_path / "data")}, tmp_path / "data" / "topics.sqlite"
    for _ in range(2):
        assert "Childminder" in CliRunner().invoke(app, ["search", "childminder", "--lang", "en"], env=env).stdout
    first = kept.stat().st_ino
    assert CliRunner().invoke(app, ["search", "childminder", "--lang", "en"], env=env).exit_code == 0
    assert kept.stat().st_ino == first
    sqlite_index(kept).build(city(), stamp="words of before")
    assert "Childminder" in CliRunner().invoke(app, ["search", "childminder", "--lang", "en"], env=env).stdout
    assert sqlite_index(kept).stamp() != "words of before"


def test_text_output_offers_topics_where_nothing_is_found(app: typer.Typer, tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["search", "xqzwv", "--lang", "en"], env={"LINKA_DATA_DIR": str(tmp_path)})
    assert "Nothing found for 'xqzwv'" in found.stdout
    assert "Social counselling" in found.stdout
    assert f"Or call {load_profile('demo').hot_line}." in found.stdout


def test_an_index_that_is_not_there_and_an_unknown_language_are_told(app: typer.Typer, tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["search", "x", "--index", str(tmp_path / "none.sqlite")])
    assert missing.exit_code == 1
    assert "build the city first" in missing.output
    assert CliRunner().invoke(app, ["search", "x", "--lang", "xx"]).exit_code == 2
