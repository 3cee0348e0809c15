"""Rounds: every side runs once a round, in turn, so that whatever else the machine does falls on all of them alike."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple, TypeVar

Figure = TypeVar("Figure")
"""What a side reached: a rate, a time, or several of them."""

Side = Callable[[], Awaitable[Figure]]
"""Runs one side once and says what it reached."""


class Rounds:
    """How often every side runs. `tell` hears what is under way."""

    def __init__(self, count: int, tell: Callable[[str], None] = lambda what: None) -> None:
        self.count = count
        self.tell = tell

    async def interleaved(self, sides: Sequence[tuple[str, Side[Figure]]]) -> list[list[Figure]]:
        """What each side reached in each round: A B C, A B C, … after one round that warms up and does not count."""
        figures: list[list[Figure]] = [[] for _ in sides]
        for number in range(self.count + 1):
            for (name, side), reached in zip(sides, figures, strict=True):
                self.tell(f"{name}, round {number} of {self.count}" if number else f"{name}, warming up")
                figure = await side()
                if number:
                    reached.append(figure)
        return figures


class Limit(NamedTuple):
    """What a ratio must be at least, or at most."""

    ratio: float
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table: figures of the same rounds, ours and the other's, in `unit`."""

    measure: str
    other: str
    unit: str
    ours: Sequence[float]
    others: Sequence[float]
    limit: Limit | None = None
    """None for what is told beside what is limited."""

    @property
    def ratios(self) -> list[float]:
        """Ours ÷ the other's, round by round."""
        return [ours / other for ours, other in zip(self.ours, self.others, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def holds(self) -> bool:
        """Whether the median keeps to the limit."""
        if self.limit is None:
            return True
        return self.ratio <= self.limit.ratio if self.limit.at_most else self.ratio >= self.limit.ratio
