"""All instruments as one: answers of any of them, which name their instrument, and what they score."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field

from domain.instruments.audit_c import AuditCAnswers, audit_c
from domain.instruments.bam import BamAnswers, bam
from domain.instruments.barc10 import Barc10Answers, barc10
from domain.instruments.cssrs import CssrsAnswers, triage
from domain.instruments.dast10 import Dast10Answers, dast10
from domain.instruments.gad7 import Gad7Answers, gad7
from domain.instruments.phq9 import Phq9Answers, phq9
from domain.instruments.scoring import Scored
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.screening import Band, Instrument, Measure


class CssrsScreening(CssrsAnswers):
    """Answers of the Columbia screener, in a screening of its own."""

    instrument: Literal["c_ssrs"] = "c_ssrs"
    """The instrument."""


ScreenerAnswers = Annotated[
    CssrsScreening | Phq9Answers | Gad7Answers | AuditCAnswers | Dast10Answers | BamAnswers | Barc10Answers,
    Field(discriminator="instrument"),
]
"""Answers of any instrument."""

QUESTIONS: Final = tuple(
    dict.fromkeys(name for answers in get_args(get_args(ScreenerAnswers)[0]) for name in answers.model_fields)
)
"""What any instrument asks, by the names under which answers are given."""

_COULD_ADD: Final[dict[str, tuple[RiskTier, ...]]] = {
    "q1": (RiskTier.LOW,),
    "q2": (RiskTier.LOW,),
    "q3": (RiskTier.MODERATE,),
    "q4": (RiskTier.HIGH,),
    "q5": (RiskTier.HIGH,),
    "q6_ever": (RiskTier.MODERATE,),
    "q6_last_3_months": (RiskTier.HIGH,),
}
"""The tiers that a question without an answer could have given."""

_LEADS_TO: Final = {"q2": ("q3", "q4", "q5"), "q6_ever": ("q6_last_3_months",)}
"""The questions that are asked after a yes, and whose answers are open with it."""


def c_ssrs(answers: CssrsAnswers) -> tuple[Scored, ...]:
    """The tier of risk, as the one band; every tier that is possible, where a question was not answered (R37)."""
    found = triage(answers)
    lowest = RiskTier.NONE_FOUND if found.tier is RiskTier.UNKNOWN else found.tier
    order = list(RiskTier).index
    led_to = [
        after for each in found.unanswered for after in _LEADS_TO.get(each, ()) if getattr(answers, after) is None
    ]
    hidden = (tier for each in (*found.unanswered, *led_to) for tier in _COULD_ADD[each])
    possible = {lowest, *(max(lowest, tier, key=order) for tier in hidden)}
    tiers = tuple(Band(tier.value) for tier in sorted(possible, key=order))
    return (Scored(Measure.C_SSRS_RISK, None, None, tiers, found.unanswered),)


_SCORING: Final[dict[type[Any], Callable[[Any], tuple[Scored, ...]]]] = {
    CssrsScreening: c_ssrs,
    Phq9Answers: phq9,
    Gad7Answers: gad7,
    AuditCAnswers: audit_c,
    Dast10Answers: dast10,
    BamAnswers: bam,
    Barc10Answers: barc10,
}


def instrument_of(answers: ScreenerAnswers) -> Instrument:
    """The instrument that was answered."""
    return Instrument(answers.instrument)


def scored(answers: ScreenerAnswers) -> tuple[Scored, ...]:
    """All that the instrument measures, by these answers."""
    return _SCORING[type(answers)](answers)
