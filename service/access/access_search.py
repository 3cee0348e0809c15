"""Searching access records: by client, person, purpose and time, and summed up for an accounting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
from pydantic_core import from_json

from domain.vocabulary.purposes import PurposeOfUse
from service.database.connection import scoped

_COLUMNS: Final = (
    "r.record_id, r.recorded_at, r.operation, r.what, r.parameters, r.purpose, r.actor_id, r.credential_id, r.role,"
    " r.name, r.request_id, r.version, r.position, r.client_id, r.clients, r.recipient, r.allowed_by"
)
_OF_ALL: Final = "access.access_record r"
_OF_CLIENT: Final = (
    "access.access_record_client c join access.access_record r"
    " on r.organization_id = c.organization_id and r.record_id = c.record_id"
)
_OF_ANY: Final = """c.client_id = any(?) and not exists (
 select from access.access_record_client other
  where other.organization_id = c.organization_id and other.record_id = c.record_id
    and other.client_id = any(?) and other.client_id < c.client_id)"""
CLOCKS_APART: Final = timedelta(minutes=5)
"""Ids begin with the time of the process that read, `recorded_at` is the database's: by no more than this do they
differ, so a range of ids finds a range of time by index. What differs by more the log of accesses does not enter
(service/audit/access_functions.py), and verify names it. Our choice: clocks that are set by the network are within a
second."""


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Which access records; all of an organization where nothing is said."""

    client_id: UUID | None = None
    """Reads that told of this client, lists among them."""
    person_id: UUID | None = None
    """Reads by whoever has this actor id."""
    purpose: PurposeOfUse | None = None
    since: datetime | None = None
    """From this moment on."""
    until: datetime | None = None
    """Before this moment."""
    merged: tuple[UUID, ...] = ()
    """Clients who are one person with the client: reads that told of any of them, each once."""


class AccessRecord(NamedTuple):
    """A read, as it was recorded."""

    record_id: UUID
    """Ids rise with time."""
    recorded_at: datetime
    operation: str
    what: str
    parameters: Mapping[str, Any]
    purpose: PurposeOfUse
    actor_id: UUID
    credential_id: str | None
    role: str
    name: str
    request_id: str
    version: int | None
    """The version of the timeline that was answered; None for a page of a list."""
    position: int | None
    """The position of the log that the list reflected; None for a read of one client."""
    client_id: UUID | None
    """The client; None for a page of a list."""
    clients: int
    """Of how many clients it told."""
    recipient: str | None
    """The other organization to which it was disclosed; None where it stayed in this one."""
    allowed_by: UUID | None
    """The event that allowed it: a consent, a court order, an emergency disclosure. None where it needed none."""


class SummedReads(NamedTuple):
    """Reads about a client by one person, of one part of the record and for one purpose."""

    actor_id: UUID
    role: str
    name: str
    recipient: str | None
    """The other organization to which it was disclosed; then these are the reads of one day."""
    purpose: PurposeOfUse
    what: str
    allowed_by: UUID | None
    """The event that allowed it; None where it needed none."""
    times: int
    first: datetime
    last: datetime


class AccessSearch:
    """Finds access records; row-level security shows one organization's alone."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(
        self, organization_id: UUID, wanted: AccessFilter, *, before: UUID | None = None, limit: int
    ) -> list[AccessRecord]:
        """The last records of those, the newest first; with `before`, those earlier than the record of that id."""
        of_client = wanted.client_id is not None
        where = _Where("c" if of_client else "r", organization_id, wanted)
        if before is not None:
            where.add(f"{where.by}.record_id < ?", before)
        query = (
            f"select {_COLUMNS} from {_OF_CLIENT if of_client else _OF_ALL} where {where}"  # noqa: S608 - columns
            f" order by {where.by}.record_id desc limit {limit:d}"
        )
        async with scoped(self._pool, organization_id) as connection:
            found = await connection.fetch(query, *where.values)
        return [
            AccessRecord(**{**row, "parameters": from_json(row["parameters"]), "purpose": PurposeOfUse(row["purpose"])})
            for row in map(dict, found)
        ]

    async def summed(self, organization_id: UUID, wanted: AccessFilter, time_zone: str) -> list[SummedReads]:
        """The reads summed up: by who read what and why; what was disclosed to others also by day, in that time zone.

        The latest come first.
        """
        where = _Where("c" if wanted.client_id else "r", organization_id, wanted)
        where.values.append(time_zone)
        zone = len(where.values)
        query = (
            "select r.actor_id, r.role, r.name, r.recipient, r.purpose, r.what, r.allowed_by,"  # noqa: S608
            " count(*)::integer as times, min(r.recorded_at) as first, max(r.recorded_at) as last"
            f" from {_OF_CLIENT if wanted.client_id else _OF_ALL} where {where}"
            " group by r.actor_id, r.role, r.name, r.recipient, r.purpose, r.what, r.allowed_by,"
            f" case when r.recipient is not null then (r.recorded_at at time zone ${zone}::text)::date end"
            " order by last desc, r.name, r.what"
        )
        async with scoped(self._pool, organization_id) as connection:
            found = await connection.fetch(query, *where.values)
        return [SummedReads(**{**row, "purpose": PurposeOfUse(row["purpose"])}) for row in map(dict, found)]


class _Where:
    """Conditions with their values, as asyncpg takes them; `by` names the table whose key is walked."""

    def __init__(self, by: str, organization_id: UUID, wanted: AccessFilter) -> None:
        self.by = by
        self.values: list[object] = []
        self._conditions: list[str] = []
        self.add(f"{by}.organization_id = ?", organization_id)
        if wanted.client_id and wanted.merged:
            self.add(_OF_ANY, [wanted.client_id, *wanted.merged])
        elif wanted.client_id:
            self.add(f"{by}.client_id = ?", wanted.client_id)
        if wanted.person_id:
            self.add("r.actor_id = ?", wanted.person_id)
        if wanted.purpose:
            self.add("r.purpose = ?", wanted.purpose.value)
        if wanted.since:
            self.add("r.recorded_at >= ?", wanted.since)
            self.add(f"{by}.record_id >= ?", lowest_id(wanted.since - CLOCKS_APART))
        if wanted.until:
            self.add("r.recorded_at < ?", wanted.until)
            self.add(f"{by}.record_id < ?", lowest_id(wanted.until + CLOCKS_APART))

    def add(self, condition: str, value: object) -> None:
        self.values.append(value)
        self._conditions.append(condition.replace("?", f"${len(self.values)}"))

    def __str__(self) -> str:
        return " and ".join(self._conditions)


def lowest_id(moment: datetime) -> UUID:
    """The lowest id that a record of that moment can have, to the millisecond."""
    return UUID(int=max(int(moment.timestamp() * 1_000), 0) << 80)
