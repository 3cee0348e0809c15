"""Reading: the timeline, and each projection, now or as of / as known at any moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from domain.effective import effective
from domain.entry import Entry
from projections.answers import Answer
from projections.projection import Projection
from service import clock
from service.care.errors import UnknownClient
from service.care.timeline_reader import settle
from service.database.connection import scoped
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.projector.folding import fold
from service.projector.states import open_state
from service.projector.tables import SCHEMA


@dataclass(frozen=True, slots=True)
class Answered:
    """What a projection answers, and for when: `version` is the last entry that it knows of."""

    client_id: UUID
    version: int
    as_of: datetime | None
    known_at: datetime | None
    answer: Answer


class Reader:
    """Answers from kept states when they are up to date, else by folding the log: the same folds."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        store: EventStore,
        keyring: Keyring,
        timelines: Timelines,
        organizations: Organizations,
        projections: tuple[Projection[Any], ...],
    ) -> None:
        self._pool = pool
        self._store = store
        self._keyring = keyring
        self._timelines = timelines
        self._organizations = organizations
        self._projections = {projection.name: projection for projection in projections}

    async def timeline(
        self, organization_id: UUID, client_id: UUID, *, known_at: datetime | None = None
    ) -> list[Entry]:
        """All entries in order of version, as known at a moment. Raises UnknownClient, KnownAtInFuture."""
        await settle(self._store, organization_id, known_at)
        entries = await self._timelines.read(organization_id, client_id)
        if not entries:
            raise UnknownClient
        return [entry for entry in entries if known_at is None or entry.recorded_at <= known_at]

    async def projection(
        self,
        organization_id: UUID,
        client_id: UUID,
        name: str,
        *,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> Answered:
        """What the projection answers. What depends on a clock is told as of the moment asked for, else now.

        Raises UnknownClient, KnownAtInFuture, FoldFailed.
        """
        projection = self._projections[name]
        policy = await self._organizations.policy(organization_id)
        moment = as_of or known_at or clock.now()
        if as_of is None and known_at is None:
            kept = await self._kept(organization_id, client_id, projection)
            if kept:
                version, state = kept
                return Answered(client_id, version, None, None, projection.view(state, moment, policy))
        entries = await self.timeline(organization_id, client_id, known_at=known_at)
        state = fold(projection, effective(entries, as_of=as_of, known_at=known_at).entries, policy)
        version = entries[-1].version if entries else 0
        return Answered(client_id, version, as_of, known_at, projection.view(state, moment, policy))

    async def _kept(
        self, organization_id: UUID, client_id: UUID, projection: Projection[Any]
    ) -> tuple[int, Any] | None:
        """The kept version and state, if they stand for everything that was recorded."""
        async with scoped(self._pool, organization_id) as connection:
            record = await connection.fetchrow(
                "SELECT head.version AS head, state.version, state.failed_version, state.key_id, state.state"  # noqa: S608
                f" FROM log.timeline_head AS head LEFT JOIN {SCHEMA}.{projection.name}_state AS state"
                " USING (organization_id, client_id)"
                " WHERE head.organization_id = $1 AND head.client_id = $2",
                organization_id,
                client_id,
            )
        if record is None:
            raise UnknownClient
        head, version, failed_version, key_id, sealed = record
        if version != head or failed_version is not None:
            return None
        return head, await open_state(self._keyring, projection, organization_id, client_id, key_id, sealed)
