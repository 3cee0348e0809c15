"""PHQ-9: depression over the last two weeks (LOINC 44249-1, total 44261-6)."""

from typing import Annotated, Final, Literal

from pydantic import Field

from domain.instruments.answers import Answers
from domain.instruments.scoring import Scored, summed
from domain.vocabulary.screening import Band, Measure

Answer = Annotated[int, Field(ge=0, le=3)]
"""0 not at all, 1 several days, 2 more than half the days, 3 nearly every day."""

QUESTIONS: Final = tuple(f"q{number}" for number in range(1, 10))

BANDS: Final = (
    (0, Band.MINIMAL),
    (5, Band.MILD),
    (10, Band.MODERATE),
    (15, Band.MODERATELY_SEVERE),
    (20, Band.SEVERE),
)


class Phq9Answers(Answers):
    """Answers of the PHQ-9, each 0 to 3. None means not asked or not answered: unknown, never 0.

    q9 asks about thoughts of being better off dead or of self-harm.
    """

    instrument: Literal["phq_9"] = "phq_9"
    q1: Answer | None = None
    q2: Answer | None = None
    q3: Answer | None = None
    q4: Answer | None = None
    q5: Answer | None = None
    q6: Answer | None = None
    q7: Answer | None = None
    q8: Answer | None = None
    q9: Answer | None = None


def phq9(answers: Phq9Answers) -> tuple[Scored, ...]:
    """The total, 0 to 27, with bands from 5, 10, 15 and 20 (Kroenke 2001)."""
    return (summed(Measure.PHQ_9_TOTAL, answers, QUESTIONS, each=(0, 3), bands=BANDS),)


def asks_for_cssrs(answers: Phq9Answers) -> bool:
    """Whether item 9 was answered with 1 or more: then a C-SSRS is asked for on the same day (care.md, numbers)."""
    return answers.q9 is not None and answers.q9 >= 1
