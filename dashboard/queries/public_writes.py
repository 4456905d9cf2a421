"""The two rows the public may write: a report of wrong data, and a need that found no help; nothing else, no person.

An engine of its own, so that the reading one stays read-only; in production its role may insert into these two tables
alone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.dialects import postgresql

from dashboard.queries.reader import Reader
from etl.db import make_engine
from etl.ids import fact_id
from etl.public_role import PUBLIC_WRITER
from etl.schema import data_report, need_outcome

Outcome = Literal[
    "no_service", "not_entitled", "full", "closed_then", "not_accessible", "too_far", "referred", "helped"
]
FIELDS = ("hours", "phone", "address", "accessibility", "closed", "other")
STATUSES = ("new", "accepted", "rejected", "done")
MAX_TEXT = 1_000
SOURCE = "social-map"


@dataclass(frozen=True, slots=True)
class Writer:
    """The narrow way to write, of one city."""

    engine: Engine
    city_id: int
    reader: Reader

    @classmethod
    def beside(cls, reader: Reader, *, is_staff: bool = False) -> Writer:
        """A writer on the reader's database; its first connection opens with the first row."""
        url = reader.engine.url.render_as_string(hide_password=False)
        engine = make_engine(url, timeout_s=10, pool_size=2, rights=None if is_staff else PUBLIC_WRITER)
        return cls(engine, reader.city_id, reader)

    def report(self, location_id: str, field: str, text: str, *, now: datetime) -> None:
        """Put a report into the queue of the staff; over-long text is cut."""
        values = {
            "city_id": self.city_id, "location_id": location_id or None, "field": field if field in FIELDS else "other",
            "text": text.strip()[:MAX_TEXT], "status": "new", "reported_at": now,
        }  # fmt: skip
        with self.engine.begin() as connection:
            connection.execute(insert(data_report).inline().values(values))

    def need(
        self,
        outcome: Outcome,
        *,
        now: datetime,
        service_code: str = "",
        location_id: str = "",
        caller_group_mask: int = 0,
        once: str = "",
    ) -> None:
        """Note how a need ended: what was looked for, never who looked or what they typed.

        The same `once` again changes nothing.
        """
        key = once or secrets.token_hex(12)
        values: dict[str, Any] = {
            "need_outcome_id": fact_id(SOURCE, key), "city_id": self.city_id, "source": SOURCE, "source_key": key,
            "load_id": 0, "is_simulated": False, "at": now, "on_day": self.reader.today(now), "outcome": outcome,
            "service_code": service_code or None, "location_id": location_id or None,
            "caller_group_mask": caller_group_mask,
        }  # fmt: skip
        with self.engine.begin() as connection:
            connection.execute(_new_only(connection.dialect.name).values(values))

    def decide(self, report_id: int, status: str, *, now: datetime) -> None:
        """Give a report its status (staff)."""
        if status not in STATUSES:
            raise ValueError(f"a report is {', '.join(STATUSES)}, not {status!r}")
        where = (data_report.c.data_report_id == report_id) & (data_report.c.city_id == self.city_id)
        with self.engine.begin() as connection:
            connection.execute(update(data_report).where(where).values(status=status, decided_at=now))


def _new_only(dialect: str) -> Any:
    """An insert that leaves a row that is there alone."""
    if dialect == "postgresql":
        return postgresql.insert(need_outcome).on_conflict_do_nothing()
    return insert(need_outcome).prefix_with("OR IGNORE")


def reports(read: Reader, *, limit: int = 200) -> list[dict[str, Any]]:
    """Reports of wrong data, undecided and newest first: the columns of `data_report`."""
    statement = (
        select(data_report)
        .where(data_report.c.city_id == read.city_id)
        .order_by(data_report.c.decided_at.is_not(None), data_report.c.reported_at.desc())
        .limit(limit)
    )
    with read.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]
