"""The leaders' pages: server time per answer, and time to the figures and to the first chart in Chromium.

Both processes of the real server answer. Cold is a browser that was never here, warm one that was. A filter change is
timed from the key stroke to the new figures, and to the last card of the page, all on views nobody has asked before.
A database that is there already is measured with LINKA_BENCH_DATABASE_URL (its moment in LINKA_BENCH_NOW).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import flask
import numpy as np

from dashboard.app import create_app
from dashboard.deps import make_deps
from dashboard.parts import PATH
from dashboard.queries.held import Held
from dashboard.serving import free_port
from dashboard.settings import Settings
from dashboard.wsgi import warm_up
from etl import rollup
from etl.db import create_all, make_engine
from etl.profile_tables import write_profile
from tests.benchmarks.databases import ENV_URL, open_url
from tests.benchmarks.facts import fill
from tests.benchmarks.questions import NOW, PROFILE
from tests.benchmarks.timing import measured

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.benchmarks.report import Report

ENV_NOW: Final = "LINKA_BENCH_NOW"
FIGURES: Final = {
    "/": "#brief-figures-body", "/volumes": "#volumes-kpis", "/topics": "#topics-kpis", "/sla": "#sla-kpis",
    "/executors": "#executors-kpis", "/followups": "#followups-kpis", "/contact-centre": "#centre-kpis",
    "/late-map": "#late-map-kpis",
}  # fmt: skip
"""Pages and the place of their figures."""
SHOWN: Final = ("/", "/volumes", "/sla", "/late-map")
"""Pages that are opened in the browser."""
VIEWS, COLD, CHANGES = 4, 3, 12
AIM_MS, AIM_FIGURES_S, AIM_CHART_S = 200, 1.0, 2.5
WATCH: Final = """() => {
  const at = (window.bench = {figures: null, chart: null});
  const look = () => {
    if (at.figures === null && document.querySelector('.kpi-number, .brief-figures tbody .brief-value')) {
      at.figures = performance.now();
    }
    if (at.chart === null && document.querySelector('.js-plotly-plot .trace, .js-plotly-plot .maplibregl-canvas')) {
      at.chart = performance.now();
    }
    if (at.figures === null || at.chart === null) { requestAnimationFrame(look); }
  };
  look();
}"""
CHANGE: Final = """([place, day]) => {
  const at = (window.bench = {start: performance.now(), figures: null, last: null});
  const seen = new MutationObserver((changes) => changes.forEach((change) => {
    const now = performance.now() - at.start;
    const node = change.target.closest ? change.target : change.target.parentElement;
    if (node && node.closest(place) && at.figures === null) { at.figures = now; }
    at.last = now;
  }));
  seen.observe(document.querySelector('#shell-page'), {childList: true, subtree: true, characterData: true});
  const field = document.querySelector('#filter-from');
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, day);
  field.dispatchEvent(new Event('input', {bubbles: true}));
  window.benchOver = () => seen.disconnect();
}"""
IDLE: Final = """() => !document.querySelector('[data-dash-is-loading=true], ._dash-loading, .dash-graph--pending')"""
FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def app() -> flask.Flask:
    """The staff process of the database of the settings, at the moment of its rows, warmed up as the real one."""
    moment = datetime.fromisoformat(os.environ[ENV_NOW])
    settings = Settings.from_env()
    deps = make_deps(settings, now=lambda: moment, held=Held(budget=settings.held_mb * 1_000_000))
    server: flask.Flask = create_app(deps).server
    warm_up(deps)
    return server


def run(report: Report, *, rows: int) -> None:
    """Measure the pages over `rows` requests and as many contacts, in PostgreSQL, or over the one named."""
    own = os.environ.get(ENV_URL)
    with nullcontext(own) if own else open_url("postgis") as url:
        if not own:
            _database(url, rows, report)
        moment = os.environ.get(ENV_NOW, NOW.isoformat())
        with served(url, moment) as address:
            last = datetime.fromisoformat(moment).date() - timedelta(days=1)
            _answers(report, address, last)
            _browser(report, address, last)


def _database(url: str, rows: int, report: Report) -> None:
    engine = make_engine(url)
    create_all(engine)
    with measured() as watch:
        with engine.begin() as connection:
            write_profile(connection, PROFILE, now=NOW)
            fill(connection, rows)
            rollup.rebuild(connection, PROFILE, now=NOW)
            connection.exec_driver_sql(
                "INSERT INTO load_run (city_id, source, status, started_at, ended_at, is_simulated, rows_read,"
                " rows_inserted, rows_updated, rows_unchanged, rows_rejected, rows_withdrawn)"
                " SELECT city_id, 'bench', 'done', updated_at, updated_at, false, 0, 0, 0, 0, 0, 0 FROM city"
            )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()
    report.add(f"a database of {rows:,} requests and contacts", watch.seconds, "s")


@contextmanager
def served(url: str, moment: str) -> Iterator[str]:
    """The real server over a database, with two workers of eight threads; gives its address."""
    with tempfile.TemporaryDirectory(prefix="linka-bench-") as folder:
        port = free_port("127.0.0.1", 18_600)
        env = {
            **os.environ, "LINKA_DATABASE_URL": url, "LINKA_DATA_DIR": folder, "LINKA_CITY": PROFILE.slug,
            ENV_NOW: moment,
        }  # fmt: skip
        command = [
            sys.executable, "-m", "gunicorn", "tests.benchmarks.pages:app()", "--worker-class", "gthread", "--workers",
            "2", "--threads", "8", "--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning",
            "--timeout", "300",
        ]  # fmt: skip
        process = subprocess.Popen(command, env=env)
        try:
            _wait(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise RuntimeError("the server ended while it was starting: see what it says above")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError(f"{address} did not answer within a minute")


def _answers(report: Report, address: str, last: date) -> None:
    """The answer of every page: until its figures are there and until all is, of views that are new, and again."""
    figures: list[float] = []
    kept: list[float] = []
    for path, place in FIGURES.items():
        whole: list[float] = []
        for view in range(VIEWS):
            query = f"from={last - timedelta(days=30 + view)}&to={last}"
            first, end = _asked(address, path, query, place)
            figures.append(first)
            whole.append(end)
            kept.append(_asked(address, path, query, place)[1])
        report.add(f"{path}: a new view, all of it, median", float(np.median(whole)), "ms")
    report.add("server, a new view until its figures, p50", float(np.percentile(figures, 50)), "ms")
    report.add("server, a new view until its figures, p95", float(np.percentile(figures, 95)), "ms", at_most=AIM_MS)
    report.add("server, a view asked before, all of it, p95", float(np.percentile(kept, 95)), "ms", at_most=50)


def _asked(address: str, path: str, query: str, place: str) -> tuple[float, float]:
    """Milliseconds until the part at `place` has come, and until the last one."""
    request = urllib.request.Request(f"{address}{PATH}?path={path}&{query}", headers={"Referer": address + path})
    figures_at, start = 0.0, time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        for line in answer:
            if place.lstrip("#") in json.loads(line)["html"]:
                figures_at = time.perf_counter()
    return (figures_at - start) * 1000, (time.perf_counter() - start) * 1000


def _browser(report: Report, address: str, last: date) -> None:
    from playwright.sync_api import sync_playwright

    chromium = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
    if chromium is None:
        report.add("pages in Chromium", 0, "", note="not measured: Chromium is not installed")
        return
    days = count(31)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=str(Path(chromium)), args=list(FLAGS))
        for path in SHOWN:
            _opened(report, browser, address, path)
        for path in SHOWN[1:]:  # the brief is of one day: a first day changes nothing there
            _changed(report, browser, address, path, [last - timedelta(days=next(days)) for _ in range(CHANGES)])
        browser.close()


def _opened(report: Report, browser: Browser, address: str, path: str) -> None:
    """Time to the figures and to the first chart, of browsers that were never here and of the same ones again."""
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(COLD):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        for state in ("cold", "warm"):
            page = context.new_page()
            page.add_init_script(f"({WATCH})()")
            page.goto(address + path)
            page.wait_for_function("() => window.bench.chart !== null", timeout=60_000)
            for what, at_ms in page.evaluate("() => window.bench").items():
                times.setdefault((state, what), []).append(at_ms / 1000)
            _settle(page)
            page.close()
        context.close()
    aims = {"figures": AIM_FIGURES_S, "chart": AIM_CHART_S}
    for (state, what), held in times.items():
        name = "the figures are read" if what == "figures" else "the first chart is drawn"
        report.add(f"{path} {state}: {name}, median", float(np.median(held)), "s", at_most=aims[what])


def _changed(report: Report, browser: Browser, address: str, path: str, days: list[date]) -> None:
    """A new first day, again and again: until the figures have changed, and until the page stands still."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page.goto(f"{address}{path}?from={days[0] - timedelta(days=60)}&to={days[0] + timedelta(days=30)}")
    _settle(page)
    figures: list[float] = []
    whole: list[float] = []
    for day in days:
        page.evaluate(CHANGE, [FIGURES[path], day.isoformat()])
        page.wait_for_timeout(250)
        _settle(page)
        told = page.evaluate("() => { window.benchOver(); return window.bench; }")
        if told["figures"] is not None:
            figures.append(told["figures"])
            whole.append(told["last"])
    page.close()
    if figures:
        report.add(f"{path}: filter change to new figures, p50", float(np.percentile(figures, 50)), "ms")
        report.add(
            f"{path}: filter change to new figures, p95", float(np.percentile(figures, 95)), "ms", at_most=AIM_MS
        )
        report.add(f"{path}: filter change to the last card, p50", float(np.percentile(whole, 50)), "ms")


def _settle(page: Page) -> None:
    page.wait_for_function(IDLE, timeout=60_000)
    page.wait_for_timeout(300)
