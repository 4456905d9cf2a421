"""Questions of the pages over a year of requests: from roll-ups, from the facts, and from a materialised view.

Rows are made in the database itself: topics as Zipf's law has them, class and executor mostly as the topic and the
place say, as in a real city. Aim: p95 under 50 ms from roll-ups, nearly flat as rows grow. A database that was made so
before is measured, and not touched, with LINKA_BENCH_DATABASE_URL.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, text

from dashboard.queries import Reader
from dashboard.queries.open_requests import open_requests
from dashboard.queries.selection import select_of
from etl import rollup, schema
from etl.db import make_engine
from etl.ids import city_id_of
from etl.profile_tables import write_profile
from tests.benchmarks.databases import ENV_URL, KINDS, open_engine
from tests.benchmarks.questions import ASKED, DAYS, NOW, PAGES, PROFILE, YEAR, Question
from tests.benchmarks.timing import measured, repeated

if TYPE_CHECKING:
    from tests.benchmarks.report import Report

START_S: Final = 1_735_689_600
AIM_P95_MS: Final = 50.0
FILLED: Final = (schema.request, schema.sla_result, schema.contact, schema.followup)
LIMIT_S: Final = 10.0
"""Seconds that one question is repeated for at most."""


def numbers(dialect: str, rows: int) -> str:
    """A row source `s(n)` of 0 to rows - 1."""
    if dialect == "postgresql":
        return f"generate_series(CAST(0 AS bigint), {rows - 1}) AS s(n)"
    return (
        f"(WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t WHERE n < {rows - 1}) SELECT n FROM t) AS s"
    )


def instant(dialect: str, seconds: str) -> str:
    """An instant column from seconds since 1970."""
    if dialect == "postgresql":
        return f"to_timestamp({seconds})"
    return f"strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')"


def day(dialect: str, seconds: str) -> str:
    """A day column from seconds since 1970."""
    return f"to_timestamp({seconds})::date" if dialect == "postgresql" else f"date({seconds}, 'unixepoch')"


KINDS_PICKED: Final = ("topic", "request_class", "channel", "territory", "executor", "line")


def number_kinds(connection: Connection) -> dict[str, int]:
    """Temporary tables `pick_<kind>` (k, id) that number the reference rows; their sizes."""
    sizes = {}
    for kind in KINDS_PICKED:
        connection.execute(text(f"CREATE TEMPORARY TABLE pick_{kind} (k integer PRIMARY KEY, id integer)"))
        listed = f"SELECT row_number() OVER (ORDER BY code) - 1, {kind}_id FROM {kind}"
        connection.execute(text(f"INSERT INTO pick_{kind} {listed}"))
        sizes[kind] = int(connection.scalar(text(f"SELECT count(*) FROM pick_{kind}")) or 0)
    return sizes


def fill(connection: Connection, rows: int) -> None:
    """Contacts and requests of a year with terms, closings and calls back, one statement per table."""
    kind, city, sizes = connection.dialect.name, city_id_of("demo"), number_kinds(connection)

    def pick(name: str, salt: int) -> str:
        return f"JOIN pick_{name} {name} ON {name}.k = ((s.n * {salt}) / 7) % {sizes[name]}"

    def skewed(name: str, salt: int) -> str:  # the k-th one 1 / k times as often as the first
        share = f"((s.n * {salt} / 7) % 10007) / 10007.0"
        return f"JOIN pick_{name} {name} ON {name}.k = CAST(floor(power({sizes[name]}, {share})) AS integer) - 1"

    def usual(name: str, number: str, salt: int) -> str:  # nine times in ten what the topic and the place say
        other = f"(s.n * {salt} / 7)"
        chosen = f"(CASE WHEN s.n % 10 = {salt % 10} THEN {other} ELSE {number} END) % {sizes[name]}"
        return f"JOIN pick_{name} {name} ON {name}.k = {chosen}"

    places = f"{skewed('topic', 31)} {pick('territory', 11)} {skewed('channel', 13)}"

    true, false = ("true", "false") if kind == "postgresql" else ("1", "0")
    at = f"{START_S} + (s.n * 7919) % ({DAYS} * 86400)"
    took = "60 * (10 + ((s.n * 104729) / 13) % 20000)"
    is_open = f"({at}) + {took} > {int(NOW.timestamp())} OR s.n % 97 = 0"
    common = (
        f"{city} AS city_id, 'bench' AS source, CAST(s.n AS text) AS source_key, 1 AS load_id, {false} AS is_simulated"
    )
    source, i, d = numbers(kind, rows), lambda s: instant(kind, s), lambda s: day(kind, s)
    connection.execute(
        text(f"""
        INSERT INTO request (request_id, city_id, source, source_key, load_id, is_simulated, topic_id, request_class_id,
            channel_id, territory_id, executor_id, caller_group_mask, is_on_behalf, status, created_at, created_on,
            created_hour, created_weekday, closed_at, closed_on)
        SELECT s.n, {common}, topic.id, request_class.id, channel.id, territory.id, executor.id,
            CASE WHEN s.n % 3 = 0 THEN 1 << CAST(s.n % 6 AS integer) ELSE 0 END, {false},
            CASE WHEN {is_open} THEN 'open' ELSE 'closed' END, {i(at)}, {d(at)}, (({at}) / 3600) % 24, 0,
            CASE WHEN {is_open} THEN NULL ELSE {i(f"({at}) + {took}")} END,
            CASE WHEN {is_open} THEN NULL ELSE {d(f"({at}) + {took}")} END
        FROM {source} {places} {usual("request_class", "topic.k", 17)}
            {usual("executor", "(2 * topic.k + territory.k)", 29)}""")
    )
    due = f"({at}) + 86400 * (1 + s.n % 20)"
    verdict = f"CASE WHEN {is_open} THEN NULL WHEN {took} <= 86400 * (1 + s.n % 20) THEN 'on_time' ELSE 'late' END"
    connection.execute(
        text(f"""
        INSERT INTO sla_result (request_id, city_id, started_at, due_at, due_on, late3_at, resolved_at, resolved_on,
            verdict, paused_min, is_paused, events, executor_changes, returns, reopens)
        SELECT s.n, {city}, {i(at)}, {i(due)}, {d(due)}, {i(f"({due}) + 2 * 86400 * (1 + s.n % 20)")},
            CASE WHEN {is_open} THEN NULL ELSE {i(f"({at}) + {took}")} END,
            CASE WHEN {is_open} THEN NULL ELSE {d(f"({at}) + {took}")} END, {verdict}, 0, {false}, 2, 0, 0, 0
        FROM {source}""")
    )
    connection.execute(
        text(f"""
        INSERT INTO contact (contact_id, city_id, source, source_key, load_id, is_simulated, arrived_at, arrived_on,
            arrived_hour, arrived_weekday, channel_id, line_id, topic_id, territory_id, outcome, answered_at, wait_s,
            caller_group_mask, is_on_behalf)
        SELECT s.n, {common}, {i(at)}, {d(at)}, (({at}) / 3600) % 24, 0, channel.id, line.id, topic.id, territory.id,
            CASE WHEN s.n % 5003 = 0 THEN 'unprocessed'
            WHEN s.n % 11 = 0 THEN 'abandoned' WHEN s.n % 3 = 0 THEN 'request' ELSE 'consultation' END,
            CASE WHEN s.n % 11 = 0 THEN NULL ELSE {i(at)} END, (s.n * 31) % 300, 0, {false}
        FROM {source} {places} {usual("line", "channel.k", 7)}""")
    )
    connection.execute(
        text(f"""
        INSERT INTO followup (followup_id, request_id, city_id, source, source_key, load_id, is_simulated, tried_at,
            tried_on, is_reached, is_confirmed)
        SELECT s.n, s.n * 4, {common}, {i(f"({at}) + 2000000")}, {d(f"({at}) + 2000000")}, {true},
            CASE WHEN s.n % 10 = 0 THEN {false} ELSE {true} END
        FROM {numbers(kind, rows // 4)}""")
    )


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
                times = repeated(lambda q=question, s=says: q.ask(read, q.filters(s)), times=20, limit_s=LIMIT_S)
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
    _pages(report, read, rows, kind)
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
