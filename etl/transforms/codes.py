"""Words of a source to ids of reference rows: by alias, by the map, by name; unknown ones become rows or are listed.

Each distinct word is looked up once (dictionary encoding): a million rows cost as much as their few hundred words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.ids import reference_id
from etl.profile_tables import UNMAPPED
from etl.transforms.text import code_of, fold
from etl.transforms.work import Work
from geodata.profile import ChannelKind, CityProfile, Names
from geodata.territories import plain

KINDS = frozenset(get_args(ChannelKind))
_GROUP_SEPARATOR = "\x1f"


@dataclass(slots=True)
class Codes:
    """What a city's words mean: `named` maps a vocabulary's folded codes and names to codes of the profile.

    `bare` are names of areas without words such as "district", which files often leave out.
    `aliases` are topic ids by folded source word, as the table `topic_alias` has them for this source.
    """

    profile: CityProfile
    aliases: Mapping[str, int] = field(default_factory=dict)
    named: dict[str, dict[str, str]] = field(default_factory=dict)
    bare: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the profile's names."""
        profile = self.profile
        for vocabulary, listed in (
            ("topic", profile.topics), ("executor", profile.executors), ("channel", profile.channels),
            ("line", profile.lines), ("class", profile.request_classes), ("caller_group", profile.caller_groups),
            ("territory", profile.territories),
        ):  # fmt: skip
            self.named[vocabulary] = _index([(row.code, row.names) for row in listed])
        self.bare = _bare_names(profile)

    def id(self, table: str, code: str) -> int:
        """The id of a reference row of the city."""
        return reference_id(self.profile.slug, table, code)

    def code(self, work: Work, vocabulary: str, word: str) -> str | None:
        """The profile's code for a word, by the map first and by name second."""
        folded = fold(word)
        meant = work.map.words.get(vocabulary, {}).get(folded)
        if meant is None:
            meant = self.named[vocabulary].get(folded)
        if meant is None and vocabulary == "territory":
            meant = self.bare.get(fold(plain(word)))
        return meant


def _index(rows: list[tuple[str, Names]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, names in rows:
        found.setdefault(fold(code), code)
        for name in names.values():
            found.setdefault(fold(name), code)
    return found


def _bare_names(profile: CityProfile) -> dict[str, str]:
    """Areas by what is left of their names; a rest that several areas share names none."""
    codes: dict[str, set[str]] = {}
    for row in profile.territories:
        for name in row.names.values():
            codes.setdefault(fold(plain(name)), set()).add(row.code)
    return {name: next(iter(found)) for name, found in codes.items() if name and len(found) == 1}


@dataclass(frozen=True, slots=True)
class Words:
    """The distinct words of a column, how often each comes, and which one each row has (-1: none)."""

    words: list[str]
    rows: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]

    def spread(self, values: list[Any], dtype: str) -> pd.Series:
        """A value per word, as a column; NULL where there is no word."""
        table: Any = pd.Series([*values, None], dtype=dtype).array
        return pd.Series(table.take(self.place))


def words_of(texts: pa.Array) -> Words:
    """The distinct words of a column."""
    coded = pc.dictionary_encode(texts)
    place = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    words = coded.dictionary.to_pylist()
    return Words(words, np.bincount(place[place >= 0], minlength=len(words)), place)


def topics(work: Work, codes: Codes) -> tuple[pd.Series, pd.Series]:
    """Topic ids and the source's own words; a word that nothing explains counts under `unmapped`, or is added."""
    texts = work.texts("topic")
    group = work.texts("topic_group") if work.has("topic_group") else None
    if group is not None:
        both = pc.and_(pc.is_valid(group), pc.is_valid(texts))
        joined = pc.binary_join_element_wise(group, texts, _GROUP_SEPARATOR)
        texts = pc.if_else(both, joined, pc.coalesce(texts, group))
    found = words_of(texts)
    unmapped = codes.id("topic", UNMAPPED)
    ids = [_topic_id(work, codes, word) for word in found.words]
    unknown = {
        _shown(word): int(rows) for word, id_, rows in zip(found.words, ids, found.rows, strict=True) if id_ is None
    }
    work.not_understood("topic", unknown)
    spread = found.spread([unmapped if id_ is None else id_ for id_ in ids], "Int64").fillna(unmapped)
    return spread, found.spread([_shown(word) for word in found.words], "object")


def _shown(word: str) -> str:
    return word.replace(_GROUP_SEPARATOR, " / ")


def _topic_id(work: Work, codes: Codes, word: str) -> int | None:
    group, _, own = word.rpartition(_GROUP_SEPARATOR)
    for candidate in dict.fromkeys((_shown(word), own)):
        alias = codes.aliases.get(fold(candidate))
        if alias is not None:
            return alias
        code = codes.code(work, "topic", candidate)
        if code is not None:
            return codes.id("topic", code)
    return _added_topic(work, codes, group, own) if "topic" in work.map.add else None


def _added_topic(work: Work, codes: Codes, group: str, own: str) -> int:
    above = f"{work.map.source}.{code_of(group)}" if group else None
    if above is not None:
        _add(work, codes, "topic", above, group, parent_id=None, level=1, path=above)
    base = f"{work.map.source}.{code_of(f'{group} {own}' if group else own)}"
    parent_id = codes.id("topic", above) if above else None
    path = f"{above}/{base}" if above else base
    return _add(work, codes, "topic", base, own, parent_id=parent_id, level=2 if above else 1, path=path)


def request_classes(work: Work, codes: Codes, topic_ids: pd.Series) -> pd.Series:
    """Class ids: as the source says, else the topic's own class, else `standard`."""
    by_topic = {
        codes.id("topic", topic.code): codes.id("request_class", topic.request_class) for topic in codes.profile.topics
    }
    standard = codes.id("request_class", "standard")
    of_topic = topic_ids.map(by_topic).fillna(standard).astype("Int64")
    if not work.has("class"):
        return of_topic
    return reference(work, codes, "class", "request_class").fillna(of_topic)


def executors(work: Work, codes: Codes) -> pd.Series:
    """Executor ids; an unknown body becomes a row of kind `city` where the map says no other, if it may be added."""

    def add(word: str) -> int:
        kind = work.map.executor_kinds.get(fold(word), "city")
        return _add(work, codes, "executor", f"{work.map.source}.{code_of(word)}", word, kind=kind, territory_id=None)

    return reference(work, codes, "executor", "executor", add=add if "executor" in work.map.add else None)


def channels(work: Work, codes: Codes) -> pd.Series:
    """Channel ids; the map's words name a channel of the profile, or one to be added whose code is its kind."""
    known = {channel.code for channel in codes.profile.channels}

    def add(word: str) -> int:
        code = codes.code(work, "channel", word) or code_of(word)
        return _add(work, codes, "channel", code, word, kind=code if code in KINDS else "other")

    return reference(
        work, codes, "channel", "channel", known=known, add=add if "channel" in work.map.add else None
    )  # fmt: skip


def reference(
    work: Work, codes: Codes, field_: str, table: str, *, known: set[str] | None = None, add: Any = None
) -> pd.Series:
    """Ids of the field's words in `table`; unknown words are added by `add`, else listed as unmapped and NULL."""
    found = words_of(work.texts(field_))
    ids: list[int | None] = []
    unknown: dict[str, int] = {}
    for word, rows in zip(found.words, found.rows, strict=True):
        code = codes.code(work, field_, word)
        if code is not None and (known is None or code in known):
            ids.append(codes.id(table, code))
        elif add is not None:
            ids.append(add(word))
        else:
            ids.append(None)
            unknown[word] = int(rows)
    work.not_understood(field_, unknown)
    return found.spread(ids, "Int64")


def caller_groups(work: Work, codes: Codes) -> pd.Series:
    """`caller_group_mask`: the field may name several groups, separated by `,`, `;` or `|`."""
    bits = {group.code: group.bit for group in codes.profile.caller_groups}
    found = words_of(work.texts("caller_group"))
    masks = []
    for word, rows in zip(found.words, found.rows, strict=True):
        mask = 0
        for part in word.replace(";", ",").replace("|", ",").split(","):
            code = codes.code(work, "caller_group", part)
            if code in bits:
                mask |= 1 << bits[code]
            elif part.strip():
                work.not_understood("caller_group", {part.strip(): int(rows)})
        masks.append(mask)
    return found.spread(masks, "Int64").fillna(0)


_YES = frozenset(("yes", "y", "true", "t", "1", "ano", "áno", "так", "да", "tak", "x"))
_NO = frozenset(("no", "n", "false", "f", "0", "nie", "ne", "ні", "не", "нет", "nem"))


def flags(work: Work, field_: str) -> pd.Series:
    """True, false, or missing where the source does not say; words that are neither are listed."""
    found = words_of(work.texts(field_))
    said = work.map.words.get("flag", {})
    values: list[bool | None] = []
    for word, rows in zip(found.words, found.rows, strict=True):
        folded = fold(word)
        value = {"yes": True, "no": False}.get(said.get(folded, ""))
        if value is None:
            value = True if folded in _YES else False if folded in _NO else None
        if value is None:
            work.not_understood(field_, {word: int(rows)})
        values.append(value)
    return found.spread(values, "boolean")


def vocabulary(work: Work, field_: str, ours: tuple[str, ...]) -> pd.Series:
    """The field's words in ours, by the map or as they are; NULL where unknown, which is listed."""
    found = words_of(work.texts(field_))
    said = work.map.words.get(field_, {})
    values: list[str | None] = []
    for word, rows in zip(found.words, found.rows, strict=True):
        value = said.get(fold(word), fold(word))
        values.append(value if value in ours else None)
        if value not in ours:
            work.not_understood(field_, {word: int(rows)})
    return found.spread(values, "object")


def _add(work: Work, codes: Codes, table: str, code: str, name: str, **values: Any) -> int:
    id_ = codes.id(table, code)
    names = {codes.profile.languages[0]: name}
    row = {f"{table}_id": id_, "code": code, "name": name, "names": names, **values}
    work.reference.setdefault(table, {}).setdefault(code, row)
    return id_
