"""Writing appends to the database: together when nothing conflicts, else decided one by one."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from service.database.append_function import LINKING
from service.database.connection import call, scoped, transaction
from service.log.decision import Decision, decide, follow_one_another
from service.log.errors import DatabaseUnavailable, HeadsDiffer, IdConflict, UnknownOrganization, answering
from service.log.header import header
from service.log.identifiers import Changes, holders
from service.log.reading import EVENTS, stored
from service.log.sealed import Appended, SealedEvent
from service.runtime.batcher import Waiting

APPEND = "select before, moment from log.append($1, $2)"
"""Appends, given an organization and its rows; both results are null when something conflicts."""
_BEYOND_THE_HEAD = """select exists (
  select from log.log_head h join log.event e on e.organization_id = h.organization_id and e.position > h.position
   where h.organization_id = $1)"""
_TO_PRECISION = SealedEvent._fields.index("actor_id")
_TO_CAUSATION = SealedEvent._fields.index("references")

Row = tuple[object, ...]
"""Values of a composite type of the database, in its order."""

log = structlog.get_logger(__name__)


class Append(NamedTuple):
    """One caller's append: events, all or none."""

    events: Sequence[SealedEvent]
    rows: list[Row]
    """The events as log.append takes them."""


WaitingAppend: TypeAlias = Waiting[Append, list[Appended]]


def rows_to_append(
    organization_id: UUID, events: Sequence[SealedEvent], recorded_at: Sequence[datetime] | None = None
) -> list[Row]:
    """The events as log.append takes them: with recorded_at (none: now), the body's digest and the header.

    Raises LookupError where the hash of an identifier is missing.
    """
    if any(event.type == LINKING and event.identifier is None for event in events):
        raise LookupError("An event links an identifier, and its hash is not given: see with_identifiers.")
    moments: Sequence[datetime | None] = recorded_at or [None] * len(events)
    return [
        (
            *event[:_TO_PRECISION],
            moment,
            *event[_TO_PRECISION:_TO_CAUSATION],
            [field for field, _ in event.references],
            [id_ for _, id_ in event.references],
            event.key_id,
            event.body,
            sha256(event.body).digest(),
            header(organization_id, event),
            event.identifier,
            event.merged_into,
        )
        for event, moment in zip(events, moments, strict=True)
    ]


async def commit_group(connection: PoolConnectionProxy, organization_id: UUID, group: list[WaitingAppend]) -> None:
    """Writes what can be written of a group, as one transaction, and tells every caller the outcome."""
    try:
        if not await _commit_together(connection, organization_id, group):
            await _commit_one_by_one(connection, organization_id, group)
    except (asyncpg.PostgresError, ValueError) as error:
        # One caller's event that the database cannot take must not fail the others'.
        if len(group) == 1:
            group[0].fail(error)
        else:
            for waiting in group:
                await commit_group(connection, organization_id, [waiting])
    except (DatabaseUnavailable, UnknownOrganization) as error:
        for waiting in group:
            waiting.fail(error)


async def commit_bulk(
    pool: asyncpg.Pool, organization_id: UUID, events: Sequence[SealedEvent], recorded_at: Sequence[datetime] | None
) -> int:
    """Writes events in a transaction of their own; returns the position before the first (see EventStore)."""
    rows = rows_to_append(organization_id, events, recorded_at)
    with answering(writing=True):
        async with scoped(pool, organization_id) as connection:
            head = await _lock_head(connection, organization_id)
            if recorded_at is not None:
                _require_later(head, recorded_at)
            if follow_one_another(events):
                before: int | None = await connection.fetchval(APPEND, organization_id, rows)
                if before is not None:
                    return before
            (decision,) = await _decide(connection, organization_id, [events])
            if decision.accepted:
                raise _heads_differ(organization_id)
            raise await _refusal(connection, organization_id, decision)


async def _commit_together(connection: PoolConnectionProxy, organization_id: UUID, group: list[WaitingAppend]) -> bool:
    if not follow_one_another([event for waiting in group for event in waiting.item.events]):
        return False
    rows = [row for waiting in group for row in waiting.item.rows]
    with answering(writing=True):
        appended = await _append(connection, organization_id, rows, alone=True)
    if appended is None:
        return False
    _tell(group, appended)
    return True


async def _commit_one_by_one(
    connection: PoolConnectionProxy, organization_id: UUID, group: list[WaitingAppend]
) -> None:
    with answering(writing=True):
        async with transaction(connection, organization_id):
            await _lock_head(connection, organization_id)
            decisions = await _decide(connection, organization_id, [waiting.item.events for waiting in group])
            accepted = [waiting for waiting, decision in zip(group, decisions, strict=True) if decision.accepted]
            appended, beyond = None, False
            if accepted:
                rows = [row for waiting in accepted for row in waiting.item.rows]
                appended = await _append(connection, organization_id, rows)
            if accepted and appended is None:
                beyond = await connection.fetchval(_BEYOND_THE_HEAD, organization_id)
            refusals = [
                (waiting, await _refusal(connection, organization_id, decision))
                for waiting, decision in zip(group, decisions, strict=True)
                if not decision.accepted
            ]
    for waiting, refusal in refusals:
        waiting.fail(refusal)
    if appended is not None:
        _tell(accepted, appended)
    elif beyond or len(accepted) == 1:
        error = _heads_differ(organization_id)
        for waiting in accepted:
            waiting.fail(error)
    else:
        # One client's head that does not fit must not fail the others.
        for waiting in accepted:
            await commit_group(connection, organization_id, [waiting])


def _heads_differ(organization_id: UUID) -> HeadsDiffer:
    """What nothing speaks against, and the database still does not take."""
    log.error("heads_differ", organization_id=str(organization_id))
    return HeadsDiffer(organization_id)


async def _append(
    connection: PoolConnectionProxy, organization_id: UUID, rows: list[Row], *, alone: bool = False
) -> Appended | None:
    """Where the first event stands, and when all were recorded; None when they conflict with what is there.

    `alone` appends in a transaction of its own.
    """
    try:
        if alone:
            (row,) = await call(connection, organization_id, "log.append", rows)
        else:
            (row,) = await connection.fetch(APPEND, organization_id, rows)
    except asyncpg.NoDataFoundError:
        raise UnknownOrganization(organization_id) from None
    return None if row["before"] is None else Appended(row["before"] + 1, row["moment"])


async def _lock_head(connection: PoolConnectionProxy, organization_id: UUID) -> asyncpg.Record:
    head = await connection.fetchrow("select recorded_at, moment from log.lock_head($1)", organization_id)
    if head is None or head["recorded_at"] is None:
        raise UnknownOrganization(organization_id)
    return head


async def _decide(
    connection: PoolConnectionProxy, organization_id: UUID, appends: list[Sequence[SealedEvent]]
) -> list[Decision]:
    events = [event for append in appends for event in append]
    heads = await connection.fetch(
        "select client_id, version from log.timeline_head where organization_id = $1 and client_id = any($2)",
        organization_id,
        list({event.client_id for event in events}),
    )
    taken = await connection.fetch(
        "select id from log.event where organization_id = $1 and id = any($2)",
        organization_id,
        [event.id for event in events],
    )
    return decide(
        appends,
        {row["client_id"]: row["version"] for row in heads},
        {row["id"] for row in taken},
        await holders(connection, organization_id, Changes.of(events)),
    )


async def _refusal(connection: PoolConnectionProxy, organization_id: UUID, decision: Decision) -> Exception:
    reason = decision.conflict or decision.identifiers
    if reason is not None:
        return reason
    rows = await connection.fetch(
        f"{EVENTS} and id = any($2) order by position", organization_id, list(decision.taken_ids)
    )
    return IdConflict(stored(rows))


def _tell(group: list[WaitingAppend], first: Appended) -> None:
    position, recorded_at = first
    for waiting in group:
        count = len(waiting.item.rows)
        waiting.succeed([Appended(at, recorded_at) for at in range(position, position + count)])
        position += count


def _require_later(head: asyncpg.Record, recorded_at: Sequence[datetime]) -> None:
    if recorded_at[0] <= head["recorded_at"]:
        raise ValueError(f"recorded_at must be later than {head['recorded_at']}, up to which this log is final.")
    if recorded_at[-1] > head["moment"]:
        raise ValueError(f"recorded_at must not be in the future: the last is {recorded_at[-1]}.")
    if any(later < earlier for earlier, later in pairwise(recorded_at)):
        raise ValueError("recorded_at must not fall from one event to the next.")
