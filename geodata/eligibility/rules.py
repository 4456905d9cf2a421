"""Eligibility rules as data: parsed once from TOML or JSON, checked against the known facts and documents."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any as Anything
from typing import cast

from geodata.eligibility.logic import All, Any, Condition, Not, Operator, Test
from geodata.errors import ProfileError

_NUMBER_OPERATORS = ("at_least", "at_most", "equals")


@dataclass(frozen=True)
class Rule:
    """Who is entitled to one service, what to bring, and what to offer instead."""

    service: str
    condition: Condition
    documents: tuple[str, ...] = ()
    fallback_service: str | None = None
    law: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it asks for, in the order written, once each."""
        return tuple(dict.fromkeys(test.fact for test in self.condition.tests()))


def parse_rule(service: str, row: Mapping[str, Anything]) -> Rule:
    """A rule from its data form; raises `ProfileError` naming the service, what is wrong, and the cure.

    Data form: `{"when": CONDITION, "documents": [...], "fallback": SERVICE, "law": TEXT}`, where CONDITION is
    `{"all": [...]}`, `{"any": [...]}`, `{"not": CONDITION}`, `{"fact": F}` or `{"fact": F, "at_least": 65}` (also
    `at_most`, `equals`).
    """
    unknown = sorted(set(row) - {"when", "documents", "fallback", "law"})
    if unknown:
        raise ProfileError(f"rule of '{service}' has unknown keys {unknown}: use when, documents, fallback, law")
    missing = [code for code in row.get("documents", ()) if code not in texts("documents")]
    if missing:
        raise ProfileError(f"rule of '{service}' names unknown documents {missing}: add them to documents.toml")
    return Rule(
        service=service,
        condition=_condition(service, row.get("when", {"all": []})),
        documents=tuple(row.get("documents", ())),
        fallback_service=row.get("fallback"),
        law=row.get("law", ""),
    )


def _condition(service: str, row: Mapping[str, Anything]) -> Condition:
    match row:
        case {"all": list(parts), **rest} if not rest:
            return All(tuple(_condition(service, part) for part in parts))
        case {"any": list(parts), **rest} if not rest:
            return Any(tuple(_condition(service, part) for part in parts))
        case {"not": part, **rest} if not rest:
            return Not(_condition(service, part))
        case {"fact": str(fact), **rest} if len(rest) <= 1:
            return _test(service, fact, rest)
        case _:
            raise ProfileError(
                f"rule of '{service}' has a condition nobody can read: {dict(row)}; use all, any, not, fact"
            )


def _test(service: str, fact: str, rest: Mapping[str, Anything]) -> Test:
    known = texts("facts").get(fact)
    if known is None:
        raise ProfileError(f"rule of '{service}' asks the unknown fact '{fact}': add it to facts.toml or correct it")
    operator, value = next(iter(rest.items()), ("is_true", True))
    allowed = ("is_true",) if known["kind"] == "yes_no" else _NUMBER_OPERATORS
    if operator not in allowed:
        raise ProfileError(f"rule of '{service}' holds '{fact}' against '{operator}': use one of {list(allowed)}")
    if not isinstance(value, int | float):
        raise ProfileError(f"rule of '{service}' holds '{fact}' against {value!r}: write a number")
    return Test(fact, cast("Operator", operator), value)


@cache
def texts(name: str) -> dict[str, Anything]:
    """A data file of this package (`facts`, `documents`, `rules`)."""
    file = resources.files("geodata.eligibility").joinpath(f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def shipped_rules() -> Mapping[str, Rule]:
    """The rules Linka ships, by service code: orientation where a city has written none of its own."""
    return dict(_shipped())


def _shipped() -> Iterator[tuple[str, Rule]]:
    for service, row in texts("rules").items():
        yield service, parse_rule(service, row)
