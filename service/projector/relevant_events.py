"""Which kinds of event concern which projection, told from headers alone: nothing is opened to find out."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.record import RECORD_TYPES
from service.database.connection import Connection
from service.log.merges import OF_MERGES
from service.log.sealed import StoredEvent

_TARGETS = "SELECT id, type, version, reference_ids[1] FROM log.event WHERE organization_id = $1 AND id = ANY($2)"


class Concerned(NamedTuple):
    """The event that a correction or retraction is about in the end."""

    type: str
    version: int


class _Header(NamedTuple):
    type: str
    version: int
    about: UUID | None


@cache
def read_by(types: frozenset[str]) -> list[str]:
    """The kinds to read for a projection that these concern: with them what may be about those, and merges."""
    return sorted(types | RECORD_TYPES | OF_MERGES)


async def concerned(
    connection: Connection, organization_id: UUID, events: Sequence[StoredEvent]
) -> Mapping[UUID, Concerned]:
    """For each correction and retraction among the events, what it is about; what is unknown is left out.

    A retraction can be about a correction, which is about something else in turn: each step is one query for all.
    """
    abouts = [event for event in events if event.type in RECORD_TYPES]
    if not abouts:
        return {}
    headers = {event.id: _header(event) for event in events}
    unknown = {headers[event.id].about for event in abouts} - headers.keys()
    while unknown:
        records = await connection.fetch(_TARGETS, organization_id, list(unknown))
        found = {UUID(int=id_.int): _Header(*header) for id_, *header in records}
        headers |= found
        unknown = {one.about for one in found.values() if one.type in RECORD_TYPES} - headers.keys()
    ends = {event.id: _end(headers, event.id) for event in abouts}
    return {id_: Concerned(end.type, end.version) for id_, end in ends.items() if end}


def kind_of(event: StoredEvent, about: Mapping[UUID, Concerned]) -> str:
    """The kind of what the event is about in the end: its own, unless it is a correction or retraction."""
    return about[event.id].type if event.id in about else event.type


def version_of(entry: Entry, about: Mapping[UUID, Concerned]) -> int:
    """The version of what the entry is about in the end: its own, unless it is a correction or retraction."""
    return about[entry.id].version if entry.id in about else entry.version


def _header(event: StoredEvent) -> _Header:
    about = event.references[0].id if event.type in RECORD_TYPES and event.references else None
    return _Header(event.type, event.version, about)


def _end(headers: Mapping[UUID, _Header], id_: UUID) -> _Header | None:
    header = headers.get(id_)
    while header and header.type in RECORD_TYPES:
        header = headers.get(header.about) if header.about else None
    return header
