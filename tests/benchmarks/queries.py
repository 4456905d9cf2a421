"""Questions of the pages over a year of requests: from roll-ups, from the facts, and from a materialised view.

Rows are made in the database itself. Aim: p95 under 50 ms from roll-ups, nearly flat as rows grow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, text

from dashboard import queries
from dashboard.filters import Filters
from dashboard.metrics import figures
from dashboard.queries import Reader
from etl import rollup
from etl.ids import city_id_of
from etl.profile_tables import write_profile
from geodata.cities import load_profile
from tests.benchmarks.databases import KINDS, open_engine
from tests.benchmarks.timing import measured, repeated

if TYPE_CHECKING:
    from tests.benchmarks.report import Report

FIRST: Final = date(2025, 1, 1)
DAYS: Final = 365
NOW: Final = datetime(2026, 1, 1, 9, tzinfo=UTC)
AIM_P95_MS: Final = 50.0
START_S: Final = 1_735_689_600
PROFILE = load_profile("demo")
YEAR = Filters("demo", FIRST, FIRST + timedelta(days=DAYS - 1))
MONTH = replace(YEAR, from_on=FIRST + timedelta(days=DAYS - 30))
NARROW = replace(
    YEAR,
    topic=(next(one.code for one in PROFILE.topics if one.parent is None),),
    territory=(PROFILE.territories[0].code,),
    request_class=(PROFILE.request_classes[1].code,),
)
BRIEF: Final = ("requests", "on_time_pct", "confirmed_on_time_pct", "late", "backlog_open", "overdue", "urgent_pct")

Page = Callable[[Reader, Filters], object]

PAGES: Final[dict[str, Page]] = {
    "brief: seven figures": lambda read, asked: figures(read, asked, BRIEF, now=NOW),
    "volumes: requests by week": lambda read, asked: queries.series(read, asked, "requests", grain="week", now=NOW),
    "volumes: contacts by channel": lambda read, asked: queries.breakdown(read, asked, "contacts", "channel", now=NOW),
    "topics: requests by topic": lambda read, asked: queries.breakdown(read, asked, "requests", "topic", now=NOW),
    "sla: on time by class": lambda read, asked: (
        queries.breakdown(read, asked, "met", "request_class", now=NOW),
        queries.breakdown(read, asked, "due", "request_class", now=NOW),
    ),
    "sla: survival": lambda read, asked: queries.lifetimes(read, asked, now=NOW),
    "executors: late by executor": lambda read, asked: queries.breakdown(read, asked, "late", "executor", now=NOW),
}
_UNFILTERED: Final = {"volumes: contacts by channel", "sla: survival"}
"""Questions that no roll-up answers under three filters at once: reported as they are, without the aim."""


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
        FROM {source} {pick("topic", 31)} {pick("request_class", 17)} {pick("channel", 13)} {pick("territory", 11)}
            {pick("executor", 29)}""")
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
            CASE WHEN s.n % 11 = 0 THEN 'abandoned' WHEN s.n % 3 = 0 THEN 'request' ELSE 'consultation' END,
            CASE WHEN s.n % 11 = 0 THEN NULL ELSE {i(at)} END, (s.n * 31) % 300, 0, {false}
        FROM {source} {pick("channel", 13)} {pick("line", 7)} {pick("topic", 31)} {pick("territory", 11)}""")
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
        fill(connection, rows)
    if kind == "postgis":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    with measured() as watch, engine.begin() as connection:
        rollup.rebuild(connection, PROFILE, now=NOW)
    report.add(f"{kind}, {rows:,}: rebuild of all roll-ups", watch.seconds, "s")
    report.add(f"{kind}, {rows:,}: rebuild, rate", 2 * rows / watch.seconds, "facts/s")


def _pages(report: Report, read: Reader, rows: int, kind: str) -> None:
    for name, page in PAGES.items():
        for says, asked in (("30 days", MONTH), ("a year", YEAR), ("a year, three filters", NARROW)):
            times = repeated(lambda page=page, asked=asked: page(read, asked), times=20, limit_s=20)
            is_aimed = not (asked is NARROW and name in _UNFILTERED)
            label = f"{kind}, {rows:,}: {name}, {says}"
            report.add(f"{label}, p50", times.p50_ms, "ms")
            report.add(f"{label}, p95", times.p95_ms, "ms", at_most=AIM_P95_MS if is_aimed else None)


def _raw(report: Report, read: Reader, rows: int, kind: str) -> None:
    raw = replace(read, uses_rollups=False)
    for name in ("topics: requests by topic", "sla: on time by class"):
        times = repeated(lambda name=name: PAGES[name](raw, YEAR), times=5, warm_up=0, limit_s=30)
        report.add(f"{kind}, {rows:,}: {name}, a year, from the facts, p50", times.p50_ms, "ms")


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


def run(report: Report, *, rows: int) -> None:
    """Measure at `rows` requests and as many contacts, on both engines; ten million: `--rows 10000000`."""
    for kind in KINDS:
        with open_engine(kind) as engine:
            _database(engine, rows, report, kind)
            read = Reader.of(engine, PROFILE, clock=lambda: NOW)
            _pages(report, read, rows, kind)
            _raw(report, read, rows, kind)
            if kind == "postgis":
                _view(report, engine, rows)
