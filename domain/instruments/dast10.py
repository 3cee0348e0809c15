"""DAST-10: use of drugs other than alcohol in the last year (total LOINC 82667-7)."""

from typing import Final, Literal

from domain.instruments.answers import Answers
from domain.instruments.scoring import Scored, summed_of
from domain.vocabulary.screening import Band, Measure

QUESTIONS: Final = tuple(f"q{number}" for number in range(1, 11))

REVERSED: Final = frozenset({"q3"})
"""Questions of which "no" counts as 1: whether one can always stop when one wants to."""

BANDS: Final = ((0, Band.NONE_FOUND), (1, Band.LOW), (3, Band.MODERATE), (6, Band.SUBSTANTIAL), (9, Band.SEVERE))


class Dast10Answers(Answers):
    """Answers of the DAST-10, as they were given: yes or no. None means not asked or not answered: unknown."""

    instrument: Literal["dast_10"] = "dast_10"
    q1: bool | None = None
    q2: bool | None = None
    q3: bool | None = None
    q4: bool | None = None
    q5: bool | None = None
    q6: bool | None = None
    q7: bool | None = None
    q8: bool | None = None
    q9: bool | None = None
    q10: bool | None = None


def dast10(answers: Dast10Answers) -> tuple[Scored, ...]:
    """The total, 0 to 10, with bands from 1, 3, 6 and 9 (Skinner 1982). Each yes counts 1; of q3 each no."""
    said: dict[str, bool | None] = {question: getattr(answers, question) for question in QUESTIONS}
    points = {
        question: None if answer is None else int(answer != (question in REVERSED)) for question, answer in said.items()
    }
    return (summed_of(Measure.DAST_10_TOTAL, points, each=(0, 1), bands=BANDS),)
