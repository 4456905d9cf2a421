import subprocess
import sys
import time

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.floors.sources import ROOT
from tests.postgis.cluster import Cluster, start


def test_a_fresh_database_has_postgis_and_trigrams(postgis_url: str) -> None:
    engine = create_engine(postgis_url)
    with engine.connect() as db:
        inside = db.scalar(
            text("SELECT ST_Contains(ST_MakeEnvelope(0, 0, 2, 2, 4326), ST_SetSRID(ST_MakePoint(1, 1), 4326))")
        )
        assert inside is True
        assert db.scalar(text("SELECT similarity('bystrica', 'bystrici')")) > 0.5
    engine.dispose()


def test_two_databases_do_not_see_each_other(postgis_server: Cluster, postgis_url: str) -> None:
    postgis_server.create("linka_other")
    with postgis_server.connect("linka_other") as other:
        other.execute("CREATE TABLE only_here (id int)")
    engine = create_engine(postgis_url)
    with engine.connect() as db:
        assert db.scalar(text("SELECT to_regclass('only_here')")) is None
    engine.dispose()
    postgis_server.drop("linka_other")
    assert not postgis_server.has("linka_other")


@pytest.mark.slow
@pytest.mark.postgis
def test_the_server_goes_when_the_tests_are_killed() -> None:
    owner = subprocess.Popen(["sleep", "60"])
    cluster = start(owner_pid=owner.pid)
    with cluster.connect() as db:
        assert db.execute("SELECT 1").fetchone() == (1,)
    owner.kill()
    owner.wait()
    deadline = time.monotonic() + 20
    while cluster.folder.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not cluster.folder.exists()
    with pytest.raises(psycopg.OperationalError), cluster.connect():
        pass


def test_markers_let_the_quick_check_leave_servers_and_browsers_out() -> None:
    files = ["tests/postgis/test_cluster.py", "tests/browser/test_guard.py"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--collect-only",
            "-m",
            "not slow and not postgis and not browser",
            *files,
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    chosen = [line for line in done.stdout.splitlines() if "::" in line]
    assert [line.partition("::")[2] for line in chosen] == [
        "test_markers_let_the_quick_check_leave_servers_and_browsers_out"
    ]
