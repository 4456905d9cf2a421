"""The shared tree of services and life situations: stable codes, words in five languages, whom they are for.

Data, not code: `services.toml` (tree), `needs.toml` (entry by need), one file of words per language and beside it one
of hints. Every city uses the same codes, so institutions, eligibility rules and queries of different cities can be
compared.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from geodata.errors import SearchError
from geodata.wordforms import LANGUAGES


@dataclass(frozen=True)
class Topic:
    """What a service and a need share: a code and its words, each keyed by language.

    `words` name it, `hints` are only heard around it: weaker evidence for the search.
    """

    code: str
    names: Mapping[str, str]
    abouts: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    hints: Mapping[str, tuple[str, ...]]

    def name(self, lang: str) -> str:
        """The name in a language, English where the language is not ours."""
        return self.names.get(lang, self.names["en"])

    def about(self, lang: str) -> str:
        """One plain sentence in a language."""
        return self.abouts.get(lang, self.abouts["en"])


@dataclass(frozen=True)
class Service(Topic):
    """A service, or a branch of the tree when it has children; `groups` empty means it is for everyone."""

    parent: str | None
    groups: tuple[str, ...]
    is_protected: bool


@dataclass(frozen=True)
class Need(Topic):
    """A life situation and the services that help, the most useful first."""

    services: tuple[str, ...]


@dataclass(frozen=True)
class Taxonomy:
    """All services and needs by code, in the order of the tree."""

    services: Mapping[str, Service]
    needs: Mapping[str, Need]

    def children(self, code: str | None) -> tuple[Service, ...]:
        """The branches (`None`) or the services of a branch."""
        return tuple(s for s in self.services.values() if s.parent == code)

    def leaves(self) -> tuple[Service, ...]:
        """The services proper: what an institution can give."""
        return tuple(s for s in self.services.values() if s.parent is not None)

    def public(self) -> Taxonomy:
        """The same tree without protected services: what public pages, files and searches may show."""
        shown = {code: s for code, s in self.services.items() if not s.is_protected}
        return Taxonomy(services=shown, needs=self.needs)


@cache
def load_taxonomy() -> Taxonomy:
    """The shipped taxonomy; raises `SearchError` naming file and code where the files disagree."""
    tree, needs = _read("services"), _read("needs")
    texts = {lang: _read(lang) | {"hints": _read(f"hints/{lang}")} for lang in LANGUAGES}
    services = {code: _service(code, row, tree, texts) for code, row in tree.items()}
    return Taxonomy(
        services=services,
        needs={code: _need(code, row, services, texts) for code, row in needs.items()},
    )


@cache
def digest() -> str:
    """A short hash of all its files: it changes with any word."""
    names = ("services", "needs", *LANGUAGES, *(f"hints/{lang}" for lang in LANGUAGES))
    return hashlib.blake2b("".join(map(_text, names)).encode(), digest_size=8).hexdigest()


def _text(name: str) -> str:
    return resources.files("geodata.taxonomy").joinpath(f"{name}.toml").read_text(encoding="utf-8")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


def _texts(section: str, code: str, texts: Mapping[str, Any]) -> dict[str, Any]:
    missing = [lang for lang in texts if code not in texts[lang][section]]
    if missing:
        raise SearchError(
            f"{section} '{code}' has no words in {', '.join(missing)}: "
            f"add [{section}.{code}] to geodata/taxonomy/<lang>.toml"
        )
    rows = {lang: texts[lang][section][code] for lang in texts}
    return {
        "code": code,
        "names": {lang: row["name"] for lang, row in rows.items()},
        "abouts": {lang: row["about"] for lang, row in rows.items()},
        "words": {lang: tuple(row["words"]) for lang, row in rows.items()},
        "hints": {lang: _listed(texts[lang]["hints"].get(code, "")) for lang in texts},
    }


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for given in text.split(",") if (part := " ".join(given.split())))


def _service(code: str, row: Mapping[str, Any], tree: Mapping[str, Any], texts: Mapping[str, Any]) -> Service:
    parent = row.get("parent")
    if parent is not None and parent not in tree:
        raise SearchError(f"service '{code}' has the unknown parent '{parent}' in geodata/taxonomy/services.toml")
    return Service(
        **_texts("services", code, texts),
        parent=parent,
        groups=tuple(row["groups"]),
        is_protected=row.get("is_protected", False),
    )


def _need(code: str, row: Mapping[str, Any], services: Mapping[str, Service], texts: Mapping[str, Any]) -> Need:
    unknown = [s for s in row["services"] if s not in services]
    if unknown:
        raise SearchError(f"need '{code}' names unknown services {unknown} in geodata/taxonomy/needs.toml")
    return Need(**_texts("needs", code, texts), services=tuple(row["services"]))
