"""Which lines of an import can be recorded together, where what one means depends on what becomes of one before it."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from domain.entry import Draft
from domain.events.identifiers import IdentifierLinked
from domain.rules import OPENING
from service.database.append_function import FREEING
from service.log.identifiers import Identifier

_Whose = UUID | Identifier | None


class NumberedEvent(NamedTuple):
    """An event of a line, by the line's number; one of `client_id` and `identifier` says whose it is."""

    number: int
    draft: Draft
    client_id: UUID | None
    identifier: Identifier | None


class _Rounds:
    """How far the lines before have come."""

    def __init__(self) -> None:
        self.lines: list[list[NumberedEvent]] = []
        self._of_ids: dict[UUID, int] = {}
        self._of_clients: dict[_Whose, int] = {}
        self._of_links: dict[Identifier, int] = {}
        self._linked_to: dict[Identifier, _Whose] = {}
        self._first = 0

    def add(self, line: NumberedEvent) -> None:
        """Puts the line into the first round in which it may be."""
        draft, event, identifier = line.draft, line.draft.event, line.identifier
        whose = self._linked_to.get(identifier, identifier) if identifier else line.client_id
        place = max(self._first, self._of_clients.get(whose, 0), self._of_ids.get(draft.id, -1) + 1)
        if identifier in self._of_links:
            place = max(place, self._of_links[identifier] + 1)
        if place == len(self.lines):
            self.lines.append([])
        self.lines[place].append(line)
        self._of_ids[draft.id] = self._of_clients[whose] = place
        if identifier and event.type in OPENING:  # it may create the client who has it
            self._of_links[identifier] = place
        if isinstance(event, IdentifierLinked):
            linked = Identifier.of(event.system, event.value)
            self._of_links[linked], self._linked_to[linked] = place, whose
        if event.type in FREEING:  # of whatever it was, the identifier may be another client's afterwards
            self._first = place + 1


def rounds(lines: Iterable[NumberedEvent]) -> list[list[NumberedEvent]]:
    """The lines in rounds, each to be recorded after the one before.

    In the same round no two have one id, and none names an identifier that another links or frees. What one client's
    lines are, or those of one identifier, stays in order.
    """
    found = _Rounds()
    for line in lines:
        found.add(line)
    return found.lines
