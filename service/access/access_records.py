"""Access records: who read what about which client, at which version, why and when (care.md, privacy rule 2).

A read's record is committed before the answer is given: whoever reads asks `AccessRecords.keep`, which returns once the
record is on disk, and hands out nothing where it raises. Records of reads that are under way at the same time are
written together (docs/decisions/0018).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import randbits
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy
from pydantic_core import from_json, to_json

from domain.vocabulary.purposes import PurposeOfUse
from service.access.caller import Caller, operator
from service.access.recipients import Ground
from service.database.connection import call, scoped
from service.runtime import clock
from service.runtime.batcher import Abandoned, Batcher, Groups, Waiting
from service.runtime.tracebacks import describe

_LARGEST_GROUP: Final = 1_000
"""Clients that are told of in one transaction, unless a single answer tells of more."""

_COLUMNS: Final = (
    "r.record_id, r.recorded_at, r.operation, r.what, r.parameters, r.purpose, r.actor_id, r.credential_id, r.role,"
    " r.name, r.request_id, r.version, r.position, r.recipient, r.allowed_by"
)
_OF_CLIENT: Final = f"""
select {_COLUMNS}
  from access.access_record_client c
  join access.access_record r on r.organization_id = c.organization_id and r.record_id = c.record_id
 where c.organization_id = $1 and c.client_id = $2 and ($3::uuid is null or c.record_id < $3)
 order by c.record_id desc
 limit $4"""  # noqa: S608 - columns

_NOT_KEPT: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, Abandoned)

log = structlog.get_logger(__name__)

Row = tuple[object, ...]
"""Values of access.new_record, in its order."""


@dataclass(slots=True)
class Access:
    """Somebody's reading about clients: who, why, and through what."""

    caller: Caller
    purpose: PurposeOfUse
    operation: str
    """Through what: the method and the route's template, or the command."""
    request_id: str
    """The request, as the answer and the service's log name it."""
    ground: Ground | None = None
    """What allows to tell another organization, or anybody for legal proceedings, once that is decided; else None."""

    @property
    def organization_id(self) -> UUID:
        """Whose clients they read about."""
        return self.caller.organization_id


class Asked(NamedTuple):
    """What is read, and how it was asked: moments, places, codes and ids, never anybody's own words."""

    what: str
    parameters: Mapping[str, object] = {}


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
    recipient: str | None
    """The other organization to which it was disclosed; None where it stayed in this one."""
    allowed_by: UUID | None
    """The event that allowed it: a consent, a court order, an emergency disclosure. None where it needed none."""


class AccessNotRecorded(Exception):
    """The access could not be recorded, so there is no answer."""


def by_operator(organization_id: UUID, command: str, purpose: PurposeOfUse | None = None) -> Access:
    """The access of whoever runs the service, by a command."""
    caller = operator(organization_id)
    return Access(caller, purpose or caller.usual_purpose, command, uuid4().hex)


class AccessRecords:
    """Records reads, and tells who read about a client."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._batcher: Batcher[Row, None] = Batcher(self._write, most=_LARGEST_GROUP, weight=_told_of)

    async def keep(
        self,
        access: Access,
        asked: Asked,
        client_ids: Collection[UUID],
        *,
        version: int | None = None,
        position: int | None = None,
    ) -> None:
        """Record that the access is told of these clients: of one at a version, of many at a position of the log.

        Returns once that is on disk. Raises AccessNotRecorded.
        """
        if not client_ids:
            return  # nobody is told of
        try:
            await self._batcher.submit(access.organization_id, _row(access, asked, client_ids, version, position))
        except _NOT_KEPT as error:
            log.error("access_not_recorded", error=describe(error))
            raise AccessNotRecorded from error

    async def of_client(
        self, organization_id: UUID, client_id: UUID, *, before: UUID | None = None, limit: int
    ) -> list[AccessRecord]:
        """The last reads of a client, the newest first; with `before`, those earlier than the record of that id."""
        async with scoped(self._pool, organization_id) as connection:
            found = await connection.fetch(_OF_CLIENT, organization_id, client_id, before, limit)
        return [
            AccessRecord(**{**row, "parameters": from_json(row["parameters"]), "purpose": PurposeOfUse(row["purpose"])})
            for row in map(dict, found)
        ]

    async def close(self) -> None:
        """Waits for the records under way; new ones are refused."""
        await self._batcher.close()

    async def _write(self, organization_id: UUID, groups: Groups[Row, None]) -> None:
        async with self._pool.acquire() as connection:
            async for group in groups:
                await _write_together(connection, organization_id, group)


async def _write_together(
    connection: PoolConnectionProxy, organization_id: UUID, group: Sequence[Waiting[Row, None]]
) -> None:
    try:
        await call(connection, organization_id, "access.keep_records", [waiting.item for waiting in group])
    except asyncpg.PostgresError as error:
        # What the database does not take of one read must not keep others from their answer.
        if len(group) == 1 or connection.is_closed():
            raise
        log.warning("access_records_apart", error=describe(error))
        for waiting in group:
            try:
                await call(connection, organization_id, "access.keep_records", [waiting.item])
            except asyncpg.PostgresError as its_error:
                waiting.fail(its_error)
            else:
                waiting.succeed(None)
    else:
        for waiting in group:
            waiting.succeed(None)


def _row(access: Access, asked: Asked, client_ids: Collection[UUID], version: int | None, position: int | None) -> Row:
    caller, recipient = access.caller, access.caller.recipient
    said = {name: value for name, value in asked.parameters.items() if value is not None}
    return (
        _rising_id(clock.now()), access.operation, asked.what, to_json(said).decode(), access.purpose.value,
        caller.subject_id, caller.credential_id, caller.role.value, caller.name, access.request_id, version, position,
        recipient and recipient.name, access.ground and access.ground.event_id, list(client_ids),
    )  # fmt: skip


def _told_of(row: Row) -> int:
    told: Any = row[-1]
    return len(told)


def _rising_id(moment: datetime) -> UUID:
    """A UUID of version 7 (RFC 9562): milliseconds, then chance."""
    milliseconds = int(moment.timestamp() * 1_000)
    chance = randbits(74)
    return UUID(int=milliseconds << 80 | 7 << 76 | chance >> 62 << 64 | 2 << 62 | chance & (1 << 62) - 1)
