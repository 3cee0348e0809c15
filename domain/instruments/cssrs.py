"""Scoring of instruments. Answers are codes only; the wording of the questions is copyrighted.

C-SSRS screener: triage as published for the Standard for SPiER (LOINC 93373-9, risk 93374-7), checked there against
CMS and the Columbia protocol.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.terms import Code, loinc

CSSRS_CODES: Final[Mapping[str, Code]] = {
    "q1": loinc("93246-7"),
    "q2": loinc("93247-5"),
    "q3": loinc("93248-3"),
    "q4": loinc("93249-1"),
    "q5": loinc("93250-9"),
    "q6_ever": loinc("93267-3"),
    "q6_last_3_months": loinc("93269-9"),
}
"""What each answer of the screener is in LOINC, which keeps behaviour ever and in the last 3 months apart."""

_FOUND: Final[Mapping[str, RiskTier]] = {
    "q1": RiskTier.LOW,
    "q2": RiskTier.LOW,
    "q3": RiskTier.MODERATE,
    "q4": RiskTier.HIGH,
    "q5": RiskTier.HIGH,
    "q6_ever": RiskTier.MODERATE,
    "q6_last_3_months": RiskTier.HIGH,
}
_AFTER_Q2: Final = ("q3", "q4", "q5")
_ORDER: Final = (RiskTier.NONE_FOUND, RiskTier.LOW, RiskTier.MODERATE, RiskTier.HIGH)


class CssrsAnswers(BaseModel):
    """Answers of the Columbia screener. None means not asked or not answered: unknown, never "no".

    q1 wish to be dead, q2 thoughts, q3 thoughts with method, q4 with some intent, q5 with plan and intent;
    q6_ever behaviour at any time in life, q6_last_3_months behaviour in the last 3 months.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    q1: bool | None = None
    """A wish to be dead."""
    q2: bool | None = None
    """Thoughts of killing oneself."""
    q3: bool | None = None
    """Such thoughts with a method."""
    q4: bool | None = None
    """Such thoughts with some intent to act."""
    q5: bool | None = None
    """A plan, with intent to carry it out."""
    q6_ever: bool | None = None
    """Behaviour toward it at any time in life."""
    q6_last_3_months: bool | None = None
    """Behaviour toward it in the last 3 months."""

    def joined_by(self, later: "CssrsAnswers") -> "CssrsAnswers":
        """What both tell of one time of crisis: a yes stands, and any answer says more than none (the highest tier
        counts, so that a no given an hour later takes nothing back)."""
        return CssrsAnswers(**{
            question: first if first or then is None else then
            for question in CSSRS_CODES
            for first, then in [(getattr(self, question), getattr(later, question))]
        })  # fmt: skip


NOTHING_ANSWERED: Final = CssrsAnswers()
"""A screener that was not asked."""


class Triage(NamedTuple):
    """What the answers tell: a tier, which is a floor where a higher one cannot be excluded."""

    tier: RiskTier
    """The highest tier that an answer gives; `unknown` where none does and something was left unanswered."""
    unanswered: tuple[str, ...]
    """The questions that should have been asked by the branching rules but are unanswered."""
    not_excluded: RiskTier
    """The highest tier that what is unanswered may hide; never `unknown`. Due times are as for this one."""

    @property
    def at_least(self) -> bool:
        """Whether the tier is only a floor."""
        return self.tier is not self.not_excluded


def triage(answers: CssrsAnswers) -> Triage:
    """The highest tier that any answer gives, and the highest that cannot be excluded.

    Q1 or Q2: low. Q3: moderate. Q4 or Q5: high. Q6 within 3 months: high, ever: moderate.
    Branching: Q1, Q2 and Q6 are always asked, Q3 to Q5 when Q2 is yes, the last 3 months of Q6 when ever is yes.
    """
    found = [tier for question, tier in _FOUND.items() if getattr(answers, question)]
    hidden = [_FOUND[question] for question in _open(answers) if getattr(answers, question) is None]
    unanswered = tuple(question for question in _asked(answers) if getattr(answers, question) is None)
    nothing_found = RiskTier.UNKNOWN if unanswered else RiskTier.NONE_FOUND
    tier = max(found, key=_ORDER.index, default=nothing_found)
    return Triage(tier, unanswered, max([RiskTier.NONE_FOUND, *found, *hidden], key=_ORDER.index))


def _asked(answers: CssrsAnswers) -> Iterator[str]:
    """The questions that the branching rules ask, as far as the answers tell."""
    yield from ("q1", "q2")
    if answers.q2:
        yield from _AFTER_Q2
    if not answers.q6_last_3_months:
        yield "q6_ever"
    if answers.q6_ever:
        yield "q6_last_3_months"


def _open(answers: CssrsAnswers) -> Iterator[str]:
    """The questions whose answer, where it is not there, may have been yes: those below a question that is unanswered
    itself are among them."""
    yield from ("q1", "q2", "q6_ever")
    if answers.q2 is not False:
        yield from _AFTER_Q2
    if answers.q6_ever is not False:
        yield "q6_last_3_months"


def crisis_triage(cssrs: CssrsAnswers | None, overdose_danger: bool | None) -> Triage:
    """That of the screener, or high where there is danger of overdose (R32, R37)."""
    found = triage(cssrs or NOTHING_ANSWERED)
    return Triage(RiskTier.HIGH, found.unanswered, RiskTier.HIGH) if overdose_danger else found


def crisis_tier(cssrs: CssrsAnswers | None, overdose_danger: bool | None) -> RiskTier:
    """The tier of a crisis, as far as it is found."""
    return crisis_triage(cssrs, overdose_danger).tier
