"""What all instruments share: a question without an answer is unknown, and gives a range instead of a score."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from domain.instruments.answers import Answers
from domain.vocabulary.screening import Band, Measure

B = TypeVar("B")


class Scored(NamedTuple):
    """One measure of an instrument, as far as the answers tell it."""

    measure: Measure
    """What was measured."""
    lowest: int | None
    """The score if every unanswered question added least; null where the measure is no number."""
    highest: int | None
    """The score if every unanswered question added most; the same as lowest where all were answered."""
    bands: tuple[Band, ...]
    """Every band that is possible with these answers, in order of score; empty where none is published."""
    unanswered: tuple[str, ...]
    """The questions that should have been asked and have no answer: unknown, never no."""

    @property
    def score(self) -> int | None:
        """The score; null while it is a range."""
        return self.lowest if self.lowest == self.highest else None

    @property
    def band(self) -> Band | None:
        """The band; null while several are possible."""
        return self.bands[0] if len(self.bands) == 1 else None


Bands = Sequence[tuple[int, Band]]
"""Each band with the lowest score that belongs to it, rising."""


def summed(
    measure: Measure,
    answers: Answers,
    questions: Iterable[str],
    *,
    each: tuple[int, int],
    bands: Bands = (),
) -> Scored:
    """The sum of the answers to these questions, each of which may be as low and as high as `each` says."""
    said = {question: getattr(answers, question) for question in questions}
    return summed_of(measure, said, each=each, bands=bands)


def summed_of(measure: Measure, said: Mapping[str, int | None], *, each: tuple[int, int], bands: Bands = ()) -> Scored:
    """The same for answers by the names of their questions."""
    unanswered = tuple(question for question, answer in said.items() if answer is None)
    known = sum(answer for answer in said.values() if answer is not None)
    lowest, highest = (known + len(unanswered) * bound for bound in each)
    return Scored(measure, lowest, highest, tuple(bands_between(lowest, highest, bands)), unanswered)


def bands_between(lowest: int, highest: int, bands: Bands) -> Iterator[Band]:
    """The bands to which a score from the lowest to the highest can belong."""
    starts = [start for start, _ in bands]
    for (start, band), following in zip(bands, (*starts[1:], None), strict=False):
        if start <= highest and (following is None or lowest < following):
            yield band


def joined(*possible: Iterable[B]) -> tuple[B, ...]:
    """All that are possible in any of these cases, each once."""
    return tuple(dict.fromkeys(each for case in possible for each in case))
