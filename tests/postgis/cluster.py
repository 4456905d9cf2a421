"""A real, throw-away PostgreSQL with PostGIS for the tests: made in a temporary folder, gone when the tests are.

A watcher process stops it even when pytest itself is killed, so that no test run leaves a server behind.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

TEMPLATE = "linka_template"
SCHEMA_TEMPLATE = "linka_schema_template"
USER = "linka"
EXTENSIONS = ("postgis", "pg_trgm")

# Durability is worth nothing to a database that lives for minutes; each line buys speed for it.
SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "autovacuum_naptime": "5min",
    "jit": "off",
}


class NoServerError(RuntimeError):
    """PostgreSQL or PostGIS is not installed on this machine."""


def find_bin() -> Path:
    """Return the folder of `initdb` and `pg_ctl`, the newest installed; raise NoServerError when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise NoServerError("PostgreSQL is not installed; `make test` installs it, or: apt-get install postgresql postgis")


def _as_postgres() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: give the keyword arguments that make a subprocess the `postgres` user."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        **_as_postgres(),
    )
    if done.returncode:
        raise NoServerError(f"{command[0]} failed in {cwd}:\n{done.stdout.decode(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Cluster:
    """A running server: `folder` holds everything of it, `port` is on loopback only."""

    folder: Path
    port: int

    def url(self, database: str) -> str:
        """Give the SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def connect(self, database: str = "postgres") -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Open an autocommit connection, as the super-user of the cluster."""
        with psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True) as opened:
            yield opened

    def create(self, database: str, *, template: str = TEMPLATE) -> None:
        """Copy a template into a new database."""
        with self.connect() as db:
            db.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(database), sql.Identifier(template)
                )
            )

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected to it."""
        with self.connect() as db:
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def has(self, database: str) -> bool:
        """Say whether a database of that name exists."""
        with self.connect() as db:
            return db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None

    def stop(self) -> None:
        """Stop the server at once and remove its folder; harmless when both are gone already."""
        if (self.folder / "data" / "postmaster.pid").exists():
            with contextlib.suppress(NoServerError):
                _run(
                    find_bin() / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop", cwd=self.folder
                )
        shutil.rmtree(self.folder, ignore_errors=True)


def start(*, owner_pid: int) -> Cluster:
    """Make a cluster with the template database, and a watcher that stops it when process `owner_pid` is gone."""
    bin_dir = find_bin()
    folder = Path(tempfile.mkdtemp(prefix="linka-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, user="postgres")
    data = folder / "data"
    _run(bin_dir / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N", cwd=folder)
    port = _free_port()
    options = [f"-c {name}={value}" for name, value in SPEED.items()]
    options += [f"-p {port}", "-c listen_addresses=127.0.0.1", f"-c unix_socket_directories={folder}"]
    _run(
        bin_dir / "pg_ctl", "-D", data, "-l", folder / "server.log", "-o", " ".join(options), "-w", "start", cwd=folder
    )
    cluster = Cluster(folder=folder, port=port)
    _watch(cluster, owner_pid=owner_pid)
    try:
        with cluster.connect() as db:
            db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        with cluster.connect(TEMPLATE) as db:
            for extension in EXTENSIONS:
                db.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
    except psycopg.Error as error:
        cluster.stop()
        raise NoServerError(f"PostGIS is missing from this PostgreSQL ({error}); `make test` installs it") from error
    return cluster


def _watch(cluster: Cluster, *, owner_pid: int) -> None:
    """Start the watcher detached, so that it outlives whatever kills the tests."""
    command = [sys.executable, "-m", "tests.postgis.cluster", str(owner_pid), str(cluster.folder), str(cluster.port)]
    root = Path(__file__).parents[2]
    watcher = subprocess.Popen(
        command,
        cwd=root,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # The watcher is left to itself on purpose; this keeps Popen from warning that it is still running.
    watcher.returncode = 0


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def watch(owner_pid: int, cluster: Cluster) -> None:
    """Wait until the owner or the cluster's folder is gone, then see to it that both server and folder are."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while _is_alive(owner_pid) and cluster.folder.exists():
        time.sleep(1)
    cluster.stop()


if __name__ == "__main__":
    watch(int(sys.argv[1]), Cluster(folder=Path(sys.argv[2]), port=int(sys.argv[3])))
