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


def lists(name: str) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """The queries of `practice` or `unseen` by language, each with the services that would be right."""
    rows = tomllib.loads((QUERIES.parent / f"{name}.toml").read_text(encoding="utf-8"))
    return {lang: [(text, frozenset(codes.split())) for text, codes in pairs] for lang, pairs in rows.items()}


def list_rates(index: SearchIndex, name: str) -> list[HitRate]:
    """Ask every query of a list: one rate per language."""
    return [_rate(index, lang, asked) for lang, asked in lists(name).items()]


def together(rates: list[HitRate]) -> HitRate:
    """One rate of several."""
    missed = tuple(text for rate in rates for text in rate.missed)
    return HitRate("all", sum(r.asked for r in rates), sum(r.found for r in rates), missed)


def hit_rate(index: SearchIndex, lang: str) -> HitRate:
    """Ask every fixed query of a language for services."""
    return _rate(index, lang, queries(lang))


def _rate(index: SearchIndex, lang: str, asked: list[tuple[str, frozenset[str]]]) -> HitRate:
    missed = tuple(
        text for text, right in asked if not right & {hit.id for hit in index.query(text, lang, TOP, ("service",))}
    )
    return HitRate(lang, len(asked), len(asked) - len(missed), missed)
