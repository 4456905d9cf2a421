"""Decisions of the daily meeting: carried to the next day until done, each with the figure it is meant to move.

The figure is that of the seven days before the decision, and of the seven days up to the brief: weekdays weigh alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

import pandas as pd

from dashboard import queries
from dashboard.errors import DashboardError
from dashboard.filters import Filters, parse, to_query
from dashboard.metrics import REGISTRY, Figure, figures
from dashboard.queries import Reader
from dashboard.queries import decisions as log
from dashboard.queries.decisions import STATUSES, Author, NewDecision

SINCE_DAYS: Final = 7
MAX_TEXT: Final = 500
MAX_OWNER: Final = 120
MAX_LOGIN: Final = 80
LONGEST_DAYS: Final = 3_660


class DecisionError(DashboardError, ValueError):
    """What was typed cannot be a decision; `field` is the input at fault."""

    def __init__(self, field: str) -> None:
        """`field`: text, owner, due_on, author, status."""
        super().__init__(f"the decision needs a proper {field}: fill it in")
        self.field = field


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it stood: its row, its changes till then, and the figure before and since."""

    row: Mapping[str, Any]
    edits: tuple[Mapping[str, Any], ...]
    before: float | None
    since: Figure | None
    is_overdue: bool
    days_open: int


def decided_by(read: Reader, source: Reader, day: date, *, as_of: datetime, moment: datetime) -> list[Decided]:
    """The log at the meeting after `day`: what is open, and what ended since that day; late ones first."""
    meeting_on = day + timedelta(days=1)
    found = log.decisions(read, as_of=as_of)
    rows = [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]
    kept = [row for row in rows if row["status"] == "open" or _ended_since(row, day)]
    changes = log.edits(read)
    made = [_decided(source, row, changes, day, meeting_on, as_of, moment) for row in kept]
    return sorted(made, key=lambda one: (one.row["status"] != "open", one.row["due_on"], one.row["decision_id"]))


def _ended_since(row: Mapping[str, Any], day: date) -> bool:
    ended = row["done_on"]
    return isinstance(ended, date) and ended >= day


def _decided(
    source: Reader,
    row: dict[str, Any],
    changes: pd.DataFrame,
    day: date,
    meeting_on: date,
    as_of: datetime,
    moment: datetime,
) -> Decided:
    own = changes[(changes["decision_id"] == row["decision_id"])]
    own = own[own["at"] <= pd.Timestamp(as_of)] if len(own) else own
    edits = tuple({str(name): value for name, value in one.items()} for one in own.to_dict("records"))
    before = None if row["kpi_value"] is None or row["kpi_value"] != row["kpi_value"] else float(row["kpi_value"])
    since = None
    if row["kpi"] in REGISTRY and row["decided_on"] <= day:
        since = figures(source, _of(source, row["filters"], day), [row["kpi"]], now=moment)[row["kpi"]]
    is_overdue = row["status"] == "open" and row["due_on"] < meeting_on
    return Decided(row, edits, before, since, is_overdue, (meeting_on - row["decided_on"]).days)


def _of(read: Reader, query: str, day: date) -> Filters:
    """The filters of a decision's figure over the days up to `day`."""
    start = day - timedelta(days=SINCE_DAYS - 1)
    known = queries.reference(read)
    narrowed = parse(parse_qs(query), city=read.slug, default_from=start, default_to=day, known=known)
    return replace(narrowed, from_on=start, to_on=day)


def new_decision(read: Reader, form: Mapping[str, str], *, decided_on: date, query: str, now: datetime) -> NewDecision:
    """A decision from what was typed (`text`, `owner`, `due_on`, `kpi`); raises `DecisionError` for a wrong input."""
    kpi = form.get("kpi", "").strip() or None
    if kpi is not None and kpi not in REGISTRY:
        raise DecisionError("kpi")
    filters = _of(read, query, decided_on - timedelta(days=1))
    value = figures(read, filters, [kpi], now=now)[kpi].value if kpi else None
    return NewDecision(
        decided_on=decided_on, text=_text(form, "text", MAX_TEXT), owner=_text(form, "owner", MAX_OWNER),
        due_on=_due(form, decided_on), kpi=kpi, filters=to_query(filters) if kpi else "", kpi_value=value,
    )  # fmt: skip


def changes_of(form: Mapping[str, str], *, decided_on: date, today: date) -> dict[str, Any]:
    """What an edit form changes; a decision that is done or dropped carries the day."""
    made: dict[str, Any] = {}
    if "text" in form:
        made["text"] = _text(form, "text", MAX_TEXT)
    if "owner" in form:
        made["owner"] = _text(form, "owner", MAX_OWNER)
    if "due_on" in form:
        made["due_on"] = _due(form, decided_on)
    if status := form.get("status", ""):
        if status not in STATUSES:
            raise DecisionError("status")
        made["status"] = status
        made["done_on"] = None if status == "open" else today
    return made


def author_of(form: Mapping[str, str], role: str) -> Author:
    """Who writes: an office or initials as typed; raises `DecisionError` where it is missing."""
    return Author(_text(form, "author", MAX_LOGIN), role)


def _text(form: Mapping[str, str], name: str, most: int) -> str:
    text = " ".join(form.get(name, "").split())
    if not text or len(text) > most or not text.isprintable():
        raise DecisionError(name)
    return text


def _due(form: Mapping[str, str], decided_on: date) -> date:
    try:
        due_on = date.fromisoformat(form.get("due_on", "").strip())
    except ValueError as error:
        raise DecisionError("due_on") from error
    if not decided_on <= due_on <= decided_on + timedelta(days=LONGEST_DAYS):
        raise DecisionError("due_on")
    return due_on
