"""Data quality of a city: how complete rows are, how fresh sources are, and whether tables agree with each other.

Shares inform; rules must hold, and a broken one means that a load or a roll-up went wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, case, func, select

from etl import rollup, snapshot, status
from etl.clock import update as clock
from etl.ids import city_id_of, reference_id
from etl.schema import (
    channel,
    contact,
    executor,
    followup,
    load_run,
    request,
    request_class,
    request_event,
    sla_result,
    territory,
    topic,
)
from geodata.profile import CityProfile

CLOCK_CURE = "python -m etl clock"
ROLLUP_CURE = "python -m etl rollup --rebuild"


@dataclass(frozen=True, slots=True)
class Finding:
    """One measure: a share in percent of `n` rows, hours of age, or a rule with the number of rows that break it.

    `cure`: the command that mends a broken rule, where there is one.
    """

    id: str
    kind: str
    value: float | None
    n: int
    what: str
    cure: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether a rule does not hold."""
        return self.kind == "rule" and bool(self.value)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "is_broken": self.is_broken}


def check(connection: Connection, profile: CityProfile, *, now: datetime) -> list[Finding]:
    """Every finding of a city, shares first."""
    city_id = city_id_of(profile.slug)
    return [
        *_shares(connection, city_id, profile.slug),
        *_freshness(connection, city_id, now=now),
        *_orphans(connection, city_id),
        *_rules(connection, city_id),
        *_backlog(connection, profile),
        *_derived(connection, profile),
    ]


def _shares(connection: Connection, city_id: int, slug: str) -> Iterator[Finding]:
    unmapped = reference_id(slug, "topic", "unmapped")
    closed = request.c.status == "closed"
    measures: tuple[tuple[str, Table, ColumnElement[bool], ColumnElement[bool] | None, str], ...] = (
        ("geocoded_pct", request, request.c.lon.is_not(None), None, "requests with a point"),
        ("with_territory_pct", request, request.c.territory_id.is_not(None), None, "requests with a territory"),
        ("with_topic_pct", request, _has_topic(request.c.topic_id, unmapped), None, "requests with a known topic"),
        ("with_executor_pct", request, request.c.executor_id.is_not(None), None, "requests with an executor"),
        (
            "with_closing_time_pct",
            request,
            request.c.closed_at.is_not(None),
            closed,
            "closed requests with a closing time",
        ),
        (
            "contacts_with_topic_pct",
            contact,
            _has_topic(contact.c.topic_id, unmapped),
            None,
            "contacts with a known topic",
        ),
    )
    for name, table, is_good, among, what in measures:
        where = table.c.city_id == city_id if among is None else and_(table.c.city_id == city_id, among)
        row = connection.execute(
            select(func.count(), func.sum(case((is_good, 1), else_=0))).select_from(table).where(where)
        ).one()
        n, good = int(row[0]), int(row[1] or 0)
        yield Finding(name, "share", round(100 * good / n, 2) if n else None, n, what)


def _has_topic(column: Column[Any], unmapped: int) -> ColumnElement[bool]:
    return and_(column.is_not(None), column != unmapped)


def _freshness(connection: Connection, city_id: int, *, now: datetime) -> Iterator[Finding]:
    for row in status.sources(connection, city_id, now=now).to_dict("records"):
        age = None if row["freshness_h"] != row["freshness_h"] else float(row["freshness_h"])
        what = f"age of the newest row of {row['source']}, hours"
        yield Finding(f"freshness_h:{row['source']}", "age", age, int(row["rows_loaded"]), what)
        what = f"rows of {row['source']} refused and neither mended nor dismissed"
        yield Finding(f"open_rejects:{row['source']}", "count", float(row["open_rejects"]), int(row["rows_read"]), what)


def _orphans(connection: Connection, city_id: int) -> Iterator[Finding]:
    mine = request.c.city_id == city_id
    references = (
        (request.c.topic_id, topic.c.topic_id), (request.c.executor_id, executor.c.executor_id),
        (request.c.territory_id, territory.c.territory_id), (request.c.channel_id, channel.c.channel_id),
        (request.c.request_class_id, request_class.c.request_class_id), (contact.c.topic_id, topic.c.topic_id),
        (contact.c.channel_id, channel.c.channel_id), (contact.c.territory_id, territory.c.territory_id),
        (contact.c.request_id, request.c.request_id), (followup.c.request_id, request.c.request_id),
    )  # fmt: skip
    for column, target in references:
        yield _broken(
            connection, f"orphans:{column}", f"{column} that point to no {target.table.name}",
            select(func.count()).select_from(column.table.outerjoin(target.table, column == target)).where(
                column.table.c.city_id == city_id, column.is_not(None), target.is_(None)
            ),
        )  # fmt: skip
    without = select(func.count()).select_from(
        request.outerjoin(
            request_event, and_(request_event.c.request_id == request.c.request_id, request_event.c.event_no == 0)
        )
    )
    yield _broken(
        connection, "requests_without_history", "requests without a first event",
        without.where(mine, request_event.c.request_id.is_(None)),
    )  # fmt: skip
    yield _broken(
        connection, "results_without_request", "clock results whose request is gone",
        select(func.count())
        .select_from(sla_result.outerjoin(request, request.c.request_id == sla_result.c.request_id))
        .where(sla_result.c.city_id == city_id, request.c.request_id.is_(None)),
    )  # fmt: skip


def _rules(connection: Connection, city_id: int) -> Iterator[Finding]:
    loads = load_run.c
    counted = loads.rows_inserted + loads.rows_updated + loads.rows_unchanged + loads.rows_rejected
    yield _broken(
        connection, "row_equation", "loads whose rows read are not inserted + updated + unchanged + rejected",
        select(func.count()).where(loads.city_id == city_id, loads.status == "done", loads.rows_read != counted),
    )  # fmt: skip
    yield _broken(
        connection, "closed_before_created", "requests closed before they were created",
        select(func.count()).where(request.c.city_id == city_id, request.c.closed_at < request.c.created_at),
    )  # fmt: skip
    yield _broken(
        connection, "open_with_closing_time", "open requests that have a closing time",
        select(func.count()).where(
            request.c.city_id == city_id, request.c.status == "open", request.c.closed_at.is_not(None)
        ),
    )  # fmt: skip


def _backlog(connection: Connection, profile: CityProfile) -> Iterator[Finding]:
    """Inflow less outflow is the change of the backlog, day by day."""
    violations = snapshot.identity(connection, city_id_of(profile.slug), profile=profile)
    what = "days on which inflow less outflow is not the change of the backlog"
    cure = f"python -m etl snapshot --from {violations['day_on'].iloc[0]}" if len(violations) else ""
    yield Finding("backlog_identity", "rule", float(len(violations)), len(violations), what, cure)


def _derived(connection: Connection, profile: CityProfile) -> Iterator[Finding]:
    """Whether what is computed from the facts was computed under today's terms and definitions."""
    city_id = city_id_of(profile.slug)
    results = int(connection.scalar(select(func.count()).where(sla_result.c.city_id == city_id)) or 0)
    stale = 0 if clock.is_current(connection, profile) else results
    what = "clock results computed under other terms, calendars or rules than today's"
    yield Finding("clock_is_current", "rule", float(stale), results, what, CLOCK_CURE if stale else "")
    is_old = bool(results) and not rollup.is_current(connection, city_id)
    what = "roll-ups missing, or built with other definitions than today's (figures are right, but slow)"
    yield Finding("rollups_are_current", "rule", float(is_old), results, what, ROLLUP_CURE if is_old else "")


def _broken(connection: Connection, name: str, what: str, statement: Any) -> Finding:
    count = int(connection.scalar(statement) or 0)
    return Finding(name, "rule", float(count), count, what)
