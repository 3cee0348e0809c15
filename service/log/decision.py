"""Deciding the appends of a group one by one, when they cannot all be written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from service.log.errors import VersionConflict
from service.log.sealed import SealedEvent

Advance = tuple[UUID, int, int, int]
"""A client, its version before and after, and the place of its last event: log.advance."""


@dataclass(slots=True)
class Decision:
    """Why an append cannot be written; it can when both are empty."""

    taken_ids: set[UUID] = field(default_factory=set)
    conflict: VersionConflict | None = None

    @property
    def accepted(self) -> bool:
        """Whether the append can be written."""
        return not self.taken_ids and self.conflict is None


def decide(appends: Iterable[Sequence[SealedEvent]], heads: dict[UUID, int], taken: set[UUID]) -> list[Decision]:
    """Decides each append as if those before it had been written, or refused.

    `heads` has the version of each client's timeline, `taken` the ids already used; both are brought up to date.
    A taken id weighs more than a version: a repeated request must learn that it has been answered before.
    """
    decisions = []
    for events in appends:
        decision = _decide_one(events, heads, taken)
        if decision.accepted:
            heads.update((event.client_id, event.version) for event in events)
            taken.update(event.id for event in events)
        decisions.append(decision)
    return decisions


def advances(events: Iterable[SealedEvent]) -> list[Advance] | None:
    """How far the events move each client's timeline (client, from version, to version, place of the last event).

    None when some client's versions do not follow one another.
    """
    moves: dict[UUID, Advance] = {}
    for place, event in enumerate(events, 1):
        client_id, version = event.client_id, event.version
        move = moves.get(client_id)
        if move is None:
            moves[client_id] = (client_id, version - 1, version, place)
        elif move[2] == version - 1:
            moves[client_id] = (client_id, move[1], version, place)
        else:
            return None
    return list(moves.values())


def _decide_one(events: Sequence[SealedEvent], heads: dict[UUID, int], taken: set[UUID]) -> Decision:
    ids = {event.id for event in events}
    repeated = ids if len(ids) < len(events) else set()
    if repeated or ids & taken:
        return Decision(taken_ids=ids & taken or repeated)
    versions: dict[UUID, int] = {}
    for event in events:
        actual = versions.get(event.client_id, heads.get(event.client_id, 0))
        if event.version != actual + 1:
            return Decision(conflict=VersionConflict(event.client_id, event.version - 1, actual))
        versions[event.client_id] = event.version
    return Decision()
