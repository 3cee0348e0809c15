"""An entry is what the eventsourcing library calls a domain event."""

from uuid import UUID

from eventsourcing.domain import DomainEventProtocol

from tests.builders import History, registered


def test_an_entry_conforms() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    entry = history.entries[0]
    event: DomainEventProtocol[UUID] = entry  # mypy checks this assignment

    assert isinstance(entry, DomainEventProtocol)
    assert (event.originator_id, event.originator_version) == (history.client_id, 1)
