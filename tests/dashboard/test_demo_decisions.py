"""The demo's decision log: simulated, with a figure that is the demo's own, carried and done, and written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from dashboard.demo_decisions import write_examples
from dashboard.deps import Deps
from dashboard.metrics import REGISTRY
from dashboard.queries import decisions as log
from etl.schema import decision, decision_edit
from tests.dashboard.apps import NOW


def test_the_examples_are_marked_and_written_once(city_engine: Engine, make_deps_of: Callable[..., Deps]) -> None:
    url = city_engine.url.render_as_string(hide_password=False)
    deps = make_deps_of(city_engine, LINKA_DATABASE_URL=url)
    _empty(city_engine)
    try:
        assert write_examples(deps) == 5
        assert write_examples(deps) == 0
        found: Any = log.decisions(deps.read, as_of=NOW)
        assert found["is_simulated"].all()
        assert set(found["status"]) == {"open", "done"}
        with_figure = found[found["kpi"].notna()]
        assert set(with_figure["kpi"]) <= set(REGISTRY)
        assert with_figure["kpi_value"].notna().any()
        assert (found["due_on"] >= found["decided_on"]).all()
        assert found["edits"].sum() >= 3
    finally:
        _empty(city_engine)


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(decision_edit.delete())
        connection.execute(decision.delete())
