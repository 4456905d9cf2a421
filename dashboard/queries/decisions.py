"""The decision log of the daily meeting: what was decided, its edits, and the one narrow way by which a page writes.

Nothing else on the read side writes a fact. Rights are checked here, where the row is written; every change of a field
is kept with who and when, so that the log of any past day can be read as it stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import pandas as pd
from sqlalchemy import Connection, Engine, func, insert, select, update

from dashboard.errors import NotAllowedError
from dashboard.queries.errors import NotLoadedError
from dashboard.queries.reader import Reader
from etl.db import make_engine
from etl.schema import decision, decision_edit

MAY_WRITE: Final = frozenset({"leader", "admin", "staff"})
"""Roles that may write decisions; `staff` is everybody who may be on the staff pages while accounts are not set up."""
EDITABLE: Final = ("text", "owner", "due_on", "status", "done_on")
STATUSES: Final = ("open", "done", "dropped")
WRITE_TIMEOUT_S: Final = 20


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the name kept with the row, and the role that allows it."""

    login: str
    role: str


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision as it is taken; `kpi` with `filters` is the figure it is to move, `kpi_value` that figure then."""

    decided_on: date
    text: str
    owner: str
    due_on: date
    kpi: str | None = None
    filters: str = ""
    kpi_value: float | None = None


Writer: TypeAlias = Engine
"""What `add` and `edit` write with; `writer` makes one."""


def writer(url: str) -> Writer:
    """An engine that may write, for the two functions below only."""
    return make_engine(url, timeout_s=WRITE_TIMEOUT_S, pool_size=2)


def add(
    engine: Engine, city_id: int, author: Author, new: NewDecision, *, at: datetime, is_simulated: bool = False
) -> int:
    """Write a decision; gives its id. Raises `NotAllowedError` where the author's role may not."""
    _check(author)
    row = {
        "city_id": city_id, "decided_on": new.decided_on, "text": new.text, "owner": new.owner, "due_on": new.due_on,
        "status": "open", "kpi": new.kpi, "filters": new.filters, "kpi_value": new.kpi_value,
        "is_simulated": is_simulated, "created_by": author.login, "created_at": at,
    }  # fmt: skip
    with engine.begin() as connection:
        made = connection.execute(insert(decision).values(row).returning(decision.c.decision_id)).scalar_one()
    return int(made)


def edit(
    engine: Engine, city_id: int, author: Author, decision_id: int, changes: Mapping[str, Any], *, at: datetime
) -> int:
    """Change fields of a decision and keep what they were; gives the number of fields that changed.

    Raises `NotAllowedError` for a role that may not or a field that nobody may change, `NotLoadedError` where the city
    has no such decision.
    """
    _check(author)
    if forbidden := sorted(set(changes) - set(EDITABLE)):
        raise NotAllowedError(f"{', '.join(forbidden)} of a decision cannot be changed; only {', '.join(EDITABLE)}")
    with engine.begin() as connection:
        row = _row(connection, city_id, decision_id)
        changed = {name: value for name, value in changes.items() if row[name] != value}
        if changed:
            _keep(connection, decision_id, author, row, changed, at)
            connection.execute(update(decision).where(decision.c.decision_id == decision_id).values(changed))
    return len(changed)


def _check(author: Author) -> None:
    if author.role not in MAY_WRITE or not author.login.strip():
        raise NotAllowedError(
            f"the role {author.role!r} may not write decisions: sign in as one of {', '.join(sorted(MAY_WRITE))}"
        )


def _row(connection: Connection, city_id: int, decision_id: int) -> Mapping[str, Any]:
    chosen = select(decision).where(decision.c.decision_id == decision_id, decision.c.city_id == city_id)
    found = connection.execute(chosen.with_for_update()).mappings().one_or_none()
    if found is None:
        raise NotLoadedError(f"there is no decision {decision_id} of this city: reload the page")
    return dict(found)


def _keep(
    connection: Connection,
    decision_id: int,
    author: Author,
    row: Mapping[str, Any],
    changed: Mapping[str, Any],
    at: datetime,
) -> None:
    last = select(func.coalesce(func.max(decision_edit.c.edit_no), 0)).where(decision_edit.c.decision_id == decision_id)
    number = int(connection.execute(last).scalar_one())
    rows = [
        {"decision_id": decision_id, "edit_no": number + place, "at": at, "by": author.login, "field": name,
         "old": _text(row[name]), "new": _text(value)}
        for place, (name, value) in enumerate(changed.items(), start=1)
    ]  # fmt: skip
    connection.execute(insert(decision_edit), rows)


def _text(value: Any) -> str | None:
    return None if value is None else value.isoformat() if isinstance(value, date) else str(value)


def decisions(read: Reader, *, as_of: datetime) -> pd.DataFrame:
    """Every decision written by `as_of`, in the state of that moment, by due day; `edits` counts its changes till then.

    Columns: `decision_id, decided_on, text, owner, due_on, status, done_on, kpi, filters, kpi_value, is_simulated,
    created_by, created_at, edits`; days are dates.
    """
    columns = [column for column in decision.c if column.name != "city_id"]
    written = [decision.c.city_id == read.city_id, decision.c.created_at <= as_of]
    found = read.frame(select(*columns).where(*written).order_by(decision.c.due_on, decision.c.decision_id))
    changes = edits(read)
    rows = [
        _as_it_stood({str(name): value for name, value in row.items()}, changes, as_of)
        for row in found.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=[*found.columns, "edits"]).astype({"decision_id": "int64", "edits": "int64"})


def edits(read: Reader) -> pd.DataFrame:
    """Every change of the city's decisions, oldest first: `decision_id, edit_no, at, by, field, old, new`."""
    return read.frame(
        select(decision_edit)
        .join(decision, decision.c.decision_id == decision_edit.c.decision_id)
        .where(decision.c.city_id == read.city_id)
        .order_by(decision_edit.c.decision_id, decision_edit.c.edit_no)
    )


def _as_it_stood(row: dict[str, Any], changes: pd.DataFrame, as_of: datetime) -> dict[str, Any]:
    """The row with later changes taken back: the first later change of a field tells what it was."""
    own = changes[changes["decision_id"] == row["decision_id"]]
    later = own[own["at"] > pd.Timestamp(as_of)] if len(own) else own
    for name, old in later.drop_duplicates("field")[["field", "old"]].itertuples(index=False):
        is_day = name in ("due_on", "done_on")
        row[name] = None if old is None or old != old else date.fromisoformat(old) if is_day else old
    return {**row, "edits": len(own) - len(later)}
