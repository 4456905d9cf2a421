"""What a page shows, parsed once from its address: the same filters on every page, every chart and every download.

The address is the only store: a shared link restores the view and the back button works. Unknown or hostile values
are skipped, never raised, so that an old link still shows what it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Final, Literal, Protocol, get_args
from urllib.parse import urlencode

Grain = Literal["day", "week", "month", "quarter"]
GRAINS: Final[tuple[Grain, ...]] = get_args(Grain)
Query = Mapping[str, "str | Sequence[str]"]

MAX_VALUES: Final = 50
"""Values taken of one filter; more than a person picks, few enough for one SQL statement."""
MAX_CODE: Final = 80
"""Characters of a code; longer ones are not codes of any profile."""
EARLIEST: Final = date(1990, 1, 1)
LATEST: Final = date(2100, 12, 31)

# Field of `Filters` -> key in the address, in the order in which they are written there.
KEYS: Final[Mapping[str, str]] = {
    "territory": "territory",
    "topic": "topic",
    "channel": "channel",
    "line": "line",
    "request_class": "class",
    "executor": "executor",
    "executor_kind": "executor_kind",
    "group": "group",
}


class Known(Protocol):
    """Whatever knows which codes exist: `codes(kind)` for a field of `KEYS`; None where it cannot say."""

    def codes(self, kind: str) -> frozenset[str] | None:
        """The codes of `kind` in the city."""
        ...


@dataclass(frozen=True, slots=True)
class Filters:
    """The question a page answers; `to_on` is inclusive, an empty tuple means all.

    Topic and territory codes include everything below them in their trees.
    """

    city: str
    from_on: date
    to_on: date
    territory: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    request_class: tuple[str, ...] = ()
    executor: tuple[str, ...] = ()
    executor_kind: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    grain: Grain = "day"

    @property
    def days(self) -> int:
        """Days of the period, both ends counted."""
        return (self.to_on - self.from_on).days + 1

    @property
    def previous(self) -> Filters:
        """The same question of the period of the same length just before."""
        return replace(self, from_on=self.from_on - timedelta(days=self.days), to_on=self.from_on - timedelta(days=1))

    @property
    def is_narrowed(self) -> bool:
        """True where anything beyond the period is filtered."""
        return any(getattr(self, name) for name in KEYS)


def parse(
    query: Query,
    *,
    city: str,
    default_from: date,
    default_to: date,
    known: Known | None = None,
) -> Filters:
    """Filters of an address's query; whatever is missing, unknown or hostile is left at its default. Never raises."""
    from_on = _day(query.get("from"), default_from)
    to_on = _day(query.get("to"), default_to)
    if from_on > to_on:
        from_on, to_on = default_from, default_to
    chosen = {name: _codes(query.get(key), known.codes(name) if known else None) for name, key in KEYS.items()}
    return Filters(city=city, from_on=from_on, to_on=to_on, grain=_grain(query.get("grain")), **chosen)


def to_query(filters: Filters) -> str:
    """The canonical query of `filters`, without a question mark: the same view always has the same address."""
    pairs = [("from", filters.from_on.isoformat()), ("to", filters.to_on.isoformat())]
    if filters.grain != "day":
        pairs.append(("grain", filters.grain))
    pairs += [(key, code) for name, key in KEYS.items() for code in sorted(getattr(filters, name))]
    return urlencode(pairs)


def describe(filters: Filters) -> dict[str, tuple[str, ...]]:
    """The narrowed fields and their codes, for captions and file names."""
    return {
        field.name: getattr(filters, field.name)
        for field in fields(filters)
        if field.name in KEYS and getattr(filters, field.name)
    }


def _first(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and value and isinstance(value[0], str):
        return value[0]
    return ""


def _day(value: object, default: date) -> date:
    text = _first(value).strip()
    if len(text) != len("2026-01-31"):
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return default
    return day if EARLIEST <= day <= LATEST else default


def _grain(value: object) -> Grain:
    text = _first(value)
    return next((grain for grain in GRAINS if grain == text), "day")


def _codes(value: object, known: frozenset[str] | None) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    codes = {text.strip() for text in values[: MAX_VALUES * 4] if isinstance(text, str) and len(text) <= MAX_CODE}
    fit = sorted(code for code in codes if code.isprintable() and code and (known is None or code in known))
    return tuple(fit[:MAX_VALUES])
