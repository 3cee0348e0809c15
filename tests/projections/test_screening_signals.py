"""What screenings flag is a signal until another screening tells otherwise (R37, R49)."""

from typing import Any
from uuid import UUID

import pytest

from domain.events.screening import ScreeningScored
from domain.events.signals import SignalAcknowledged
from domain.instruments.audit_c import AuditCAnswers
from domain.instruments.bam import BamAnswers
from domain.instruments.cssrs import CSSRS_CODES, CssrsAnswers
from domain.instruments.dast10 import Dast10Answers
from domain.instruments.gad7 import Gad7Answers
from domain.instruments.phq9 import Phq9Answers
from domain.instruments.screener import CssrsScreening, ScreenerAnswers
from domain.policy import Policy
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from tests.builders import History, crisis, registered
from tests.projections.signal_reading import shown, waiting

NOW = "2026-04-01T15:00Z"
ALL_NO = dict.fromkeys(CSSRS_CODES, False)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def phq9(total: int, q9: int | None = 0) -> Phq9Answers:
    """A PHQ-9 of which the first eight items sum up to that."""
    return Phq9Answers(**_spread(total, [f"q{number}" for number in range(1, 9)], most=3), q9=q9)


def gad7(total: int) -> Gad7Answers:
    return Gad7Answers(**_spread(total, [f"q{number}" for number in range(1, 8)], most=3))


def bam(use: int = 0, risk: int = 0, protective: int = 24) -> BamAnswers:
    return BamAnswers(
        **_spread(use, ["q4", "q5", "q6"], most=4),
        **_spread(risk, ["q1", "q2", "q3", "q8", "q11", "q15"], most=4),
        **_spread(protective, ["q9", "q10", "q12", "q13", "q14", "q16"], most=4),
    )


def _spread(total: int, questions: list[str], most: int) -> dict[str, Any]:
    answers = {}
    for question in questions:
        answers[question] = min(total, most)
        total -= answers[question]
    assert total == 0
    return answers


def cssrs(**answers: bool | None) -> CssrsScreening:
    said: dict[str, Any] = {**ALL_NO, **answers}
    return CssrsScreening(**said)


def screened(history: History, answers: ScreenerAnswers, at: str) -> UUID:
    return history.add(ScreeningScored(answers=answers), at=at)


FLAGGED = [
    (phq9(9), []),
    (phq9(10), [SignalRule.PHQ_9_TOTAL]),
    (phq9(8, q9=1), [SignalRule.PHQ_9_ITEM_9]),
    (phq9(9, q9=1), [SignalRule.PHQ_9_ITEM_9, SignalRule.PHQ_9_TOTAL]),
    (phq9(8, q9=None), []),
    (phq9(10, q9=None), [SignalRule.PHQ_9_TOTAL]),
    (gad7(9), []),
    (gad7(10), [SignalRule.GAD_7_TOTAL]),
    (Gad7Answers(q1=3, q2=3), []),
    (bam(), []),
    (bam(use=1), [SignalRule.BAM_USE]),
    (bam(risk=11, protective=13), []),
    (bam(risk=12, protective=12), [SignalRule.BAM_PROTECTIVE, SignalRule.BAM_RISK]),
    (BamAnswers(q4=1), [SignalRule.BAM_USE]),
    (cssrs(), []),
    (cssrs(q1=True), [SignalRule.C_SSRS_RISK]),
    (cssrs(q1=None), []),
    (cssrs(q6_ever=True, q6_last_3_months=None), [SignalRule.C_SSRS_RISK]),
    (AuditCAnswers(q1=4, q2=4, q3=4), []),
    (Dast10Answers.model_validate({f"q{number}": True for number in range(1, 11)}), []),
]


@pytest.mark.parametrize(("answers", "rules"), FLAGGED)
def test_r49_a_screening_is_a_signal_from_where_it_is_flagged_on(
    history: History, answers: ScreenerAnswers, rules: list[SignalRule]
) -> None:
    entry = screened(history, answers, at="2026-03-02T15:00Z")

    assert sorted(waiting(history, NOW)) == [(rule, entry) for rule in sorted(rules)]
    assert all(each.behind == (entry,) for each in shown(history, NOW).signals)


def test_r49_another_screening_below_clears_it_and_one_that_may_be_either_does_not(history: History) -> None:
    flagged = screened(history, phq9(12), at="2026-03-02T15:00Z")
    screened(history, Phq9Answers(q1=3, q9=0), at="2026-03-09T15:00Z")
    assert waiting(history, NOW) == [(SignalRule.PHQ_9_TOTAL, flagged)]

    below = screened(history, phq9(4), at="2026-03-16T15:00Z")

    assert waiting(history, NOW) == []
    (signal,) = shown(history, NOW).signals
    assert signal.cleared
    assert signal.cleared.event_id == below


def test_r49_a_screening_that_is_flagged_again_waits_anew_although_the_one_before_was_acknowledged(
    history: History,
) -> None:
    first = screened(history, cssrs(q1=True), at="2026-03-02T15:00Z")
    noted = SignalAcknowledged(rule=SignalRule.C_SSRS_RISK, because=first, acknowledged_by=Role.COUNSELOR)
    history.add(noted, at="2026-03-02T16:00Z")
    assert waiting(history, NOW) == []

    higher = screened(history, cssrs(q1=True, q2=True, q4=True), at="2026-03-09T15:00Z")

    assert waiting(history, NOW) == [(SignalRule.C_SSRS_RISK, higher)]


@pytest.mark.parametrize("in_a_crisis", [True, False])
def test_r37_a_certain_c_ssrs_answers_what_item_9_asked(history: History, in_a_crisis: bool) -> None:
    asked = screened(history, phq9(0, q9=2), at="2026-03-02T15:00Z")
    screened(history, cssrs(q1=None), at="2026-03-02T16:00Z")
    assert waiting(history, NOW) == [(SignalRule.PHQ_9_ITEM_9, asked)]

    if in_a_crisis:
        history.add(crisis(cssrs=CssrsAnswers(**{**ALL_NO, "q4": True, "q2": True})), at="2026-03-02T17:00Z")
    else:
        screened(history, cssrs(), at="2026-03-02T17:00Z")

    assert waiting(history, NOW) == [], "a crisis has its tier and follow-ups of its own"


def test_r49_a_screening_that_is_retracted_takes_back_its_signal_and_what_it_cleared(history: History) -> None:
    high = screened(history, gad7(15), at="2026-03-02T15:00Z")
    low = screened(history, gad7(3), at="2026-03-09T15:00Z")
    assert waiting(history, NOW) == []

    history.retract(low)
    assert waiting(history, NOW) == [(SignalRule.GAD_7_TOTAL, high)]
    history.retract(high)
    assert shown(history, NOW).signals == ()


def test_r49_from_which_score_and_tier_on_is_the_policys() -> None:
    numbers = {"phq_9_at_least": 15, "gad_7_at_least": 5, "c_ssrs_from_tier": "moderate"}
    history = History(policy=Policy.model_validate({"early_warning": numbers}))
    history.add(registered(), at="2026-03-01T15:00Z")
    screened(history, phq9(14), at="2026-03-02T15:00Z")
    anxious = screened(history, gad7(5), at="2026-03-02T16:00Z")
    screened(history, cssrs(q1=True), at="2026-03-02T17:00Z")
    at_risk = screened(history, cssrs(q2=True, q3=True), at="2026-03-02T18:00Z")

    expected = [(SignalRule.C_SSRS_RISK, at_risk), (SignalRule.GAD_7_TOTAL, anxious)]
    assert waiting(history, NOW) == expected
