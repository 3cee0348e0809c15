"""GAD-7: anxiety over the last two weeks (LOINC 69737-5, total 70274-6)."""

from typing import Annotated, Final, Literal

from pydantic import Field

from domain.instruments.answers import Answers
from domain.instruments.scoring import Scored, summed
from domain.vocabulary.screening import Band, Measure

Answer = Annotated[int, Field(ge=0, le=3)]
"""0 not at all, 1 several days, 2 more than half the days, 3 nearly every day."""

QUESTIONS: Final = tuple(f"q{number}" for number in range(1, 8))

BANDS: Final = ((0, Band.MINIMAL), (5, Band.MILD), (10, Band.MODERATE), (15, Band.SEVERE))


class Gad7Answers(Answers):
    """Answers of the GAD-7, each 0 to 3. None means not asked or not answered: unknown, never 0."""

    instrument: Literal["gad_7"] = "gad_7"
    q1: Answer | None = None
    q2: Answer | None = None
    q3: Answer | None = None
    q4: Answer | None = None
    q5: Answer | None = None
    q6: Answer | None = None
    q7: Answer | None = None


def gad7(answers: Gad7Answers) -> tuple[Scored, ...]:
    """The total, 0 to 21, with bands from 5, 10 and 15 (Spitzer 2006)."""
    return (summed(Measure.GAD_7_TOTAL, answers, QUESTIONS, each=(0, 3), bands=BANDS),)
