"""What each page asks of the database, by page, with the filters it is asked with.

Three filters at once are topic, territory and class for requests, topic, territory and channel for contacts: what the
filter bar of a page leads to most often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from dashboard import queries
from dashboard.filters import Filters
from dashboard.metrics import figures
from dashboard.queries import Reader, contact_centre, executors, followups, gathered, shares, sla
from geodata.cities import load_profile

FIRST: Final = date(2025, 1, 1)
DAYS: Final = 365
NOW: Final = datetime(2026, 1, 1, 9, tzinfo=UTC)
PROFILE: Final = load_profile("demo")
YEAR: Final = Filters("demo", FIRST, FIRST + timedelta(days=DAYS - 1))
MONTH: Final = replace(YEAR, from_on=FIRST + timedelta(days=DAYS - 30))
_SOME: Final = replace(
    YEAR,
    topic=(next(one.code for one in PROFILE.topics if one.parent is None),),
    territory=(PROFILE.territories[0].code,),
)
BY_CLASS: Final = replace(_SOME, request_class=(PROFILE.request_classes[1].code,))
BY_CHANNEL: Final = replace(_SOME, channel=(PROFILE.channels[0].code,))
ASKED: Final = ("30 days", "a year", "a year, three filters")
BRIEF: Final = ("requests", "on_time_pct", "confirmed_on_time_pct", "late", "backlog_open", "overdue", "urgent_pct")


@dataclass(frozen=True)
class Question:
    """One question; `three` are its three filters, `is_raw` says that they are together in no roll-up.

    `is_list`: rows, read from the facts. `is_compared`: asked of the facts as well.
    """

    name: str
    ask: Callable[[Reader, Filters], object]
    three: Filters = BY_CLASS
    is_raw: bool = False
    is_compared: bool = False
    is_list: bool = False

    def filters(self, says: str, *, later: int = 0) -> Filters:
        """The filters of one of `ASKED`; `later`: begun so many days later, within a week."""
        chosen = {"30 days": MONTH, "a year": YEAR}.get(says, self.three)
        return replace(chosen, from_on=chosen.from_on + timedelta(days=later % 7))

    def has_rollup(self, says: str) -> bool:
        """Whether a roll-up answers it with these filters."""
        return not self.is_list and not (self.is_raw and says == ASKED[-1])


def _series(measure: str, by: str | None = None) -> Callable[[Reader, Filters], object]:
    return lambda read, asked: queries.series(read, asked, measure, grain="week", by=by, now=NOW)


def _breakdown(by: str, *measures: str) -> Callable[[Reader, Filters], object]:
    return lambda read, asked: [queries.breakdown(read, asked, one, by, now=NOW) for one in measures]


def _figures(read: Reader, asked: Filters) -> object:
    return figures(read, asked, BRIEF, now=NOW)


_CALLS: Final = ["contacts", "answered", "abandoned"]
_TERMS: Final = ["due", "late_closed", "open"]
_CALLED_BACK: Final = ["followups", "reached", "confirmed"]

PAGES: Final[Mapping[str, tuple[Question, ...]]] = {
    "brief": (Question("seven figures", _figures),),
    "volumes": (
        Question("contacts by week", _series("contacts"), BY_CHANNEL),
        Question("requests by week", _series("created"), is_compared=True),
        Question("norm of contacts", lambda read, asked: queries.norm(read, asked, "contacts", now=NOW), BY_CHANNEL),
        Question("hour by weekday", lambda read, asked: queries.heat(read, asked, "contacts", now=NOW), BY_CHANNEL,
                 is_raw=True),
        Question("contacts by channel", _breakdown("channel", "contacts"), BY_CHANNEL, is_compared=True),
        Question("contacts by outcome", _breakdown("outcome", "contacts"), BY_CHANNEL),
        Question("requests by territory", _breakdown("territory", "created")),
    ),
    "topics": (
        Question("requests by topic", _breakdown("topic", "created"), is_compared=True),
        Question("topics by week", _series("created", by="topic")),
    ),
    "terms": (
        Question("on time by class", _breakdown("request_class", "due", "met"), is_compared=True),
        Question("survival", lambda read, asked: queries.lifetimes(read, asked, now=NOW), is_raw=True,
                 is_compared=True),
        Question("lateness depth", lambda read, asked: gathered.overdue_times(read, asked, now=NOW), is_raw=True),
        Question("due in 24 hours", lambda read, asked: sla.due_soon(read, asked, now=NOW), is_list=True),
    ),
    "executors": (
        Question("everything by executor", lambda read, asked: executors.executors(read, asked, now=NOW)),
        Question("late by executor", _breakdown("executor", "late")),
    ),
    "contact centre": (
        Question("offered, answered, abandoned", lambda read, asked: contact_centre.sums(
            read, asked, "contacts", _CALLS, by=None, now=NOW), BY_CHANNEL),
        Question("median and P90 of waiting by day", lambda read, asked: contact_centre.quantiles(
            read, asked, "waits", (0.5, 0.9), by=None, now=NOW), BY_CHANNEL, is_raw=True),
        Question("messages nobody has handled", lambda read, asked: contact_centre.waiting_messages(
            read, asked, now=NOW), BY_CHANNEL, is_list=True),
    ),
    "calls back": (
        Question("by executor", lambda read, asked: shares.shares(
            read, asked, "followups", _CALLED_BACK, "executor", now=NOW)),
        Question("false closures", lambda read, asked: followups.false_closures(read, asked, now=NOW), is_list=True),
    ),
    "map of the late": (
        Question("terms by territory", lambda read, asked: contact_centre.sums(
            read, asked, "due", _TERMS, by="territory", now=NOW)),
    ),
}  # fmt: skip
"""The questions of each page."""
