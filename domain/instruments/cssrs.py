"""Scoring of instruments. Answers are codes only; the wording of the questions is copyrighted.

C-SSRS screener: triage as published for the Standard for SPiER (LOINC 93373-9, risk 93374-7), checked there against
CMS and the Columbia protocol.
"""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.vocabulary.crisis import RiskTier

_ORDER = (RiskTier.NONE_FOUND, RiskTier.LOW, RiskTier.MODERATE, RiskTier.HIGH)


class CssrsAnswers(BaseModel):
    """Answers of the Columbia screener. None means not asked or not answered: unknown, never "no".

    q1 wish to be dead, q2 thoughts, q3 thoughts with method, q4 with some intent, q5 with plan and intent,
    q6 behaviour: never, in the lifetime, or within the last 3 months.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    q1: bool | None = None
    q2: bool | None = None
    q3: bool | None = None
    q4: bool | None = None
    q5: bool | None = None
    q6: Literal["never", "lifetime", "within_3_months"] | None = None


class Triage(NamedTuple):
    """The tier found, and the questions that should have been asked by the branching rules but are unanswered."""

    tier: RiskTier
    unanswered: tuple[str, ...]


def triage(answers: CssrsAnswers) -> Triage:
    """The highest tier that any answer gives; `unknown` when nothing was found and something was left unanswered.

    Q1 or Q2: low. Q3: moderate. Q4 or Q5: high. Q6 within 3 months: high, lifetime: moderate.
    Branching: Q1, Q2 and Q6 are always asked, Q3 to Q5 when Q2 is yes.
    """
    found = [
        tier
        for said, tier in (
            (answers.q1, RiskTier.LOW),
            (answers.q2, RiskTier.LOW),
            (answers.q3, RiskTier.MODERATE),
            (answers.q4, RiskTier.HIGH),
            (answers.q5, RiskTier.HIGH),
            (answers.q6 == "lifetime", RiskTier.MODERATE),
            (answers.q6 == "within_3_months", RiskTier.HIGH),
        )
        if said
    ]
    asked = ("q1", "q2", "q3", "q4", "q5", "q6") if answers.q2 else ("q1", "q2", "q6")
    unanswered = tuple(question for question in asked if getattr(answers, question) is None)
    if found:
        return Triage(max(found, key=_ORDER.index), unanswered)
    return Triage(RiskTier.UNKNOWN if unanswered else RiskTier.NONE_FOUND, unanswered)


def crisis_tier(cssrs: CssrsAnswers | None, overdose_danger: bool | None) -> RiskTier:
    """The tier of a crisis: that of the screener, or high where there is danger of overdose (R32, R37)."""
    if overdose_danger:
        return RiskTier.HIGH
    return triage(cssrs).tier if cssrs else RiskTier.UNKNOWN
