"""Proposes a map for an unknown file, from the names of its columns and what a sample of them holds."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import pyarrow as pa

from etl.maps.types import FIELDS, INSTANTS, REQUIRED, VOCABULARIES
from etl.transforms.instants import parse_instants
from etl.transforms.text import fold

FORMATS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y",
    "%d.%m.%y %H:%M", "%d.%m.%y", "%Y%m%d%H%M%S", "%Y%m%d",
)  # fmt: skip
ISO = ""
_MOSTLY = 0.9
_FEW_WORDS = 40
_SPOKEN = 1_000
"""Score of a column that speaks the city's own words: more than any name."""
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_DECIMAL_POINT = re.compile(r"-?\d+\.\d+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"[+(0][\d ()/-]{8,}")
KnownWords = Mapping[str, frozenset[str]]

_TELLING = {
    "contact_daily": ("offered", "answered", "abandoned", "service_level", "wait_average_s"),
    "queue_ticket": ("issued", "called", "ended", "service_s"),
    "followup": ("tried", "reached", "confirmed", "satisfied"),
    "territory": ("population", "population_65_plus", "code", "level"),
    "contact": ("arrived", "outcome", "wait_s", "talk_s", "line"),
    "request": ("created", "closed", "due", "status", "executor", "updated"),
}
"""Fields that speak for a table; the first table wins a draw."""


@dataclass(slots=True)
class Proposal:
    """`fields` by name of field, `unplaced` columns that nothing was found for, `missing` fields that a table needs.

    `more_fields`, `more_formats`: what the other files of a folder call and write the same field.
    """

    table: str
    fields: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    more_fields: dict[str, list[str]] = field(default_factory=dict)
    more_formats: dict[str, list[str]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skip_rows: int = 0
    decimal: str = "."


@cache
def _data() -> Mapping[str, Mapping[str, list[str]]]:
    text = resources.files("etl.maps").joinpath("field-words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def propose(sample: pa.Table, *, table: str | None = None, known: KnownWords | None = None) -> Proposal:
    """A proposal for a sample of text columns (some hundred rows); `table` is guessed where not given.

    `known` are the city's own words, folded, by field: a column of its districts is the territory, whatever its name.
    """
    names = list(sample.column_names)
    columns = {name: [value for value in sample.column(name).to_pylist() if value] for name in names}
    chosen = table or _table_of(names)
    made = Proposal(chosen)
    mine = known or {}
    scores = sorted(
        ((_score(name, column, columns[name], mine), column, name) for name in names for column in FIELDS[chosen]),
        key=lambda found: (-found[0], names.index(found[2])),
    )
    taken: set[str] = set()
    for score, field_, name in scores:
        if score > 0 and field_ not in made.fields and name not in taken:
            made.fields[field_] = name
            taken.add(name)
    _drop_half_points(made, taken)
    made.personal = [name for name in names if name not in taken and _is_personal(name, columns[name])]
    made.unplaced = [name for name in names if name not in taken and name not in made.personal]
    made.missing = [name for name in REQUIRED[chosen] if name not in made.fields]
    _find_formats(made, columns)
    _find_decimal(made, columns)
    for vocabulary in ("status", "channel", "outcome"):
        if vocabulary in made.fields:
            made.words[vocabulary] = _few(columns[made.fields[vocabulary]])
    return made


def merged(first: Proposal, *others: Proposal) -> Proposal:
    """One proposal for files of one table whose columns drift from year to year: every name a field ever had."""
    made = first
    for other in others:
        for field_, name in other.fields.items():
            _append(made.fields, made.more_fields, field_, name)
        for field_, form in other.formats.items():
            _append(made.formats, made.more_formats, field_, form)
        for vocabulary, words in other.words.items():
            made.words[vocabulary] = list(dict.fromkeys([*made.words.get(vocabulary, []), *words]))
        made.notes = list(dict.fromkeys([*made.notes, *other.notes]))
        made.missing += [name for name in other.missing if name not in made.missing]
        made.personal += [name for name in other.personal if name not in made.personal]
        made.unplaced += [name for name in other.unplaced if name not in made.unplaced]
        made.decimal = max(made.decimal, other.decimal, key=lambda decimal: decimal == ",")
        if other.skip_rows != made.skip_rows:
            made.notes.append(f"headers stand {made.skip_rows} and {other.skip_rows} rows down: load those files apart")
    return made


def _append(first: dict[str, str], more: dict[str, list[str]], key: str, value: str) -> None:
    if first.setdefault(key, value) != value and value not in more.get(key, ()):
        more.setdefault(key, []).append(value)


def _plain(name: str) -> str:
    """`CreatedDate`, `created_date` and `Created date` are one name."""
    parted = re.sub(r"(?<=[a-zа-яіїєў0-9])(?=[A-ZА-ЯІЇЄЎ])", " ", name.replace("№", " no "))
    return " ".join(re.sub(r"[^\w']+|_", " ", fold(parted)).split())


def _name_score(name: str, field_: str) -> int:
    """Length of the longest known word in the name; a name that is that word counts most."""
    plain = f" {_plain(name)} "
    glued = fold(name).replace(" ", "")
    best = 0
    for word in _data()["words"].get(field_, ()):
        known = fold(word)
        if plain.strip() == known or glued == known.replace(" ", ""):
            best = max(best, 100 + len(known))
        elif f" {known} " in plain and len(known) > 1:
            best = max(best, len(known))
    return best


def _table_of(names: Sequence[str]) -> str:
    def weight(table: str) -> int:
        return sum(any(_name_score(name, telling) > 0 for name in names) for telling in _TELLING[table])

    weights = {table: weight(table) for table in _TELLING}
    best = max(weights, key=lambda table: (weights[table], table == "request"))
    return best if weights[best] else "request"


def _score(name: str, field_: str, values: Sequence[str], known: KnownWords) -> int:
    if _is_spoken(values, known.get(field_, frozenset())):
        return _SPOKEN
    score = _name_score(name, field_)
    if not score or not values:
        return score // 10  # an empty column is the field only where no other can be
    return score if _fits(field_, values) else 0


def _is_spoken(values: Sequence[str], words: frozenset[str]) -> bool:
    """Whether most of the column's few words are words of the city for the field."""
    found = {fold(value) for value in values}
    return 0 < len(found) <= _FEW_WORDS and len(found & words) > len(found) / 2


def _fits(field_: str, values: Sequence[str]) -> bool:
    """Whether what the column holds can be the field at all."""
    if field_ in INSTANTS or field_ == "day":
        return instant_format(values) is not None
    if field_ in ("lat", "lon"):
        limit = 90 if field_ == "lat" else 180
        return _share(values, lambda text: abs(_number(text)) <= limit) >= _MOSTLY
    if field_.endswith("_s") or field_.startswith("population") or field_ in ("offered", "abandoned", "service_level"):
        return _share(values, lambda text: ":" in text or _number(text) < float("inf")) >= _MOSTLY
    if field_ == "key":
        return len(set(values)) >= _MOSTLY * len(values)
    return not (field_ in ("status", "channel", "outcome") and len(set(values)) > _FEW_WORDS)


def _share(values: Sequence[str], test: object) -> float:
    assert callable(test)
    return sum(bool(test(value)) for value in values) / len(values)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("inf")


def instant_format(values: Sequence[str]) -> str | None:
    """The format that reads nearly all of the texts: "" for ISO 8601, None where they are no moments."""
    texts = pa.array(values, pa.string())
    for form in (ISO, *FORMATS):
        found = parse_instants(texts, (form,) if form else (), ZoneInfo("UTC"))
        if found.is_bad.mean() <= 1 - _MOSTLY:
            return form
    return None


def _drop_half_points(made: Proposal, taken: set[str]) -> None:
    for name, other in (("lon", "lat"), ("lat", "lon")):
        if name in made.fields and other not in made.fields:
            taken.discard(made.fields.pop(name))


def _is_personal(name: str, values: Sequence[str]) -> bool:
    plain = f" {_plain(name)} "
    if plain == " name " or any(f" {fold(word)} " in plain for word in _data()["personal"]["words"]):
        return True
    looks = [bool(_EMAIL.search(value) or _PHONE.fullmatch(value.strip())) for value in values]
    return bool(looks) and sum(looks) / len(looks) > 0.5


def _find_formats(made: Proposal, columns: Mapping[str, Sequence[str]]) -> None:
    for field_, name in made.fields.items():
        if field_ not in INSTANTS and field_ != "day":
            continue
        form = instant_format(columns[name]) if columns[name] else ISO
        if form:
            made.formats[field_] = form
            turned = form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
            texts = pa.array(columns[name], pa.string())
            if not parse_instants(texts, (turned,), ZoneInfo("UTC")).is_bad.any() and turned in FORMATS:
                made.notes.append(f"{name}: day and month cannot be told apart in the sample; check {form}")


def _find_decimal(made: Proposal, columns: Mapping[str, Sequence[str]]) -> None:
    texts = [
        text.strip()
        for field_, name in made.fields.items()
        if field_ in ("lat", "lon", "service_level") or field_.endswith("_s")
        for text in columns[name]
    ]
    if any(map(_DECIMAL_COMMA.fullmatch, texts)) and not any(map(_DECIMAL_POINT.fullmatch, texts)):
        made.decimal = ","


def _few(values: Sequence[str]) -> list[str]:
    words = list(dict.fromkeys(values))
    return words if len(words) <= _FEW_WORDS else []


def as_toml(made: Proposal, *, file: str, time_zone: str) -> str:
    """The proposal as a map file, with what is to be looked at as comments."""
    lines = [
        f"# Proposed from {file}. Look at every line; then: python -m etl load THIS.toml {file}",
        *(f"# LOOK: {note}" for note in made.notes),
        *(f"# MISSING: {name}: name its column in [fields]" for name in made.missing),
        f"title = {_quoted(file)}",
        f"table = {_quoted(made.table)}",
        f"time_zone = {_quoted(time_zone)}",
    ]
    if made.table in ("request", "contact"):
        lines.append(
            'add = ["executor", "channel"]  # bodies and channels that the profile does not know become new ones'
        )
    if made.unplaced or made.personal:
        lines += ["# Not placed; those that are personal never reach a table.", "ignore = ["]
        lines += [f"  {_quoted(name)}," for name in made.unplaced]
        lines += [f"  {_quoted(name)},  # personal" for name in made.personal] + ["]"]
    lines += _read_lines(made)
    lines += ["", "[fields]"]
    for field_, name in made.fields.items():
        names = [name, *made.more_fields.get(field_, ())]
        lines.append(f"{field_} = {_quoted(name) if len(names) == 1 else _listed(names)}")
    if made.formats:
        lines += ["", "[formats]"]
        lines += [
            f"{name} = {_listed([form, *made.more_formats.get(name, ())])}" for name, form in made.formats.items()
        ]
    for vocabulary, words in made.words.items():
        if words:
            ours = ", ".join(VOCABULARIES[vocabulary]) or "the profile's code"
            lines += ["", f"[words.{vocabulary}]  # {ours} = [the file's words]"]
            lines += _word_lines(vocabulary, words)
    return "\n".join(lines) + "\n"


def _read_lines(made: Proposal) -> list[str]:
    lines = [f"skip_rows = {made.skip_rows}  # lines above the header"] if made.skip_rows else []
    lines += [f"decimal = {_quoted(made.decimal)}"] if made.decimal != "." else []
    return ["", "[read]", *lines] if lines else []


_STATUS_STEMS = (
    ("open", ("на викон", "до викон", "на исполн", "на выполн", "к исполн", "na vybav", "na rieš", "not clos")),
    ("cancelled", ("cancel", "duplic", "reject", "zruš", "stiahn", "duplik", "zamietn", "скасов", "відхил", "відклик",
                   "отмен", "отклон", "отозв", "дубл")),
    ("closed", ("clos", "resolv", "complet", "done", "vybav", "uzavr", "ukonč", "vyrieš", "закр", "викон", "вирішен",
                "роз'ясн", "исполн", "решен", "разъясн", "выполн", "заверш")),
    ("open", ("open", "new", "progress", "pending", "otvor", "nov", "rieš", "prijat", "prideľ", "нов", "робот",
              "работ", "відкр", "откр", "зареєстр", "зарегистр", "прийнят", "принят", "надійш", "поступ", "розгля",
              "рассм")),
)  # fmt: skip
"""Stems of words that tell a status; the first that fits wins."""


def _word_lines(vocabulary: str, words: Sequence[str]) -> list[str]:
    if vocabulary != "status":
        return [f"# {_quoted(word)}" for word in words]
    placed: dict[str, list[str]] = {}
    for word in words:
        meant = next(
            (ours for ours, stems in _STATUS_STEMS if any(stem in fold(word) for stem in map(fold, stems))), ""
        )
        placed.setdefault(meant, []).append(word)
    lines = [f"{ours} = {_listed(placed[ours])}" for ours in ("open", "closed", "cancelled") if ours in placed]
    return lines + [f"# not understood: {_quoted(word)}" for word in placed.get("", ())]


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
