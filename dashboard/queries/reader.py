"""Who asks: the engine, the city and its zone; every question of the read side takes one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, Engine

from etl.bulk import read_tuples
from etl.ids import city_id_of

if TYPE_CHECKING:
    from sqlalchemy import Executable, Select

    from dashboard.queries.held import Held
    from geodata.profile import CityProfile

READ_S = 300
"""Longest that what is read once and then held may take: with nothing cached, a page's own limit would stop it."""


def utc_now() -> datetime:
    """The moment now."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reader:
    """The way to one city's data.

    `clock` gives the moment that "now" means where a question does not say; `uses_rollups=False` asks the raw tables
    always (tests and benchmarks). `kept` holds small answers (names, states) with the state of the data they are of;
    that state is asked again after `fresh_s` seconds. `held`: roll-ups held in the process, of a server.
    """

    engine: Engine
    city_id: int
    slug: str
    zone: ZoneInfo
    clock: Callable[[], datetime] = utc_now
    uses_rollups: bool = True
    profile: CityProfile | None = field(default=None, repr=False, compare=False)
    fresh_s: float = 0.5
    kept: dict[str, tuple[object, Any]] = field(default_factory=dict, repr=False, compare=False)
    session: Connection | None = field(default=None, repr=False, compare=False)
    held: Held | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(
        cls, engine: Engine, profile: CityProfile, *, clock: Callable[[], datetime] = utc_now, held: Held | None = None
    ) -> Reader:
        """A reader of the profile's city."""
        city_id = city_id_of(profile.slug)
        return cls(engine, city_id, profile.slug, profile.zone, clock=clock, profile=profile, held=held)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection for one question; the session's own where the reader stands on one."""
        if self.session is not None:
            yield self.session
            return
        with self.engine.connect() as connection:
            yield connection

    def remember(self, name: str, ask: Callable[[], Any]) -> Any:
        """The answer of `ask`, kept for `fresh_s` seconds: what every question of a page needs is asked once."""
        held = self.kept.get(name)
        moment = monotonic()
        if held is not None and isinstance(held[0], float) and moment - held[0] < self.fresh_s:
            return held[1]
        answer = ask()
        self.kept[name] = (moment, answer)
        return answer

    def frame(self, statement: Executable, *, whole: Collection[str] = ()) -> pd.DataFrame:
        """The rows of `statement` with its column names.

        `whole`: columns of integers that may be missing, kept as Int64: beside a missing one pandas makes floats of
        them, which hold 53 of the 64 bits of an id.
        """
        with self.connect() as connection:
            found = connection.execute(statement)
            names = list(found.keys())
            # Plain tuples: pandas asks every SQLAlchemy row what else it is, a third of the time of small answers.
            rows = [tuple(row) for row in found.all()]
        made = pd.DataFrame.from_records(rows, columns=names)
        for place, name in enumerate(names):
            if name in whole:
                made[name] = pd.array([row[place] for row in rows], dtype="Int64")
        return made

    def packed(self, statement: Select[Any]) -> pd.DataFrame:
        """The rows of `statement` as the driver gives them: whole numbers, days, and bytes in no other spelling."""
        with self.connect() as connection:
            return pd.DataFrame(read_tuples(connection, statement), columns=list(statement.selected_columns.keys()))

    def today(self, now: datetime) -> date:
        """The city's day at `now`."""
        return now.astimezone(self.zone).date()
