"""BARC-10, the Brief Assessment of Recovery Capital (Vilsaint 2017): what supports recovery."""

from typing import Annotated, Final, Literal

from pydantic import Field

from domain.instruments.answers import Answers
from domain.instruments.scoring import Scored, summed
from domain.vocabulary.screening import Measure

Answer = Annotated[int, Field(ge=1, le=6)]
"""1 strongly disagree to 6 strongly agree."""

QUESTIONS: Final = tuple(f"q{number}" for number in range(1, 11))


class Barc10Answers(Answers):
    """Answers of the BARC-10, each 1 to 6. None means not asked or not answered: unknown."""

    instrument: Literal["barc_10"] = "barc_10"
    q1: Answer | None = None
    q2: Answer | None = None
    q3: Answer | None = None
    q4: Answer | None = None
    q5: Answer | None = None
    q6: Answer | None = None
    q7: Answer | None = None
    q8: Answer | None = None
    q9: Answer | None = None
    q10: Answer | None = None


def barc10(answers: Barc10Answers) -> tuple[Scored, ...]:
    """The total, 10 to 60, more being better. It has no bands here: it is read over time, not against a threshold.

    Vilsaint 2017 gives 47 as the score that best foretold remission of more than a year: no band of severity.
    """
    return (summed(Measure.BARC_10_TOTAL, answers, QUESTIONS, each=(1, 6)),)
