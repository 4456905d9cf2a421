"""What the public process can reach in the database, on both engines: the directory and counts, never people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from dashboard.app import LinkaDash, create_app
from dashboard.deps import make_deps
from dashboard.directory.writing import writer_of
from dashboard.settings import Settings
from etl.db import make_engine
from etl.pipeline import run_load
from etl.public_role import ADDED, PUBLIC_READER, grant
from etl.schema import data_report, metadata, need_outcome
from etl.simulate import plan_of, simulate, source_name
from geodata.cities import load_profile
from tests.dashboard.apps import NOW

HOME = "http://localhost"
SECRET = ("contact", "request", "request_event", "followup", "queue_ticket", "sla_result", "app_user", "audit_event")
ROLE, PASSWORD = "linka_public", "not-a-secret"


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def public_of_city(
    request: pytest.FixtureRequest,
    open_engine: Callable[[str], AbstractContextManager[Engine]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[LinkaDash, Engine]]:
    """Give the public app on its narrow role, and the owner's engine."""
    profile = load_profile("demo")
    with open_engine(request.param) as engine:
        plan = plan_of(profile, days=40, seed=1, now=NOW, scale=0.05)
        run_load(
            engine, profile, simulate(profile, plan), source=source_name("demo"), file="simulate", file_hash=None,
            is_simulated=True, now=NOW,
        )  # fmt: skip
        url = engine.url
        if request.param == "postgis":
            with engine.begin() as connection:
                connection.execute(text(f"DROP ROLE IF EXISTS {ROLE}"))
                connection.execute(text(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'"))
                grant(connection, ROLE)
            url = url.set(username=ROLE, password=PASSWORD)
        environment = {
            "LINKA_DATA_DIR": str(tmp_path_factory.mktemp("public")),
            "LINKA_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "LINKA_PUBLIC_DATABASE_URL": url.render_as_string(hide_password=False),
        }
        deps = make_deps(Settings.from_env(environment), process="public", now=lambda: NOW)
        app = create_app(deps)
        yield app, engine
        deps.read.engine.dispose()
        writer_of(deps).engine.dispose()
        if request.param == "postgis":
            with engine.begin() as connection:
                connection.execute(text(f"DROP OWNED BY {ROLE}"))
                connection.execute(text(f"DROP ROLE {ROLE}"))


@pytest.mark.parametrize("name", sorted(set(metadata.tables) - PUBLIC_READER.read))
def test_it_can_read_nothing_about_people(public_of_city: tuple[LinkaDash, Engine], name: str) -> None:
    app, _ = public_of_city
    with pytest.raises(DBAPIError, match=r"denied|prohibited|authorized"), app.deps.read.engine.connect() as connection:
        connection.execute(select(metadata.tables[name]))


def test_the_tables_of_people_are_among_those() -> None:
    assert not PUBLIC_READER.read & {*SECRET, *ADDED}


@pytest.mark.parametrize("name", ["location", "contact", "load_run"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET city_id = 0"])
def test_it_can_change_nothing(public_of_city: tuple[LinkaDash, Engine], name: str, sql: str) -> None:
    app, _ = public_of_city
    for engine in (app.deps.read.engine, writer_of(app.deps).engine):
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(sql.format(name)))


def test_every_public_page_works_with_these_rights(public_of_city: tuple[LinkaDash, Engine]) -> None:
    app, _ = public_of_city
    client = app.server.test_client()
    paths = ("/", "/find", "/find?q=nanny", "/find?service=nanny&open=1", "/address?start=60.17,24.94", "/check/nanny",
             "/open-data", "/open-data/hsds.zip", "/takeaway.html", "/health")  # fmt: skip
    for path in paths:
        assert client.get(path, base_url=HOME).status_code == 200, path
    home = client.get("/", base_url=HOME).text
    assert "error-state" not in home
    assert 'class="kpi' in home


def test_a_need_and_a_report_are_added(public_of_city: tuple[LinkaDash, Engine]) -> None:
    app, owner = public_of_city
    writer = writer_of(app.deps)
    for _ in range(2):
        writer.need("no_service", now=NOW, service_code="nanny", once="0123456789abcdef")
    writer.report("", "phone", "It rings elsewhere", now=NOW)
    with owner.connect() as connection:
        needs = connection.execute(select(need_outcome).where(need_outcome.c.source == "social-map")).all()
        reports = connection.execute(select(data_report)).all()
    assert (len(needs), len(reports)) == (1, 1)


def test_on_sqlite_the_switch_to_writing_is_refused_too(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}", read_only=True, rights=PUBLIC_READER)
    with pytest.raises(DBAPIError, match="authorized"), engine.connect() as connection:
        connection.execute(text("PRAGMA query_only = OFF"))
    engine.dispose()
