"""Entry and Timeline are what the eventsourcing library calls domain event and aggregate."""

from dataclasses import replace
from functools import reduce
from uuid import UUID

import pytest
from eventsourcing.domain import (
    CanMutateProtocol,
    DomainEventProtocol,
    MutableAggregateProtocol,
    OriginatorIDError,
    OriginatorVersionError,
)
from hypothesis import given

from domain.entry import Entry
from domain.timeline import Timeline
from tests.builders import History, registered
from tests.strategies import histories


def test_entry_and_timeline_conform() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    entry = history.entries[0]
    # mypy checks these assignments.
    event: DomainEventProtocol[UUID] = entry
    mutation: CanMutateProtocol[Timeline] = entry
    aggregate: MutableAggregateProtocol[UUID] = history.timeline

    assert isinstance(mutation, DomainEventProtocol)
    assert isinstance(entry, CanMutateProtocol)
    assert (event.originator_id, event.originator_version) == (aggregate.id, aggregate.version)


@given(histories())
def test_a_timeline_is_what_its_entries_make_of_it(history: History) -> None:
    made = reduce(lambda timeline, entry: entry.mutate(timeline), history.entries, Timeline(history.client_id))

    assert made.version == history.timeline.version
    for entry in history.entries:
        assert made.retracted(entry.id) == history.timeline.retracted(entry.id)
        assert made.answers(entry.id) == history.timeline.answers(entry.id)
        assert made.count(entry.event.type) == history.timeline.count(entry.event.type)


def opened() -> Entry:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history.entries[0]


def test_an_entry_joins_only_its_own_timeline_at_its_own_place() -> None:
    entry = opened()

    with pytest.raises(OriginatorIDError):
        entry.mutate(Timeline(UUID(int=5)))
    with pytest.raises(OriginatorVersionError):
        replace(entry, version=2).mutate(Timeline(entry.client_id))
    assert entry.mutate(Timeline(entry.client_id)).version == 1
    assert entry.mutate(None).version == 1
