"""A projection with a defect."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.entry import Entry
from domain.events.base import Event
from domain.events.contacts import SessionMissed
from domain.policy import Policy
from domain.vocabulary import Barrier, Channel, SessionKind
from projections.catalogue import PROJECTIONS
from projections.projection import Fold, Projection

MISSED = SessionMissed(kind=SessionKind.GROUP, channel=Channel.IN_PERSON, barrier=Barrier.TRANSPORT)


class Broken(Fold[Any]):
    """A fold that raises at missed sessions until it is mended; its error quotes the client."""

    def __init__(self, projection: Projection[Any]) -> None:
        super().__init__()
        self.mended = False
        self._sound = projection
        self.projection = replace(projection, fold=self)

    @property
    def handles(self) -> frozenset[type[Event]]:
        return self._sound.handles

    def apply(self, state: Any, entry: Entry, policy: Policy) -> Any:
        """As the sound one, but for missed sessions."""
        if isinstance(entry.event, SessionMissed) and not self.mended:
            raise KeyError("the words of a client")
        return self._sound.apply(state, entry, policy)


def failing() -> Sequence[Projection[Any]]:
    """The catalogue with the defect."""
    return (Broken(PROJECTIONS[0]).projection, *PROJECTIONS[1:])
