"""C-SSRS triage (R37): the table of care.md, and that an unanswered question is unknown, never "no"."""

from itertools import product
from typing import Any, get_args

import pytest

from domain.instruments import CssrsAnswers, crisis_tier, triage
from domain.vocabulary.crisis import RiskTier

ALL_NO: dict[str, Any] = {"q1": False, "q2": False, "q6": "never"}
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
        (ALL_NO | {"q6": "lifetime"}, RiskTier.MODERATE),
        (ALL_NO | {"q6": "within_3_months"}, RiskTier.HIGH),
        (ALL_ASKED | {"q3": True, "q6": "within_3_months"}, RiskTier.HIGH),
    ],
)
def test_r37_the_highest_answer_gives_the_tier(answers: dict[str, Any], tier: RiskTier) -> None:
    assert triage(CssrsAnswers(**answers)) == (tier, ())


@pytest.mark.parametrize(
    ("answers", "tier", "unanswered"),
    [
        ({}, RiskTier.UNKNOWN, ("q1", "q2", "q6")),
        ({"q1": False, "q2": False}, RiskTier.UNKNOWN, ("q6",)),
        ({"q1": False, "q6": "never"}, RiskTier.UNKNOWN, ("q2",)),
        (ALL_NO | {"q2": True}, RiskTier.LOW, ("q3", "q4", "q5")),
        ({"q1": True}, RiskTier.LOW, ("q2", "q6")),
        ({"q6": "within_3_months"}, RiskTier.HIGH, ("q1", "q2")),
    ],
)
def test_r37_what_is_unanswered_is_named_and_never_no(
    answers: dict[str, Any], tier: RiskTier, unanswered: tuple[str, ...]
) -> None:
    assert triage(CssrsAnswers(**answers)) == (tier, unanswered)


def test_r37_one_more_answer_never_lowers_a_tier_that_was_found() -> None:
    order = [RiskTier.NONE_FOUND, RiskTier.LOW, RiskTier.MODERATE, RiskTier.HIGH]
    yes_no = (None, False, True)
    sixth = (None, *get_args(get_args(CssrsAnswers.model_fields["q6"].annotation)[0]))
    for q1, q2, q3, q4, q5, q6 in product(*5 * (yes_no,), sixth):
        answers = CssrsAnswers(q1=q1, q2=q2, q3=q3, q4=q4, q5=q5, q6=q6)
        tier, unanswered = triage(answers)
        if tier is RiskTier.UNKNOWN:
            assert unanswered
            continue
        for question in unanswered:
            for answer in sixth[1:] if question == "q6" else yes_no[1:]:
                more = triage(answers.model_copy(update={question: answer})).tier
                assert order.index(more) >= order.index(tier)


def test_r32_danger_of_overdose_makes_a_crisis_high() -> None:
    assert crisis_tier(CssrsAnswers(**ALL_NO), overdose_danger=True) is RiskTier.HIGH
    assert crisis_tier(CssrsAnswers(**ALL_NO), overdose_danger=None) is RiskTier.NONE_FOUND
    assert crisis_tier(None, overdose_danger=False) is RiskTier.UNKNOWN
