"""Projections that do something else than they should."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Table

from domain.entry import Entry
from domain.events.base import Event
from domain.events.contacts import SessionMissed
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.contacts import Channel, SessionKind
from projections.catalogue import PROJECTIONS
from projections.context import Context
from projections.fold import Fold
from projections.projection import Projection
from projections.rows import Changes, Rows, difference

MISSED = SessionMissed(kind=SessionKind.GROUP, channel=Channel.IN_PERSON, barrier=Barrier.TRANSPORT)


class Delegating(Fold[Any]):
    """A fold that does what another one does."""

    def __init__(self, sound: Fold[Any]) -> None:
        super().__init__(sound.initial, sound.version)
        self._sound = sound

    @property
    def handles(self) -> frozenset[type[Event]]:
        return self._sound.handles

    @property
    def tables(self) -> tuple[Table, ...]:
        return self._sound.tables

    def apply(self, state: Any, entry: Entry, context: Context) -> Any:
        return self._sound.apply(state, entry, context)

    @property
    def shape(self) -> bytes:
        return self._sound.shape

    def save(self, state: Any) -> bytes:
        return self._sound.save(state)

    def load(self, saved: bytes) -> Any:
        return self._sound.load(saved)

    def rows(self, state: Any) -> Rows:
        return self._sound.rows(state)

    def changes(self, before: Any, after: Any) -> Changes:
        return difference(self.rows(before), self.rows(after))


class Broken(Delegating):
    """A fold that raises at missed sessions until it is mended; its error quotes the client."""

    def __init__(self, projection: Projection[Any]) -> None:
        super().__init__(projection.fold)
        self.mended = False
        self.projection = replace(projection, fold=self)

    def apply(self, state: Any, entry: Entry, context: Context) -> Any:
        if isinstance(entry.event, SessionMissed) and not self.mended:
            raise KeyError("the words of a client")
        return super().apply(state, entry, context)


def failing() -> Sequence[Projection[Any]]:
    """The catalogue with the defect."""
    return (Broken(PROJECTIONS[0]).projection, *PROJECTIONS[1:])
