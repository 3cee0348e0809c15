"""Deciding the appends of a group one by one, when they cannot all be written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from service.log.errors import IdentifierTaken, VersionConflict
from service.log.identifiers import Changes, Held
from service.log.sealed import SealedEvent


@dataclass(slots=True)
class Decision:
    """Why an append cannot be written; it can when all are empty."""

    taken_ids: set[UUID] = field(default_factory=set)
    conflict: VersionConflict | None = None
    identifiers: IdentifierTaken | None = None

    @property
    def accepted(self) -> bool:
        """Whether the append can be written."""
        return not self.taken_ids and self.conflict is None and self.identifiers is None


def decide(
    appends: Iterable[Sequence[SealedEvent]], heads: dict[UUID, int], taken: set[UUID], held: Held | None = None
) -> list[Decision]:
    """Decides each append as if those before it had been written, or refused.

    `heads` has the version of each client's timeline, `taken` the ids already used, `held` who has the identifiers
    concerned; all are brought up to date. A taken id weighs more than a version: a repeated request must learn that it
    has been answered before.
    """
    decisions = []
    held = Held() if held is None else held
    for events in appends:
        decision = _decide_one(events, heads, taken, held)
        if decision.accepted:
            heads.update((event.client_id, event.version) for event in events)
            taken.update(event.id for event in events)
            held.change(Changes.of(events))
        decisions.append(decision)
    return decisions


def follow_one_another(events: Iterable[SealedEvent]) -> bool:
    """Whether each client's events come in order, version by version: what log.append takes for granted."""
    versions: dict[UUID, int] = {}
    for event in events:
        client_id, version = event.client_id, event.version
        if versions.get(client_id, version - 1) != version - 1:
            return False
        versions[client_id] = version
    return True


def _decide_one(events: Sequence[SealedEvent], heads: dict[UUID, int], taken: set[UUID], held: Held) -> Decision:
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
    clients = held.in_the_way_of(Changes.of(events))
    return Decision(identifiers=IdentifierTaken(clients) if clients else None)
