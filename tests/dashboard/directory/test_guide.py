from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from dashboard.deps import Deps
from dashboard.directory import guide as module
from dashboard.directory.guide import Guide
from dashboard.queries.directory import Directory


def test_the_public_index_is_looked_after_once_per_state_of_the_data(
    city_engine: Engine, make_deps_of: Callable[..., Deps], monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = Guide(make_deps_of(city_engine, "public"))
    assert guide.index().query("nanny", "en"), "made at the first question"
    calls: list[object] = []
    monkeypatch.setattr(module, "refresh", lambda *args: calls.append(args))
    guide.index()
    assert calls == []
    loaded = replace(guide.directory(), state=("a load came",))
    monkeypatch.setattr(Guide, "directory", lambda _self: loaded)
    guide.index()
    assert guide.refreshing is not None
    guide.refreshing.join()
    guide.index()
    assert len(calls) == 1


def test_where_the_index_cannot_be_kept_it_is_in_memory(
    city_engine: Engine, make_deps_of: Callable[..., Deps], monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = Guide(make_deps_of(city_engine, "public"))
    monkeypatch.setattr(module, "refresh", lambda *_args: False)
    held = guide.directory()
    few = dict(list(held.institutions.items())[:1])
    monkeypatch.setattr(Guide, "directory", lambda _self: Directory(few, held.state))
    assert guide.index().query("nanny", "en")
