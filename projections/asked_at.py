"""The moment that an answer is about, which notes how long the answer stays as it is."""

from datetime import datetime
from typing import TypeAlias


class AskedAt:
    """A moment that is compared with others, and notes until when every comparison would come out the same.

    What is made of a state by comparing with a moment, and in no other way, is the same at each later moment before
    `changes_at`. That is found out and not declared, so no strand can forget to say it: this is no datetime, so that
    nobody does anything else with it unnoticed. Whoever needs the datetime itself asks for `exact`, and what they make
    of it is about that moment alone.
    """

    __slots__ = ("_at", "_changes_at")

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._changes_at: datetime | None = None

    @property
    def exact(self) -> datetime:
        """The moment itself."""
        self._changes_at = self._at
        return self._at

    @property
    def changes_at(self) -> datetime | None:
        """From when on a comparison that was made comes out otherwise; None where none ever does."""
        return self._changes_at

    def __lt__(self, other: datetime) -> bool:
        self._note(other)
        return self._at < other

    def __le__(self, other: datetime) -> bool:
        self._note(other)
        return self._at <= other

    def __gt__(self, other: datetime) -> bool:
        self._note(other)
        return self._at > other

    def __ge__(self, other: datetime) -> bool:
        self._note(other)
        return self._at >= other

    def __eq__(self, other: object) -> bool:
        raise TypeError("A moment is before another or after it; compare so, or ask for `exact`.")

    def __hash__(self) -> int:
        raise TypeError("What is kept by a moment is about that moment alone: ask for `exact`.")

    def _note(self, other: datetime) -> None:
        if other >= self._at and (self._changes_at is None or other < self._changes_at):
            self._changes_at = other


AnyMoment: TypeAlias = datetime | AskedAt
"""What folds, which have moments of entries, and answers alike compare with."""
