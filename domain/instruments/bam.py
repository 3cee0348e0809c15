"""BAM, the Brief Addiction Monitor (VA), in its form with five codes for each question; over the last 30 days."""

from typing import Annotated, Final, Literal

from pydantic import Field

from domain.instruments.answers import Answers
from domain.instruments.scoring import Bands, Scored, summed
from domain.vocabulary.screening import Band, Measure

Answer = Annotated[int, Field(ge=0, le=4)]
"""0 to 4, as the form codes the answer; of days 0: none, 1: 1-3, 2: 4-8, 3: 9-15, 4: 16-30. Yes is 4 and no is 0."""

SUMS: Final[tuple[tuple[Measure, tuple[str, ...], Bands], ...]] = (
    (Measure.BAM_USE, ("q4", "q5", "q6"), ((0, Band.NOT_FLAGGED), (1, Band.FLAGGED))),
    (
        Measure.BAM_RISK,
        ("q1", "q2", "q3", "q8", "q11", "q15"),
        ((0, Band.NOT_FLAGGED), (12, Band.FLAGGED)),
    ),
    (
        Measure.BAM_PROTECTIVE,
        ("q9", "q10", "q12", "q13", "q14", "q16"),
        ((0, Band.FLAGGED), (13, Band.NOT_FLAGGED)),
    ),
)
"""Which questions each sum is made of (VA), and from where it is flagged: use from 1, risk from 12, protective up to
12 (the flags of a vendor; VA publishes none)."""


class BamAnswers(Answers):
    """Answers of the BAM, each 0 to 4. None means not asked or not answered: unknown, never 0.

    q7a to q7g, days by drug, and q17, satisfaction with progress, belong to no sum.
    """

    instrument: Literal["bam"] = "bam"
    q1: Answer | None = None
    q2: Answer | None = None
    q3: Answer | None = None
    q4: Answer | None = None
    q5: Answer | None = None
    q6: Answer | None = None
    q7a: Answer | None = None
    q7b: Answer | None = None
    q7c: Answer | None = None
    q7d: Answer | None = None
    q7e: Answer | None = None
    q7f: Answer | None = None
    q7g: Answer | None = None
    q8: Answer | None = None
    q9: Answer | None = None
    q10: Answer | None = None
    q11: Answer | None = None
    q12: Answer | None = None
    q13: Answer | None = None
    q14: Answer | None = None
    q15: Answer | None = None
    q16: Answer | None = None
    q17: Answer | None = None


def bam(answers: BamAnswers) -> tuple[Scored, ...]:
    """Use, 0 to 12, risk and protective factors, each 0 to 24. There is no total."""
    return tuple(summed(measure, answers, questions, each=(0, 4), bands=bands) for measure, questions, bands in SUMS)
