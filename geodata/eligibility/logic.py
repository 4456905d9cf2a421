"""Kleene's three-valued logic over a person's answers: a condition is true, false, or not known yet (None).

Strong Kleene logic is monotone: learning more never turns a decided condition into its opposite, and a missing answer
is never read as no. Source: S. C. Kleene, Introduction to Metamathematics (1952), § 64.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Truth = bool | None
Value = bool | int | float | str | None
Answers = Mapping[str, Value]
Operator = Literal["is_true", "at_least", "at_most", "equals"]


@dataclass(frozen=True)
class Test:
    """One fact held against a value; `is_true` takes yes-or-no facts."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    fact: str
    operator: Operator
    value: bool | int | float = True

    def holds(self, answers: Answers) -> Truth:
        """True or false where the fact is answered in a usable way, else None."""
        answer = answers.get(self.fact)
        if answer is None:
            return None
        return _compare(self.operator, answer, self.value)

    def tests(self) -> Iterator[Test]:
        """Itself."""
        yield self


def _compare(operator: Operator, answer: Value, value: float) -> Truth:
    if operator == "is_true":
        return answer if isinstance(answer, bool) else None
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return None
    return {"at_least": answer >= value, "at_most": answer <= value, "equals": answer == value}[operator]


@dataclass(frozen=True)
class All:
    """True when every part is; false as soon as one part is; an empty one is true."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> Truth:
        """Kleene's conjunction."""
        return _all([part.holds(answers) for part in self.parts])

    def tests(self) -> Iterator[Test]:
        """Every test inside, in the order written."""
        for part in self.parts:
            yield from part.tests()


@dataclass(frozen=True)
class Any:
    """True as soon as one part is; false when every part is; an empty one is false."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> Truth:
        """Kleene's disjunction."""
        return _not(_all([_not(part.holds(answers)) for part in self.parts]))

    def tests(self) -> Iterator[Test]:
        """Every test inside, in the order written."""
        for part in self.parts:
            yield from part.tests()


@dataclass(frozen=True)
class Not:
    """True when its part is false; unknown stays unknown."""

    part: Condition

    def holds(self, answers: Answers) -> Truth:
        """Kleene's negation."""
        return _not(self.part.holds(answers))

    def tests(self) -> Iterator[Test]:
        """Every test inside."""
        yield from self.part.tests()


Condition = Test | All | Any | Not


def _all(truths: Sequence[Truth]) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def deciding(condition: Condition, answers: Answers) -> tuple[Test, ...]:
    """The tests that made a decided condition what it is; those still open where it is undecided."""
    truth = condition.holds(answers)
    if isinstance(condition, Test):
        return (condition,)
    if isinstance(condition, Not):
        return deciding(condition.part, answers)
    same = [part for part in condition.parts if part.holds(answers) is truth]
    return tuple(dict.fromkeys(test for part in same for test in deciding(part, answers)))
