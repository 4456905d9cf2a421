"""A decision log for the demo: what a meeting might have written, marked as simulated, with the demo's own figures."""

from __future__ import annotations

import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from dashboard import decisions as service
from dashboard.deps import Deps
from dashboard.queries import decisions as log
from dashboard.queries.decisions import Author, Writer

EXAMPLES: Final = Path(__file__).with_suffix(".toml")
AUTHOR: Final = Author("Demo", "staff")
MEETING: Final = time(8, 20)


def write_examples(deps: Deps) -> int:
    """Write the examples where the city's log is still empty; gives how many were written."""
    now = deps.now()
    if not log.decisions(deps.read, as_of=now).empty:
        return 0
    engine = log.writer(deps.settings.base.database_url.value)
    examples = tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))["decision"]
    try:
        for one in examples:
            _write(deps, engine, one)
    finally:
        engine.dispose()
    return len(examples)


def _write(deps: Deps, engine: Writer, one: dict[str, Any]) -> None:
    decided_on = deps.today() - timedelta(days=one["days_ago"])
    due_on = decided_on + timedelta(days=one["due_in_days"])
    at = datetime.combine(decided_on, MEETING, tzinfo=deps.profile.zone)
    form = {"text": one["text"], "owner": one["owner"], "due_on": due_on.isoformat(), "kpi": one.get("kpi", "")}
    new = service.new_decision(deps.read, form, decided_on=decided_on, query="", now=at)
    city = deps.read.city_id
    number = log.add(engine, city, AUTHOR, new, at=at, is_simulated=True)
    if "moved_days" in one:
        later = {"due_on": due_on + timedelta(days=one["moved_days"])}
        log.edit(engine, city, AUTHOR, number, later, at=at + timedelta(days=3))
    if "done_after_days" in one:
        done_on = decided_on + timedelta(days=one["done_after_days"])
        done_at = at + timedelta(days=one["done_after_days"])
        log.edit(engine, city, AUTHOR, number, {"status": "done", "done_on": done_on}, at=done_at)
