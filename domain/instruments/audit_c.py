"""AUDIT-C: drinking in the last year (total LOINC 75626-2)."""

from typing import Annotated, Final, Literal

from pydantic import Field

from domain.instruments.answers import Answers
from domain.instruments.scoring import Scored, joined, summed_of
from domain.vocabulary.screening import Band, Measure, SexForBand

Answer = Annotated[int, Field(ge=0, le=4)]
"""0 the least often or the fewest, 4 the most."""

POSITIVE_FROM: Final = {SexForBand.FEMALE: 3, SexForBand.MALE: 4}
"""The lowest total that is positive (US Core)."""


class AuditCAnswers(Answers):
    """Answers of the AUDIT-C, each 0 to 4. None means not asked or not answered: unknown, never 0.

    q1 how often, q2 how much on a day, q3 how often six drinks or more. `sex` is the one by which the threshold is
    chosen; without it a total of 3 is in neither band for certain.
    """

    instrument: Literal["audit_c"] = "audit_c"
    sex: SexForBand | None = None
    """The sex by which the threshold is chosen; without it a total of 3 is in neither band for certain."""
    q1: Answer | None = None
    q2: Answer | None = None
    q3: Answer | None = None


def audit_c(answers: AuditCAnswers) -> tuple[Scored, ...]:
    """The total, 0 to 12; positive from 3 for women and from 4 for men.

    Who answered "never" to q1 is not asked the others, as the AUDIT's manual has it: they then count as 0.
    """
    never = answers.q1 == 0
    said = {
        "q1": answers.q1,
        "q2": 0 if never and answers.q2 is None else answers.q2,
        "q3": 0 if never and answers.q3 is None else answers.q3,
    }
    by_sex = [
        summed_of(
            Measure.AUDIT_C_TOTAL, said, each=(0, 4), bands=((0, Band.NEGATIVE), (POSITIVE_FROM[sex], Band.POSITIVE))
        )
        for sex in ([answers.sex] if answers.sex else SexForBand)
    ]
    possible = joined(*(scored.bands for scored in by_sex))
    unanswered = by_sex[0].unanswered + (() if answers.sex else ("sex",))
    return (by_sex[0]._replace(bands=tuple(sorted(possible, key=list(Band).index)), unanswered=unanswered),)
