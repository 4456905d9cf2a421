"""What each centre published is read back from its simulated days, within the stated tolerance."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from dashboard.__main__ import app as dashboard
from etl.__main__ import app as etl
from geodata.cities import list_profiles, load_profile
from geodata.profile import PublishedFigure

Once = Callable[[str, Callable[[Path], None]], Path]
CASES = [(city, figure) for city in list_profiles() for figure in load_profile(city).published]


def command(app: typer.Typer, url: str, folder: Path, *words: str) -> str:
    done = CliRunner().invoke(app, words, env={"LINKA_DATABASE_URL": url, "LINKA_DATA_DIR": str(folder)})
    assert done.exit_code == 0, done.output
    return done.stdout


def simulated(city: str, days: int, once: Once) -> tuple[str, Path]:
    def make(folder: Path) -> None:
        url = f"sqlite:///{folder}/linka.db"
        command(etl, url, folder, "init", "--city", city)
        command(etl, url, folder, "simulate", city, "--days", str(days), "--seed", "1", "--json")

    folder = once(f"published-{city}-{days}", make)
    return f"sqlite:///{folder}/linka.db", folder


def read_back(url: str, folder: Path, city: str, figure: PublishedFigure) -> dict[str, Any]:
    filters = [word for name, code in figure.filters.items() for word in (f"--{name.replace('_', '-')}", code)]
    said = json.loads(command(dashboard, url, folder, "figures", figure.kpi, "--json", "--city", city, *filters))
    assert said["simulated"] is True
    found: dict[str, Any] = said["figures"][figure.kpi]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("city", "figure"), CASES, ids=[f"{city}-{f.kpi}{'-'.join(f.filters.values())}" for city, f in CASES]
)
def test_the_published_figure_is_read_back(city: str, figure: PublishedFigure, once: Once) -> None:
    url, folder = simulated(city, figure.days, once)
    found = read_back(url, folder, city, figure)
    assert found["definition"]
    if figure.kind == "at_least":
        assert found["value"] >= figure.value * (1 - figure.tolerance)
    elif figure.kind == "at_most":
        assert found["value"] <= figure.value * (1 + figure.tolerance)
    else:
        assert found["value"] == pytest.approx(figure.value, rel=figure.tolerance or 1e-9)


@pytest.mark.slow
def test_the_topics_of_displaced_people_move(once: Once) -> None:
    url, folder = simulated("kryvyi-rih", 80, once)
    drift = load_profile("kryvyi-rih").simulation["drift"]
    assert isinstance(drift, dict)
    early = max(drift["displaced"][0]["topics"], key=drift["displaced"][0]["topics"].get)

    def calls(first: str, last: str) -> float:
        words = ("contacts", "--json", "--city", "kryvyi-rih", "--group", "displaced", "--topic", early)
        said = json.loads(command(dashboard, url, folder, "figures", *words, "--from", first, "--to", last))
        return float(said["figures"]["contacts"]["value"])

    assert calls("2022-03-01", "2022-03-20") > 2 * calls("2022-05-01", "2022-05-19")
