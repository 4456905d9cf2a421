"""`python -m dashboard serve` says in a line what is wrong, before gunicorn starts."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from dashboard.__main__ import app


def test_a_wrong_city_is_one_line_before_any_worker_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKA_CITY", "nowhere")
    result = CliRunner().invoke(app, ["serve"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: there is no profile 'nowhere'")
    assert result.stderr.count("\n") == 1
