"""The few commands that a stranger types are there and say what they do."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.floors.sources import ROOT

PROMISED = ("venv", "demo", "test", "check", "bench", "help")


def make(*words: str) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *words], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return done.stdout


def test_help_lists_every_promised_target() -> None:
    listed = {line.split()[1] for line in make("help").splitlines()}
    assert set(PROMISED) <= listed


def test_plain_make_helps() -> None:
    assert make() == make("help")


def test_ci_runs_every_test() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in text
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_a_venv_that_fits_the_requirements_is_left_alone() -> None:
    before = (ROOT / ".venv" / "pyvenv.cfg").stat().st_mtime_ns
    assert make("venv") == ""
    assert (ROOT / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == before


def test_a_missing_python_is_named_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    for name in (".ci/venv", "requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("cat", "sha256sum", "cut", "dirname", "sh"):
        (tools / tool).symlink_to(Path("/usr/bin") / tool)
    done = subprocess.run(
        ["/bin/sh", tmp_path / ".ci" / "venv"], env={"PATH": str(tools)}, capture_output=True, check=False, text=True
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr


@pytest.mark.parametrize(("in_ci", "outcome"), [("true", "1 failed"), ("", "1 skipped")])
def test_a_skip_is_a_failure_in_ci(tmp_path: Path, in_ci: str, outcome: str) -> None:
    test = tmp_path / "test_skips.py"
    test.write_text("import pytest\n\ndef test_it():\n    pytest.skip('no such thing here')\n", encoding="utf-8")
    environment = {**os.environ, "CI": in_ci, "PYTEST_ADDOPTS": ""}
    for name in [name for name in environment if name.startswith(("PYTEST_XDIST", "LINKATEST"))]:
        del environment[name]
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "python", "-m", "pytest", "-q", "-p", "tests.conftest", "-c", "pyproject.toml", test],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    assert outcome in done.stdout, done.stdout + done.stderr
    assert "no such thing here" in done.stdout


def test_missing_system_packages_are_named_with_their_cure(tmp_path: Path) -> None:
    for tool in ("sh", "ls", "cut", "sort", "tail"):
        (tmp_path / tool).symlink_to(Path("/usr/bin") / tool)
    done = subprocess.run(
        ["/bin/sh", ROOT / ".ci" / "packages"], env={"PATH": str(tmp_path)}, capture_output=True, check=False, text=True
    )
    assert done.returncode == 1
    assert "this machine has no apt-get" in done.stderr
    assert "apt-get install postgresql" in done.stderr
