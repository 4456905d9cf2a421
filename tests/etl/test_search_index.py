from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update

from etl import search_index
from etl.db import create_all
from etl.ids import city_id_of
from etl.schema import location, service, service_at_location
from etl.settings import Secret, Settings

CITY = city_id_of("demo")
WENT_AT = datetime(2026, 5, 20, tzinfo=UTC)
Row = dict[str, Any]


def _row(key: str, **values: Any) -> Row:
    return {"id": key, "city_id": CITY, "source": "test", "source_key": key, "load_id": 1, **values}


def _place(engine: Engine, key: str, name: str, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(insert(location).values(_row(key, name=name, **values)))
        connection.execute(insert(service).values(_row(f"s{key}", name="Nanny", service_code="nanny")))
        link = _row(f"l{key}", location_id=key, service_id=f"s{key}")
        connection.execute(insert(service_at_location).values(link))


@pytest.fixture
def city(engine: Engine) -> Engine:
    create_all(engine)
    _place(engine, "a", "Alder House")
    _place(engine, "b", "Birch Refuge", is_protected=True)
    return engine


def _settings(engine: Engine, folder: Path, search: str = "file") -> Settings:
    url = Secret(engine.url.render_as_string(hide_password=False))
    return replace(Settings.from_env({}), database_url=url, data_dir=folder, search=search)


@pytest.mark.parametrize("search", ["file", "database"])
def test_an_index_is_made_once_and_again_when_the_directory_changes(city: Engine, tmp_path: Path, search: str) -> None:
    settings = _settings(city, tmp_path, search)
    assert search_index.refresh(city, settings)
    index = search_index.open_index(settings, city)
    assert [hit.title for hit in index.query("alder", "en", kinds=("institution",))] == ["Alder House"]
    assert index.query("birch refuge", "en", kinds=("institution",)) == []
    assert not search_index.refresh(city, settings), "nothing has changed"
    _place(city, "c", "Cedar Club")
    assert search_index.refresh(city, settings)
    assert [hit.id for hit in index.query("cedar", "en", kinds=("institution",))] == ["c"]


def test_whatever_changes_a_place_changes_the_stamp(city: Engine, tmp_path: Path) -> None:
    settings = _settings(city, tmp_path)
    here = location.c.id == "a"
    changes = [
        update(location).where(here).values(name="Aspen", load_id=2),
        update(location).where(here).values(withdrawn_at=WENT_AT),
        delete(location).where(here),
    ]
    stamps = []
    for change in (None, *changes):
        with city.begin() as connection:
            if change is not None:
                connection.execute(change)
            stamps.append(search_index.wanted_stamp(connection, settings))
    assert len(set(stamps)) == 4


def test_what_its_source_lists_no_more_is_not_found(city: Engine) -> None:
    with city.begin() as connection:
        connection.execute(update(location).where(location.c.id == "a").values(withdrawn_at=WENT_AT))
        assert list(search_index.institutions(connection, CITY)) == []


def test_two_processes_do_not_make_it_at_once_and_a_dead_maker_is_no_hindrance(
    city: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _settings(city, tmp_path)
    lock = search_index.index_path(settings).with_suffix(".making")
    lock.parent.mkdir(parents=True)
    lock.touch()
    assert not search_index.refresh(city, settings)
    monkeypatch.setattr(search_index, "LOCK_AGE_S", -1)
    assert search_index.refresh(city, settings)
    assert not lock.exists()
