"""Chance with a seed: the same seed always draws the same."""

from collections.abc import Sequence
from enum import Enum
from functools import cache
from math import exp, sqrt
from random import Random
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")
Term = TypeVar("Term", bound=Enum)

_VERSION_4 = 0x4000 << 64 | 0x8000 << 48
_FREE_BITS = ~(0xF000 << 64 | 0xC000 << 48)


@cache
def terms(coded: type[Term]) -> tuple[Term, ...]:
    """All terms of a coded list."""
    return tuple(coded)


class Chance:
    """Draws for one story. Named by a text, so that each client's draws depend on nobody else's."""

    def __init__(self, name: str) -> None:
        drawn = Random(name)  # noqa: S311  # simulated clinics keep no secrets
        self.random = drawn.random
        self._bits = drawn.getrandbits

    def happens(self, probability: float) -> bool:
        """True with that probability."""
        return self.random() < probability

    def one(self, choices: Sequence[T]) -> T:
        """Any one of the choices."""
        return choices[int(self.random() * len(choices))]

    def some(self, choices: Sequence[T], most: int) -> tuple[T, ...]:
        """One to `most` of the choices, each at most once, in their order."""
        wanted = {int(self.random() * len(choices)) for _ in range(1 + int(self.random() * most))}
        return tuple(choices[place] for place in sorted(wanted))

    def between(self, least: float, most: float) -> float:
        """A number between the two."""
        return least + (most - least) * self.random()

    def whole(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both possible."""
        return least + int(self.random() * (most - least + 1))

    def several(self, mean: float) -> int:
        """A count that is `mean` on average, and as close to it as a whole number can be."""
        return int(mean + self.random())

    def skewed(self, typical: float, spread: float) -> float:
        """A positive number around `typical`, now and then many times as large (log-normal)."""
        normal = (self.random() + self.random() + self.random() + self.random() - 2) * sqrt(3)
        return typical * exp(spread * normal)

    def id(self) -> UUID:
        """A random id (UUID version 4)."""
        return UUID(int=self._bits(128) & _FREE_BITS | _VERSION_4)
