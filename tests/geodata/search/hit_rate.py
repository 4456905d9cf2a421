"""How often an everyday query finds a right service among the first three: for the test and for the benchmark."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from geodata.search import SearchIndex

QUERIES = Path(__file__).parent / "queries"
TOP = 3


@dataclass(frozen=True)
class HitRate:
    """The outcome of one language's query set."""

    lang: str
    asked: int
    found: int
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        """Found over asked, 0 to 1."""
        return self.found / self.asked


def queries(lang: str) -> list[tuple[str, frozenset[str]]]:
    """The fixed queries of a language, each with the services that would be right."""
    rows = tomllib.loads((QUERIES / f"{lang}.toml").read_text(encoding="utf-8"))["query"]
    return [(row["text"], frozenset(row["services"])) for row in rows]


def unseen_rate(index: SearchIndex) -> HitRate:
    """Ask the queries of all languages that nothing was tuned on: how search does on what it has not seen."""
    rows = tomllib.loads((QUERIES.parent / "unseen.toml").read_text(encoding="utf-8"))["query"]
    missed = tuple(
        row["text"]
        for row in rows
        if not {hit.id for hit in index.query(row["text"], row["lang"], TOP, ("service",))} & set(row["services"])
    )
    return HitRate("all", len(rows), len(rows) - len(missed), missed)


def hit_rate(index: SearchIndex, lang: str) -> HitRate:
    """Ask every query of a language for services."""
    asked = queries(lang)
    missed = tuple(
        text for text, right in asked if not right & {hit.id for hit in index.query(text, lang, TOP, ("service",))}
    )
    return HitRate(lang, len(asked), len(asked) - len(missed), missed)
