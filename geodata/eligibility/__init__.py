"""Am I entitled? A few questions, answered yes, no or ask, with reasons, documents and a fallback service.

Rules are data in three-valued logic: an unanswered question never counts as a no, and no answer ever turns a yes into
a no or back. The service itself decides; this is orientation, and says so on the page that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geodata.eligibility.logic import Answers, Test, Value, deciding
from geodata.eligibility.rules import Rule, parse_rule, shipped_rules
from geodata.eligibility.words import Question, document_in_words, question, reason_in_words

__all__ = [
    "Answers",
    "Question",
    "Rule",
    "Test",
    "Value",
    "Verdict",
    "check",
    "document_in_words",
    "parse_rule",
    "question",
    "reason_in_words",
    "shipped_rules",
]

Answer = Literal["yes", "no", "ask"]


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check.

    `reasons` are the conditions that decided it (for `ask`: those still open), `next_question` the fact to ask now,
    `missing` all facts that may still matter. `ask` without a next question means: ask the service itself.
    """

    answer: Answer
    reasons: tuple[Test, ...]
    missing: tuple[str, ...]
    next_question: str | None
    documents: tuple[str, ...]
    fallback_service: str | None


def check(rule: Rule, answers: Answers) -> Verdict:
    """Hold a person's answers against a rule.

    A fact that is absent has not been asked; a fact present as None was asked and not known, so it is not asked again.
    """
    truth = rule.condition.holds(answers)
    reasons = deciding(rule.condition, answers)
    if truth is not None:
        answer: Answer = "yes" if truth else "no"
        fallback = None if truth else rule.fallback_service
        return Verdict(answer, reasons, (), None, rule.documents, fallback)
    missing = tuple(dict.fromkeys(test.fact for test in reasons if test.fact not in answers))
    return Verdict("ask", reasons, missing, _next(rule, answers, missing), rule.documents, rule.fallback_service)


def _next(rule: Rule, answers: Answers, missing: tuple[str, ...]) -> str | None:
    """The fact whose answer may decide most: first by the outcomes it can settle, then in the order written."""
    return max(missing, key=lambda fact: (_settles(rule, answers, fact), -missing.index(fact)), default=None)


def _settles(rule: Rule, answers: Answers, fact: str) -> int:
    tries = {value for test in rule.condition.tests() if test.fact == fact for value in _either_side(test)}
    return sum(rule.condition.holds({**answers, fact: value}) is not None for value in tries)


def _either_side(test: Test) -> tuple[Value, ...]:
    """A value that meets the test and one that does not."""
    if test.operator == "is_true":
        return (True, False)
    return (test.value - 1, test.value, test.value + 1)
