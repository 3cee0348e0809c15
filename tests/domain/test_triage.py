"""C-SSRS triage (R37): the table of care.md, and that an unanswered question is unknown, never "no"."""

from itertools import product
from typing import Any

import pytest

from domain.instruments.cssrs import CSSRS_CODES, CssrsAnswers, crisis_tier, triage
from domain.vocabulary.crisis import RiskTier

ALL_NO: dict[str, Any] = {"q1": False, "q2": False, "q6_ever": False}
ALL_ASKED: dict[str, Any] = {**ALL_NO, "q2": True, "q3": False, "q4": False, "q5": False}


@pytest.mark.parametrize(
    ("answers", "tier"),
    [
        (ALL_NO, RiskTier.NONE_FOUND),
        (ALL_NO | {"q1": True}, RiskTier.LOW),
        (ALL_ASKED, RiskTier.LOW),
        (ALL_ASKED | {"q3": True}, RiskTier.MODERATE),
        (ALL_ASKED | {"q4": True}, RiskTier.HIGH),
        (ALL_ASKED | {"q5": True}, RiskTier.HIGH),
        (ALL_NO | {"q6_ever": True, "q6_last_3_months": False}, RiskTier.MODERATE),
        (ALL_NO | {"q6_ever": True, "q6_last_3_months": True}, RiskTier.HIGH),
        (ALL_ASKED | {"q3": True, "q6_last_3_months": True}, RiskTier.HIGH),
    ],
)
def test_r37_the_highest_answer_gives_the_tier(answers: dict[str, Any], tier: RiskTier) -> None:
    assert triage(CssrsAnswers(**answers)) == (tier, (), tier)


@pytest.mark.parametrize(
    ("answers", "tier", "unanswered"),
    [
        ({}, RiskTier.UNKNOWN, ("q1", "q2", "q6_ever")),
        ({"q1": False, "q2": False}, RiskTier.UNKNOWN, ("q6_ever",)),
        ({"q1": False, "q6_ever": False}, RiskTier.UNKNOWN, ("q2",)),
        (ALL_NO | {"q2": True}, RiskTier.LOW, ("q3", "q4", "q5")),
        ({"q1": True}, RiskTier.LOW, ("q2", "q6_ever")),
        ({"q6_last_3_months": True}, RiskTier.HIGH, ("q1", "q2")),
        (ALL_NO | {"q6_ever": True}, RiskTier.MODERATE, ("q6_last_3_months",)),
    ],
)
def test_r37_what_is_unanswered_is_named_and_never_no(
    answers: dict[str, Any], tier: RiskTier, unanswered: tuple[str, ...]
) -> None:
    assert triage(CssrsAnswers(**answers))[:2] == (tier, unanswered)


@pytest.mark.parametrize(
    ("answers", "tier", "not_excluded"),
    [
        ({"q2": True}, RiskTier.LOW, RiskTier.HIGH),
        (ALL_ASKED | {"q3": None, "q4": False, "q5": False}, RiskTier.LOW, RiskTier.MODERATE),
        (ALL_NO | {"q6_ever": True}, RiskTier.MODERATE, RiskTier.HIGH),
        (ALL_NO | {"q6_ever": None, "q6_last_3_months": False}, RiskTier.UNKNOWN, RiskTier.MODERATE),
        (ALL_NO | {"q1": None}, RiskTier.UNKNOWN, RiskTier.LOW),
        (ALL_NO | {"q2": None}, RiskTier.UNKNOWN, RiskTier.HIGH),
        ({"q5": True}, RiskTier.HIGH, RiskTier.HIGH),
        ({}, RiskTier.UNKNOWN, RiskTier.HIGH),
        (ALL_NO, RiskTier.NONE_FOUND, RiskTier.NONE_FOUND),
    ],
)
def test_c6_the_tier_is_a_floor_below_the_one_that_cannot_be_excluded(
    answers: dict[str, Any], tier: RiskTier, not_excluded: RiskTier
) -> None:
    found = triage(CssrsAnswers(**answers))

    assert (found.tier, found.not_excluded, found.at_least) == (tier, not_excluded, tier is not not_excluded)


def test_c6_behaviour_ever_and_in_the_last_three_months_are_two_questions_of_loinc() -> None:
    assert [code.code for code in CSSRS_CODES.values()] == [
        "93246-7", "93247-5", "93248-3", "93249-1", "93250-9", "93267-3", "93269-9",
    ]  # fmt: skip
    assert set(CSSRS_CODES) == set(CssrsAnswers.model_fields)


def test_r37_c6_whatever_is_answered_next_the_tier_stays_between_the_floor_and_what_was_not_excluded() -> None:
    order = [RiskTier.NONE_FOUND, RiskTier.LOW, RiskTier.MODERATE, RiskTier.HIGH]
    for said in product((None, False, True), repeat=len(CSSRS_CODES)):
        answers = CssrsAnswers(**dict(zip(CSSRS_CODES, said, strict=True)))
        tier, unanswered, not_excluded = triage(answers)
        assert unanswered or tier is not RiskTier.UNKNOWN
        for question in unanswered:
            for answer in (False, True):
                more = triage(answers.model_copy(update={question: answer}))
                assert order.index(more.not_excluded) <= order.index(not_excluded)
                if RiskTier.UNKNOWN not in {tier, more.tier}:
                    assert order.index(more.tier) >= order.index(tier)


def test_r37_what_two_contacts_of_one_crisis_tell_is_joined_and_a_yes_stands() -> None:
    first, later = CssrsAnswers(q1=True, q2=False), CssrsAnswers(q1=False, q2=True, q6_ever=False)

    assert first.joined_by(later) == CssrsAnswers(q1=True, q2=True, q6_ever=False)
    assert later.joined_by(CssrsAnswers()) == later


def test_r32_danger_of_overdose_makes_a_crisis_high() -> None:
    assert crisis_tier(CssrsAnswers(**ALL_NO), overdose_danger=True) is RiskTier.HIGH
    assert crisis_tier(CssrsAnswers(**ALL_NO), overdose_danger=None) is RiskTier.NONE_FOUND
    assert crisis_tier(None, overdose_danger=False) is RiskTier.UNKNOWN
