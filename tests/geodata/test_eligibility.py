from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.eligibility import (
    Answers,
    Rule,
    Test,
    Value,
    check,
    document_in_words,
    parse_rule,
    question,
    reason_in_words,
    shipped_rules,
)
from geodata.eligibility.logic import All, Any, Condition, Not
from geodata.eligibility.rules import texts
from geodata.errors import ProfileError
from geodata.taxonomy import load_taxonomy
from geodata.wordforms import LANGUAGES

YES_NO = ("is_resident", "has_disability", "is_displaced")
tests = st.one_of(
    st.builds(Test, st.sampled_from(YES_NO), st.just("is_true")),
    st.builds(Test, st.just("age"), st.sampled_from(("at_least", "at_most", "equals")), st.integers(0, 99)),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Any, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
values: st.SearchStrategy[Value] = st.one_of(st.none(), st.booleans(), st.integers(0, 99), st.text(max_size=3))
answer_sets = st.dictionaries(st.sampled_from((*YES_NO, "age")), values)
full_answers = st.fixed_dictionaries({**dict.fromkeys(YES_NO, st.booleans()), "age": st.integers(0, 99)})


@given(conditions, answer_sets, st.sampled_from((*YES_NO, "age")), values)
def test_more_answers_never_flip_yes_and_no(condition: Condition, answers: Answers, fact: str, value: Value) -> None:
    before = check(Rule("x", condition), answers)
    after = check(Rule("x", condition), answers if fact in answers else {**answers, fact: value})
    if before.answer != "ask":
        assert after.answer == before.answer


@given(conditions, full_answers, st.sets(st.sampled_from((*YES_NO, "age"))))
def test_an_unknown_is_never_treated_as_no(condition: Condition, answers: dict[str, Value], hidden: set[str]) -> None:
    partly = check(Rule("x", condition), {fact: None if fact in hidden else v for fact, v in answers.items()})
    if partly.answer != "ask":
        assert partly.answer == check(Rule("x", condition), answers).answer


@given(conditions, full_answers)
def test_all_questions_answered_always_decide(condition: Condition, answers: dict[str, Value]) -> None:
    assert check(Rule("x", condition), answers).answer in ("yes", "no")


@given(conditions, full_answers)
@settings(max_examples=60)
def test_asking_the_next_question_each_time_ends_in_a_decision(condition: Condition, truth: dict[str, Value]) -> None:
    rule, answers = Rule("x", condition), dict[str, Value]()
    for _ in range(len(rule.facts) + 1):
        verdict = check(rule, answers)
        if verdict.next_question is None:
            break
        assert verdict.next_question in verdict.missing
        answers[verdict.next_question] = truth[verdict.next_question]
    assert check(rule, answers).answer == check(rule, truth).answer


def test_a_question_answered_with_i_do_not_know_is_not_asked_again() -> None:
    verdict = check(shipped_rules()["idp_registration"], {"is_displaced": None})
    assert (verdict.answer, verdict.next_question, verdict.missing) == ("ask", None, ())


def test_the_question_that_decides_most_comes_first() -> None:
    rule = parse_rule(
        "x", {"when": {"any": [{"all": [{"fact": "is_resident"}, {"fact": "is_carer"}]}, {"fact": "is_veteran"}]}}
    )
    assert check(rule, {}).next_question == "is_veteran"


def test_a_no_names_its_reason_and_offers_the_fallback() -> None:
    verdict = check(
        shipped_rules()["home_care"],
        {"is_resident": True, "needs_daily_help": True, "age": 40, "has_disability": False},
    )
    assert verdict.answer == "no"
    assert verdict.fallback_service == "counselling"
    assert [reason_in_words(test, "uk") for test in verdict.reasons] == [
        "вік від 60 років",
        "має встановлену інвалідність",
    ]


def test_a_yes_names_what_made_it_and_the_documents() -> None:
    verdict = check(shipped_rules()["pension"], {"age": 61})
    assert verdict.answer == "yes"
    assert verdict.reasons == (Test("age", "at_least", 60),)
    assert verdict.documents == ("identity", "application", "employment_record")
    assert verdict.fallback_service is None


def test_a_no_may_come_before_all_is_asked() -> None:
    assert check(shipped_rules()["idp_allowance"], {"is_displaced": False}).answer == "no"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"if": {}}, "unknown keys"),
        ({"when": {"fact": "shoe_size"}}, "unknown fact"),
        ({"when": {"fact": "age"}}, "use one of"),
        ({"when": {"fact": "is_veteran", "at_least": 3}}, "use one of"),
        ({"when": {"fact": "age", "at_least": "old"}}, "write a number"),
        ({"when": {"some": []}}, "nobody can read"),
        ({"when": {"fact": "age", "at_least": 3, "at_most": 5}}, "nobody can read"),
        ({"documents": ["diploma"]}, "unknown documents"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(row: dict[str, object], message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        parse_rule("nanny", row)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_question_reason_and_document_has_its_words(lang: str) -> None:
    for fact, row in texts("facts").items():
        assert lang in row["question"]
        assert question(fact, lang).text.endswith("?")
    for rule in shipped_rules().values():
        assert all(reason_in_words(test, lang) for test in rule.condition.tests())
        assert all(document_in_words(code, lang) for code in rule.documents)


def test_shipped_rules_speak_of_services_that_exist_and_are_public() -> None:
    public = load_taxonomy().public().services
    for service, rule in shipped_rules().items():
        assert service in public
        assert rule.fallback_service in public
        assert rule.fallback_service != service
