"""Questions of the pages over a year of requests: from roll-ups held in the process as the staff pages hold them, from
roll-ups in the database, from the facts, and from a materialised view.

Aim: p95 under 50 ms from roll-ups, nearly flat as rows grow. A database that was made so before is measured, and not
touched, with LINKA_BENCH_DATABASE_URL.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, text

from dashboard.queries import Reader
from dashboard.queries.held import Held
from dashboard.queries.open_requests import open_requests
from dashboard.queries.selection import select_of
from dashboard.settings import Settings
from etl import rollup, schema
from etl.db import make_engine
from etl.profile_tables import write_profile
from tests.benchmarks.databases import ENV_URL, KINDS, open_engine
from tests.benchmarks.facts import fill
from tests.benchmarks.questions import ASKED, NOW, PAGES, PROFILE, YEAR, Question
from tests.benchmarks.timing import measured, repeated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.report import Report

AIM_P95_MS: Final = 50.0
FILLED: Final = (schema.request, schema.sla_result, schema.contact, schema.followup)
LIMIT_S: Final = 10.0
"""Seconds that one question is repeated for at most."""


def _database(engine: Engine, rows: int, report: Report, kind: str) -> None:
    with engine.begin() as connection:
        write_profile(connection, PROFILE, now=NOW)
    with engine.begin() as connection:
        indexes = [index for table in FILLED for index in table.indexes]
        for index in indexes:  # built afterwards: the facts are not what is measured here
            index.drop(connection)
        fill(connection, rows)
        for index in indexes:
            index.create(connection)
    if kind == "postgis":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    with measured() as watch, engine.begin() as connection:
        rollup.rebuild(connection, PROFILE, now=NOW)
    report.add(f"{kind}, {rows:,}: rebuild of all roll-ups", watch.seconds, "s")
    report.add(f"{kind}, {rows:,}: rebuild, rate", 2 * rows / watch.seconds, "facts/s")


def _pages(report: Report, read: Reader, rows: int, kind: str) -> None:
    slowest: dict[str, float] = {}
    for page, questions in PAGES.items():
        for says in ASKED:
            spent_ms = 0.0
            for question in questions:
                nth = count()  # no period is the last one again: its rows would be chosen already
                asked = partial(_ask_nth, read, question, says, nth)
                times = repeated(asked, times=20, limit_s=LIMIT_S)
                spent_ms += times.p50_ms
                is_aimed = question.has_rollup(says)
                if is_aimed:
                    slowest[says] = max(slowest.get(says, 0.0), times.p95_ms)
                name = f"{kind}, {rows:,}: {page}: {question.name}, {says}"
                note = "" if is_aimed else "a list" if question.is_list else "no roll-up knows these filters together"
                report.add(f"{name}, p50", times.p50_ms, "ms", note=note)
                report.add(f"{name}, p95", times.p95_ms, "ms", at_most=AIM_P95_MS if is_aimed else None)
            report.add(f"{kind}, {rows:,}: {page}: all its questions, {says}, p50", spent_ms, "ms")
    for says, worst_ms in slowest.items():
        report.add(f"{kind}, {rows:,}: slowest p95 of all answers from roll-ups, {says}", worst_ms, "ms", at_most=50)


def _ask_nth(read: Reader, question: Question, says: str, nth: Iterator[int]) -> object:
    return question.ask(read, question.filters(says, later=next(nth)))


def _raw(report: Report, read: Reader, rows: int, kind: str) -> None:
    raw = replace(read, uses_rollups=False)
    compared: list[Question] = [one for questions in PAGES.values() for one in questions if one.is_compared]
    for question in compared:
        for says in ASKED:
            times = repeated(lambda q=question, s=says: q.ask(raw, q.filters(s)), times=3, warm_up=0, limit_s=LIMIT_S)
            report.add(f"{kind}, {rows:,}: {question.name}, {says}, from the facts, p50", times.p50_ms, "ms")


def _view(report: Report, engine: Engine, rows: int) -> None:
    """A PostgreSQL materialised view by day and topic, refreshed whole: what one would do without roll-ups."""
    with engine.begin() as connection:
        connection.execute(text(
            "CREATE MATERIALIZED VIEW by_topic AS SELECT created_on, topic_id, count(*) AS n FROM request GROUP BY 1, 2"
        ))  # fmt: skip
    with measured() as watch, engine.begin() as connection:
        connection.execute(text("REFRESH MATERIALIZED VIEW by_topic"))
    report.add(f"postgis, {rows:,}: refresh of one materialised view (day, topic)", watch.seconds, "s")
    asked = text("SELECT topic_id, sum(n) FROM by_topic WHERE created_on BETWEEN :first AND :last GROUP BY topic_id")

    def ask() -> object:
        with engine.connect() as connection:
            return connection.execute(asked, {"first": YEAR.from_on, "last": YEAR.to_on}).fetchall()

    report.add(f"postgis, {rows:,}: requests by topic from that view, p50", repeated(ask).p50_ms, "ms")


def _asked(report: Report, engine: Engine, rows: int, kind: str) -> None:
    asking = make_engine(engine.url.render_as_string(hide_password=False), read_only=True)  # as the pages ask
    read = Reader.of(asking, PROFILE, clock=lambda: NOW)
    with measured() as watch:
        open_requests(read, select_of(read, YEAR))
    report.add(f"{kind}, {rows:,}: open requests read once, after each load", watch.seconds * 1000, "ms")
    held = Held(budget=Settings.from_env({}).held_mb * 1_000_000)
    with measured() as watch:
        held.fill(read)
    report.add(f"{kind}, {rows:,}: roll-ups read once, beside the questions after each load", watch.seconds, "s")
    report.add(f"{kind}, {rows:,}: roll-ups held in a process", held.size / 1e6, "MB")
    _pages(report, replace(read, held=held), rows, kind)
    _pages(report, read, rows, f"{kind}, none held")
    _raw(report, read, rows, kind)
    asking.dispose()


def run(report: Report, *, rows: int) -> None:
    """Measure at `rows` requests and as many contacts, on both engines; ten million: `--rows 10000000`."""
    own = os.environ.get(ENV_URL)
    if own:
        engine = make_engine(own)
        _asked(report, engine, rows, "sqlite" if engine.dialect.name == "sqlite" else "postgis")
        engine.dispose()
        return
    for kind in KINDS:
        with open_engine(kind) as engine:
            _database(engine, rows, report, kind)
            _asked(report, engine, rows, kind)
            if kind == "postgis":
                _view(report, engine, rows)
