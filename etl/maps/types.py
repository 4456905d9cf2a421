"""What a column map is once it has been checked: frozen values that readers and transforms trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Extent = tuple[float, float, float, float]

_PLACE = ("lon", "lat", "territory")
_CALLER = ("caller", "caller_group", "on_behalf")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "request": (
        "key", "topic", "topic_group", "class", "channel", "executor", "status", "created", "due", "closed", "updated",
        "contact", *_PLACE, *_CALLER,
    ),
    "contact": (
        "key", "arrived", "channel", "line", "topic", "topic_group", "territory", "outcome", "answered", "handled",
        "wait_s", "talk_s", "request", "caller_group", "on_behalf",
    ),
    "contact_daily": (
        "key", "day", "line", "offered", "answered", "abandoned", "wait_average_s", "wait_total_s", "service_level",
        "answered_in_time", "answer_within_s",
    ),
    "queue_ticket": ("key", "line", "topic", "territory", "issued", "called", "ended", "wait_s", "service_s"),
    "followup": ("key", "request", "tried", "reached", "confirmed", "satisfied", "reason"),
    "territory": (
        "code", "name", "level", "parent", "population", "population_65_plus", "lon", "lat",
    ),
}  # fmt: skip
"""The fields a map may place, by table."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "request": ("key", "created"),
    "contact": ("key", "arrived"),
    "contact_daily": ("day", "offered", "answered"),
    "queue_ticket": ("key", "issued"),
    "followup": ("key", "request", "tried"),
    "territory": (),
}
"""The fields without which a table's rows mean nothing."""

INSTANTS = (
    "created", "due", "closed", "updated", "arrived", "answered_at", "handled", "issued", "called", "ended", "tried",
)  # fmt: skip
"""Fields that hold a moment (`answered` of a contact is one too, of a day's figures it is a number)."""

VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "status": ("open", "closed", "cancelled"),
    "outcome": ("consultation", "request", "abandoned", "unprocessed", "transferred", "other"),
    "flag": ("yes", "no"),
    "channel": (),
    "topic": (),
    "class": (),
    "executor": (),
    "line": (),
    "territory": (),
    "caller_group": (),
}
"""Whose words a map may translate, and into what (nothing listed: codes of the profile)."""

ADDABLE = ("topic", "executor", "channel")
"""Reference tables that a source may add to, where the map says `add`."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How the file is read; None means find out."""

    separator: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    skip_rows: int = 0
    null_values: tuple[str, ...] = ()
    decimal: str = "."
    query: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A checked map.

    `fields` gives for each field the columns that may hold it, the first one present wins; `key` is a list of such
    alternatives, whose values are joined. `words` maps a vocabulary's folded source words to ours. `add` names the
    reference tables whose unknown values become rows; the others' are kept as unmapped. `executor_kinds` gives the
    kind of added executors by folded name. `drop_whole_degrees`: a point rounded to whole degrees says nothing.
    """

    source: str
    title: str
    table: str
    fields: Mapping[str, tuple[str, ...]]
    key: tuple[tuple[str, ...], ...]
    time_zone: str | None = None
    extent: Extent | None = None
    formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    add: frozenset[str] = frozenset()
    executor_kinds: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    read: ReadOptions = ReadOptions()
    drop_whole_degrees: bool = False
    clock_skew_s: int = 300

    def columns(self) -> frozenset[str]:
        """Every column name that the map knows a meaning for."""
        named = {name for names in (*self.fields.values(), *self.key) for name in names}
        return frozenset(named)

    def formats_of(self, name: str) -> tuple[str, ...]:
        """Formats of an instant, the most likely first; ISO 8601 is always tried last."""
        return (*self.formats.get(name, ()), *self.formats.get("instant", ()))
