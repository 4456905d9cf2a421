"""The social map in Chromium, on a phone's screen: what it weighs and when its first markers stand.

The process runs alone, as it is served; sizes are those that crossed the wire, scripts and styles included.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Request, sync_playwright
from sqlalchemy import insert

from dashboard.serving import command
from dashboard.settings import Settings
from etl import migrate
from etl.db import make_engine
from etl.ids import city_id_of
from etl.locks import writing
from etl.profile_tables import write_profile
from etl.schema import load_run, location, service, service_at_location
from geodata.cities import load_profile
from geodata.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from tests.benchmarks.report import Report

SIZES = (500, 10_000)
LIMIT_KB = 500
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
CITY = "demo"
NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)


def run(report: Report, *, rows: int) -> None:
    """Measure the page with each number of institutions; `rows` is of no use here."""
    del rows
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for count in SIZES:
            with _served(count) as url:
                weight, first_s = _opened(browser, f"{url}/find")
                limit: dict[str, Any] = {"at_most": LIMIT_KB} if count == SIZES[0] else {}
                report.add(f"page with {count:,} institutions", weight, "kB", **limit)
                report.add(f"first markers, {count:,} institutions", first_s, "s")
        browser.close()


def _opened(browser: Browser, url: str) -> tuple[float, float]:
    """Kilobytes of the page with all it fetches, and seconds to the first marker, of a second visitor."""
    urllib.request.urlopen(url, timeout=60).read()
    page = browser.new_page(viewport={"width": 390, "height": 844})
    asked: list[Request] = []
    page.on("requestfinished", lambda one: asked.append(one))
    started = time.perf_counter()
    page.goto(url)
    page.locator(".mark").first.wait_for(timeout=60_000)
    first_s = time.perf_counter() - started
    page.wait_for_load_state("networkidle")
    weight = sum(one.sizes()["responseBodySize"] for one in asked) / 1000
    page.close()
    return weight, first_s


@contextmanager
def _served(count: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="linka-bench-") as folder:
        environ = {
            **os.environ, "LINKA_DATABASE_URL": f"sqlite:///{folder}/linka.db", "LINKA_CITY": CITY,
            "LINKA_DATA_DIR": folder, "LINKA_WORKERS": "1",
        }  # fmt: skip
        _fill(environ["LINKA_DATABASE_URL"], count)
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        words = command(Settings.from_env(environ), "public", port=port)
        with subprocess.Popen(words, env=environ, cwd=Path(__file__).parents[2]) as process:
            try:
                _wait(url, process)
                yield url
            finally:
                process.terminate()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).read()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the public process did not start")


def _fill(url: str, count: int) -> None:
    """A city with so many institutions, each with one service."""
    chance, profile = random.Random(5), load_profile(CITY)
    codes = [one.code for one in load_taxonomy().public().leaves()]
    shared = {"city_id": city_id_of(CITY), "source": "bench", "load_id": 1, "is_simulated": True}
    places = [
        {
            "id": f"place-{n}", "source_key": str(n), "name": f"Institution {n}", "kind": "office",
            "lon": profile.lon + chance.uniform(-0.2, 0.2), "lat": profile.lat + chance.uniform(-0.1, 0.1), **shared,
        }
        for n in range(count)
    ]  # fmt: skip
    services = [
        {
            "id": f"service-{n}",
            "source_key": str(n),
            "name": codes[n % len(codes)],
            "service_code": codes[n % len(codes)],
        }
        | shared
        for n in range(count)
    ]
    links = [
        {"id": f"link-{n}", "source_key": str(n), "location_id": f"place-{n}", "service_id": f"service-{n}"} | shared
        for n in range(count)
    ]
    loaded = {
        "load_id": 1, "city_id": shared["city_id"], "source": "bench", "status": "done", "started_at": NOW,
        "ended_at": NOW, "is_simulated": True, "rows_read": count,
    }  # fmt: skip
    engine = make_engine(url)
    migrate.upgrade(engine)
    with writing(engine) as connection:
        write_profile(connection, profile)
        connection.execute(insert(load_run), [loaded])
        for table, rows in ((location, places), (service, services), (service_at_location, links)):
            connection.execute(insert(table), rows)
    engine.dispose()
