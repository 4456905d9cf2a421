"""Which table each answer came from, and how long it took: what `figures --explain` shows."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Any, Final

from dashboard.filters import Filters
from dashboard.metrics.gather import GATHERERS, Question
from dashboard.metrics.registry import REGISTRY
from dashboard.queries import STOCKS, Reader, total
from dashboard.queries.percentiles import EXACT_ROWS
from dashboard.queries.plan import choose
from dashboard.queries.selection import select_of

_ASKS: Final = {
    "displaced": ("contacts", "caller_group_mask"),
    "contacts_by_topic_top": ("contacts", "topic_id"),
    "created_any_topic": ("created",),
    "created_by_class": ("created", "request_class_id"),
    "created_by_executor": ("created", "executor_id"),
    "created_by_territory": ("created", "territory_id"),
    "late_3x": ("late3",),
    "waits": ("waits", "bucket"),
    "ticket_waits": ("ticket_waits", "bucket"),
    "ticket_services": ("ticket_services", "bucket"),
    "lifetimes": ("durations", "bucket"),
    "work_lifetimes": ("work_durations", "bucket"),
    "overdue_times": ("lateness", "bucket"),
    "open": ("due",),
    "overdue": ("due",),
    **{name: (name,) for name in ("contacts", "created", "due", "closed", "followups", "tickets", "needs")},
}
"""The family and the dimensions a frame asks for; frames that are not here come from the facts or small tables."""


def plans(read: Reader, filters: Filters, ids: Iterable[str], *, is_past: bool = False) -> list[dict[str, Any]]:
    """One object per frame: `question`, `table` (`raw` for the facts), `rows` of that table, `why`, `ms`."""
    where, now = select_of(read, filters), read.clock()
    made = []
    for name in dict.fromkeys(need for one in ids for need in REGISTRY[one].needs):
        family, *by = _ASKS.get(name, (name,))
        plan = choose(read, family, {*by, *where.dimensions})
        started = perf_counter()
        GATHERERS[name](Question(read, filters, now))
        spent_ms = round(1000 * (perf_counter() - started), 1)
        table, why = plan.name, plan.why
        if is_past:
            table, why = "raw", "replayed from events"
        elif name in ("lifetimes", "work_lifetimes") and total(read, filters, "requests", now=now) <= EXACT_ROWS:
            table, why = "raw", "few enough to be read exactly"
        elif name in STOCKS and name not in _ASKS:
            table, why = "raw", "open requests, read once per state of the data"
        made.append({"question": name, "table": table, "rows": plan.n_rows, "why": why, "ms": spent_ms})
    return made
