"""`python -m dashboard figures`: one JSON object; names of figures, plans, and errors that say the cure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner

from dashboard.figures_command import register
from dashboard.metrics import REGISTRY
from etl import rollup
from geodata.cities import load_profile
from tests.dashboard.small_city import NOW, write_city

APP = typer.Typer()
register(APP)
APP.callback()(lambda: None)


@pytest.fixture
def asked(sqlite_engine: Engine, environment: Callable[..., None]) -> Callable[..., dict[str, object]]:
    """Give `asked(*arguments)`: the JSON that the command prints about a small city."""
    write_city(sqlite_engine)
    with sqlite_engine.begin() as connection:
        rollup.rebuild(connection, load_profile("demo"), now=NOW)
    assert sqlite_engine.url.database is not None
    environment(database_url=f"sqlite:///{Path(sqlite_engine.url.database)}", city="demo")

    def run(*arguments: str) -> dict[str, object]:
        done = CliRunner().invoke(APP, ["figures", "--json", "--now", NOW.isoformat(), *arguments])
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    return run


def test_it_prints_every_figure_with_n_unit_and_definition(asked: Callable[..., dict[str, object]]) -> None:
    said = asked()
    assert set(said["figures"]) == set(REGISTRY)  # type: ignore[call-overload]
    for figure in said["figures"].values():  # type: ignore[attr-defined]
        assert {"value", "n", "unit", "definition"} <= set(figure)
        assert (figure["value"] is None) == ("suppressed" in figure)
    assert said["period"] == {"from": "2026-03-01", "to": "2026-04-10"}
    assert said["simulated"] is True


def test_filters_narrow_and_the_language_is_chosen(asked: Callable[..., dict[str, object]]) -> None:
    whole, narrow = asked("requests"), asked("requests", "--class", "urgent", "--lang", "sk")
    requests = [said["figures"]["requests"] for said in (whole, narrow)]  # type: ignore[index]
    assert requests[0]["value"] > requests[1]["value"] > 0
    assert requests[1]["name"] == "Podnety"


def test_plans_are_told(asked: Callable[..., dict[str, object]]) -> None:
    (plan,) = asked("requests", "--explain")["plans"]  # type: ignore[misc]
    assert plan["table"].startswith("rollup_created_")


def test_as_of_is_told_and_smaller_than_now(asked: Callable[..., dict[str, object]]) -> None:
    then = asked("requests", "--as-of", "2026-03-15T12:00:00+02:00")
    assert then["as_of"] == "2026-03-15T12:00:00+02:00"
    assert then["figures"]["requests"]["value"] < asked("requests")["figures"]["requests"]["value"]  # type: ignore[index]


def test_as_of_a_moment_before_the_first_row_nothing_is_known(asked: Callable[..., dict[str, object]]) -> None:
    found = asked("--as-of", "2020-01-01T00:00:00Z", "--from", "2019-12-01", "--to", "2019-12-31")["figures"]
    told = {name: figure["n"] for name, figure in found.items()}  # type: ignore[attr-defined]
    assert {name for name, n in told.items() if n} == {"population", "territories", "territorial_centres"}


def test_unknown_codes_and_figures_are_refused_with_those_there_are(asked: Callable[..., dict[str, object]]) -> None:
    assert asked("requests")
    wrong = CliRunner().invoke(APP, ["figures", "--topic", "nonsense"])
    assert wrong.exit_code == 2
    for option, value in (("--lang", "xx"), ("--executor-kind", "nix"), ("--as-of", "2999-01-01T00:00:00Z")):
        refused = CliRunner().invoke(APP, ["figures", option, value], env={"COLUMNS": "200"})
        assert (refused.exit_code, option in refused.output) == (2, True)
    unknown = CliRunner().invoke(APP, ["figures", "no_such_figure"])
    assert unknown.exit_code == 1
    assert "--list" in unknown.output


def test_a_database_without_tables_or_out_of_reach_is_named_with_its_cure(
    sqlite_url: str, environment: Callable[..., None]
) -> None:
    for url, says in ((sqlite_url, "python -m etl init"), ("postgresql://x@127.0.0.1:1/x", "LINKA_DATABASE_URL")):
        environment(database_url=url, city="demo")
        done = CliRunner().invoke(APP, ["figures", "--json"])
        assert (done.exit_code, done.stdout) == (1, "")
        assert says in done.stderr


def test_the_list_needs_no_database() -> None:
    done = CliRunner().invoke(APP, ["figures", "--list", "--json"])
    assert json.loads(done.stdout) == list(REGISTRY)
