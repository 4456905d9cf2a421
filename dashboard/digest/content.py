"""What one day's brief says, each part worked out once; a past day's from what was known at its meeting.

The brief of a day is read at the meeting of the next morning. The newest one is told as things stand now; an older
one as they stood at eight that morning, from event history, so that it reads the same whenever it is opened.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard import queries
from dashboard.decisions import Decided, decided_by
from dashboard.digest.strip import Row, strip
from dashboard.filters import Filters, to_query
from dashboard.metrics.watch import Watch, watch
from dashboard.queries import Reader
from dashboard.queries.as_of import reader_as_of
from dashboard.queries.brief import ending_between, late_chances, urgent_on
from dashboard.view import view
from geodata.calendars import holidays_of

if TYPE_CHECKING:
    from dashboard.deps import Deps
    from dashboard.view import View
    from geodata.profile import CityProfile

MEETING: Final = time(8)
"""When the staff meets, the city's time."""
QUARTER_DAYS: Final = 90
REPLAYED: Final = ((80_000, QUARTER_DAYS), (800_000, 27))
"""Contacts and requests of a quarter up to which so many days before a past day are replayed too; above, that day."""
BACKLOG_DAYS: Final = 30
KEPT: Final = 12


@dataclass(frozen=True, slots=True)
class Late:
    """What may be late by the next meeting.

    `rows` are the open requests whose term ends until then, likeliest late first: the columns of `ending_between` and
    `late_pct`, `similar_n` (NaN where not known). `overdue` are those already beyond their term, `likely` the sum of
    the chances.
    """

    rows: pd.DataFrame
    overdue: int
    likely: float | None
    until: datetime


@dataclass(frozen=True)
class Brief:
    """The parts of a day's brief."""

    day: date
    filters: Filters
    moment: datetime
    is_past: bool
    meeting_at: datetime
    next_meeting_at: datetime
    known_from: date
    first_on: date
    strip: list[Row]
    watch: Watch
    late: Late
    urgent: pd.DataFrame
    backlog: pd.DataFrame
    decisions: list[Decided]


def brief_day(filters: Filters, today: date) -> date:
    """The day the brief is of: the last of the period, yesterday at the latest, since today is not over."""
    return min(filters.to_on, today - timedelta(days=1))


def meeting_of(day: date, zone: ZoneInfo) -> datetime:
    """When the brief of a day is read: the next morning."""
    return datetime.combine(day + timedelta(days=1), MEETING, tzinfo=zone).astimezone(UTC)


@dataclass
class Draft:
    """A brief whose parts are worked out when asked for; `read` tells the present, the parts tell `moment`."""

    read: Reader
    profile: CityProfile
    filters: Filters
    day: date
    now: datetime
    min_n: int
    lock: threading.RLock = field(default_factory=threading.RLock)
    watched: Callable[[Callable[[], Watch]], Watch] = field(default=lambda make: make())
    """Gives the lines, from where they are kept or from what makes them: a day that is over needs them once a load."""

    @classmethod
    def of(cls, view: View) -> Draft:
        """The draft of a reader's view."""
        day = brief_day(view.filters, view.read.today(view.now))
        narrowed = replace(view.filters, from_on=day, to_on=day)
        return cls(view.read, view.deps.profile, narrowed, day, view.now, view.deps.settings.min_n)

    @property
    def is_past(self) -> bool:
        """Whether a later brief has come since."""
        return self.day < self.read.today(self.now) - timedelta(days=1)

    @cached_property
    def meeting_at(self) -> datetime:
        """When it is read."""
        return meeting_of(self.day, self.profile.zone)

    @cached_property
    def next_meeting_at(self) -> datetime:
        """The meeting after that."""
        return meeting_of(self.day + timedelta(days=1), self.profile.zone)

    @cached_property
    def moment(self) -> datetime:
        """The moment it tells of."""
        return self.meeting_at if self.is_past else self.now

    @cached_property
    def first_on(self) -> date:
        """The first day with data."""
        return queries.data_span(self.read)[0]

    @cached_property
    def known_from(self) -> date:
        """The day from which a past brief is told as it was known then; before it, as it is known today."""
        if not self.is_past:
            return self.first_on
        quarter = replace(self.filters, from_on=self.day - timedelta(days=QUARTER_DAYS))
        volume = queries.total(self.read, quarter, "contacts", now=self.now) + queries.total(
            self.read, quarter, "created", now=self.now
        )
        return self.day - timedelta(days=next((days for most, days in REPLAYED if volume <= most), 0))

    def source(self) -> AbstractContextManager[Reader]:
        """The reader of what was known at the moment."""
        if not self.is_past:
            return nullcontext(self.read)
        return reader_as_of(self.read, replace(self.filters, from_on=self.known_from), self.moment)

    def part(self, name: str) -> Any:
        """One part; those of a past day are all worked out on one replay."""
        with self.lock:
            held: dict[str, Any] = self.__dict__.setdefault("_parts", {})
            if name not in held:
                names = PARTS if self.is_past else (name,)
                with self.source() as source:
                    held.update({one: getattr(self, f"_{one}")(source) for one in names})
            return held[name]

    def whole(self) -> Brief:
        """All parts."""
        parts = {name: self.part(name) for name in PARTS}
        return Brief(
            self.day, self.filters, self.moment, self.is_past, self.meeting_at, self.next_meeting_at, self.known_from,
            self.first_on, **parts,
        )  # fmt: skip

    def _strip(self, source: Reader) -> list[Row]:
        return strip(
            self.read, source, self.filters, self.day, first_on=self.first_on, known_from=self.known_from,
            moment=self.moment, targets=self.profile.targets, min_n=self.min_n,
        )  # fmt: skip

    def _watch(self, _source: Reader) -> Watch:
        return self.watched(lambda: watch(self.read, self.filters, self.day, holidays=self._holidays, now=self.moment))

    @property
    def _holidays(self) -> Mapping[date, str]:
        if not any(one.observes_holidays for one in self.profile.calendars.values()):
            return {}
        return holidays_of(self.profile, (self.day.year - 1, self.day.year))

    def _late(self, source: Reader) -> Late:
        rows = ending_between(source, self.filters, self.moment, self.next_meeting_at)
        rows = rows[~rows["is_paused"].astype(bool)]
        chances = late_chances(source, self.filters, now=self.moment)
        rows = rows.merge(chances, on="request_id", how="left")
        rows = rows.sort_values(["late_pct", "due_at"], ascending=[False, True], ignore_index=True, kind="stable")
        likely = float(rows["late_pct"].sum()) / 100 if rows["late_pct"].notna().any() else None
        overdue = queries.total(source, self.filters, "overdue", now=self.moment)
        return Late(rows, overdue, likely, self.next_meeting_at)

    def _urgent(self, source: Reader) -> pd.DataFrame:
        return urgent_on(source, self.filters, self.day)

    def _backlog(self, source: Reader) -> pd.DataFrame:
        """Columns `period_on`, `value`: open at each day's closing hour, as kept on the day; the last at the moment.

        The evening of the day itself may have no snapshot yet, and the line has to end where the strip's figure stands.
        """
        span = replace(self.filters, from_on=self.day - timedelta(days=BACKLOG_DAYS - 1))
        kept = queries.series(self.read, span, "open", grain="day", now=self.moment)
        kept = kept[kept["period_on"] < pd.Timestamp(self.day)]
        standing = queries.total(source, self.filters, "open", now=self.moment)
        last = pd.DataFrame({"period_on": [pd.Timestamp(self.day)], "value": [standing]})
        return pd.concat([kept, last.astype(kept.dtypes.to_dict())], ignore_index=True)

    def _decisions(self, source: Reader) -> list[Decided]:
        end_of_meeting_day = datetime.combine(self.day + timedelta(days=2), time(0), tzinfo=self.profile.zone)
        as_of = min(self.now, end_of_meeting_day.astimezone(UTC))
        return decided_by(self.read, source, self.day, as_of=as_of, moment=self.moment)


PARTS: Final = ("strip", "watch", "late", "urgent", "backlog", "decisions")


class Shelf:
    """The latest drafts of one app, so that the parts of a page share their work; made anew each minute and load."""

    def __init__(self) -> None:
        """Begin empty."""
        self._drafts: OrderedDict[tuple[Any, ...], Draft] = OrderedDict()
        self._lock = threading.Lock()

    def draft(self, view: View) -> Draft:
        """The draft of this view; decisions change without a load, so they are asked anew by `fresh_decisions`."""
        made = Draft.of(view)
        minute = None if made.is_past else int(view.now.timestamp() // 60)
        made.watched = lambda make: view.deps.answers.of(_watch_key(made), make)
        key = (*_watch_key(made), minute)
        with self._lock:
            held = self._drafts.setdefault(key, made)
            self._drafts.move_to_end(key)
            while len(self._drafts) > KEPT:
                self._drafts.popitem(last=False)
        return held

    def is_quick(self, name: str, view: View) -> bool:
        """Whether a part is worked out already, or is in a moment: no replay of a past day, no watch of a new one."""
        draft = self.draft(view)
        if name in draft.__dict__.get("_parts", {}):
            return True
        return not draft.is_past and (name != "watch" or view.deps.answers.has(_watch_key(draft)))

    def forget_decisions(self) -> None:
        """After one was written."""
        with self._lock:
            for draft in self._drafts.values():
                draft.__dict__.get("_parts", {}).pop("decisions", None)


def warm_up(deps: Deps) -> None:
    """Find the lines of the brief that is read first, the newest of all the city; the city must have data."""
    Shelf().draft(view(deps, "")).part("watch")


def _watch_key(draft: Draft) -> tuple[Any, ...]:
    return "watch", draft.day, to_query(draft.filters), queries.data_state(draft.read)
