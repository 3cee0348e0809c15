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
from pydantic_core import to_json

from domain.vocabulary.purposes import PurposeOfUse
from service.access.caller import Caller, importing_operator, operator
from service.access.recipients import Ground
from service.database.connection import call
from service.runtime import clock
from service.runtime.batcher import Abandoned, Batcher, Groups, Waiting
from service.runtime.tracebacks import describe

_LARGEST_GROUP: Final = 1_000
"""Clients that are told of in one transaction, unless a single answer tells of more."""

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


class AccessNotRecorded(Exception):
    """The access could not be recorded, so there is no answer."""


def by_operator(organization_id: UUID, command: str, purpose: PurposeOfUse | None = None) -> Access:
    """The access of whoever runs the service, by a command."""
    caller = operator(organization_id)
    return Access(caller, purpose or caller.usual_purpose, command, uuid4().hex)


def importing_by_operator(organization_id: UUID, command: str) -> Access:
    """The access of whoever runs the service and imports history: refusals tell of clients."""
    caller = importing_operator(organization_id)
    return Access(caller, caller.usual_purpose, command, uuid4().hex)


class AccessRecords:
    """Records reads."""

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
        under_pseudonyms: bool = False,
    ) -> None:
        """Record that the access is told of these clients: of one at a version, of many at a position of the log.

        What is told under pseudonyms names none of them, and is recorded all the same. Returns once that is on disk.
        Raises AccessNotRecorded.
        """
        if not client_ids and not under_pseudonyms:
            return  # nobody is told of
        try:
            await self._batcher.submit(access.organization_id, _row(access, asked, client_ids, version, position))
        except _NOT_KEPT as error:
            log.error("access_not_recorded", error=describe(error))
            raise AccessNotRecorded from error

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
