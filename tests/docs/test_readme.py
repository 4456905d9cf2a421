"""What the README tells a stranger to do works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard import reference
from tests.floors.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_sixth_city_takes_ten_lines_and_loads(tmp_path: Path) -> None:
    from geodata.cities import load_profile

    (example,) = fenced("toml")
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    (tmp_path / "rzeszow").mkdir()
    (tmp_path / "rzeszow" / "city.toml").write_text(example, encoding="utf-8")
    profile = load_profile("rzeszow", cities_dir=tmp_path)
    assert profile.names["en"] == "Rzeszów"
    assert profile.topics
    assert profile.policies
    assert profile.channels


@pytest.mark.parametrize("package", reference.COMMAND_MODULES)
def test_commands_in_the_readme_exist(package: str) -> None:
    if reference.find_module(f"{package}.__main__") is None:
        pytest.fail(f"python -m {package} does not exist")
    known = {words for command in reference.commands() for words in (command.words, command.words.rpartition(" ")[0])}
    named = set(re.findall(rf"python -m ({package} [a-z-]+)", README))
    assert named <= known, f"the README names commands that are not there: {sorted(named - known)}"


def test_make_targets_in_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) - {"the"} <= targets
