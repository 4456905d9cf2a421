"""Roll-ups: daily sums at a few coarse grains per family of figures, so that a page never counts raw rows.

One fine roll-up is no faster than the raw table (measured), hence several coarse ones; the fine one of a family answers
questions with many filters and is kept only where there are so many facts that it is much smaller than they are.
Percentiles come from sketches: one row holds the log buckets of a day and key as bytes (`etl.sketch.pack`), since a row
per bucket would be nearly a row per fact. What a family's measures are in SQL is said in `etl.rollup`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from etl.tables.base import day, instant, metadata
from etl.tables.derived import sla_result

NO_DAY: Final = date(9999, 12, 31)
"""Day of requests without a term in the family `due`, so that the stock of open requests is whole."""

FINE: Final = "fine"
"""The grain of a family that knows the dimensions of most filters."""
FINE_FROM: Final = 500_000
"""Facts of a city in the family's table from which on `Shape.large` is kept: below it has half as many rows as they."""
SKETCH: Final = "_sketch"
"""What the column of a measure's log buckets is called after the measure."""

DIMENSIONS: Final[Mapping[str, str]] = {
    "topic_id": "topic; 0: none",
    "territory_id": "territory; 0: unknown",
    "channel_id": "channel; 0: none",
    "line_id": "line; 0: none",
    "request_class_id": "class; 0: none",
    "executor_id": "executor; 0: nobody",
    "caller_group_mask": "groups of the caller, one bit each",
    "weekday": "0 Monday to 6 Sunday",
    "hour": "hour of the day, city's time",
    "bucket": "log bucket of the value, see etl.sketch",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a family counts, by which day, and the grains its roll-ups are kept at (name to dimensions).

    `is_sketch`: every measure is kept by log bucket too, so that the dimension `bucket` may be asked for at any grain.
    `large`: the grains that are kept for large cities only.
    """

    day: str
    measures: Mapping[str, str]
    grains: Mapping[str, tuple[str, ...]]
    is_sketch: bool = False
    large: tuple[str, ...] = (FINE,)


_SIMULATED = {"simulated": "simulated rows among them"}

_REQUEST_GRAINS = {
    "channel": ("channel_id", "request_class_id"),
    "executor": ("executor_id", "request_class_id"),
    "territory": ("territory_id", "request_class_id"),
    "topic": ("topic_id", "request_class_id"),
    "caller": ("caller_group_mask", "topic_id"),
    "fine": ("topic_id", "territory_id", "executor_id", "request_class_id"),
}

SHAPES: Final[Mapping[str, Shape]] = {
    "contacts": Shape(
        "arrival",
        {
            "contacts": "contacts of every channel; calls offered where only daily figures are known",
            "queued": "contacts that waited in a queue, or calls offered",
            "answered": "contacts that a person answered or settled",
            "abandoned": "contacts that left the queue unanswered",
            "abandoned_after": "of those, after at least 5 seconds in the queue; daily figures do not tell",
            "abandon_timed": "abandoned contacts whose time in the queue is known",
            "consultations": "contacts solved in the contact",
            "contact_requests": "contacts that became a request",
            "unprocessed": "messages that nobody has handled",
            "transferred": "contacts passed on to another centre",
            "other_outcomes": "contacts that ended otherwise",
            "by_call": "answered contacts known one by one, whose outcome is told",
            "level_offered": "contacts that the answer level counts: queued, threshold known",
            "in_time_milli": "thousandths of contacts answered within the line's threshold",
            "waited": "answered contacts whose waiting time is known",
            "wait_total_s": "their waiting time, seconds",
            "talk_total_s": "time of talk, seconds",
            "on_behalf": "contacts made for somebody else",
            "in_groups": "contacts of callers of any group",
            **_SIMULATED,
        },
        {
            "channel": ("channel_id", "line_id"),
            "territory": ("territory_id",),
            "topic": ("topic_id", "channel_id"),
            "hour": ("weekday", "hour", "channel_id", "line_id"),
            "caller": ("caller_group_mask", "topic_id"),
            "fine": ("topic_id", "territory_id", "channel_id", "line_id"),
        },
    ),
    "created": Shape(
        "receipt",
        {
            "requests": "requests received",
            "geocoded": "of those with a place",
            "with_topic": "of those with a topic that is mapped",
            "with_executor": "of those with an executor",
            "marked_closed": "of those whose status is closed",
            "with_closing_time": "of those whose status is closed and whose closing time is known",
            "cancelled": "of those withdrawn",
            "transfers": "changes of executor",
            "bounced": "requests returned for rework at least once",
            **_SIMULATED,
        },
        _REQUEST_GRAINS,
    ),
    "due": Shape(
        "due day",
        {
            "due": "requests whose term ends that day, open or closed, not cancelled",
            "met": "of those closed on time",
            "late_closed": "of those closed late",
            "late_3x_closed": "of those closed after three times the term",
            "open": "of those still open",
            "checked": "of those whose caller was reached at follow-up",
            "confirmed_on_time": "of those met and confirmed by the caller",
            **_SIMULATED,
        },
        _REQUEST_GRAINS,
    ),
    "closed": Shape(
        "closing day",
        {
            "closed": "requests closed",
            "closed_on_time": "of those on time",
            "closed_late": "of those late",
            **_SIMULATED,
        },
        {name: _REQUEST_GRAINS[name] for name in ("channel", "executor", "territory", "topic", "fine")},
    ),
    "followups": Shape(
        "day of the call back",
        {
            "followups": "calls back tried",
            "reached": "of those answered",
            "said": "of those that say whether it was done",
            "confirmed": "of those that confirm it was done",
            "denied": "of those that deny it",
            "rated": "of those that say whether they are content",
            "satisfied": "of those content",
            "reviewed": "requests whose last answered call back it is",
            "false_closures": "of those denied, or reopened within 14 days of closing",
            **_SIMULATED,
        },
        {
            "executor": ("executor_id", "request_class_id"),
            "topic": ("topic_id", "request_class_id"),
            "fine": ("topic_id", "territory_id", "executor_id", "request_class_id"),
        },
    ),
    "tickets": Shape(
        "issue",
        {"tickets": "tickets drawn", "served": "of those called", "walked_away": "of those not called", **_SIMULATED},
        {"line": ("line_id",), "hour": ("weekday", "hour", "line_id"), "fine": ("territory_id", "topic_id", "line_id")},
    ),
    "waits": Shape(
        "arrival",
        {"n": "answered contacts whose waiting time is known (buckets in seconds)"},
        {"line": ("channel_id", "line_id"), "hour": ("weekday", "hour", "line_id")},
        is_sketch=True,
    ),
    "ticket_waits": Shape(
        "issue", {"n": "visitors whose waiting time is known (buckets in seconds)"}, {"line": ("line_id",)},
        is_sketch=True,
    ),
    "ticket_services": Shape(
        "issue", {"n": "services whose time is known (buckets in seconds)"}, {"line": ("line_id",)}, is_sketch=True
    ),
    "durations": Shape(
        "receipt",
        {"n": "requests closed (buckets: how long it took, minutes)", "n_cancelled": "requests withdrawn, likewise"},
        {
            "request_class": ("request_class_id",),
            "executor": ("executor_id", "request_class_id"),
            "topic": ("topic_id", "request_class_id"),
        },
        is_sketch=True,
        large=("executor", "topic"),  # of few requests, times are read as they are, without sketches
    ),
    "work_durations": Shape(
        "receipt",
        {"n": "requests closed (buckets: working time used, minutes)", "n_cancelled": "requests withdrawn, likewise"},
        {"request_class": ("request_class_id",), "executor": ("executor_id", "request_class_id")},
        is_sketch=True,
        large=("executor",),
    ),
    "lateness": Shape(
        "due day",
        {"n": "requests closed late (buckets: by how much, minutes)"},
        {"request_class": ("request_class_id",), "executor": ("executor_id",), "topic": ("topic_id",)},
        is_sketch=True,
    ),
}  # fmt: skip


def table_name(family: str, grain: str) -> str:
    """The table of a family's grain."""
    return f"rollup_{family}_{grain}"


def _table(family: str, grain: str) -> Table:
    shape = SHAPES[family]
    name = table_name(family, grain)
    dimensions = shape.grains[grain]
    keys = [
        day("day_on", shape.day, primary_key=True),
        *(
            Column(dimension, Integer, primary_key=True, autoincrement=False, comment=DIMENSIONS[dimension])
            for dimension in dimensions
        ),
    ]
    # Days lead the key: a period is one stretch of it, and fresh days are added at its end. The fine grain is asked
    # with filters over long periods, so its first dimension leads there.
    leading = [keys[1], keys[0], *keys[2:]] if grain == FINE else keys
    return Table(
        name,
        metadata,
        Column("city_id", SmallInteger, primary_key=True, autoincrement=False, comment="city of the row"),
        *leading,
        *(Column(measure, Integer, nullable=False, comment=what) for measure, what in shape.measures.items()),
        *(_sketch(measure, what) for measure, what in shape.measures.items() if shape.is_sketch),
        *([Index(f"ix_{name}_day", "city_id", "day_on")] if grain == FINE else []),
        comment=f"Roll-up of {family} by {shape.day} and {', '.join(_plain(one) for one in dimensions)}",
        sqlite_with_rowid=False,
    )


def _sketch(measure: str, what: str) -> Column[bytes]:
    return Column(f"{measure}{SKETCH}", LargeBinary, nullable=False, comment=f"log buckets of {what}, see etl.sketch")


def _plain(dimension: str) -> str:
    return dimension.removesuffix("_id").replace("_", " ")


ROLLUPS: Final[Mapping[str, Mapping[str, Table]]] = {
    family: {grain: _table(family, grain) for grain in shape.grains} for family, shape in SHAPES.items()
}
"""Every roll-up by family and grain."""

rollup_state = Table(
    "rollup_state",
    metadata,
    Column("city_id", SmallInteger, primary_key=True, autoincrement=False, comment="city of the row"),
    Column("name", Text, primary_key=True, comment="table of the roll-up"),
    Column(
        "version", Text, nullable=False, comment="hash of the definitions it was built with; another: it is not read"
    ),
    Column("n_rows", BigInteger, nullable=False, comment="rows of the city, by which the smallest is chosen"),
    instant("updated_at", "when", nullable=False),
    comment="Which roll-ups are built, and how large they are",
)

Index(
    "ix_sla_result_open",
    sla_result.c.city_id,
    sla_result.c.due_at,
    sqlite_where=sla_result.c.verdict.is_(None),
    postgresql_where=sla_result.c.verdict.is_(None),
)
