"""Questions, reasons and documents of the eligibility check in words, in the five languages of the data files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any as Anything
from typing import Literal

from geodata.eligibility.logic import Test
from geodata.eligibility.rules import texts


@dataclass(frozen=True)
class Question:
    """One question to a person: the fact it fills, how it is answered, and its words."""

    fact: str
    kind: Literal["yes_no", "number"]
    text: str


def question(fact: str, lang: str) -> Question:
    """The question that fills a fact."""
    row = texts("facts")[fact]
    return Question(fact, row["kind"], _in(row["question"], lang))


def reason_in_words(test: Test, lang: str) -> str:
    """A condition in plain words, such as `aged 65 or more`."""
    row = texts("facts")[test.fact]
    return _in(row[test.operator], lang).format(value=_number(test.value))


def document_in_words(code: str, lang: str) -> str:
    """The name of a document to bring."""
    return _in(texts("documents")[code], lang)


def _number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _in(words: dict[str, Anything], lang: str) -> str:
    return str(words.get(lang, words["en"]))
