"""What a city is made of: codes, names in every language, trees, residents; read once per state of the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
from sqlalchemy import Table, func, select

from dashboard.queries.reader import Reader
from etl.schema import (
    caller_group,
    channel,
    city_table,
    executor,
    line,
    load_run,
    milestone,
    request_class,
    rollup_state,
    territory,
    topic,
)

NONE: Final = ""
"""The code of "none" or "unknown" in every breakdown."""

_TABLES: Final[Mapping[str, tuple[Table, str]]] = {
    "topic": (topic, "topic_id"),
    "territory": (territory, "territory_id"),
    "channel": (channel, "channel_id"),
    "line": (line, "line_id"),
    "request_class": (request_class, "request_class_id"),
    "executor": (executor, "executor_id"),
    "group": (caller_group, "caller_group_id"),
}
_EXTRA: Final[Mapping[str, tuple[str, ...]]] = {
    "topic": ("parent_id", "level", "path"),
    "territory": (
        "parent_id", "level", "population", "population_65_plus", "lon", "lat", "geometry", "is_approximate",
    ),
    "channel": ("kind",),
    "line": ("number", "answer_within_s"),
    "request_class": ("kind", "position"),
    "executor": ("kind", "territory_id"),
    "group": ("bit",),
}  # fmt: skip
EXECUTOR_KINDS: Final = ("city", "district", "utility", "state", "partner")


@dataclass(frozen=True)
class Reference:
    """The reference rows of a city.

    `tables[kind]` is a frame indexed by code: `id`, `name`, `names` (by language), and what the kind has besides
    (`parent`, `level`, `population`, `kind`, `bit`, `geometry` as WKB, ...). Kinds: topic, territory, channel, line,
    request_class, executor, group. `milestones` has `code, kind, name, names, at, ends_at`.
    """

    slug: str
    names: Mapping[str, str]
    languages: tuple[str, ...]
    time_zone: str
    tables: Mapping[str, pd.DataFrame]
    milestones: pd.DataFrame
    _codes: dict[str, dict[int, str]] = field(default_factory=dict, repr=False)
    _labels: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict, repr=False)
    _columns: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict, repr=False)
    _children: dict[str, dict[str, list[str]]] = field(default_factory=dict, repr=False)

    def codes(self, kind: str) -> frozenset[str] | None:
        """The codes of a filter's kind; None where the kind is not known here."""
        if kind == "executor_kind":
            return frozenset(EXECUTOR_KINDS)
        return frozenset(self.tables[kind].index) if kind in self.tables else None

    def ids(self, kind: str, codes: Iterable[str]) -> tuple[int, ...]:
        """The ids of codes; unknown codes are left out."""
        known = self._column(kind, "id")
        return tuple(int(known[code]) for code in codes if code in known)

    def below(self, kind: str, codes: Iterable[str]) -> tuple[str, ...]:
        """The codes and everything below them in the tree of topics or territories."""
        children = self._children_of(kind)
        found: dict[str, None] = {}
        waiting = [code for code in codes if code in self.tables[kind].index]
        while waiting:
            code = waiting.pop()
            if code not in found:
                found[code] = None
                waiting += children.get(code, [])
        return tuple(found)

    def _children_of(self, kind: str) -> dict[str, list[str]]:
        held = self._children.get(kind)
        if held is None:
            held = {}
            for code, parent in self.tables[kind]["parent"].items():
                held.setdefault(str(parent), []).append(str(code))
            self._children[kind] = held
        return held

    def top(self, kind: str, code: str) -> str:
        """The topmost ancestor of a code."""
        parents = self._column(kind, "parent")
        while parents.get(code) in parents:
            code = str(parents[code])
        return code

    def code_of(self, kind: str, identity: int) -> str:
        """The code of an id; `NONE` for 0 and for ids nobody knows."""
        if kind not in self._codes:
            table = self.tables[kind]
            self._codes[kind] = {int(number): str(code) for code, number in table["id"].items()}
        return self._codes[kind].get(int(identity), NONE)

    def label(self, kind: str, code: str, lang: str) -> str:
        """The name of a code in `lang`, else in the city's own language; an empty text for `NONE`."""
        return self.labels(kind, lang).get(code, code) if kind in self.tables else code

    def cell(self, kind: str, code: str, column: str) -> Any:
        """What the table of a kind says of a code."""
        return self._column(kind, column)[code]

    def _column(self, kind: str, column: str) -> dict[str, Any]:
        """A column by code: pandas takes a hundred times as long for one cell."""
        held = self._columns.get((kind, column))
        if held is None:
            held = {str(code): value for code, value in self.tables[kind][column].items()}
            self._columns[kind, column] = held
        return held

    def labels(self, kind: str, lang: str) -> dict[str, str]:
        """Names by code."""
        held = self._labels.get((kind, lang))
        if held is None:
            table = self.tables[kind]
            told = zip(table.index, table["names"], table["name"], strict=True)
            held = {str(code): self._named(names or {}, str(name), lang) for code, names, name in told}
            self._labels[kind, lang] = held
        return held

    def _named(self, names: Mapping[str, str], name: str, lang: str) -> str:
        return next((names[one] for one in (lang, *self.languages, "en") if names.get(one)), name)

    def population(self, codes: Iterable[str] = (), *, is_65_plus: bool = False) -> int | None:
        """Residents of territories (none given: of the whole city), counted once along the tree; None if not known."""
        table = self.tables["territory"]
        column = table["population_65_plus" if is_65_plus else "population"]
        chosen = [code for code in codes if code in table.index] or [
            code for code in table.index if not self.cell("territory", code, "parent")
        ]
        inside = {one for code in chosen for one in self.below("territory", [code]) if one != code}
        total = [self._residents(code, column) for code in chosen if code not in inside]
        return sum(one for one in total if one is not None) if any(one is not None for one in total) else None

    def _residents(self, code: str, column: pd.Series) -> int | None:
        if not pd.isna(column[code]):
            return int(column[code])
        children = self.tables["territory"].index[self.tables["territory"]["parent"] == code]
        known = [self._residents(str(child), column) for child in children]
        return sum(one for one in known if one is not None) if any(one is not None for one in known) else None


def reference(read: Reader, city: str | None = None) -> Reference:
    """The city's reference rows; kept until its profile or its loads change."""
    state = data_state(read)
    held = read.kept.get("reference")
    if held is not None and held[0] == state:
        return held[1]  # type: ignore[no-any-return]
    made = _read(read)
    read.kept["reference"] = (state, made)
    return made


def data_state(read: Reader) -> tuple[Any, ...]:
    """What an answer may be kept for: it changes with the profile, the loads and the roll-ups."""
    return tuple(read.remember("state", lambda: _state(read)))


def _state(read: Reader) -> tuple[Any, ...]:
    own = load_run.c.city_id == read.city_id
    newest = select(func.max(load_run.c.load_id)).where(own).scalar_subquery()
    ended = select(func.max(load_run.c.ended_at, type_=load_run.c.ended_at.type)).where(own).scalar_subquery()
    written = [
        select(func.max(table.c.updated_at, type_=table.c.updated_at.type))
        .where(table.c.city_id == read.city_id)
        .scalar_subquery()
        for table in (city_table, rollup_state)
    ]
    with read.connect() as connection:
        return tuple(connection.execute(select(*written, newest, ended)).one())


def _read(read: Reader) -> Reference:
    city = read.frame(select(city_table).where(city_table.c.city_id == read.city_id))
    row = city.iloc[0] if len(city) else None
    return Reference(
        slug=read.slug,
        names=row["names"] if row is not None else {},
        languages=tuple(row["languages"]) if row is not None else (),
        time_zone=str(read.zone),
        tables={kind: _table(read, kind) for kind in _TABLES},
        milestones=read.frame(
            select(*(milestone.c[name] for name in ("code", "kind", "name", "names", "at", "ends_at")))
            .where(milestone.c.city_id == read.city_id)
            .order_by(milestone.c.at)
        ),
    )


def _table(read: Reader, kind: str) -> pd.DataFrame:
    table, key = _TABLES[kind]
    columns = [table.c[name] for name in ("code", "name", "names", *_EXTRA[kind])]
    order = table.c.position if "position" in table.c else table.c.code
    rows = read.frame(
        select(table.c[key].label("id"), *columns).where(table.c.city_id == read.city_id).order_by(order, table.c.code)
    )
    if "parent_id" in rows.columns:
        codes = dict(zip(rows["id"], rows["code"], strict=True))
        rows["parent"] = [codes.get(parent, NONE) if not pd.isna(parent) else NONE for parent in rows["parent_id"]]
        rows = rows.drop(columns="parent_id")
    return rows.set_index("code")
